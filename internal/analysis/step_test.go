package analysis_test

import (
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func TestStepsMatch(t *testing.T) {
	t.Parallel()
	view := func(path string) store.Row {
		return store.Row{Event: &event.Event{Kind: event.PageView, Name: "page_view", Page: event.Page{Path: path, Route: "/orders/{id}"}}}
	}
	paid := func(amount float64) store.Row {
		return store.Row{Event: &event.Event{Kind: event.Custom, Name: "Order Paid", Properties: map[string]any{"amount": amount}}}
	}
	call := func(endpoint string, status int) store.Row {
		e, _ := event.ParseEndpoint(endpoint)
		return store.Row{Call: &event.Call{Service: e.Service, Method: e.Method, Route: e.Route, Status: status, Side: event.Server}}
	}
	click := store.Row{Event: &event.Event{Kind: event.Click, Name: "click", Page: event.Page{Path: "/cart"}}}
	for _, example := range []struct {
		step analysis.Step
		yes  []store.Row
		no   []store.Row
	}{
		{analysis.Step{Event: "Order Paid"}, []store.Row{paid(1)}, []store.Row{click}},
		{analysis.Step{Event: "Order Paid", Where: "properties.amount > 10.0"}, []store.Row{paid(11)}, []store.Row{paid(10), click}},
		{analysis.Step{Event: "*"}, []store.Row{paid(1), click, view("/")}, nil},
		{analysis.Step{Page: "/cart"}, []store.Row{view("/cart"), view("/cart/")}, []store.Row{view("/cart/2"), view("/carts"), click}},
		{analysis.Step{Page: "/a/**"}, []store.Row{view("/a"), view("/a/"), view("/a/b/c")}, []store.Row{view("/ab"), view("/")}},
		{analysis.Step{Page: "/a/*/c"}, []store.Row{view("/a/b/c")}, []store.Row{view("/a/b/b/c"), view("/a/c")}},
		{analysis.Step{Page: "/**/c"}, []store.Row{view("/a/b/c"), view("/a/c")}, []store.Row{view("/c/d")}},
		{analysis.Step{Page: "/"}, []store.Row{view("/")}, []store.Row{view("/a")}},
		{analysis.Step{Page: "/**"}, []store.Row{view("/"), view("/a/b")}, []store.Row{click}},
		{analysis.Step{Page: "/orders/{id}", Template: true}, []store.Row{view("/orders/7")}, []store.Row{click}},
		{analysis.Step{Page: "/a.b"}, []store.Row{view("/a.b")}, []store.Row{view("/axb")}},
		{
			analysis.Step{Call: "post /orders/{id}/pay"},
			[]store.Row{call("shop: POST /orders/{id}/pay", 200), call("POST /orders/{id}/pay", 500)},
			[]store.Row{call("GET /orders/{id}/pay", 200), call("POST /orders/{id}", 200)},
		},
		{analysis.Step{Call: "shop:POST /orders/**"}, []store.Row{call("shop: POST /orders", 200)}, []store.Row{call("api: POST /orders", 200)}},
		{analysis.Step{Call: "shop: * /orders"}, []store.Row{call("shop: PUT /orders", 200)}, []store.Row{call("api: PUT /orders", 200)}},
		{analysis.Step{Call: "eu:shop: POST /orders"}, []store.Row{call("eu:shop: POST /orders", 200)}, []store.Row{call("shop: POST /orders", 200)}},
		{analysis.Step{Call: "*", Where: "status >= 500"}, []store.Row{call("GET /", 500)}, []store.Row{call("GET /", 404)}},
	} {
		c, err := example.step.Compile()
		if err != nil {
			t.Errorf("%+v: %v", example.step, err)
			continue
		}
		for _, row := range example.yes {
			if !store.Match(c.Filter, row) {
				t.Errorf("%+v does not match %+v %+v", example.step, row.Event, row.Call)
			}
		}
		for _, row := range example.no {
			if store.Match(c.Filter, row) {
				t.Errorf("%+v matches %+v %+v", example.step, row.Event, row.Call)
			}
		}
	}
}

func TestStepsThatAreNone(t *testing.T) {
	t.Parallel()
	for want, step := range map[string]analysis.Step{
		"exactly one of what":   {},
		"a page or an API call": {Event: "a", Page: "/"},
		"goes with page":        {Event: "a", Template: true},
		`"orders" names no API`: {Call: "orders"},
		`"A B /orders" names`:   {Call: "A B /orders"},
		"there is no field":     {Event: "a", Where: "status > 1"},
		"line 1, column 1: ":    {Call: "GET /a", Where: "nonsense"},
	} {
		_, err := step.Compile()
		if err == nil || !event.IsPermanent(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", step, err)
		}
	}
}

// FuzzStep looks for text that no engine would accept once it compiled.
func FuzzStep(f *testing.F) {
	f.Add("Order Paid", "", "", "properties.amount > 1.0")
	f.Add("", "/a/**/b*", "", "")
	f.Add("", "", "s:GET /{id}/[x", "status == 1")
	f.Fuzz(func(t *testing.T, name, page, call, where string) {
		step := analysis.Step{Event: name, Page: page, Call: call, Where: where}
		c, err := step.Compile()
		if err != nil {
			if !event.IsPermanent(err) {
				t.Fatalf("%+v: %v", step, err)
			}
			return
		}
		store.Match(c.Filter, store.Row{Event: &event.Event{Kind: event.PageView, Page: event.Page{Path: page}}})
	})
}
