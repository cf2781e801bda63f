package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// lateAfter is when a row counts as late: its daily keys are gone by then.
const lateAfter = 48 * time.Hour

// Quality implements [store.Reader].
func (r *Reference) Quality(ctx context.Context, s store.Scope) (store.Quality, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Quality{}, err
	}
	defer unlock()
	if s.Filter != nil {
		return store.Quality{}, wrong("quality takes no filter", "Leave the filter out.")
	}
	var out store.Quality
	r.callQuality(s, &out)
	r.eventQuality(s, &out)
	r.sourceQuality(s, &out)
	r.arrivalQuality(s, &out)
	out.SDKLoss = r.sdkLoss(s)
	return out, nil
}

// callQuality says how many calls of class api and document are linked, by what,
// and why the others are not.
func (r *Reference) callQuality(s store.Scope, out *store.Quality) {
	out.Calls.ByMethod = map[string]int64{}
	view := r.linkView(s.Project, s.MinConfidence)
	routes := map[event.Endpoint]*store.RouteQuality{}
	rows := r.callRows(s, nil)
	for _, c := range rows {
		if c.Side == event.Client {
			out.Calls.Client++
			continue
		}
		out.Calls.Total++
		if slices.ContainsFunc(view.of[c.ID], func(l event.Link) bool { return l.ClientCallID != "" }) {
			out.Calls.WithClient++
		}
		if c.linked {
			out.Calls.LinkedToAction++
		}
		e := c.Endpoint()
		if routes[e] == nil {
			routes[e] = &store.RouteQuality{Endpoint: e}
		}
		routes[e].Calls++
		if c.link != nil {
			routes[e].Linked++
			out.Calls.ByMethod[string(c.link.Method)]++
		}
	}
	for _, route := range routes {
		out.ByRoute = append(out.ByRoute, *route)
	}
	slices.SortFunc(out.ByRoute, func(a, b store.RouteQuality) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.String(), b.String()))
	})
	out.ByRoute = out.ByRoute[:min(len(out.ByRoute), 50)]
	out.Unlinked = r.reasons(s, rows)
}

// reasons counts calls by why they have no link; the newest is the example.
func (r *Reference) reasons(s store.Scope, rows []callRow) []store.UnlinkedReason {
	type reason struct {
		word string
		side event.Side
	}
	told := map[string]string{}
	for _, u := range r.unlinked {
		if word, twice := told[u.row.CallID]; u.project == s.Project && (!twice || u.row.Reason < word) {
			told[u.row.CallID] = u.row.Reason
		}
	}
	any, sure := r.linkView(s.Project, 0), r.linkView(s.Project, s.MinConfidence)
	calls := map[reason][]callRow{}
	for _, c := range rows {
		word := told[c.ID]
		switch answered := slices.ContainsFunc(sure.of[c.ID], func(l event.Link) bool { return l.ClientCallID != "" }); {
		case c.linked && c.Side == event.Server, c.Side == event.Client && word == "":
			continue
		case c.Side == event.Client:
		case answered && len(any.actions(c.ID)) == 0:
			word = "no_action"
		case any.best(c.ID) != nil:
			word = "low_confidence"
		case word != "":
		case c.seq > r.watermark:
			word = "pending"
		default:
			word = "no_browser"
		}
		key := reason{word, c.Side}
		calls[key] = append(calls[key], c)
	}
	var out []store.UnlinkedReason
	for key, of := range calls {
		example := slices.MaxFunc(of, func(a, b callRow) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
		out = append(out, store.UnlinkedReason{Reason: key.word, Side: key.side, Count: int64(len(of)), Example: example.ID})
	}
	slices.SortFunc(out, func(a, b store.UnlinkedReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Side, b.Side))
	})
	return out
}

func (r *Reference) eventQuality(s store.Scope, out *store.Quality) {
	causes := map[string]bool{}
	for _, l := range r.linkView(s.Project, s.MinConfidence).all {
		causes[l.EventID] = true
	}
	for _, e := range r.eventRows(s) {
		out.Events.Total++
		if e.SessionID == "" {
			out.Events.WithoutSession++
		}
		if e.Kind.IsAction() {
			out.Events.Actions++
			if causes[e.ID] {
				out.Events.ActionsLinked++
			}
		}
	}
}

// sourceQuality counts rows, bots too, and judges the clocks of all.
func (r *Reference) sourceQuality(s store.Scope, out *store.Quality) {
	view := r.linkView(s.Project, s.MinConfidence)
	sources, rows := map[string]*store.SourceQuality{}, map[string]int{}
	var off []float64 // milliseconds by which clocks were corrected
	see := func(at, arrived time.Time, o event.Origin) *store.SourceQuality {
		if arrived.Sub(o.OwnTime) > lateAfter {
			out.Late++
		}
		if d := at.Sub(o.OwnTime).Abs(); d > time.Second {
			off = append(off, float64(d.Microseconds())/1000)
		}
		if sources[o.Source] == nil {
			sources[o.Source] = &store.SourceQuality{Source: o.Source}
		}
		rows[o.Source]++
		return sources[o.Source]
	}
	for _, e := range r.events {
		if e.project == s.Project && within(e.row.Time, s.From, s.To) {
			see(e.row.Time, e.arrived, e.row.Origin).Events++
		}
	}
	for _, c := range r.calls {
		if c.project == s.Project && within(c.row.Time, s.From, s.To) {
			source := see(c.row.Time, c.arrived, c.row.Origin)
			if c.row.Class == event.Asset {
				continue
			}
			source.Calls++
			if view.best(c.row.ID) != nil {
				source.Linked++
			}
		}
	}
	for _, p := range r.spans {
		if p.project == s.Project && within(p.row.Time, s.From, s.To) {
			see(p.row.Time, p.arrived, p.row.Origin).Spans++
		}
	}
	for _, source := range sources {
		out.BySource = append(out.BySource, *source)
	}
	slices.SortFunc(out.BySource, func(a, b store.SourceQuality) int {
		return cmp.Or(cmp.Compare(rows[b.Source], rows[a.Source]), cmp.Compare(a.Source, b.Source))
	})
	if len(off) > 0 {
		out.ClockSkew.Corrected = int64(len(off))
		out.ClockSkew.MedianMS = *quantile(off, 0.5)
		out.ClockSkew.MaxMS = slices.Max(off)
	}
}

// arrivalQuality sums up what the hours that s touches counted.
func (r *Reference) arrivalQuality(s store.Scope, out *store.Quality) {
	touches := func(hour time.Time) bool { return within(hour, s.From.Truncate(time.Hour), s.To) }
	for _, h := range r.duplicates {
		if h.project == s.Project && touches(h.hour) {
			out.Duplicates += int64(h.row)
		}
	}
	type reason struct{ source, reason string }
	sums := map[reason]*event.Rejection{}
	for _, h := range r.rejected {
		if h.project != s.Project || !touches(h.hour) {
			continue
		}
		key := reason{h.row.Source, h.row.Reason}
		if sums[key] == nil {
			sums[key] = &event.Rejection{Source: key.source, Reason: key.reason}
		}
		sums[key].Count += h.row.Count
		sums[key].Example = max(sums[key].Example, h.row.Example)
	}
	for _, sum := range sums {
		out.Rejected = append(out.Rejected, *sum)
	}
	slices.SortFunc(out.Rejected, func(a, b event.Rejection) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Reason, b.Reason))
	})
}

// sdkLoss compares the numbers that senders gave their events with those that came.
func (r *Reference) sdkLoss(s store.Scope) *float64 {
	type view struct{ session, page string }
	numbers := map[view][]int64{}
	for _, e := range r.events {
		if e.project == s.Project && within(e.row.Time, s.From, s.To) && e.row.Seq > 0 && e.row.SessionID != "" {
			of := view{e.row.SessionID, e.row.Page.ID}
			numbers[of] = append(numbers[of], e.row.Seq)
		}
	}
	var expected, came int64
	for _, of := range numbers {
		slices.Sort(of)
		expected += of[len(of)-1] - of[0] + 1
		came += int64(len(slices.Compact(of)))
	}
	if expected == 0 {
		return nil
	}
	loss := float64(expected-came) / float64(expected)
	return &loss
}
