package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestErrorGroups(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	bug := func(i int) string {
		return fmt.Sprintf(`{"id":"b%d","time":"2026-11-20T11:01:%02dZ","name":"error","kind":"error","device_id":"d-%d-0123456789abcdef","release":"1.%d",`+
			`"properties":{"type":"TypeError","message":"cannot read 'x%d' of undefined at line %d"}}`, i, i, i%2, i%2, i, i)
	}
	must200(t, w.put("/intake/events", bug(1)+"\n"+bug(2)+"\n"+bug(3)))
	lost := `{"id":"lost","time":"2026-11-20T11:02:00Z","duration_us":5,"side":"client","method":"GET","path":"/cart","error":"network","device_id":"d-0-0123456789abcdef"}`
	must200(t, w.put("/intake/calls", lost))

	got := read[ErrorsOutput](w, "/api/v1/errors")
	if len(got.Rows) != 3 || got.Truncated {
		t.Fatalf("%+v", got)
	}
	script, network, pay := got.Rows[0], got.Rows[1], got.Rows[2]
	if script.Kind != "browser" || script.Name != "TypeError" || script.Count != 3 || script.People != 2 || script.Example != "b3" ||
		script.Error != "cannot read '…' of undefined at line #" || strings.Join(script.Releases, " ") != "1.0 1.1" || script.FirstSeen.Second() != 1 || script.LastSeen.Second() != 3 {
		t.Errorf("%+v", script)
	}
	if network.Error != "network" || network.Status != 0 || network.Example != "lost" {
		t.Errorf("%+v", network)
	}
	// The failed payment counts once, as the server saw it, with the person its link gave it.
	if pay.Name != "shop: POST /orders/{id}/pay" || pay.Status != 503 || pay.Error != "timeout" || pay.Count != 1 || pay.People != 1 || pay.Example != "c-server" {
		t.Errorf("%+v", pay)
	}
	if one := read[ErrorsOutput](w, "/api/v1/errors?limit=1"); len(one.Rows) != 1 {
		t.Errorf("%d rows", len(one.Rows))
	}
}

func TestTemplateOfMessages(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"":                                    "",
		"timeout":                             "timeout",
		"timeout after 1500ms":                "timeout after 1500ms", // a word with other letters is left alone
		"order 42 is gone":                    "order # is gone",
		"no row 7f9c24e8-3b12-4fef-91e0-b7ad": "no row #",
		`unknown key "user:7"`:                `unknown key "…"`,
		"don't":                               "don't",
		"status=503;id=0xff":                  "status=#;id=#",
	} {
		if got := template(message); got != want {
			t.Errorf("%q became %q, want %q", message, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := template(rapid.String().Draw(t, "message"))
		if again := template(once); again != once {
			t.Fatalf("%q became %q", once, again)
		}
	})
}

func TestPeopleAndAccounts(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	mail := `{"id":"m","time":"2026-11-20T11:10:00Z","name":"login","user_id":"ada@shop.example","account_id":"acme","device_id":"d-9-0123456789abcdef","session_id":"99999999-2222-4333-8444-555555555555"}`
	must200(t, w.put("/intake/events?sync=1", mail))

	for _, id := range []string{"u-1", "d-0123456789abcdef"} {
		got := read[PersonOutput](w, "/api/v1/people/"+id)
		if got.ID != "u-1" || len(got.Sessions) != 1 || got.Sessions[0].ID != visit || got.Users[0] != "u-1" || got.Devices[0] != "d-0123456789abcdef" {
			t.Errorf("%s: %+v", id, got)
		}
	}
	ada := read[PersonOutput](w, "/api/v1/people/ada@shop.example")
	if len(ada.Sessions) != 1 || !strings.HasPrefix(ada.ID, "p_") || ada.Users[0] != ada.ID {
		t.Errorf("by e-mail: %+v", ada)
	}
	acme := read[PersonOutput](w, "/api/v1/accounts/acme")
	if len(acme.Sessions) != 1 || acme.Users[0] != ada.ID {
		t.Errorf("account: %+v", acme)
	}
	if hits := read[FindOutput](w, "/api/v1/find?q=ada@shop.example").Hits; len(hits) != 1 || hits[0].Kind != "user" {
		t.Errorf("found by e-mail: %+v", hits)
	}
	if none := w.api(http.MethodGet, "/api/v1/people/nobody", ""); none.status != http.StatusNotFound {
		t.Errorf("status %d", none.status)
	} else {
		none.problem(t)
	}
}
