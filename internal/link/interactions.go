package link

import "github.com/clickspan/clickspan/internal/event"

const (
	reactWithin = 30 * second // what comes later answers something else
	ownEffect   = second      // a navigation this soon is what the action did, not an answer to it
)

// interactions tells for every action what it caused and how the person reacted.
func (l *linker) interactions() []event.Interaction {
	var out []event.Interaction
	for _, v := range l.visits {
		for n, i := range v.events {
			if e := l.events[i]; e.Kind.IsAction() {
				out = append(out, l.interaction(v, n, e))
			}
		}
	}
	return out
}

func (l *linker) interaction(v *visit, n int, e *action) event.Interaction {
	x := event.Interaction{EventID: e.ID, SessionID: v.id, Time: e.Time, Name: e.Name, Page: l.pageOfEvent(e)}
	var worst *call
	for _, c := range e.calls {
		x.Calls++
		if c.failed() {
			x.Failed++
		}
		x.Slowest = max(x.Slowest, c.took())
		if worst == nil || worse(c, worst) {
			worst = c
		}
	}
	if worst != nil {
		x.Endpoint = worst.endpoint()
	}
	x.Reaction = l.reaction(v, n, e)
	return x
}

// reaction reads what the person did next. The clearest answer wins: rage, then
// doing it again, then going back, then leaving.
func (l *linker) reaction(v *visit, n int, e *action) event.Reaction {
	if e.raged {
		return event.Raged
	}
	repeated, back, last := l.next(v, n, e)
	switch {
	case repeated:
		return event.Repeated
	case back:
		return event.WentBack
	case last && l.opts.past(e.Time.Add(Silence)):
		return event.Left
	}
	return event.WentOn
}

// next looks at what follows event n: the same deed, the page before, or nothing.
func (l *linker) next(v *visit, n int, e *action) (repeated, back, last bool) {
	here, before := l.pageOfEvent(e), v.pageBefore(e.at)
	moved := false
	last = true
	for _, i := range v.events[n+1:] {
		f := l.events[i]
		if f.Kind == event.WebVital || f.Kind == event.PageError {
			continue
		}
		last = false
		if f.at-e.at > reactWithin {
			break
		}
		navigates := f.Kind == event.PageView || f.Kind == event.RouteChange
		switch page := f.Page.Path; {
		case navigates && !moved && l.pageOfEvent(f) != here:
			moved = true
			back = page != "" && page == before && f.at-e.at > ownEffect
		case !moved && sameThing(e, f):
			return true, false, false
		}
	}
	return false, back, last
}
