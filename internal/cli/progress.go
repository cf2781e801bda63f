package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress draws a bar on a terminal and writes a line now and then elsewhere, so that
// logs and pipes tell how far it is and are not filled with it.
type progress struct {
	out   io.Writer
	title string
	drawn time.Time
	bar   bool
	now   func() time.Time
}

const (
	redraw = 100 * time.Millisecond
	// A line each so often, the first after firstLine: what is done before needs none.
	between   = 10 * time.Second
	firstLine = 2 * time.Second
)

func newProgress(out io.Writer, title string) *progress {
	file, ok := out.(*os.File)
	p := &progress{out: out, title: title, bar: ok && term.IsTerminal(int(file.Fd())), now: time.Now}
	p.drawn = p.now().Add(firstLine - between)
	return p
}

// show draws the share done, 0 to 1, and a note, at most ten times a second.
func (p *progress) show(share float64, note string) {
	now := p.now()
	pause := between
	if p.bar {
		pause = redraw
	}
	if now.Sub(p.drawn) < pause {
		return
	}
	p.drawn = now
	if !p.bar {
		_, _ = fmt.Fprintln(p.out, strings.TrimRight(fmt.Sprintf("%s: %.0f %% %s", p.title, share*100, note), " "))
		return
	}
	const width = 30
	done := int(min(1, max(0, share)) * width)
	_, _ = fmt.Fprintf(p.out, "\r\x1b[K%s [%s%s] %3.0f %% %s", p.title, strings.Repeat("#", done), strings.Repeat(".", width-done), share*100, note)
}

// done wipes the bar.
func (p *progress) done() {
	if p.bar {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}
