package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/clickspan/clickspan/internal/privacy"
)

// EraseInput names a person by any id of theirs.
type EraseInput struct {
	Body struct {
		Project string `json:"project,omitempty" default:"default"`
		Person  string `json:"person" minLength:"1" maxLength:"256" doc:"any id of the person: user, device, e-mail address"`
	}
}

// erase removes a person and answers with the receipt.
func (s *Server) erase(ctx context.Context, in *EraseInput) (privacy.Receipt, error) {
	project, err := s.project(ctx, in.Body.Project)
	if err != nil {
		return privacy.Receipt{}, err
	}
	return s.rights.Erase(ctx, project, in.Body.Person)
}

// streamPerson streams everything that is known about a person as NDJSON. When it
// cannot go on half-way the connection is cut, so that nobody takes it for whole.
func (s *Server) streamPerson(ctx context.Context, w http.ResponseWriter, query url.Values) error {
	project, err := s.project(ctx, query.Get("project"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, err = s.rights.Export(ctx, project, query.Get("person"), w)
	if err == nil || errors.Is(err, privacy.ErrNobody) { // found out before anything was written
		return err
	}
	return cutOff(ctx, s.log, err)
}
