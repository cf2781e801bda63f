package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// exportRows streams the events, calls, spans, links or sessions of a range, newest
// first, however many there are. Events are there with those of bots, calls with assets
// and both sides.
func (s *Server) exportRows(ctx context.Context, w http.ResponseWriter, query url.Values) error {
	scope, err := s.scopeOf(ctx, query)
	if err != nil {
		return err
	}
	scope.Bots = true
	pages, columns, err := s.exported(scope, query.Get("what"))
	if err != nil {
		return err
	}
	write, contentType, err := rowWriter(w, query.Get("format"), columns)
	if err != nil {
		return err
	}
	rows, next, err := pages(ctx, "")
	if err != nil {
		return err
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a range may be long
	w.Header().Set("Content-Type", contentType)
	for {
		if err := write(rows); err != nil {
			return cutOff(ctx, s.log, err)
		}
		if next == "" {
			return nil
		}
		if rows, next, err = pages(ctx, next); err != nil {
			return cutOff(ctx, s.log, err)
		}
	}
}

// cutOff ends an answer that was begun so that nobody takes it for whole.
func cutOff(ctx context.Context, log *slog.Logger, err error) error {
	log.ErrorContext(ctx, "export ended early", slog.Any("error", err))
	panic(http.ErrAbortHandler)
}

// pager reads one page of rows.
type pager func(ctx context.Context, cursor string) (rows []any, next string, err error)

// exported says how to read what is asked for, and the columns of its CSV: JSON paths.
func (s *Server) exported(scope store.Scope, what string) (read pager, columns []string, err error) {
	events := store.EventsQuery{Scope: scope, Limit: downloadPage}
	switch what {
	case "events", "":
		return func(ctx context.Context, cursor string) ([]any, string, error) {
			events.Cursor = cursor
			page, err := s.store.Events(ctx, events)
			return each(page.Rows, func(e event.Event) any { return eventOf(e) }), page.Next, err
		}, strings.Fields("time id name kind device_id user_id account_id session_id page.url page.title page.referrer target.selector target.name target.role duration_us release trace_id action_id context properties"), nil
	case "calls":
		anyClass := store.OneOf("call.class", string(event.API), string(event.Document), string(event.Asset))
		calls := store.CallsQuery{Scope: scope, Sort: store.Newest, Limit: downloadPage}
		calls.Filter = store.All(scope.Filter, anyClass)
		return func(ctx context.Context, cursor string) ([]any, string, error) {
			calls.Cursor = cursor
			page, err := s.store.Calls(ctx, calls)
			return each(page.Rows, func(c store.CallRow) any { return rowOf(c) }), page.Next, err
		}, strings.Fields("time id side service method route host path query status error duration_us request_bytes response_bytes class device_id user_id account_id session_id trace_id request_id release link.method link.confidence link.session_id attributes"), nil
	case "spans":
		return func(ctx context.Context, cursor string) ([]any, string, error) {
			events.Cursor = cursor
			page, err := s.store.Spans(ctx, events)
			return each(page.Rows, func(p event.Span) any { return spanOf(p) }), page.Next, err
		}, strings.Fields("time id name kind service trace_id span_id parent_span_id duration_us error attributes"), nil
	case "links":
		return func(ctx context.Context, cursor string) ([]any, string, error) {
			events.Cursor = cursor
			page, err := s.store.Links(ctx, events)
			return each(page.Rows, func(l event.Link) any { return l }), page.Next, err
		}, strings.Fields("time event_id client_call_id server_call_id method confidence session_id device_id user_id endpoint.service endpoint.method endpoint.route"), nil
	case "sessions":
		sessions := store.SessionsQuery{Scope: scope, Limit: downloadPage}
		return func(ctx context.Context, cursor string) ([]any, string, error) {
			sessions.Cursor = cursor
			page, err := s.store.Sessions(ctx, sessions)
			return each(page.Rows, func(one event.Session) any { return sessionOf(one) }), page.Next, err
		}, strings.Fields("start end id device_id user_id account_id entry_page exit_page events pages actions calls failed signals duration_ms context"), nil
	}
	return nil, nil, badField("query.what", "Ask for events, calls, spans, links or sessions.", "%q is nothing that can be exported", what)
}

// rowWriter writes rows in a format. Nothing is written before its first call.
func rowWriter(w io.Writer, format string, columns []string) (write func(rows []any) error, contentType string, err error) {
	switch format {
	case "ndjson", "":
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return func(rows []any) error {
			for _, row := range rows {
				if err := encoder.Encode(row); err != nil {
					return err
				}
			}
			return nil
		}, "application/x-ndjson", nil
	case "csv":
		out, head := csv.NewWriter(w), false
		return func(rows []any) error {
			if !head {
				head = true
				if err := out.Write(columns); err != nil {
					return err
				}
			}
			for _, row := range rows {
				record, err := recordOf(row, columns)
				if err != nil {
					return err
				}
				if err := out.Write(record); err != nil {
					return err
				}
			}
			out.Flush()
			return out.Error()
		}, "text/csv; charset=utf-8", nil
	}
	return nil, "", badField("query.format", "Ask for ndjson or csv.", "%q is not a format", format)
}

// recordOf picks the columns of a row out of its JSON; what is no single value stays JSON.
func recordOf(row any, columns []string) ([]string, error) {
	text, err := json.Marshal(row)
	if err != nil {
		return nil, err
	}
	record := make([]string, len(columns))
	for i, path := range columns {
		value := json.RawMessage(text)
		for name := range strings.SplitSeq(path, ".") {
			var object map[string]json.RawMessage
			if len(value) == 0 || json.Unmarshal(value, &object) != nil {
				value = nil
				break
			}
			value = object[name]
		}
		var plain string
		switch {
		case len(value) == 0, string(value) == "null":
		case json.Unmarshal(value, &plain) == nil:
			record[i] = harmless(plain)
		default:
			record[i] = string(value)
		}
	}
	return record, nil
}

// answerExport answers GET /api/v1/export: everything about a person, or the rows of a range.
func (s *Server) answerExport(w http.ResponseWriter, r *http.Request) {
	if err := s.streamExport(r.Context(), w, r.URL.Query()); err != nil {
		s.fail(w, r, err)
	}
}

func (s *Server) streamExport(ctx context.Context, w http.ResponseWriter, query url.Values) error {
	if err := needAdmin(ctx); err != nil {
		return err
	}
	if query.Get("person") != "" {
		return s.streamPerson(ctx, w, query)
	}
	if query.Get("from") == "" || query.Get("to") == "" {
		return problem(http.StatusBadRequest, "Send ?person=ID, any id of theirs, or ?from=T&to=T with times such as 2026-11-23T00:00:00Z.",
			"neither a person nor a range was named")
	}
	return s.exportRows(ctx, w, query)
}
