package cli

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/privacy"
)

// personFlags name a person by any id of theirs.
type personFlags struct {
	Person  string `required:"" help:"Any id of the person: user, device, e-mail address."`
	Project string `default:"default" help:"Project to look in."`
	remoteFlags
}

// local runs f on the data directory when no server has it.
func (f *personFlags) local(e *env, run func(*node, event.ProjectID) error) (to *remote, err error) {
	n, to, err := f.openExisting(e)
	if err != nil || n == nil {
		return to, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	project, err := n.meta.Project(e.ctx, f.Project)
	if err != nil {
		return nil, projectError(f.Project, err)
	}
	return nil, run(n, project.ID)
}

type eraseCmd struct{ personFlags }

// Run erases the person from every place and prints the receipt.
func (c *eraseCmd) Run(e *env) error {
	var receipt privacy.Receipt
	to, err := c.local(e, func(n *node, project event.ProjectID) (err error) {
		receipt, err = n.rights.Erase(e.ctx, project, c.Person)
		return err
	})
	if err == nil && to != nil {
		err = to.post(e.ctx, "/api/v1/erase", map[string]string{"project": c.Project, "person": c.Person}, &receipt)
	}
	if err != nil {
		return err
	}
	return printJSON(e, receipt)
}

type exportCmd struct{ personFlags }

// Run writes the person's records to standard output.
func (c *exportCmd) Run(e *env) error {
	to, err := c.local(e, func(n *node, project event.ProjectID) error {
		_, err := n.rights.Export(e.ctx, project, c.Person, e.Out)
		return err
	})
	if err != nil || to == nil {
		return err
	}
	query := url.Values{"project": {c.Project}, "person": {c.Person}}
	return to.do(e.ctx, http.MethodGet, "/api/v1/export?"+query.Encode(), nil, e.Out)
}
