package cli

import "fmt"

type migrateCmd struct{}

// Run opens both stores, which brings them to this version's schema.
func (migrateCmd) Run(e *env) error {
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
