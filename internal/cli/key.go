package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
)

// openMeta opens the settings store of the data directory; a running server may
// have it open too.
func openMeta(e *env) (*meta.DB, error) {
	pending, err := meta.Pending(e.ctx, settingsPath(e))
	if err == nil && len(pending) > 0 {
		err = (&upgrade{e: e}).approve(pending)
	}
	if err != nil {
		return nil, err
	}
	return meta.Open(e.ctx, settingsPath(e), time.Now)
}

func settingsPath(e *env) string { return filepath.Join(e.settings.Data, "settings.db") }

// settingsFit refuses settings that this program will not open, before anything else
// in the data directory is changed.
func settingsFit(e *env) error {
	pending, err := meta.Pending(e.ctx, settingsPath(e))
	if err == nil && len(pending) > 0 && e.settings.Migrate == migrateRefuse {
		err = (&upgrade{e: e}).approve(pending)
	}
	return err
}

// withMeta runs f on the settings store and closes it.
func withMeta(e *env, f func(*meta.DB) error) (err error) {
	db, err := openMeta(e)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.Close(); err == nil {
			err = closeErr
		}
	}()
	return f(db)
}

// withExistingMeta is withMeta for what needs something to be there already.
func withExistingMeta(e *env, f func(*meta.DB) error) error {
	if err := mustExist(e.settings.Data); err != nil {
		return err
	}
	return withMeta(e, f)
}

// printTable writes rows in columns; the first row is the head.
func printTable(e *env, rows [][]string) error {
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				if _, err := fmt.Fprint(w, "\t"); err != nil {
					return err
				}
			}
			if _, err := fmt.Fprint(w, cell); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	return w.Flush()
}

// printJSON writes v as one indented JSON value.
func printJSON(e *env, v any) error {
	out := json.NewEncoder(e.Out)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Create an ingest key and print it once."`
	List   keyListCmd   `cmd:"" help:"List ingest keys."`
	Revoke keyRevokeCmd `cmd:"" help:"Revoke an ingest key by its number."`
}

type keyCreateCmd struct {
	Project string   `default:"default" help:"Project that the key writes to."`
	Kind    string   `enum:"browser,server" default:"server" help:"browser (public: events and client calls from --origin) or server (everything)."`
	Origin  []string `help:"Web origin that a browser key is taken from, https://shop.example."`
	Note    string   `help:"What the key is for."`
}

// Run creates the key; its text is printed here and stored nowhere.
func (c *keyCreateCmd) Run(e *env) error {
	return withMeta(e, func(db *meta.DB) error {
		project, err := db.Project(e.ctx, c.Project)
		if err != nil {
			return projectError(c.Project, err)
		}
		secret, _, err := db.CreateKey(e.ctx, project.ID, meta.KeyKind(c.Kind), c.Origin, c.Note)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.Out, secret)
		return err
	})
}

type keyListCmd struct {
	Project string `default:"default" help:"Project whose keys to list."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Run lists keys by their first characters.
func (c *keyListCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		project, err := db.Project(e.ctx, c.Project)
		if err != nil {
			return projectError(c.Project, err)
		}
		keys, err := db.Keys(e.ctx, project.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, keys)
		}
		rows := [][]string{{"NUMBER", "KEY", "KIND", "CREATED", "STATE", "NOTE"}}
		for _, key := range keys {
			state := "valid"
			if !key.Revoked.IsZero() {
				state = "revoked " + key.Revoked.Format(time.DateTime)
			}
			rows = append(rows, []string{
				fmt.Sprint(key.ID), key.Prefix + "…", string(key.Kind), key.Created.Format(time.DateTime), state, key.Note,
			})
		}
		return printTable(e, rows)
	})
}

type keyRevokeCmd struct {
	Number int64 `arg:"" help:"Number from clickspan key list."`
}

// Run ends a key; running servers notice within half a minute.
func (c *keyRevokeCmd) Run(e *env) error {
	return withExistingMeta(e, func(db *meta.DB) error {
		if err := db.RevokeKey(e.ctx, c.Number); err != nil {
			return fmt.Errorf("cannot revoke key %d: %w; clickspan key list shows the numbers", c.Number, err)
		}
		_, err := fmt.Fprintf(e.Out, "Key %d is revoked; running servers notice within half a minute.\n", c.Number)
		return err
	})
}
