package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress draws a bar on a terminal and stays silent elsewhere, so that logs and
// pipes are not filled with it.
type progress struct {
	out   io.Writer
	title string
	drawn time.Time
	on    bool
}

func newProgress(out io.Writer, title string) *progress {
	file, ok := out.(*os.File)
	return &progress{out: out, title: title, on: ok && term.IsTerminal(int(file.Fd()))}
}

// show draws the share done, 0 to 1, and a note, at most ten times a second.
func (p *progress) show(share float64, note string) {
	if !p.on || time.Since(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	const width = 30
	done := int(min(1, max(0, share)) * width)
	_, _ = fmt.Fprintf(p.out, "\r\x1b[K%s [%s%s] %3.0f %% %s", p.title, strings.Repeat("#", done), strings.Repeat(".", width-done), share*100, note)
}

// done wipes the bar.
func (p *progress) done() {
	if p.on {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}
