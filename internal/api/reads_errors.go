package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// maxErrorRows is how many rows of each kind the groups are made of, newest
	// first; a range with more says so.
	maxErrorRows = store.MaxRows
	// maxTrend is how many columns a trend has.
	maxTrend = 48
	// maxShown is how many people, sessions and rows of one error are listed.
	maxShown = 100
)

// The kinds of errors.
const (
	callError    = "call"
	browserError = "browser"
)

// ErrorsInput asks for groups of errors.
type ErrorsInput struct {
	ScopeParams
	Kind    string `query:"kind" enum:"call,browser" doc:"only these; default both"`
	Person  string `query:"person" maxLength:"256" doc:"only errors that this person met, by any id"`
	Account string `query:"account" maxLength:"256" doc:"only errors of this account"`
	Limit   int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

// ErrorsOutput lists groups, the most frequent first.
type ErrorsOutput struct {
	Rows      []ErrorGroup `json:"rows"`
	Groups    int          `json:"groups" doc:"how many there are, beyond the limit too"`
	Truncated bool         `json:"truncated" doc:"there were more errors than are grouped; the newest 5,000 of each kind are"`
	Buckets   []time.Time  `json:"buckets" doc:"start of each column of the trends"`
	End       time.Time    `json:"end" doc:"end of the last column"`
}

// ErrorGroup is errors that are alike: failed calls by endpoint, status and error
// type with what varies replaced, or browser errors by type and top frame. A request
// that failed at several services is in the group of the innermost alone.
type ErrorGroup struct {
	ID           string    `json:"id" doc:"for GET /api/v1/errors/{id}"`
	Kind         string    `json:"kind" enum:"call,browser"`
	Name         string    `json:"name" doc:"what failed: the endpoint, or the error's type"`
	EndpointID   string    `json:"endpoint_id,omitempty"`
	Status       int       `json:"status,omitempty"`
	Error        string    `json:"error,omitempty" doc:"error type of calls, message of the newest browser error, with what varies replaced"`
	Frame        string    `json:"frame,omitempty" doc:"of browser errors: the innermost frame of the app as it was sent, without line and file hash; it is what groups them"`
	Page         string    `json:"page,omitempty" doc:"route of the page of the newest"`
	Count        int64     `json:"count"`
	People       int64     `json:"people"`
	Sessions     int64     `json:"sessions"`
	FirstSeen    time.Time `json:"first_seen" doc:"in the range asked for"`
	LastSeen     time.Time `json:"last_seen"`
	FirstRelease string    `json:"first_release,omitempty" doc:"release of the first"`
	Releases     []string  `json:"releases"`
	Example      string    `json:"example" doc:"id of the newest call or event in session; without one, of the newest"`
	Session      string    `json:"session,omitempty" doc:"the newest session that met it"`
	Trend        []int64   `json:"trend" doc:"count by bucket"`

	AlsoSeen []ErrorTier `json:"also_seen" doc:"the same failures as services further out and browsers saw them, the most frequent first"`
}

// ErrorInput asks for one group.
type ErrorInput struct {
	ScopeParams
	ID string `path:"id" doc:"id of a row of GET /api/v1/errors"`
}

// ErrorOutput is one group with who and what it hit.
type ErrorOutput struct {
	Error     ErrorGroup    `json:"error"`
	Truncated bool          `json:"truncated" doc:"there were more errors than are grouped; the newest 5,000 are"`
	Buckets   []time.Time   `json:"buckets"`
	End       time.Time     `json:"end"`
	Message   string        `json:"message,omitempty" doc:"of the newest, as it was sent"`
	People    []ErrorPerson `json:"people" doc:"at most 100, who met it most"`
	Sessions  []string      `json:"sessions" doc:"at most 100, the newest first"`
	Releases  []store.Value `json:"releases"`
	Browsers  []store.Value `json:"browsers"`
	Pages     []store.Value `json:"pages" doc:"of browser errors"`
	Calls     []Call        `json:"calls" doc:"at most 100, the newest first"`
	Events    []Event       `json:"events" doc:"at most 100, the newest first"`
	Filter    string        `json:"filter,omitempty" doc:"lists exactly these calls in GET /api/v1/calls; absent when their error types are too many, or when some such calls are in the group of a service further in"`
	Frames    []Frame       `json:"frames" doc:"stack of the newest browser error, innermost first"`
	NoMap     string        `json:"no_map,omitempty" doc:"why frames are not resolved, and what to do"`
}

// ErrorPerson is somebody who met an error.
type ErrorPerson struct {
	ID       string    `json:"id"`
	Count    int64     `json:"count"`
	LastSeen time.Time `json:"last_seen"`
	Session  string    `json:"session,omitempty" doc:"the newest in which they met it"`
}

func (s *Server) errorGroups(ctx context.Context, in *ErrorsInput) (ErrorsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ErrorsOutput{}, err
	}
	hit, err := s.hitBy(ctx, scope.Project, in.Person, in.Account)
	if err != nil {
		return ErrorsOutput{}, err
	}
	all, err := s.groupErrors(ctx, scope, in.Kind, hit)
	if err != nil {
		return ErrorsOutput{}, err
	}
	rows := all.rows()
	return ErrorsOutput{
		Rows: rows[:min(len(rows), in.Limit)], Groups: len(rows), Truncated: all.more,
		Buckets: all.edges[:len(all.edges)-1], End: all.edges[len(all.edges)-1],
	}, nil
}

func (s *Server) errorGroup(ctx context.Context, in *ErrorInput) (ErrorOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ErrorOutput{}, err
	}
	kind, _, _ := strings.Cut(in.ID, "-")
	all, err := s.groupErrors(ctx, scope, kind, everybody)
	if err != nil {
		return ErrorOutput{}, err
	}
	for _, group := range all.groups {
		if group.ID == in.ID {
			out := group.detail(all)
			if group.newest != nil {
				out.Frames = framesOf(group.newest)
				out.NoMap, err = s.resolveFrames(ctx, scope.Project, group.newest.Release, out.Frames)
			}
			return out, err
		}
	}
	return ErrorOutput{}, problem(http.StatusNotFound, "Take the id of a row of GET /api/v1/errors, and the time range it was listed for.", "there is no error %q in this range", in.ID)
}

// hitBy narrows a record's rows to a person or an account.
func (s *Server) hitBy(ctx context.Context, project event.ProjectID, person, account string) (func(record string) []store.Filter, error) {
	var who store.Identified
	if person != "" {
		var err error
		if who, err = s.store.PersonOf(ctx, project, s.pipeline.Rules.Pseudonym(project, person)); err != nil {
			return nil, err
		}
	}
	return func(record string) []store.Filter {
		var out []store.Filter
		if person != "" {
			out = append(out, store.OfPerson(record, who.Person))
		}
		if account != "" {
			out = append(out, store.Equals(record+".account_id", s.pipeline.Rules.Pseudonym(project, account)))
		}
		return out
	}, nil
}

func everybody(string) []store.Filter { return nil }

// groupErrors reads and groups. A filter on fields of calls leaves out the errors of
// browsers, and the other way round.
func (s *Server) groupErrors(ctx context.Context, scope store.Scope, kind string, hit func(string) []store.Filter) (*grouping, error) {
	cuts := trendEdges(scope.From, scope.To)
	calls, events := newGrouping(cuts), newGrouping(cuts)
	wants := func(of string, record store.Record) bool {
		return (kind == "" || kind == of) && applies(scope.Filter, record)
	}
	var tasks []func(context.Context) error
	if wants(callError, store.OfCalls) {
		tasks = append(tasks, func(ctx context.Context) error { return s.failedCalls(ctx, narrow(scope, hit("call")...), calls) })
	}
	if wants(browserError, store.OfEvents) {
		tasks = append(tasks, func(ctx context.Context) error {
			return s.browserErrors(ctx, narrow(scope, hit("event")...), events)
		})
	}
	if len(tasks) == 0 && kind == "" {
		return nil, badField("query.filter", "Filter by fields of call or by fields of event, and of session with either.", "no error has fields of both records")
	}
	err := together(ctx, tasks...)
	calls.join(events)
	return calls, err
}

// applies reports whether rows of a record can be asked by a filter. One that cannot be
// cut is left to the store, which says what is wrong with it.
func applies(f store.Filter, of store.Record) bool {
	parts, err := store.SplitFilter(f)
	if err != nil {
		return true
	}
	_, _, err = parts.For(of)
	return err == nil
}

// trendEdges cuts a range into equal columns of whole minutes.
func trendEdges(from, to time.Time) []time.Time {
	width := max(time.Minute, (to.Sub(from)/maxTrend).Round(time.Minute)+time.Minute)
	out := []time.Time{from}
	for at := from.Truncate(width).Add(width); at.Before(to); at = at.Add(width) {
		out = append(out, at)
	}
	return append(out, to)
}

// failedCalls groups the server calls that failed, and the client calls that no
// server answered: those are errors nobody else saw.
func (s *Server) failedCalls(ctx context.Context, scope store.Scope, into *grouping) error {
	unanswered := store.And{store.Equals("call.side", string(event.Client)), store.Not{Of: store.Has{Field: store.Field{Name: "call.status"}}}}
	scope = narrow(scope, store.Equals("call.failed", true), store.Or{store.Equals("call.side", string(event.Server)), unanswered})
	page, err := s.store.Calls(ctx, store.CallsQuery{Scope: scope, Sort: store.Newest, Limit: maxErrorRows})
	into.more = page.Next != ""
	into.callsOf(page.Rows)
	return err
}

func (s *Server) browserErrors(ctx context.Context, scope store.Scope, into *grouping) error {
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: narrow(scope, store.Equals("event.kind", string(event.PageError))), Limit: maxErrorRows})
	into.more = page.Next != ""
	for i := range page.Rows {
		into.event(&page.Rows[i])
	}
	return err
}

// grouping collects rows, which come newest first, by what they have in common.
type grouping struct {
	edges  []time.Time
	groups map[string]*errorGroup
	more   bool
}

func newGrouping(edges []time.Time) *grouping {
	return &grouping{edges: edges, groups: map[string]*errorGroup{}}
}

// join takes the groups of other, which are of another kind.
func (g *grouping) join(other *grouping) {
	maps.Copy(g.groups, other.groups)
	g.more = g.more || other.more
}

type errorGroup struct {
	ErrorGroup
	weight   float64
	trend    []float64
	people   map[string]*ErrorPerson
	sessions map[string]bool
	listed   []string // sessions, the newest first
	releases map[string]int64
	browsers map[string]int64
	pages    map[string]int64
	errors   map[string]bool // error types as they are stored
	tiers    map[tier]float64
	// elsewhere: calls like these are in the group of a service further in.
	elsewhere bool
	calls     []*store.CallRow
	events    []*event.Event
	newest    *event.Event // of browser errors
}

// met is one row of a group: who met it, when and where.
type met struct {
	at                                          time.Time
	weight                                      float64
	id, person, session, release, browser, page string
}

func (g *grouping) call(row *store.CallRow) {
	c := &row.Call
	group := g.of(groupOf(c))
	session := c.SessionID
	if row.Link != nil {
		session = cmp.Or(session, row.Link.SessionID)
	}
	group.errors[c.Error] = true
	if len(group.calls) < maxShown {
		group.calls = append(group.calls, row)
	}
	group.add(g.edges, met{c.Time, c.Weight, c.ID, personOf(row), session, c.Release, c.Context.Browser, ""})
}

// groupOf is the group of calls like c, of which c is the newest.
func groupOf(c *event.Call) ErrorGroup {
	return identified(ErrorGroup{
		Kind: callError, Name: c.Endpoint().String(), EndpointID: endpointID(c.Endpoint()), Status: c.Status, Error: template(c.Error),
		LastSeen: c.Time, Example: c.ID,
	}, template(c.Error))
}

// identified gives a group its id, by what its rows have in common.
func identified(group ErrorGroup, alike string) ErrorGroup {
	group.ID = group.Kind + "-" + hashOf(group.Name, strconv.Itoa(group.Status), alike)
	return group
}

func (g *grouping) event(e *event.Event) {
	place := ""
	if frame, ok := topFrame(framesOf(e)); ok {
		place = placeOf(frame)
	}
	message := template(errorMessage(e))
	group := g.of(identified(ErrorGroup{
		Kind: browserError, Name: errorType(e), Error: message, Frame: place, Page: cmp.Or(e.Page.Route, e.Page.Path),
		LastSeen: e.Time, Example: e.ID,
	}, cmp.Or(place, message)))
	if group.newest == nil {
		group.newest = e
	}
	if len(group.events) < maxShown {
		group.events = append(group.events, e)
	}
	group.add(g.edges, met{e.Time, 1, e.ID, cmp.Or(e.UserID, e.DeviceID), e.SessionID, e.Release, e.Context.Browser, cmp.Or(e.Page.Route, e.Page.Path)})
}

// of returns the group of rows like newest, which is its first row seen.
func (g *grouping) of(newest ErrorGroup) *errorGroup {
	group := g.groups[newest.ID]
	if group == nil {
		group = &errorGroup{
			ErrorGroup: newest, trend: make([]float64, len(g.edges)-1), people: map[string]*ErrorPerson{}, sessions: map[string]bool{},
			releases: map[string]int64{}, browsers: map[string]int64{}, pages: map[string]int64{}, errors: map[string]bool{},
			tiers: map[tier]float64{},
		}
		g.groups[newest.ID] = group
	}
	return group
}

// hashOf names texts in 16 hex digits.
func hashOf(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (g *errorGroup) add(edges []time.Time, m met) {
	weight := max(m.weight, 1)
	g.FirstSeen, g.FirstRelease = m.at, m.release
	g.weight += weight
	if column, found := slices.BinarySearchFunc(edges, m.at, time.Time.Compare); found {
		g.trend[column] += weight
	} else {
		g.trend[column-1] += weight
	}
	if m.person != "" {
		if g.people[m.person] == nil {
			g.people[m.person] = &ErrorPerson{ID: m.person, LastSeen: m.at, Session: m.session}
		}
		g.people[m.person].Count++
	}
	if m.session != "" && !g.sessions[m.session] {
		g.sessions[m.session] = true
		if g.Session == "" { // rows come newest first
			g.Session, g.Example = m.session, m.id
		}
		if len(g.listed) < maxShown {
			g.listed = append(g.listed, m.session)
		}
	}
	count(g.releases, m.release)
	count(g.browsers, m.browser)
	count(g.pages, m.page)
}

func count(values map[string]int64, value string) {
	if value != "" {
		values[value]++
	}
}

// row is the group as the list shows it.
func (g *errorGroup) row() ErrorGroup {
	row := g.ErrorGroup
	row.Count, row.People, row.Sessions = int64(g.weight+0.5), int64(len(g.people)), int64(len(g.sessions))
	row.Releases = []string{}
	for release := range g.releases {
		row.Releases = append(row.Releases, release)
	}
	slices.Sort(row.Releases)
	row.AlsoSeen = g.alsoSeen()
	row.Trend = each(g.trend, func(n float64) int64 { return int64(n + 0.5) })
	return row
}

func (g *grouping) rows() []ErrorGroup {
	out := make([]ErrorGroup, 0, len(g.groups))
	for _, group := range g.groups {
		out = append(out, group.row())
	}
	slices.SortFunc(out, func(a, b ErrorGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.LastSeen.Compare(a.LastSeen), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}

func (g *errorGroup) detail(all *grouping) ErrorOutput {
	out := ErrorOutput{
		Error: g.row(), Truncated: all.more, Buckets: all.edges[:len(all.edges)-1], End: all.edges[len(all.edges)-1],
		People: []ErrorPerson{}, Sessions: some(g.listed), Releases: mostFrequent(g.releases), Browsers: mostFrequent(g.browsers), Pages: mostFrequent(g.pages),
		Calls:  each(g.calls, func(row *store.CallRow) Call { return callOf(row.Call, row.Link) }),
		Events: each(g.events, func(e *event.Event) Event { return eventOf(*e) }), Frames: []Frame{}, Filter: g.filter(),
	}
	for _, person := range g.people {
		out.People = append(out.People, *person)
	}
	slices.SortFunc(out.People, func(a, b ErrorPerson) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.LastSeen.Compare(a.LastSeen), strings.Compare(a.ID, b.ID))
	})
	out.People = out.People[:min(len(out.People), maxShown)]
	if g.newest != nil {
		out.Message = errorMessage(g.newest)
	}
	return out
}

const (
	maxErrorTypes = 20      // how many error types a filter names
	maxFilter     = 3 << 10 // bytes of a filter; package filter takes somewhat more
)

// filter lists the group's calls; empty when it would be too long or list others too.
func (g *errorGroup) filter() string {
	if g.Kind != callError || g.elsewhere || len(g.errors) > maxErrorTypes {
		return ""
	}
	terms := []string{fmt.Sprintf("call.endpoint == %q", g.Name), "call.failed == true", "!has(call.status)"}
	if g.Status != 0 {
		terms[2] = fmt.Sprintf("call.status == %d", g.Status)
	} else {
		terms = append(terms, `(call.side == "server" || call.side == "client")`)
	}
	var types []string
	for one := range g.errors {
		if one != "" {
			types = append(types, fmt.Sprintf("%q", one))
		}
	}
	slices.Sort(types)
	switch {
	case len(types) == 0:
		terms = append(terms, "!has(call.error)")
	case g.errors[""]:
		terms = append(terms, fmt.Sprintf("(!has(call.error) || call.error in [%s])", strings.Join(types, ", ")))
	default:
		terms = append(terms, fmt.Sprintf("call.error in [%s]", strings.Join(types, ", ")))
	}
	if text := strings.Join(terms, " && "); len(text) < maxFilter {
		return text
	}
	return ""
}

// mostFrequent lists values by count, then by name; at most maxShown.
func mostFrequent(counts map[string]int64) []store.Value {
	out := []store.Value{}
	for value, n := range counts {
		out = append(out, store.Value{Value: value, Count: n})
	}
	slices.SortFunc(out, func(a, b store.Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return out[:min(len(out), maxShown)]
}

// template replaces what varies between errors that are alike: numbers, ids in
// hex, and what stands in quotes.
func template(message string) string {
	var out strings.Builder
	for rest := message; rest != ""; {
		n := strings.IndexFunc(rest, breaks)
		switch {
		case n < 0:
			n = len(rest)
			fallthrough
		case n > 0:
			word := rest[:n]
			if varies(word) {
				word = "#"
			}
			out.WriteString(word)
			rest = rest[n:]
		default:
			quote := rest[:1]
			if end := strings.Index(rest[1:], quote); strings.ContainsAny(quote, "\"'`") && end >= 0 {
				out.WriteString(quote + "…" + quote)
				rest = rest[end+2:]
				continue
			}
			out.WriteString(quote)
			rest = rest[1:]
		}
	}
	return out.String()
}

// breaks reports the ASCII characters that end a word.
func breaks(c rune) bool {
	return c < 0x80 && c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// varies reports whether a word is a number or an id: it has a digit, and nothing
// that no hexadecimal number or UUID has.
func varies(word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.Trim(word, "0123456789abcdefABCDEF-x") == ""
}
