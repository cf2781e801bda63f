package meta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clickspan/clickspan/internal/event"
)

// settingKind is the kind of document that a project's settings lie under.
const settingKind = "setting"

// Setting reads a project's setting into out, which keeps its value when nobody has
// set it.
func (db *DB) Setting(ctx context.Context, project event.ProjectID, name string, out any) error {
	found, err := db.Document(ctx, project, settingKind, name)
	if errors.Is(err, ErrNotFound) {
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

// Set replaces a project's setting.
func (db *DB) Set(ctx context.Context, project event.ProjectID, name string, value any) error {
	return db.PutDocument(ctx, project, settingKind, name, value)
}

// SessionRule is when a session ends whose client sends no session id. Client ids are
// kept as they are.
type SessionRule struct {
	GapMinutes   int `json:"gap_minutes" minimum:"1" maximum:"30" example:"30" doc:"a longer silence begins a new session"`
	LongestHours int `json:"longest_hours" minimum:"1" maximum:"24" example:"24" doc:"a session ends after so long, however busy it is"`
}

const sessionSetting = "sessions"

// SessionRule returns the rule of a project: 30 minutes and 24 hours unless set.
func (db *DB) SessionRule(ctx context.Context, project event.ProjectID) (SessionRule, error) {
	rule := SessionRule{GapMinutes: 30, LongestHours: 24}
	err := db.Setting(ctx, project, sessionSetting, &rule)
	return rule, err
}

// SetSessionRule changes the rule of a project for sessions that get rows from now on.
func (db *DB) SetSessionRule(ctx context.Context, project event.ProjectID, rule SessionRule) error {
	return db.Set(ctx, project, sessionSetting, rule)
}
