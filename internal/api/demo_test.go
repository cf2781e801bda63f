package api

import (
	"errors"
	"net/http"
	"testing"

	"github.com/clickspan/clickspan/internal/meta"
)

// onePayment is a demo with one endpoint.
type onePayment struct{ broken []DemoBreak }

func (d *onePayment) State() DemoState {
	return DemoState{Running: true, Breaks: append([]DemoBreak{}, d.broken...), Endpoints: []string{"POST /pay"}}
}

func (d *onePayment) Break(endpoint, effect string) error {
	if endpoint != "POST /pay" {
		return errors.New("there is no such endpoint")
	}
	d.broken = nil
	if effect != "fix" {
		d.broken = []DemoBreak{{Endpoint: endpoint, Effect: effect}}
	}
	return nil
}

func TestDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Demo = &onePayment{} })
	if got := read[DemoState](w, "/api/v1/demo"); !got.Running || len(got.Endpoints) != 1 || len(got.Breaks) != 0 {
		t.Errorf("%+v", got)
	}
	change := func(body string) response { return w.api(http.MethodPost, "/api/v1/demo/break", body) }
	if got := decoded[DemoState](t, change(`{"endpoint":"POST /pay","effect":"fail"}`)); len(got.Breaks) != 1 || got.Breaks[0].Effect != "fail" {
		t.Errorf("broken: %+v", got)
	}
	if got := decoded[DemoState](t, change(`{"endpoint":"POST /pay","effect":"fix"}`)); len(got.Breaks) != 0 {
		t.Errorf("fixed: %+v", got)
	}
	for _, body := range []string{`{"endpoint":"GET /","effect":"fail"}`, `{"endpoint":"POST /pay","effect":"explode"}`, `{}`} {
		if got := change(body); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, got.status)
		} else {
			got.problem(t)
		}
	}
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	got := send(t, http.MethodPost, w.main.URL+"/api/v1/demo/break", `{"endpoint":"POST /pay","effect":"fail"}`, "Authorization", "Bearer "+viewer)
	if got.status != http.StatusForbidden {
		t.Errorf("a viewer: status %d", got.status)
	}
}

func TestNoDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, got := range []response{
		w.api(http.MethodGet, "/api/v1/demo", ""), w.api(http.MethodPost, "/api/v1/demo/break", `{"endpoint":"POST /pay","effect":"fail"}`),
	} {
		if got.status != http.StatusNotFound || got.problem(t).Hint != "Start one with `clickspan demo`." {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}
