package api

import (
	"cmp"
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// maxFrames is how much of a stack is shown.
const maxFrames = 50

// Frame is one frame of a browser's stack, innermost first.
type Frame struct {
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line" doc:"counted from 1; 0 when unknown"`
	Column   int    `json:"column" doc:"counted from 1; 0 when unknown"`
	InApp    bool   `json:"in_app" doc:"not a browser extension, a library's folder or the browser itself"`
	// Original is absent without a source map.
	Original *SourcePosition `json:"original,omitempty" doc:"the same place in the source, through an uploaded source map"`
}

// SourcePosition is a place in a source file.
type SourcePosition struct {
	Function string   `json:"function,omitempty" doc:"as its caller names it"`
	File     string   `json:"file"`
	Line     int      `json:"line" doc:"counted from 1"`
	Column   int      `json:"column" doc:"counted from 1"`
	From     int      `json:"from,omitempty" doc:"number of the first of lines"`
	Lines    []string `json:"lines,omitempty" doc:"the source around the line, when the map carries it"`
}

// errorType is what kind of error a browser event tells of.
func errorType(e *event.Event) string {
	return cmp.Or(property(e, "type", "error_type", "exception.type"), e.Name)
}

func errorMessage(e *event.Event) string {
	return property(e, "message", "error_message", "exception.message")
}

// property is the first of the named properties that is a text.
func property(e *event.Event, names ...string) string {
	for _, name := range names {
		if text, _ := e.Properties[name].(string); text != "" {
			return text
		}
	}
	return ""
}

// framesOf reads the stack of an error, innermost frame first: a list of frames, as
// the browser SDK sends it, else the browser's own text.
func framesOf(e *event.Event) []Frame {
	frames := listedFrames(e.Properties["frames"])
	if len(frames) == 0 {
		frames = listedFrames(e.Properties["stack"])
	}
	if len(frames) == 0 {
		frames = writtenFrames(property(e, "stack", "stacktrace", "exception.stacktrace"))
	}
	for i := range frames {
		frames[i].InApp = inApp(frames[i].File)
	}
	return frames
}

func listedFrames(value any) []Frame {
	list, _ := value.([]any)
	var out []Frame
	for _, one := range list[:min(len(list), maxFrames)] {
		frame, ok := one.(map[string]any)
		if !ok {
			continue
		}
		function, _ := frame["function"].(string)
		file, _ := frame["file"].(string)
		out = append(out, Frame{Function: function, File: file, Line: wholeNumber(frame["line"]), Column: wholeNumber(frame["column"])})
	}
	return out
}

// wholeNumber reads a number that must be a count; 0 when it is none.
func wholeNumber(value any) int {
	switch v := value.(type) {
	case int64:
		return int(max(v, 0))
	case float64:
		if v >= 0 && v < 1<<31 {
			return int(v)
		}
	case json.Number:
		n, _ := strconv.Atoi(v.String())
		return max(n, 0)
	}
	return 0
}

// writtenFrames reads a stack as Chromium (`at f (file:1:2)`) or as Firefox and
// Safari (`f@file:1:2`) write it; other lines are skipped.
func writtenFrames(stack string) []Frame {
	var out []Frame
	for line := range strings.Lines(stack) {
		if len(out) == maxFrames {
			break
		}
		if frame, ok := writtenFrame(strings.TrimSpace(line)); ok {
			out = append(out, frame)
		}
	}
	return out
}

func writtenFrame(line string) (Frame, bool) {
	function, place, written := strings.Cut(line, "@")
	if rest, chromium := strings.CutPrefix(line, "at "); chromium {
		function, place, written = "", rest, true
		if open := strings.LastIndex(rest, " ("); open >= 0 && strings.HasSuffix(rest, ")") {
			function, place = rest[:open], rest[open+2:len(rest)-1]
		}
	}
	file, number, ok := cutNumber(place)
	if !ok || !written {
		return Frame{}, false
	}
	frame := Frame{Function: strings.TrimPrefix(function, "async "), File: file, Line: number}
	if file, before, ok := cutNumber(file); ok {
		frame.File, frame.Line, frame.Column = file, before, number
	}
	return frame, true
}

// cutNumber splits `file:12`.
func cutNumber(place string) (file string, number int, ok bool) {
	colon := strings.LastIndexByte(place, ':')
	if colon < 0 {
		return "", 0, false
	}
	number, err := strconv.Atoi(place[colon+1:])
	return place[:colon], number, err == nil && number >= 0
}

// inApp tells the app's own files from what runs beside them.
func inApp(file string) bool {
	switch {
	case file == "", file == "<anonymous>", file == "[native code]", strings.HasPrefix(file, "native "), strings.HasPrefix(file, "node:"):
		return false
	case strings.Contains(file, "-extension://"), strings.Contains(file, "/node_modules/"), path.Base(file) == "clickspan.js":
		return false
	}
	return true
}

// topFrame is the innermost frame of the app, else the innermost of all.
func topFrame(frames []Frame) (Frame, bool) {
	for _, frame := range frames {
		if frame.InApp {
			return frame, true
		}
	}
	if len(frames) == 0 {
		return Frame{}, false
	}
	return frames[0], true
}

// placeOf names a frame so that the same place has the same name in the next build:
// without line, column and the hash in the file's name.
func placeOf(frame Frame) string {
	file := fileHash.ReplaceAllString(path.Base(filePath(frame.File)), "$1#$2")
	if frame.Function == "" {
		return file
	}
	return frame.Function + " in " + file
}

// fileHash matches the part of a bundle's name that its content decides: at least
// six characters between a separator and the extension, one of them a digit.
var fileHash = regexp.MustCompile(`([-.])[A-Za-z0-9_]*[0-9][A-Za-z0-9_]{2,}((?:\.[a-z]+)*\.m?js)$`)

// filePath is the path of a file's URL, or the file itself.
func filePath(file string) string {
	if u, err := url.Parse(file); err == nil && u.Path != "" {
		return u.Path
	}
	return file
}
