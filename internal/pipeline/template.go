package pipeline

import (
	"strings"
	"sync"
)

// Templates turns paths into route templates for one project: first by the
// OpenAPI documents that were loaded, then by the form of each segment, then by
// what was learnt: a place that takes too many different words is a parameter.
//
// Its memory is bounded, and a word that was frequent before a place became a
// parameter stays a word. Methods may be called concurrently.
type Templates struct {
	mu      sync.RWMutex
	root    *place
	places  int
	openAPI *pattern
	pages   map[string]struct{}
}

const (
	// maxWords is how many different words one place of a path may take; maxSlugs
	// how many of them may have hyphens, underscores or digits, as titles and names
	// of things have.
	maxWords = 200
	maxSlugs = 40
	// maxPlaces bounds all that is learnt.
	maxPlaces = 100_000
	// maxDepth is how many segments of a path are told apart.
	maxDepth = 12
	maxPages = 10_000
	// keepShare: a word that made up at least 1/keepShare of a place's calls stays.
	keepShare = 50
)

// place is one position in a path: which words came here, and how often.
type place struct {
	count   int
	words   map[string]*place
	slugs   int    // how many of words are slugs
	other   *place // what follows a parameter
	isParam bool   // too many words came: new ones are values
	isSlug  bool   // too many slugs came: new ones are values
}

// NewTemplates returns templates that have learnt nothing.
func NewTemplates() *Templates {
	return &Templates{root: &place{}, pages: map[string]struct{}{}}
}

// Route returns the template of a path. Method selects among OpenAPI operations
// and may be empty.
func (t *Templates) Route(method, path string) string {
	if path == "" || path == "/" || path == "*" {
		return path
	}
	if route, ok := t.fromOpenAPI(method, path); ok {
		return route
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.learn(path)
}

// learn walks the path through the tree, adding what is new. The template shares
// the path's memory unless it differs from it.
func (t *Templates) learn(path string) string {
	var out strings.Builder
	changed := false
	at := t.root
	start := 0
	if path[0] == '/' {
		start = 1
	}
	for depth := 0; ; depth++ {
		end := strings.IndexByte(path[start:], '/')
		last := end < 0
		if last {
			end = len(path)
		} else {
			end += start
		}
		segment := path[start:end]
		word := segment
		if depth >= maxDepth {
			word, last = restParam, true
		} else if segment != "" {
			word, at = t.step(at, segment, last)
		}
		if word != segment && !changed {
			changed = true
			out.Grow(len(path) + 16)
			out.WriteString(path[:start])
		}
		if changed {
			out.WriteString(word)
			if !last {
				out.WriteByte('/')
			}
		}
		if last {
			break
		}
		start = end + 1
	}
	if !changed {
		return path
	}
	return out.String()
}

// step names one segment and goes to what follows it.
func (t *Templates) step(at *place, segment string, last bool) (word string, next *place) {
	stem, suffix := segment, ""
	if i := strings.IndexByte(stem, ';'); i > 0 { // matrix parameters: ;jsessionid=…
		stem = stem[:i]
	}
	if last {
		stem, suffix = splitSuffix(stem)
	}
	at.count++
	if param := paramOf(stem); param != "" {
		return param + suffix, t.otherOf(at)
	}
	if child := at.words[stem]; child != nil {
		child.count++
		if len(stem)+len(suffix) == len(segment) {
			return segment, child
		}
		return stem + suffix, child
	}
	slug := isSlug(stem)
	if at.isParam || slug && at.isSlug || t.places >= maxPlaces {
		return nameParam + suffix, t.otherOf(at)
	}
	if len(at.words) >= maxWords || slug && at.slugs >= maxSlugs {
		t.collapse(at, slug && at.slugs >= maxSlugs)
		return nameParam + suffix, t.otherOf(at)
	}
	if at.words == nil {
		at.words = map[string]*place{}
	}
	if slug {
		at.slugs++
	}
	child := &place{count: 1}
	at.words[strings.Clone(stem)] = child
	t.places++
	return stem + suffix, child
}

func (t *Templates) otherOf(at *place) *place {
	if at.other == nil {
		at.other = &place{}
		t.places++
	}
	return at.other
}

// collapse makes a place a parameter, of slugs only or of all words. Words with a
// large share of its calls were words all along (/users/me beside /users/anna) and
// stay.
func (t *Templates) collapse(at *place, slugsOnly bool) {
	at.isSlug, at.isParam = true, at.isParam || !slugsOnly
	for word, child := range at.words {
		if slugsOnly && !isSlug(word) {
			continue
		}
		if child.count < 3 || child.count*keepShare < at.count {
			t.places -= child.size()
			delete(at.words, word)
		}
	}
}

// isSlug reports whether a word has what titles turned into paths have.
func isSlug(word string) bool { return strings.ContainsAny(word, "-_0123456789") && !isVersion(word) }

// isVersion recognises v1, v2beta1.
func isVersion(word string) bool {
	return len(word) > 1 && len(word) <= 8 && word[0] == 'v' && word[1] >= '0' && word[1] <= '9'
}

// size counts a place and all below it.
func (p *place) size() int {
	n := 1
	for _, child := range p.words {
		n += child.size()
	}
	if p.other != nil {
		n += p.other.size()
	}
	return n
}

// splitSuffix cuts a format's extension off, so that 17.json is {id}.json.
func splitSuffix(segment string) (stem, suffix string) {
	i := strings.LastIndexByte(segment, '.')
	if i <= 0 {
		return segment, ""
	}
	switch segment[i+1:] {
	case "json", "xml", "csv", "pdf", "html", "htm", "php", "xlsx", "zip", "ics", "rss", "atom", "do", "aspx":
		return segment[:i], segment[i:]
	}
	return segment, ""
}

// sawPage remembers that people view pages of this route.
func (t *Templates) sawPage(route string) {
	if t.isPage(route) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pages) < maxPages {
		t.pages[strings.Clone(route)] = struct{}{}
	}
}

// isPage reports whether people were seen viewing pages of this route.
func (t *Templates) isPage(route string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, yes := t.pages[route]
	return yes
}
