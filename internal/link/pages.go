package link

import (
	"math"
	"sort"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// refererAttribute is where the decoders of access logs keep the Referer header.
const refererAttribute = "http.referer"

// pageSince says from when on a visit was on a page.
type pageSince struct {
	at   int64
	path string
	id   string
}

// pageAt returns the path of the page that the visit was on, "" when unknown.
func (v *visit) pageAt(at int64) string {
	i := sort.Search(len(v.pages), func(i int) bool { return v.pages[i].at > at+directWindow })
	if i == 0 {
		return ""
	}
	return v.pages[i-1].path
}

// sawBefore reports whether the visit was on the page it is on at that time once before.
func (v *visit) sawBefore(at int64) bool {
	i := sort.Search(len(v.pages), func(i int) bool { return v.pages[i].at > at+directWindow })
	for n := range i - 1 {
		if v.pages[n].path == v.pages[i-1].path {
			return true
		}
	}
	return false
}

// pageOfCall returns the page that client call c was made from.
func (l *linker) pageOfCall(c *call) string {
	if c.visit == none {
		return ""
	}
	v := l.visits[c.visit]
	if c.PageID != "" {
		for _, p := range v.pages {
			if p.id == c.PageID {
				return p.path
			}
		}
	}
	return v.pageAt(c.start)
}

// refererPath returns the path of the page that a server row names as its origin.
func refererPath(c *event.Call) string {
	referer, _ := c.Attributes[refererAttribute].(string)
	_, rest, ok := strings.Cut(referer, "://")
	if !ok {
		return ""
	}
	i := strings.IndexByte(rest, '/')
	if i < 0 {
		return ""
	}
	path, _, _ := strings.Cut(rest[i:], "?")
	path, _, _ = strings.Cut(path, "#")
	return path
}

// refererCost is the cost of s naming another page than the one c was made from.
func (m *matcher) refererCost(c *call, r int32) float64 {
	if m.referers[r] == "" || m.pages[c.index] == "" || m.referers[r] == m.pages[c.index] {
		return 0
	}
	return m.strange
}

// learnReferers weighs how much a foreign referer means here, from the calls that
// fit one row only: nothing where referers are cut to the origin or pages change
// unseen, much where they have agreed every time.
func (m *matcher) learnReferers(certain []option, clients []*call) {
	agree, differ := 1.0, 1.0
	for i, o := range certain {
		page, referer := m.pages[clients[i].index], m.referers[o.to]
		switch {
		case page == "" || referer == "":
		case page == referer:
			agree++
		default:
			differ++
		}
	}
	m.strange = min(max(0, math.Log(agree/differ)), 3)
}

// pageBefore returns the path of the page that the visit was on before its page
// at that time, "" when there was none.
func (v *visit) pageBefore(at int64) string {
	i := sort.Search(len(v.pages), func(i int) bool { return v.pages[i].at > at }) - 1
	for n := i - 1; n >= 0; n-- {
		if v.pages[n].path != v.pages[i].path {
			return v.pages[n].path
		}
	}
	return ""
}
