package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// openAPIKind is the kind of document under which a project's OpenAPI file is kept.
const openAPIKind = "openapi"

// Documents is where OpenAPI files outlive the process; meta.DB is one.
type Documents interface {
	PutDocument(ctx context.Context, project event.ProjectID, kind, id string, body any) error
	Documents(ctx context.Context, project event.ProjectID, kind string) ([]meta.Document, error)
}

// KeepOpenAPI loads an OpenAPI file into the project's templates and keeps it, in
// place of the one before, for the next start. It returns how many operations it named.
func (p *Pipeline) KeepOpenAPI(ctx context.Context, docs Documents, project event.ProjectID, r io.Reader) (int, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return 0, fmt.Errorf("cannot read the OpenAPI document: %w", err)
	}
	operations, err := p.Templates(project).LoadOpenAPI(bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	return operations, docs.PutDocument(ctx, project, openAPIKind, "current", string(text))
}

// RestoreOpenAPI loads what [Pipeline.KeepOpenAPI] kept of a project.
func (p *Pipeline) RestoreOpenAPI(ctx context.Context, docs Documents, project event.ProjectID) error {
	kept, err := docs.Documents(ctx, project, openAPIKind)
	if err != nil {
		return err
	}
	var errs []error
	for _, document := range kept {
		var text string
		if err := json.Unmarshal(document.Body, &text); err != nil {
			errs = append(errs, err)
			continue
		}
		_, err := p.Templates(project).LoadOpenAPI(bytes.NewReader([]byte(text)))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
