package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

const (
	maxDownload  = 50_000 // rows
	downloadPage = 1000
	// downloadTimeout is longer than a question's, because many pages are read, and
	// leaves time to send the file, or why there is none, before the server hangs up.
	downloadTimeout = 2 * readTimeout
)

// listing is what a download takes its rows from, a page at a time.
type listing[Row any] struct {
	name   string // of the file
	page   func(ctx context.Context, cursor string) (rows []Row, next string, err error)
	record func(Row) (names, values []string) // of a CSV row
}

// downloadCalls answers with the calls that GET /api/v1/calls lists.
func (s *Server) downloadCalls(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	download(s, w, r, func(scope store.Scope) listing[Call] {
		return listing[Call]{"calls", func(ctx context.Context, cursor string) ([]Call, string, error) {
			sort := cmp.Or(store.Sort(query.Get("sort")), store.Newest)
			page, err := s.store.Calls(ctx, store.CallsQuery{Scope: scope, Sort: sort, Cursor: cursor, Limit: downloadPage})
			return each(page.Rows, rowOf), page.Next, err
		}, callRecord}
	})
}

// downloadPeople answers with the people that GET /api/v1/people lists.
func (s *Server) downloadPeople(w http.ResponseWriter, r *http.Request) {
	download(s, w, r, func(scope store.Scope) listing[PersonRow] {
		return listing[PersonRow]{"people", func(ctx context.Context, cursor string) ([]PersonRow, string, error) {
			page, err := s.store.People(ctx, store.SessionsQuery{Scope: scope, Cursor: cursor, Limit: downloadPage})
			return each(page.Rows, personRowOf), page.Next, err
		}, personRecord}
	})
}

// download answers with a list as CSV or NDJSON: at most maxDownload rows; the file's
// name and X-Clickspan-Cut say when there were more. It is put together before the first
// byte leaves, so that what arrives is whole.
func download[Row any](s *Server, w http.ResponseWriter, r *http.Request, of func(store.Scope) listing[Row]) {
	ctx, cancel := context.WithTimeout(r.Context(), downloadTimeout)
	defer cancel()
	scope, err := s.scopeOf(ctx, r.URL.Query())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sendList(ctx, s, w, r, of(scope))
}

// sendList answers with the file.
func sendList[Row any](ctx context.Context, s *Server, w http.ResponseWriter, r *http.Request, list listing[Row]) {
	file, cut, err := list.file(ctx, r.URL.Query().Get("format"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	name := list.name
	if cut {
		name = fmt.Sprintf("%s-first-%d", list.name, maxDownload)
		w.Header().Set("X-Clickspan-Cut", strconv.Itoa(maxDownload))
	}
	w.Header().Set("Content-Type", file.contentType)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+file.extension))
	_, _ = w.Write(file.rows.Bytes()) // the client is gone when this fails
}

// file is the rows in one of the formats, and whether there were more.
func (l listing[Row]) file(ctx context.Context, format string) (*file[Row], bool, error) {
	out, err := newFile(format, l.record)
	if err != nil {
		return nil, false, err
	}
	cursor := ""
	for read := 0; ; read += downloadPage {
		if read == maxDownload {
			return out, true, nil
		}
		rows, next, err := l.page(ctx, cursor)
		if err != nil {
			return nil, false, err
		}
		for _, row := range rows {
			if err := out.add(row); err != nil {
				return nil, false, err
			}
		}
		if next == "" {
			return out, false, nil
		}
		cursor = next
	}
}

// scopeOf reads the parameters that huma reads for the described routes.
func (s *Server) scopeOf(ctx context.Context, query url.Values) (store.Scope, error) {
	p := ScopeParams{
		ProjectParam: ProjectParam{Project: query.Get("project")}, Filter: query.Get("filter"), Segment: query.Get("segment"), Bots: query.Get("bots") == "true",
	}
	for name, to := range map[string]*time.Time{"from": &p.From, "to": &p.To} {
		if text := query.Get(name); text != "" {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return store.Scope{}, badField("query."+name, "Write it as RFC 3339: 2026-11-23T10:00:00Z", "%q is not a time", text)
			}
			*to = at
		}
	}
	if text := query.Get("min_confidence"); text != "" {
		least, err := strconv.ParseFloat(text, 64)
		if err != nil || !(least >= 0 && least <= 1) {
			return store.Scope{}, badField("query.min_confidence", "Write a number from 0 to 1.", "%q is not a confidence", text)
		}
		p.MinConfidence = least
	}
	return s.scope(ctx, p)
}

// file is a download under construction.
type file[Row any] struct {
	contentType, extension string
	rows                   bytes.Buffer
	add                    func(Row) error
}

func newFile[Row any](format string, record func(Row) (names, values []string)) (*file[Row], error) {
	f := &file[Row]{}
	switch format {
	case "csv":
		f.contentType, f.extension = "text/csv; charset=utf-8", ".csv"
		w := csv.NewWriter(&f.rows)
		var none Row
		head, _ := record(none)
		f.add = func(one Row) error {
			_, row := record(one)
			if err := w.Write(row); err != nil {
				return err
			}
			w.Flush()
			return w.Error()
		}
		if err := w.Write(head); err != nil {
			return nil, err
		}
		w.Flush()
	case "ndjson", "":
		f.contentType, f.extension = "application/x-ndjson", ".ndjson"
		encoder := json.NewEncoder(&f.rows)
		encoder.SetEscapeHTML(false)
		f.add = func(one Row) error { return encoder.Encode(one) }
	default:
		return nil, badField("query.format", "Ask for csv or ndjson.", "%q is not a format", format)
	}
	return f, nil
}

// callRecord is the columns of a call's CSV row and their values.
func callRecord(c Call) (names, values []string) {
	add := func(name, value string) { names, values = append(names, name), append(values, harmless(value)) }
	add("time", c.Time.UTC().Format("2006-01-02T15:04:05.000000Z"))
	add("side", string(c.Side))
	add("service", c.Service)
	add("method", c.Method)
	add("route", c.Route)
	add("host", c.Host)
	add("path", c.Path)
	add("query", c.Query)
	add("status", numberOf(int64(c.Status)))
	add("error", c.Error)
	duration := ""
	if c.DurationUS != nil {
		duration = strconv.FormatInt(*c.DurationUS, 10)
	}
	add("duration_us", duration)
	add("request_bytes", numberOf(c.RequestBytes))
	add("response_bytes", numberOf(c.ResponseBytes))
	add("session_id", c.SessionID)
	add("device_id", c.DeviceID)
	add("user_id", c.UserID)
	add("account_id", c.AccountID)
	add("trace_id", c.TraceID)
	add("request_id", c.RequestID)
	add("release", c.Release)
	method, confidence := "", ""
	if c.Link != nil {
		method, confidence = string(c.Link.Method), strconv.FormatFloat(c.Link.Confidence, 'f', 2, 64)
	}
	add("link_method", method)
	add("link_confidence", confidence)
	add("id", c.ID)
	return names, values
}

// personRecord is the columns of a person's CSV row and their values.
func personRecord(p PersonRow) (names, values []string) {
	add := func(name, value string) { names, values = append(names, name), append(values, value) }
	add("id", harmless(p.ID))
	add("account_id", harmless(p.AccountID))
	add("first_seen", p.FirstSeen.UTC().Format(time.RFC3339Nano))
	add("last_seen", p.LastSeen.UTC().Format(time.RFC3339Nano))
	add("sessions", strconv.Itoa(p.Sessions))
	add("pages", strconv.Itoa(p.Pages))
	add("actions", strconv.Itoa(p.Actions))
	add("calls", strconv.Itoa(p.Calls))
	add("failed", strconv.Itoa(p.Failed))
	add("signals", strconv.Itoa(p.Signals))
	return names, values
}

func numberOf(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// harmless keeps a spreadsheet from running captured text as a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
