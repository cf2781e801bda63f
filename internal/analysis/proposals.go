package analysis

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Proposal is a goal that the data suggests.
type Proposal struct {
	Goal     Goal    `json:"goal" doc:"ready to be saved"`
	Count    int64   `json:"count" doc:"how often it happened in the last 7 days"`
	Visits   int64   `json:"visits" doc:"visits of the sample in which it happened"`
	Of       int64   `json:"of" doc:"visits in the sample"`
	Example  Example `json:"example" doc:"the newest time it happened; call_id is empty for events"`
	Named    bool    `json:"named" doc:"its name sounds like success: order, paid, signup, …"`
	lateness float64 // how far through their visits it happened, summed
}

const (
	maxProposals = 8
	proposalRows = 5000
)

// successWords are what goals are called.
func successWords() *regexp.Regexp {
	return regexp.MustCompile(`(?i)order|paid|\bpay|payment|purchase|checkout|sign[ _-]?up|register|subscri|book(ed|ing)|complet|confirm|upgrade|invite|publish|donat|enrol|trial`)
}

// Proposals suggests goals: custom events, submits and writing calls that many
// visits reach late. Those whose names sound like success come first.
func Proposals(ctx context.Context, r store.Reader, q Question) ([]Proposal, error) {
	scope := store.Scope{Project: q.Project, From: q.Now.Add(-week), To: q.Now}
	sessions, _, err := sessionSample(ctx, r, scope, recentVisits)
	if err != nil {
		return nil, err
	}
	found := proposing{visits: indexVisits(sessions), by: map[Step]*Proposal{}, words: successWords()}
	events, calls := scope, scope
	events.Filter = store.OneOf("event.kind", string(event.Custom), string(event.Submit))
	rows, _, err := eventSample(ctx, r, events, proposalRows)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		found.event(&rows[i])
	}
	calls.Filter = store.All(store.OneOf("call.method", "POST", "PUT"), onServer(),
		store.Compare{Field: store.Field{Name: "call.status"}, Op: store.Ge, Value: int64(200)},
		store.Compare{Field: store.Field{Name: "call.status"}, Op: store.Lt, Value: int64(400)})
	called, _, err := callSample(ctx, r, calls, proposalRows)
	if err != nil {
		return nil, err
	}
	for i := range called {
		found.call(&called[i])
	}
	out := found.best(q.Goals)
	return out, countProposals(ctx, r, q, out)
}

// proposing collects what happened by the step it would be.
type proposing struct {
	visits visits
	by     map[Step]*Proposal
	words  *regexp.Regexp
	seen   map[string]bool
}

func (p *proposing) event(e *event.Event) {
	step, name := Step{Event: e.Name}, e.Name
	if e.Kind == event.Submit && e.Target.Name != "" {
		step.Where, name = fmt.Sprintf("target == %q", e.Target.Name), e.Target.Name
	}
	p.add(step, name, p.visits.of(e), e.Time, Example{SessionID: e.SessionID})
}

func (p *proposing) call(c *store.CallRow) {
	if c.Bot != event.Human {
		return
	}
	id := sessionOf(c)
	p.add(Step{Call: c.Endpoint().String()}, c.Method+" "+c.Route, p.visits.byID[id], c.Time, Example{CallID: c.ID, SessionID: id})
}

// add takes rows newest first.
func (p *proposing) add(step Step, name string, v *visit, at time.Time, example Example) {
	one := p.by[step]
	if one == nil {
		one = &Proposal{Goal: Goal{ID: Slug(name), Name: name, Step: step, Direction: Up}, Example: example, Named: p.words.MatchString(name)}
		p.by[step] = one
	}
	one.Count++
	if v == nil {
		return
	}
	key := v.ID + "\x00" + name
	if p.seen[key] {
		return
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[key] = true
	if one.Example.SessionID == "" {
		one.Example.SessionID = v.ID
	}
	one.Visits++
	if length := v.End.Sub(v.Start); length > 0 {
		one.lateness += min(1, max(0, float64(at.Sub(v.Start))/float64(length)))
	}
}

// best ranks by name, then by visits weighed with how late in them it happened; of
// calls that no visit explains, by how many there are.
func (p *proposing) best(have []Goal) []Proposal {
	for _, g := range have {
		delete(p.by, g.Step)
	}
	out := slices.Collect(maps.Values(p.by))
	slices.SortFunc(out, func(a, b *Proposal) int {
		return cmp.Or(-compareBool(a.Named, b.Named), cmp.Compare(b.lateness, a.lateness), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Goal.Name, b.Goal.Name))
	})
	ranked, calls := make([]Proposal, 0, maxProposals), map[string]bool{}
	for _, one := range out {
		if hop := one.Goal.Step.Call != "" && calls[one.Goal.Name]; hop || len(ranked) == maxProposals {
			continue // the same request at another service
		}
		if one.Goal.Check() != nil {
			continue // named so that no goal can say it
		}
		calls[one.Goal.Name] = one.Goal.Step.Call != ""
		one.Of = int64(len(p.visits.byID))
		ranked = append(ranked, *one)
	}
	return ranked
}

func compareBool(a, b bool) int { return cmp.Compare(one(a), one(b)) }

// countProposals replaces the counts of the sample by those of the week.
func countProposals(ctx context.Context, r store.Reader, q Question, all []Proposal) error {
	if len(all) == 0 {
		return nil
	}
	var measures []store.Measure
	for _, p := range all {
		reached, err := p.Goal.Step.Compile()
		if err != nil {
			return fmt.Errorf("proposal %s: %w", p.Goal.Name, err)
		}
		measures = append(measures, store.Measure{Of: reached.Of, Stat: store.Count, Filter: reached.Filter})
	}
	values, err := measure(ctx, r, q.Project, []time.Time{q.Now.Add(-week), q.Now}, nil, measures...)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Count = whole(values[i][0])
	}
	return nil
}

// Slug turns a name into an id: lower-case letters and digits with hyphens, at
// most 48; "goal" when nothing is left.
func Slug(name string) string {
	var out []byte
	for _, c := range []byte(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
		if len(out) == 48 {
			break
		}
	}
	for len(out) > 0 && out[len(out)-1] == '-' {
		out = out[:len(out)-1]
	}
	if len(out) == 0 {
		return "goal"
	}
	return string(out)
}
