package cli

import (
	"strings"
	"testing"
	"time"
)

// Where there is no terminal, a line every ten seconds says how far it is.
func TestProgressWithoutATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := newProgress(&out, "Filling the shop")
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	p.now = func() time.Time { return now }
	p.drawn = now.Add(firstLine - between)
	for second := range 25 {
		p.show(float64(second)/25, "of about 9,000 records")
		now = now.Add(time.Second)
	}
	p.done()
	want := "Filling the shop: 8 % of about 9,000 records\nFilling the shop: 48 % of about 9,000 records\nFilling the shop: 88 % of about 9,000 records\n"
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
}
