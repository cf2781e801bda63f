package api

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// brokenCart is what Node printed for testdata/bundle, see its README.
const brokenCart = `TypeError: e is not iterable
    at t (https://shop.example/assets/app-4f9c21be.js:1:119)
    at n (https://shop.example/assets/app-4f9c21be.js:1:190)
    at Module.r [as start] (https://shop.example/assets/app-4f9c21be.js:1:231)
    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)`

func bundleMap(tb testing.TB) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "bundle", "app-4f9c21be.js.map"))
	must(tb, err)
	return string(text)
}

// putError sends one browser error of a release, with a stack as the browser wrote it.
func (w *world) putError(id, release, stack string) {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{
		"id": id, "time": "2026-11-20T11:01:00Z", "name": "TypeError", "kind": "error", "device_id": "d-0123456789abcdef", "release": release,
		"properties": map[string]any{"message": "e is not iterable", "stack": stack},
	})
	must(w.t, err)
	if got := w.put("/intake/events", string(text)); got.status != http.StatusOK {
		w.t.Fatalf("status %d: %s", got.status, got.body)
	}
}

func TestFramesAreResolvedThroughASourceMap(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	w.putError("bug", "2.0", brokenCart)
	group := read[ErrorsOutput](w, "/api/v1/errors?kind=browser").Rows[0]
	if group.Frame != "t in app-#.js" || group.Name != "TypeError" {
		t.Errorf("%+v", group)
	}

	before := read[ErrorOutput](w, "/api/v1/errors/"+group.ID)
	if !strings.Contains(before.NoMap, "--release 2.0") || before.Frames[0].Original != nil || before.Frames[3].InApp {
		t.Errorf("without a map: %q, %+v", before.NoMap, before.Frames)
	}
	other := w.api(http.MethodPut, "/api/v1/sourcemaps?release=1.0&file=app-4f9c21be.js", bundleMap(t))
	must200(t, other)
	if still := read[ErrorOutput](w, "/api/v1/errors/"+group.ID); still.NoMap == "" {
		t.Error("a map of another release was used")
	}
	kept := decoded[SourceMapInfo](t, w.api(http.MethodPut, "/api/v1/sourcemaps?release=2.0&file=https://shop.example/assets/app-4f9c21be.js", bundleMap(t)))
	if kept.File != "/assets/app-4f9c21be.js" || kept.Sources != 2 {
		t.Errorf("%+v", kept)
	}

	after := read[ErrorOutput](w, "/api/v1/errors/"+group.ID)
	want := []struct {
		function, file string
		line           int
		source         string
	}{
		{"totalOf", "../src/total.ts", 6, "for (const line of lines) {"},
		{"showCart", "../src/cart.ts", 7, "totalOf(lines).toFixed(2)"},
		{"", "../src/cart.ts", 11, "return showCart(load())"},
	}
	for i, frame := range want {
		got := after.Frames[i].Original
		if got == nil || got.Function != frame.function || got.File != frame.file || got.Line != frame.line || !strings.Contains(got.Lines[got.Line-got.From], frame.source) {
			t.Errorf("frame %d: %+v", i, got)
		}
	}
	if after.NoMap != "" || after.Frames[3].Original != nil {
		t.Errorf("%q, %+v", after.NoMap, after.Frames[3])
	}
}

func TestSourceMapsAreListedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, query := range []string{"release=1.0&file=a.js", "release=1.0&file=b.js&service=shop", "release=2.0&file=a.js", "release=2.0&file=a.js"} {
		must200(t, w.api(http.MethodPut, "/api/v1/sourcemaps?"+query, bundleMap(t)))
	}
	listed := read[SourceMapsOutput](w, "/api/v1/sourcemaps").SourceMaps
	if len(listed) != 3 || listed[0].File != "a.js" || listed[1].Service != "shop" || listed[2].Release != "2.0" || listed[2].Uploaded.IsZero() {
		t.Fatalf("%+v", listed)
	}
	if gone := decoded[DeletedSourceMaps](t, w.api(http.MethodDelete, "/api/v1/sourcemaps?release=1.0", "")); gone.Deleted != 2 {
		t.Errorf("%+v", gone)
	}
	if gone := decoded[DeletedSourceMaps](t, w.api(http.MethodDelete, "/api/v1/sourcemaps?id="+listed[2].ID, "")); gone.Deleted != 1 {
		t.Errorf("%+v", gone)
	}
	if left := read[SourceMapsOutput](w, "/api/v1/sourcemaps?release=2.0").SourceMaps; len(left) != 0 {
		t.Errorf("%+v", left)
	}
}

func TestWhatIsNoSourceMapIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, attempt := range map[string][2]string{
		"no release": {"file=a.js", bundleMap(t)}, "no file": {"release=1", bundleMap(t)}, "a name too long": {"release=1&file=" + strings.Repeat("a", 2000), bundleMap(t)},
		"no JSON": {"release=1&file=a.js", "<html>"}, "version 2": {"release=1&file=a.js", `{"version":2}`}, "no sources": {"release=1&file=a.js", `{"version":3,"mappings":""}`},
		"an empty section": {"release=1&file=a.js", `{"version":3,"sections":[{"offset":{"line":0,"column":0}}]}`},
	} {
		got := w.api(http.MethodPut, "/api/v1/sourcemaps?"+attempt[0], attempt[1])
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
			continue
		}
		got.problem(t)
	}
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	for method, query := range map[string]string{http.MethodPut: "release=1&file=a.js", http.MethodDelete: "release=1"} {
		if got := send(t, method, w.main.URL+"/api/v1/sourcemaps?"+query, bundleMap(t), "Authorization", "Bearer "+viewer); got.status != http.StatusForbidden {
			t.Errorf("%s by a viewer: status %d", method, got.status)
		}
	}
	for _, query := range []string{"", "?id=1&release=2", "?id=none"} {
		if got := w.api(http.MethodDelete, "/api/v1/sourcemaps"+query, ""); got.status < 400 {
			t.Errorf("deleting %q: status %d", query, got.status)
		}
	}
}

func TestStacksOfEveryBrowser(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		properties map[string]any
		top        Frame
		frames     int
	}{
		"the browser SDK": {
			map[string]any{"stack": []any{map[string]any{"function": "pay", "file": "https://shop.example/app.js", "line": int64(3), "column": int64(14)}}},
			Frame{Function: "pay", File: "https://shop.example/app.js", Line: 3, Column: 14, InApp: true},
			1,
		},
		"a list of frames": {map[string]any{"frames": []any{
			map[string]any{"function": "pay", "file": "https://shop.example/app.js", "line": int64(3), "column": 14.0}, "not a frame", map[string]any{},
		}, "stack": "ignored@x.js:1:1"}, Frame{Function: "pay", File: "https://shop.example/app.js", Line: 3, Column: 14, InApp: true}, 2},
		"Chromium": {
			map[string]any{"stack": "TypeError: x\n    at async pay (https://shop.example/app.js:3:14)\n    at https://shop.example/app.js:9:1\n    at <anonymous>"},
			Frame{Function: "pay", File: "https://shop.example/app.js", Line: 3, Column: 14, InApp: true},
			2,
		},
		"Firefox, an extension on top": {
			map[string]any{"stack": "inject@moz-extension://1f/x.js:1:2\npay@https://shop.example/app.js:3:14\n@https://shop.example/app.js:9:1"},
			Frame{Function: "pay", File: "https://shop.example/app.js", Line: 3, Column: 14, InApp: true},
			3,
		},
		"OpenTelemetry":      {map[string]any{"exception.stacktrace": "pay@https://shop.example/app.js:3"}, Frame{Function: "pay", File: "https://shop.example/app.js", Line: 3, InApp: true}, 1},
		"nothing of the app": {map[string]any{"stack": "f@https://cdn.example/node_modules/lib.js:1:1"}, Frame{Function: "f", File: "https://cdn.example/node_modules/lib.js", Line: 1, Column: 1}, 1},
	} {
		frames := framesOf(&event.Event{Properties: c.properties})
		if top, _ := topFrame(frames); top != c.top || len(frames) != c.frames {
			t.Errorf("%s: %+v", name, frames)
		}
	}
}

func TestAPlaceKeepsItsNameInTheNextBuild(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"https://shop.example/assets/app-4f9c21be.js?v=2": "app-#.js", "/static/main.8e1bc2a7.chunk.js": "main.#.chunk.js",
		"https://shop.example/app.js": "app.js", "https://shop.example/checkout-form.js": "checkout-form.js", "": ".",
	} {
		if got := placeOf(Frame{File: file}); got != want {
			t.Errorf("%q became %q, want %q", file, got, want)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(brokenCart)
	f.Add("f@x.js:1:2\nat (:0:0)\n@")
	f.Fuzz(func(t *testing.T, stack string) {
		frames := framesOf(&event.Event{Properties: map[string]any{"stack": stack}})
		if len(frames) > maxFrames {
			t.Errorf("%d frames", len(frames))
		}
		for _, frame := range frames {
			if frame.Line < 0 || frame.Column < 0 {
				t.Errorf("%+v", frame)
			}
			_ = placeOf(frame)
		}
	})
}

func FuzzSourceMap(f *testing.F) {
	f.Add(bundleMap(f), 1, 119)
	f.Add(`{"version":3,"sources":[],"names":["a"],"mappings":"AAIAA"}`, 1, 1)
	f.Add(`{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":{"version":3,"sources":["a"],"mappings":"A"}}]}`, 1, 1)
	f.Fuzz(func(t *testing.T, text string, line, column int) {
		read, err := readSourceMap([]byte(text))
		if err != nil {
			return
		}
		if at, _ := read.position(line, column); at != nil && len(at.Lines) > 2*aroundLines+1 {
			t.Errorf("%d lines", len(at.Lines))
		}
	})
}
