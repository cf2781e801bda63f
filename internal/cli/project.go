package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// projectError turns a missing project into words.
func projectError(name string, err error) error {
	if !errors.Is(err, meta.ErrNotFound) {
		return err
	}
	return &event.Permanent{Err: fmt.Errorf("there is no project %q", name), Hint: projectHint}
}

const projectHint = "clickspan project list shows the projects; clickspan project create makes one."

type projectCmd struct {
	Create projectCreateCmd `cmd:"" help:"Create a project with an ingest key."`
	List   projectListCmd   `cmd:"" help:"List projects."`
}

type projectCreateCmd struct {
	Name string `arg:"" help:"Name: letters, digits, . _ -"`
}

// Run creates the project and prints its server key.
func (c *projectCreateCmd) Run(e *env) error {
	return withMeta(e, func(db *meta.DB) error {
		project, err := db.CreateProject(e.ctx, c.Name)
		if err != nil {
			return err
		}
		secret, _, err := db.CreateKey(e.ctx, project.ID, meta.ServerKey, nil, "made with the project")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.Out, "Project %s is there. Its ingest key: %s\n", project.Name, secret)
		return err
	})
}

type projectListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run lists all projects.
func (c *projectListCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		projects, err := db.Projects(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, projects)
		}
		rows := [][]string{{"NAME", "CREATED"}}
		for _, project := range projects {
			rows = append(rows, []string{project.Name, project.Created.Format(time.DateTime)})
		}
		return printTable(e, rows)
	})
}
