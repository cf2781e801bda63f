package api

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/wire"
)

// ImportAnswer is what became of one imported stream.
type ImportAnswer struct {
	Accepted   int                `json:"accepted"`
	Duplicates int                `json:"duplicates"`
	Rejected   int                `json:"rejected"`
	Errors     []pipeline.Refusal `json:"errors"`
	From       time.Time          `json:"from,omitzero"`
	To         time.Time          `json:"to,omitzero"`
	Untimed    int                `json:"untimed"`
	Visits     bool               `json:"visits"`
	Alike      *pipeline.File     `json:"alike,omitempty"`
}

// ImportAnswerOf renders a result for people and programs alike.
func ImportAnswerOf(r pipeline.Result) ImportAnswer {
	answer := ImportAnswer{
		Accepted: r.Accepted, Duplicates: r.Duplicates, Rejected: r.Rejected,
		Errors: r.Errors, From: r.From, To: r.To, Untimed: r.Untimed, Visits: r.Visits, Alike: r.Alike,
	}
	if answer.Errors == nil {
		answer.Errors = []pipeline.Refusal{}
	}
	return answer
}

// takeImport is the door of `clickspan import` into a running server: a plain
// stream of any format and length, from somebody who may administer.
func (s *Server) takeImport(w http.ResponseWriter, r *http.Request) {
	// A file may take longer to send than any request of a client may.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
	answer, err := s.importStream(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", answer)
}

func (s *Server) importStream(r *http.Request) (ImportAnswer, error) {
	if err := needAdmin(r.Context()); err != nil {
		return ImportAnswer{}, err
	}
	query := r.URL.Query()
	format, ok := wire.Lookup(query.Get("format"))
	if !ok {
		return ImportAnswer{}, problem(http.StatusBadRequest, "`clickspan import --help` lists the formats.", "there is no format %q", query.Get("format"))
	}
	location, err := time.LoadLocation(query.Get("timezone"))
	if err != nil {
		return ImportAnswer{}, problem(http.StatusBadRequest, "Use an IANA name such as Europe/Vienna.", "there is no time zone %q", query.Get("timezone"))
	}
	project, err := s.project(r.Context(), query.Get("project"))
	if err != nil {
		return ImportAnswer{}, err
	}
	result, err := s.pipeline.TakeFile(r.Context(), s.meta, r.Body, format,
		wire.Options{Service: query.Get("service"), LogFormat: query.Get("log_format"), Location: location},
		pipeline.Origin{Project: project, Service: cmp.Or(query.Get("service"), format.Service), Source: format.Name, Label: query.Get("label"), Patient: true, FirstIndex: 1},
		query.Get("source"), query.Get("part") == "")
	return ImportAnswerOf(result), err
}

// maxOpenAPI is the largest OpenAPI document taken, in bytes.
const maxOpenAPI = 8 << 20

// takeOpenAPI keeps an OpenAPI document of a project; its paths become the route
// templates of calls from now on.
func (s *Server) takeOpenAPI(w http.ResponseWriter, r *http.Request) {
	operations, err := s.keepOpenAPI(r.Context(), r.URL.Query().Get("project"), http.MaxBytesReader(w, r.Body, maxOpenAPI))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]int{"operations": operations})
}

func (s *Server) keepOpenAPI(ctx context.Context, name string, document io.Reader) (operations int, err error) {
	if err := needAdmin(ctx); err != nil {
		return 0, err
	}
	project, err := s.project(ctx, name)
	if err != nil {
		return 0, err
	}
	return s.pipeline.KeepOpenAPI(ctx, s.meta, project, document)
}

// undoImport removes what the import with a label brought.
func (s *Server) undoImport(w http.ResponseWriter, r *http.Request) {
	removed, err := s.forget(r.Context(), r.URL.Query().Get("project"), r.URL.Query().Get("label"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]int64{"removed": removed})
}

func (s *Server) forget(ctx context.Context, name, label string) (removed int64, err error) {
	if err := needAdmin(ctx); err != nil {
		return 0, err
	}
	if label == "" {
		return 0, problem(http.StatusBadRequest, "Send ?label=NAME.", "the label of the import is missing")
	}
	project, err := s.project(ctx, name)
	if err != nil {
		return 0, err
	}
	erased, err := s.store.Forget(ctx, project, label)
	if err != nil {
		return 0, err
	}
	return erased.Events + erased.Calls + erased.Spans, s.meta.DeleteImport(ctx, project, label)
}
