// Package cli is the commands: their flags, the wiring of the parts and the
// order in which they stop. It is the only package that names an engine.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"

	"github.com/clickspan/clickspan/internal/event"
)

// Streams are a process's standard streams.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line; kong reads names, help and defaults off it.
type commands struct {
	Settings `group:"Settings, for every command:"`

	Serve     serveCmd     `cmd:"" help:"Take in data, answer questions, show the web page."`
	Demo      demoCmd      `cmd:"" help:"Fill a simulated shop and serve it."`
	Import    importCmd    `cmd:"" help:"Take in log files."`
	Simulate  simulateCmd  `cmd:"" help:"Write simulated traffic with known truth to files or a server."`
	Export    exportCmd    `cmd:"" help:"Write everything that is known about a person, or the rows of a range."`
	Erase     eraseCmd     `cmd:"" help:"Erase a person and print a receipt."`
	Query     queryCmd     `cmd:"" help:"Ask a question about behaviour or calls: funnel, retention, series, …"`
	SQL       sqlCmd       `cmd:"" name:"sql" help:"Ask the telemetry store in SQL, read-only."`
	Key       keyCmd       `cmd:"" help:"Create, list and revoke ingest keys."`
	Token     tokenCmd     `cmd:"" help:"Create, list and revoke API tokens."`
	Sourcemap sourcemapCmd `cmd:"" help:"Upload, list and delete source maps of browser bundles."`
	User      userCmd      `cmd:"" help:"Create and list the people who may log in."`
	Project   projectCmd   `cmd:"" help:"Create and list projects."`
	Doctor    doctorCmd    `cmd:"" help:"Check configuration, store, clocks and link coverage; say what to fix."`
	Config    configCmd    `cmd:"" help:"Check and print the configuration."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the data directory to this version's schema."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// env is what every command gets besides its flags.
type env struct {
	Streams
	ctx      context.Context
	log      *slog.Logger
	settings *Settings
}

// Run parses args, runs the command and returns the exit code: 0 ok, 1 failed, 2
// wrong usage. lookup reads the environment.
func Run(ctx context.Context, args []string, streams Streams, lookup func(string) (string, bool)) int {
	var root commands
	exit := -1
	parser, err := newParser(&root, kong.Writers(streams.Out, streams.Err), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		return fail(streams, fmt.Errorf("the command line is defined wrongly: %w", err))
	}
	if err := useConfigFile(parser, args, lookup); err != nil {
		return usage(streams, err)
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help was shown
		return exit
	}
	if err != nil {
		return usage(streams, err)
	}
	if err := root.useData(parsed.Command()); err != nil {
		return fail(streams, err)
	}
	e := &env{Streams: streams, ctx: ctx, settings: &root.Settings, log: root.logger(streams.Err)}
	if err := parsed.Run(e); err != nil {
		return fail(streams, err)
	}
	return exitOK
}

func newParser(root *commands, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(root, append(more,
		kong.Name("clickspan"),
		kong.Description("From API logs and user behaviour to one timeline."),
		kong.DefaultEnvars("CLICKSPAN"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)...)
}

func usage(streams Streams, err error) int {
	_, _ = fmt.Fprintf(streams.Err, "clickspan: %v\nRun clickspan --help to see the commands.\n", err)
	return exitUsage
}

// fail prints the error and, when it knows one, the next step.
func fail(streams Streams, err error) int {
	_, _ = fmt.Fprintf(streams.Err, "clickspan: %v\n", err)
	if hint := hintOf(err); hint != "" {
		_, _ = fmt.Fprintln(streams.Err, hint)
	}
	return exitFailed
}

func hintOf(err error) string {
	if permanent, ok := errors.AsType[*event.Permanent](err); ok {
		return permanent.Hint
	}
	if retryable, ok := errors.AsType[*event.Retryable](err); ok {
		return retryable.Hint
	}
	return ""
}
