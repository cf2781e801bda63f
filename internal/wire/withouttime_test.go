package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
)

// TestALogWithoutTimeIsTold: such lines look like ours, and no format can help.
func TestALogWithoutTimeIsTold(t *testing.T) {
	t.Parallel()
	const line = `198.51.100.7 - - "GET /orders/1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"` + "\n"
	_, err := Detect([]byte(strings.Repeat(line, 3)))
	told, ok := errors.AsType[*event.Permanent](err)
	if !ok || !strings.Contains(told.Error(), errNoTime.Error()) || strings.Contains(told.Error()+told.Hint, "--format") {
		t.Errorf("detection says %+v", err)
	}
	for _, name := range []string{"combined", "common", "nginx-timed"} {
		format, _ := Lookup(name)
		var got Recorder
		if err := format.Decode(strings.NewReader(line), Options{}, &got); err != nil || len(got.Rejected) != 1 || got.Rejected[0].Reason != errNoTime.Error() {
			t.Errorf("%s: %v, %+v", name, err, got.Rejected)
		}
	}
}
