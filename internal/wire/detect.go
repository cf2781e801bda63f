package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clickspan/clickspan/internal/event"
)

// enough is the share of lines that must fit for a format to be believed.
const enough = 0.5

// Detect guesses the format from the first bytes of an input; some kilobytes with
// several whole lines are best. When none fits, the error (an [event.Permanent])
// shows the first bad line, points at the column where the nearest format stopped
// matching, and says what to try.
func Detect(head []byte) (Format, error) {
	var best, nearest Format
	var score float64
	closest := Match{Column: -1}
	for _, f := range Formats() {
		if f.Detect == nil {
			continue
		}
		m := f.Detect(head)
		if m.Score > score {
			best, score = f, m.Score
		}
		if len(m.Line) > 0 && m.Column > closest.Column {
			nearest, closest = f, m
		}
	}
	if score >= enough {
		return best, nil
	}
	if lines := headLines(head); len(lines) > 0 && withoutTime.Match(lines[0]) {
		return Format{}, &event.Permanent{Err: fmt.Errorf("%w. The first line is\n    %s", errNoTime, sample(lines[0])), Hint: "What was logged without a time cannot be placed. Add it, reload the web server and import what it writes from then on."}
	}
	if len(closest.Line) == 0 {
		return Format{}, &event.Permanent{Err: errors.New("there is no line of a known format"), Hint: "Name it with --format."}
	}
	return Format{}, &event.Permanent{
		Err:  fmt.Errorf("the format is not known:\n%s nearest is %s: %s", pointAt(closest.Line, closest.Column), nearest.Name, closest.Reason),
		Hint: fmt.Sprintf("Try --format %s, or describe the line with --log-format '…' as the server's configuration has it (nginx log_format, Apache LogFormat, or a JSON field map).", nearest.Name),
	}
}

// pointAt shows the part of line around column with a caret below it.
func pointAt(line []byte, column int) string {
	const before, after = 60, 40
	column = min(max(column, 0), len(line))
	start, end := max(0, column-before), min(len(line), column+after)
	shown := strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, string(line[start:end]))
	return "    " + shown + "\n    " + strings.Repeat(" ", utf8.RuneCount(line[start:column])) + "^"
}

// sniff judges the first lines of an input by decoding them.
func (p preset) sniff(head []byte, known vocabulary) Match {
	reader, err := newLogReader(p, known, Options{})
	if err != nil {
		return Match{}
	}
	if !bytes.Contains(head, []byte(p.marker)) {
		if len(p.layouts) == 0 {
			return Match{}
		}
		reader.json = false
	}
	good, total := 0, 0
	nearest := Match{Column: -1}
	for _, line := range headLines(head) {
		if reader.directive(line) {
			continue
		}
		total++
		_, understood, err := reader.call(line)
		bad, isMisfit := errors.AsType[*misfit](err)
		switch {
		case err == nil:
			good++
		case isMisfit && bad.role == requestLine && (!p.json || p.marker != ""):
			total-- // garbage that somebody sent, or another log line of the product: it says nothing about the layout
		case nearest.Column < 0:
			nearest = Match{Line: line, Column: min(understood, len(line)), Reason: err.Error()} // repaired UTF-8 is longer
		}
	}
	nearest.Column = max(0, nearest.Column)
	nearest.Score = p.weight() * float64(good) / float64(max(1, total))
	return nearest
}

// headLines cuts the complete lines of the first bytes, at most a hundred.
func headLines(head []byte) [][]byte {
	var lines [][]byte
	head = bytes.TrimPrefix(head, []byte(byteOrderMark))
	for len(lines) < 100 {
		line, rest, more := bytes.Cut(head, []byte{'\n'})
		if !more && len(lines) > 0 {
			break // perhaps cut in the middle
		}
		if line = bytes.Trim(bytes.TrimRight(line, "\r"), "\x00"); len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
		}
		if head = rest; !more {
			break
		}
	}
	return lines
}
