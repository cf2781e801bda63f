package privacy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// world is a whole intake over the reference store and a settings file.
type world struct {
	*privacy.Rights
	pipeline *pipeline.Pipeline
	linker   *pipeline.Linker
	dir      string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	now := func() time.Time { return at.Add(time.Hour) }
	w := &world{dir: t.TempDir()}
	db, err := meta.Open(t.Context(), filepath.Join(w.dir, "settings.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r, err := privacy.New(t.Context(), db, privacy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := storetest.NewReference(now)
	w.Rights = &privacy.Rights{Store: rows, Meta: db, Rules: r, Now: now}
	w.pipeline = pipeline.New(pipeline.Config{Store: rows, Rules: r, Releases: db, Now: now})
	w.linker = pipeline.NewLinker(pipeline.LinkerConfig{Store: rows, Now: now})
	return w
}

// take stores events and links them.
func (w *world) take(t *testing.T, events ...event.Event) {
	t.Helper()
	sink := w.pipeline.Begin(t.Context(), pipeline.Origin{Project: 1})
	for i := range events {
		if err := sink.Event(&events[i]); err != nil {
			t.Fatal(err)
		}
	}
	if result, err := sink.Close(); err != nil || result.Rejected > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	for {
		more, err := w.linker.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func visit(id, device, user string) event.Event {
	return event.Event{
		ID: id, Time: at, Name: "Viewed", Kind: event.PageView, Identity: event.Identity{DeviceID: device, UserID: user},
		Page: event.Page{URL: "https://shop.example/account"},
	}
}

func (w *world) events(t *testing.T) (ids []string) {
	t.Helper()
	page, err := w.Store.Events(t.Context(), store.EventsQuery{
		Scope: store.Scope{Project: 1, From: at.Add(-time.Hour), To: at.Add(time.Hour), Bots: true}, Limit: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Rows {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestErasedPersonIsGoneEverywhereAndStaysGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t,
		visit("1", "phone", "anna@example.com"), visit("2", "laptop", "anna@example.com"), visit("3", "laptop", ""),
		visit("4", "family", "anna@example.com"), visit("5", "family", "bob@example.com"), visit("6", "family", ""))
	anna := w.Rules.Pseudonym(1, "anna@example.com")
	receipt, err := w.Erase(t.Context(), 1, "Anna@Example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := privacy.Receipt{
		Project: 1, IDs: []string{"laptop", anna, "phone"}, At: at.Add(time.Hour), Erased: store.Erased{Events: 4, Links: receipt.Links, Claims: 3},
		Originals: 1, SharedDevices: []string{"family"},
	}
	if d := cmp.Diff(want, receipt); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"6", "5"}, w.events(t)); d != "" {
		t.Errorf("left over: %s", d)
	}
	if _, err := w.Meta.Reveal(t.Context(), 1, anna); err == nil {
		t.Error("the original is still there")
	}

	w.take(t, visit("7", "phone", "anna@example.com")) // a late record
	var out bytes.Buffer
	if n, err := w.Export(t.Context(), 1, "anna@example.com", &out); !errors.Is(err, privacy.ErrNobody) || n != (privacy.Exported{}) {
		t.Errorf("the person is back: %+v, %v\n%s", n, err, out.String())
	}
	if d := cmp.Diff([]string{"7", "6", "5"}, w.events(t)); d != "" {
		t.Errorf("the late record does not count: %s", d)
	}

	again, err := w.Erase(t.Context(), 1, "anna@example.com")
	if err != nil || again.Events != 0 || again.Originals != 0 {
		t.Errorf("erased again: %+v, %v", again, err)
	}
	if all, err := w.Meta.Documents(t.Context(), 1, "erasure"); err != nil || len(all) != 1 {
		t.Errorf("%d receipts, %v", len(all), err) // both at the same frozen moment
	}
}

func TestReplayErasesWhatARestoreBroughtBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, visit("1", "phone", "u1"), visit("2", "tablet", "u2"))
	if err := w.Meta.Suppress(t.Context(), 1, []string{"u1", "phone"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"2"}, w.events(t)); d != "" {
		t.Error(d)
	}
}

func TestDeviceOfOneUserIsThatUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, visit("1", "phone", "u1"), visit("2", "laptop", "u1"), visit("3", "kiosk", ""))
	if receipt, err := w.Erase(t.Context(), 1, "phone"); err != nil || receipt.Events != 2 {
		t.Errorf("%+v, %v", receipt, err)
	}
	if receipt, err := w.Erase(t.Context(), 1, "kiosk"); err != nil || receipt.Events != 1 {
		t.Errorf("%+v, %v", receipt, err)
	}
}

func TestExportHasEverythingOfThePersonOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, visit("1", "phone", "anna@example.com"), visit("2", "tablet", "bob@example.com"))
	var clicks []event.Event
	for i := range 5 { // in rage, on the same place
		click := visit(fmt.Sprint("click", i), "phone", "anna@example.com")
		click.Kind, click.Name, click.Time = event.Click, "Pay", at.Add(time.Duration(i)*100*time.Millisecond)
		click.Target = event.Target{Selector: "#pay", X: 10, Y: 10}
		clicks = append(clicks, click)
	}
	w.take(t, clicks...)
	var out bytes.Buffer
	n, err := w.Export(t.Context(), 1, "anna@example.com", &out)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(privacy.Exported{Identifiers: 1, Claims: 1, Sessions: 1, Events: 6, Signals: 1, Interactions: 6}, n); d != "" {
		t.Error(d)
	}
	var kinds []string
	for text := range strings.Lines(out.String()) {
		var line struct{ Kind string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, line.Kind)
	}
	if d := cmp.Diff([]string{"identifier", "claim", "event", "session", "signal", "interaction"}, slices.Compact(kinds)); d != "" {
		t.Error(d)
	}
	if !strings.Contains(out.String(), "anna@example.com") || strings.Contains(out.String(), "tablet") {
		t.Errorf("export: %s", out.String())
	}
}

// TestAWithdrawnDeviceIsNobodyElses withdraws the claim of a user on a device before
// that user is erased: what comes from the device later is still known by it.
func TestAWithdrawnDeviceIsNobodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, visit("1", "tablet", "bob"), visit("2", "phone", "bob"))
	if err := w.Store.Withdraw(t.Context(), 1, event.Pair{DeviceID: "tablet", UserID: "bob"}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"bob", "phone"} {
		receipt, err := w.Erase(t.Context(), 1, id)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(receipt.IDs, "tablet") || w.Meta.Suppressed(1, "tablet") {
			t.Errorf("by %s: the device went along: %+v", id, receipt)
		}
	}
}

// Canaries sent through the whole intake are in no file of the settings store.
func TestCanariesReachNoFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	canaries := []string{"anna.canary@example.com", "203.0.113.231", "4111111111111111", "DE89370400440532013000", "Canary-Agent/7.7"}
	e := visit("1", "phone", canaries[0])
	e.ClientIP, e.UserAgent = canaries[1], canaries[4]
	e.Page.URL += "?card=" + canaries[2]
	e.Properties = map[string]any{"iban": canaries[3], "note": strings.Join(canaries[:4], " ")}
	w.take(t, e)
	names, err := filepath.Glob(filepath.Join(w.dir, "*"))
	if err != nil || len(names) < 2 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range canaries {
			if bytes.Contains(data, []byte(canary)) {
				t.Errorf("%s is in %s", canary, filepath.Base(name))
			}
		}
	}
}

func TestInventoryPageIsCurrent(t *testing.T) {
	t.Parallel()
	const page = "../../docs/reference/privacy.md"
	var want bytes.Buffer
	if err := privacy.WriteInventory(&want); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(page, want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what inventory.go says; run UPDATE=1 go test ./internal/privacy (%v)", page, err)
	}
}
