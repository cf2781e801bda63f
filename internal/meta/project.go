package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// DefaultProject is the project that every installation has.
const DefaultProject event.ProjectID = 1

// Project is one application whose records are kept apart from all others.
type Project struct {
	ID      event.ProjectID `json:"id"`
	Name    string          `json:"name"`
	Created time.Time       `json:"created"`
}

// CreateProject makes a project. Names are 1 to 64 letters, digits, `.`, `_`, `-`,
// because they stand in URLs and commands. A name that exists is an [event.Permanent].
func (db *DB) CreateProject(ctx context.Context, name string) (Project, error) {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`).MatchString(name) {
		return Project{}, &event.Permanent{
			Err:  fmt.Errorf("project name %q is not usable", name),
			Hint: "Use 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit.",
		}
	}
	p := Project{Name: name, Created: event.Time(db.now())}
	err := db.settings.row(ctx, []any{&p.ID},
		`INSERT INTO project (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id`, name, micros(p.Created))
	if errors.Is(err, sql.ErrNoRows) {
		return Project{}, &event.Permanent{Err: fmt.Errorf("project %q exists", name), Hint: "Choose another name."}
	}
	return p, err
}

// Projects lists all projects by id.
func (db *DB) Projects(ctx context.Context) ([]Project, error) {
	return rows(ctx, db.settings, scanProject, `SELECT id, name, created FROM project ORDER BY id`)
}

// Project finds a project by name; [ErrNotFound] when there is none.
func (db *DB) Project(ctx context.Context, name string) (Project, error) {
	found, err := rows(ctx, db.settings, scanProject, `SELECT id, name, created FROM project WHERE name = ?`, name)
	if err != nil {
		return Project{}, err
	}
	if len(found) == 0 {
		return Project{}, fmt.Errorf("project %q: %w", name, ErrNotFound)
	}
	return found[0], nil
}

func scanProject(r *sql.Rows) (p Project, err error) {
	var created int64
	err = r.Scan(&p.ID, &p.Name, &created)
	p.Created = moment(created)
	return p, err
}
