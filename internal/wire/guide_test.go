package wire

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// begin example

// decodeVisits reads page views as lines of time,visitor,url.
func decodeVisits(r io.Reader, opt Options, sink Sink) error {
	limit := opt.maxLine()
	return eachLine(r, limit, func(number int, line []byte) error {
		stamp, rest, _ := strings.Cut(string(line), ",")
		visitor, url, complete := strings.Cut(rest, ",")
		at, err := time.Parse(time.RFC3339, stamp)
		if err != nil || !complete {
			sink.Reject(Reject{Index: number, Reason: "line is not time,visitor,url", Sample: sample(line)})
			return nil //nolint:nilerr // a bad record costs itself, not the input
		}
		e := event.Event{ID: LineID(opt.Service, line, 0), Time: event.Time(at), Kind: event.PageView, Name: string(event.PageView)}
		e.DeviceID, e.Page.URL, e.Source = visitor, url, "visits"
		return sink.Event(&e)
	}, rejectLong(limit, sink))
}

// end example

// TestGuide keeps docs/guides/add-a-wire-format.md true: its example is the code
// above, which works.
func TestGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guides/add-a-wire-format.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("guide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(source), "// begin example\n")
	example, _, _ = strings.Cut(example, "// end example\n")
	if !strings.Contains(string(guide), "```go\n"+strings.TrimSpace(example)+"\n```") {
		t.Error("the guide's example is not decodeVisits as it stands here")
	}
	for _, name := range []string{"presets.go", "registry.go", "testdata/", "CLICKSPAN_UPDATE=1", "FuzzDecode"} {
		if !strings.Contains(string(guide), name) {
			t.Errorf("the guide does not mention %s", name)
		}
	}

	r := &Recorder{}
	if err := decodeVisits(strings.NewReader("2026-10-10T13:55:36Z,v1,https://shop.example/\nnonsense\n"), Options{}, r); err != nil {
		t.Fatal(err)
	}
	if len(r.Records.Events) != 1 || r.Records.Events[0].DeviceID != "v1" || len(r.Rejected) != 1 || r.Rejected[0].Index != 2 {
		t.Errorf("got %+v, rejected %+v", r.Records.Events, r.Rejected)
	}
}
