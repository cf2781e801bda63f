package cli

import "fmt"

type migrateCmd struct {
	Check bool `help:"Only say what is missing, and change nothing; something missing is exit code 1."`
}

// Run opens both stores, which brings them to this version's schema.
func (c migrateCmd) Run(e *env) error {
	e.settings.Migrate = migrateAuto
	if c.Check {
		e.settings.Migrate = migrateRefuse
		if err := mustExist(e.settings.Data); err != nil { // opening it would make one
			return err
		}
	}
	n, err := openNode(e)
	if err != nil {
		return err
	}
	if err := n.close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "%s is at this version's schema.\n", e.settings.Data)
	return err
}
