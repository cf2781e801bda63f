package analysis

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/store"
)

// Step is something that can be reached: an event by its name, a page by its path,
// or a call by its endpoint; exactly one of the three. A goal, a target and an
// exposure are steps too.
type Step struct {
	Event    string `json:"event,omitempty" maxLength:"512" example:"Order Paid" doc:"name of an event; * = any"`
	Page     string `json:"page,omitempty" maxLength:"2048" example:"/checkout/**" doc:"glob of a page's path"`
	Template bool   `json:"template,omitempty" doc:"page is a glob of route templates, not of raw paths"`
	Call     string `json:"call,omitempty" maxLength:"2048" example:"POST /orders" doc:"[service:]METHOD and glob of the route template, as the server saw it; * = any call"`
	Where    string `json:"where,omitempty" maxLength:"4096" example:"properties.amount > 10.0" doc:"CEL over the event or call, whose fields stand bare"`
}

// Condition is a step as the store understands it: rows of Of that match Filter.
type Condition struct {
	Of     store.Record
	Filter store.Filter
}

// Compile checks the step and translates it. The error is an [event.Permanent]
// that says which part is wrong.
func (s Step) Compile() (Condition, error) {
	of, condition, err := s.subject()
	if err != nil {
		return Condition{}, err
	}
	where, err := filter.CompileWhere(s.Where, map[store.Record]string{store.OfEvents: "event", store.OfCalls: "call"}[of])
	if err != nil {
		return Condition{}, fmt.Errorf("where: %w", err)
	}
	if of == store.OfCalls {
		condition = store.All(onServer(), condition)
	}
	return Condition{Of: of, Filter: store.All(condition, where)}, nil
}

// occurrence is the step of sequences: of calls it means requests, which it sees on
// either side. The error is a [WrongField] when it is about where.
func (s Step) occurrence() (store.Step, error) {
	of, condition, err := s.subject()
	if err != nil {
		return store.Step{}, err
	}
	where, err := filter.CompileWhere(s.Where, map[store.Record]string{store.OfEvents: "event", store.OfCalls: "call"}[of])
	if err != nil {
		return store.Step{}, at(err, "where")
	}
	return store.Step{Of: of, Filter: store.All(condition, where)}, nil
}

func (s Step) subject() (store.Record, store.Filter, error) {
	given := 0
	for _, text := range []string{s.Event, s.Page, s.Call} {
		if text != "" {
			given++
		}
	}
	if given != 1 || s.Template && s.Page == "" {
		return "", nil, &event.Permanent{
			Err:  errors.New("it must say exactly one of what happened: an event, a page or an API call; template goes with page only"),
			Hint: `Name an event such as Order Paid, a page such as /checkout/** or a call such as POST /orders. As JSON: {"event":"Order Paid"}, {"page":"/checkout/**"} or {"call":"POST /orders"}.`,
		}
	}
	switch {
	case s.Event == "*":
		return store.OfEvents, nil, nil
	case s.Event != "":
		return store.OfEvents, store.Equals("event.name", s.Event), nil
	case s.Page != "":
		field := "event.page"
		if s.Template {
			field = "event.page_route"
		}
		return store.OfEvents, store.And{isPage(), matches(field, globPattern(s.Page))}, nil
	}
	condition, err := callCondition(s.Call)
	return store.OfCalls, condition, err
}

// onServer holds for calls as the server saw them: each request counts once.
func onServer() store.Filter { return store.Equals("call.side", string(event.Server)) }

// callCondition reads `[service:]METHOD glob`, or * for any call.
func callCondition(text string) (store.Filter, error) {
	if text == "*" {
		return nil, nil
	}
	head, glob, found := strings.Cut(text, " /")
	service, method, named := "", head, false
	if colon := strings.LastIndexByte(head, ':'); colon >= 0 { // a service's name may have one too
		service, method, named = head[:colon], head[colon+1:], true
	}
	method = strings.ToUpper(strings.TrimSpace(method))
	if !found || method == "" || strings.Contains(method, " ") {
		return nil, &event.Permanent{
			Err:  fmt.Errorf("%q names no API call", text),
			Hint: "Write the method, a space and the route: POST /orders/{id}/pay, with a service in front if need be: shop: POST /orders.",
		}
	}
	parts := store.And{matches("call.route", globPattern("/"+glob))}
	if method != "*" {
		parts = append(parts, store.Equals("call.method", method))
	}
	if named {
		parts = append(parts, store.Equals("call.service", strings.TrimSpace(service)))
	}
	return parts, nil
}

// globPattern translates a glob over paths: * within a segment, ** across, /a/**
// also /a itself, and a trailing slash makes no difference.
func globPattern(glob string) string {
	glob, below := strings.CutSuffix(glob, "/**")
	if !below {
		glob = strings.TrimRight(glob, "/")
	}
	var out strings.Builder
	out.WriteString("^")
	for rest := glob; rest != ""; {
		star := strings.IndexByte(rest, '*')
		if star < 0 {
			out.WriteString(regexp.QuoteMeta(rest))
			break
		}
		out.WriteString(regexp.QuoteMeta(rest[:star]))
		if rest = rest[star+1:]; strings.HasPrefix(rest, "*") {
			rest = rest[1:]
			out.WriteString(".*")
		} else {
			out.WriteString("[^/]*")
		}
	}
	if below {
		out.WriteString("(/.*)?")
	}
	return out.String() + "/?$"
}

// isPage holds for page views, also for those that load no document.
func isPage() store.Filter {
	return store.In{Field: store.Field{Name: "event.kind"}, Values: []any{string(event.PageView), string(event.RouteChange)}}
}

func matches(field, pattern string) store.Filter {
	return store.Text{Field: store.Field{Name: field}, Test: store.Matches, Arg: pattern}
}
