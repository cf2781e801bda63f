package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
)

// Problem is how every error of the API looks: RFC 9457 problem details, with a
// hint that says what to do next.
type Problem struct { //nolint:errname // its name is the name of the schema in the description
	Title  string `json:"title" doc:"the kind of error, the same each time it occurs"`
	Status int    `json:"status" doc:"the HTTP status"`
	Detail string `json:"detail" doc:"what went wrong this time"`
	Hint   string `json:"hint" doc:"what to do next"`
	// Errors lists the fields that were refused.
	Errors []FieldError `json:"errors,omitempty"`

	retryAfter time.Duration
}

// FieldError says what is wrong with one field of a request.
type FieldError struct {
	Path    string `json:"path" doc:"JSON path of the field in the body, or its place and name: query.limit"`
	Message string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is what huma asks for the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is what huma asks for the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders is what huma asks for headers.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="clickspan"`)
	}
	return h
}

// problem builds an error with a status of its own.
func problem(status int, hint, format string, args ...any) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...), Hint: hint}
}

// badField refuses one field of a request.
func badField(path, hint, format string, args ...any) *Problem {
	p := problem(http.StatusBadRequest, hint, format, args...)
	p.Errors = []FieldError{{Path: path, Message: p.Detail}}
	p.Detail = spoken(path) + ": " + p.Detail
	return p
}

// atField names the field whose text err is about; other errors pass unchanged.
func atField(path string, err error) error {
	if permanent, ok := errors.AsType[*event.Permanent](err); ok {
		return badField(path, permanent.Hint, "%s", permanent.Error())
	}
	return err
}

// problemOf maps any error to what the client may see of it. What is neither the
// client's fault nor passing is a defect: its text goes to the log only.
func problemOf(ctx context.Context, log *slog.Logger, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem(http.StatusRequestEntityTooLarge, "Send the records in smaller requests.",
			"the body is larger than %d bytes", tooLarge.Limit)
	}
	switch {
	case errors.Is(err, privacy.ErrNobody):
		return problem(http.StatusNotFound, privacy.ErrNobody.Hint, "%s", privacy.ErrNobody)
	case errors.Is(err, store.ErrNotFound), errors.Is(err, meta.ErrNotFound):
		return problem(http.StatusNotFound, "Check the id and the project; GET /api/v1/find?q= looks everywhere.", "there is no such record")
	case errors.Is(err, context.DeadlineExceeded):
		return retryLater(0, "Ask for a shorter time range or a narrower filter.", "the answer took too long")
	case errors.Is(err, context.Canceled):
		return retryLater(0, "Ask again.", "the request was cancelled")
	}
	if wrong, ok := errors.AsType[*analysis.WrongField](err); ok {
		if p, ok := errors.AsType[*Problem](atField(wrong.Path, wrong.Err)); ok {
			return p
		}
	}
	if permanent, ok := errors.AsType[*event.Permanent](err); ok {
		return problem(http.StatusBadRequest, permanent.Hint, "%s", permanent.Error())
	}
	if retryable, ok := errors.AsType[*event.Retryable](err); ok {
		return retryLater(retryable.After, retryable.Hint, "%s", retryable.Error())
	}
	log.ErrorContext(ctx, "request failed", slog.Any("error", err))
	return problem(http.StatusInternalServerError, "The server's log has the cause; please report it.", "something went wrong inside Clickspan")
}

// problemOf is the problem of an error; a full disk is noted for /readyz.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	s.disk.failed(ctx, err)
	return problemOf(ctx, s.log, err)
}

func unknownProject(name string, err error) error {
	if errors.Is(err, meta.ErrNotFound) {
		return problem(http.StatusNotFound, "GET /api/v1/projects lists them; POST makes one.", "there is no project %q", name)
	}
	return err
}

func retryLater(after time.Duration, hint, format string, args ...any) *Problem {
	p := problem(http.StatusServiceUnavailable, hint, format, args...)
	p.retryAfter = max(after, time.Second)
	return p
}

// fail answers a plain handler's request with err.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(r.Context(), err)
	maps.Copy(w.Header(), p.GetHeaders())
	writeJSON(w, p.Status, p.ContentType(""), p)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the client is gone when this fails
}

// describe turns huma's own errors (validation, unknown fields, body too large)
// into Problems.
func describe(_ huma.Context, _ string, body any) (any, error) {
	model, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	p := problem(badRequest(model.Status), "Correct the request; GET /api/openapi.json describes it.", "%s", model.Detail)
	if p.Status == http.StatusInternalServerError {
		p.Hint = "Ask again; the server's log has the cause when it persists."
	}
	for _, detail := range model.Errors {
		p.Errors = append(p.Errors, FieldError{Path: strings.TrimPrefix(detail.Location, "body."), Message: detail.Message})
	}
	if len(p.Errors) > 0 {
		p.Detail = spoken(p.Errors[0].Path) + ": " + p.Errors[0].Message
	}
	return p, nil
}

// badRequest maps huma's default for bad fields to ours.
func badRequest(status int) int {
	if status == http.StatusUnprocessableEntity {
		return http.StatusBadRequest
	}
	return status
}

// inner lets statusContext embed an interface that has a method named Context.
type inner huma.Context

// statusContext makes huma answer 400 where it would answer 422.
type statusContext struct{ inner }

// SetStatus sends the status line.
func (c statusContext) SetStatus(status int) { c.inner.SetStatus(badRequest(status)) }
