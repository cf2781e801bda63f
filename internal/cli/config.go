package cli

import (
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml"
)

// configCmd looks at the configuration without starting anything.
type configCmd struct {
	Check    configCheckCmd    `cmd:"" help:"Say whether the configuration is right."`
	Print    configPrintCmd    `cmd:"" help:"Print the configuration in force, from file, environment and flags."`
	Defaults configDefaultsCmd `cmd:"" help:"Print every setting with its default and meaning."`
}

type configCheckCmd struct{}

// Run has nothing left to do: the configuration was read strictly before.
func (configCheckCmd) Run(e *env) error {
	_, err := fmt.Fprintln(e.Out, "The configuration is right.")
	return err
}

type configPrintCmd struct{}

// Run prints the settings as YAML that can be used as a file.
func (configPrintCmd) Run(e *env) error {
	out, err := yaml.Marshal(e.settings)
	if err != nil {
		return fmt.Errorf("cannot print the configuration: %w", err)
	}
	_, err = e.Out.Write(out)
	return err
}

type configDefaultsCmd struct{}

// Run prints an annotated file of defaults.
func (configDefaultsCmd) Run(e *env) error {
	for field := range reflect.TypeFor[Settings]().Fields() {
		if name := field.Tag.Get("yaml"); name != "-" {
			if _, err := fmt.Fprintf(e.Out, "# %s\n#%s: %s\n\n", field.Tag.Get("help"), name, field.Tag.Get("default")); err != nil {
				return err
			}
		}
	}
	return nil
}
