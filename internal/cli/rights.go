package cli

import (
	"errors"
	"net/http"
	"net/url"
	"time"

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

// exportCmd writes everything about a person, or what a range holds.
type exportCmd struct {
	Person  string    `help:"Any id of the person: user, device, e-mail address. Everything about them is written, as NDJSON."`
	From    time.Time `help:"Start of a range (RFC 3339), whose rows are written."`
	To      time.Time `help:"End of the range, exclusive (RFC 3339)."`
	What    string    `default:"events" enum:"events,calls,spans,links,sessions" help:"What of the range: ${enum}."`
	Format  string    `default:"ndjson" enum:"ndjson,csv" help:"How its rows are written: ${enum}."`
	Project string    `default:"default" help:"Project to look in."`
	remoteFlags
}

// Validate makes half a question wrong usage.
func (c *exportCmd) Validate() error {
	ranged := !c.From.IsZero() && !c.To.IsZero()
	if (c.Person != "") == ranged || c.Person != "" && (!c.From.IsZero() || !c.To.IsZero()) {
		return errors.New("name --person, or --from and --to")
	}
	return nil
}

// Run writes to standard output.
func (c *exportCmd) Run(e *env) (err error) {
	query := url.Values{"project": {c.Project}, "person": {c.Person}}
	if c.Person == "" {
		query = url.Values{
			"project": {c.Project}, "what": {c.What}, "format": {c.Format},
			"from": {c.From.UTC().Format(time.RFC3339Nano)}, "to": {c.To.UTC().Format(time.RFC3339Nano)},
		}
	}
	n, to, err := c.openExisting(e)
	if err != nil {
		return err
	}
	if n != nil {
		defer func() { err = errors.Join(err, n.close()) }()
		to = n.within(e)
	}
	return to.do(e.ctx, http.MethodGet, "/api/v1/export?"+query.Encode(), nil, e.Out)
}
