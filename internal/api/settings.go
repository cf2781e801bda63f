package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// settingKind is the kind of document that a project's settings lie under.
const settingKind = "setting"

// setting reads a project's setting into out, which keeps its value when nobody
// has set it.
func (s *Server) setting(ctx context.Context, project event.ProjectID, name string, out any) error {
	found, err := s.meta.Document(ctx, project, settingKind, name)
	if errors.Is(err, meta.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(found.Body, out); err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}
