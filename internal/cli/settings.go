package cli

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
)

// Settings is the whole configuration, in the order file < environment < flags.
// Its yaml names are the keys of the file; the environment has them in capitals
// behind CLICKSPAN_.
type Settings struct {
	ConfigFile string `name:"config" yaml:"-" env:"CLICKSPAN_CONFIG" type:"path" help:"YAML file with these settings."`

	Data           string   `yaml:"data" type:"path" help:"Directory of all data; left empty, it is ./clickspan-data, and ./clickspan-demo for the demo."`
	Addr           string   `yaml:"addr" default:"127.0.0.1:8080" help:"Address of web page and API. Anything but loopback needs an admin first."`
	IntakeAddr     string   `yaml:"intake_addr" default:"127.0.0.1:8081" help:"Address of a second listener that only takes data in; it may be public. Empty for none."`
	OTLPGRPCAddr   string   `name:"otlp-grpc-addr" yaml:"otlp_grpc_addr" default:"127.0.0.1:4317" help:"Address for OpenTelemetry over gRPC; empty for none."`
	OpenLoopback   bool     `yaml:"open_loopback" help:"Ask no credential of this machine's own clients. For tests."`
	TrustedProxies []string `yaml:"trusted_proxies" default:"127.0.0.0/8,::1/128" help:"Networks whose X-Forwarded-For counts, on the intake listener and in log files."`

	Memory  int64 `yaml:"memory" help:"Bytes of memory the store may use; 0 is half of the machine's."`
	Threads int   `yaml:"threads" help:"Threads the store may use; 0 is one a core."`

	RetainRaw     Days `yaml:"retain_raw" default:"90d" help:"How long events, calls and spans are kept after they arrived."`
	RetainBodies  Days `yaml:"retain_bodies" default:"3d" help:"How long request and response bodies of opted-in endpoints are kept."`
	RetainLinks   Days `yaml:"retain_links" default:"90d" help:"How long links, signals and sessions are kept."`
	RetainMinutes Days `yaml:"retain_minutes" default:"2d" help:"How long statistics by minute are kept; then they are by hour."`
	RetainHours   Days `yaml:"retain_hours" default:"730d" help:"How long statistics by hour are kept."`

	Migrate string `yaml:"migrate" default:"auto" enum:"auto,refuse" help:"What to do with a data directory of an earlier version: bring it to this version's schema (auto), or stop before anything is changed (refuse)."`

	LogLevel string `yaml:"log_level" default:"warn" enum:"debug,info,warn,error" help:"What is logged: debug, info, warn or error."`
}

// Days is a duration that may also be written in days and weeks: 90d, 2w, 36h.
type Days time.Duration

// UnmarshalText parses a Go duration, or a whole number followed by d or w.
func (d *Days) UnmarshalText(text []byte) error {
	parsed, err := event.ParseDuration(string(text))
	*d = Days(parsed)
	return err
}

// MarshalText writes whole days as days.
func (d Days) MarshalText() ([]byte, error) {
	const day = 24 * time.Hour
	if time.Duration(d)%day == 0 {
		return fmt.Appendf(nil, "%dd", time.Duration(d)/day), nil
	}
	return []byte(time.Duration(d).String()), nil
}

// useData fills in the directory that was left empty.
func (s *Settings) useData(command string) (err error) {
	if s.Data != "" {
		return nil
	}
	name := "clickspan-data"
	if command == "demo" {
		name = "clickspan-demo"
	}
	s.Data, err = filepath.Abs(name)
	return err
}

// proxies parses TrustedProxies.
func (s *Settings) proxies() (pipeline.Proxies, error) {
	trusted := make(pipeline.Proxies, 0, len(s.TrustedProxies))
	for _, text := range s.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, &event.Permanent{Err: fmt.Errorf("trusted_proxies: %w", err), Hint: "Write networks such as 10.0.0.0/8 or 192.0.2.1/32."}
		}
		trusted = append(trusted, prefix)
	}
	return trusted, nil
}

func (s *Settings) logger(to io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
}

// useConfigFile finds --config or CLICKSPAN_CONFIG before the real parse and lets
// the file's values stand in for flags that neither line nor environment set.
func useConfigFile(parser *kong.Kong, args []string, lookup func(string) (string, bool)) error {
	path, _ := lookup("CLICKSPAN_CONFIG")
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			path = value
		} else if arg == "--config" && i+1 < len(args) {
			path = args[i+1]
		}
	}
	if path == "" {
		return nil
	}
	values, err := readConfig(path)
	if err != nil {
		return err
	}
	return kong.Resolvers(fromFile(values, lookup)).Apply(parser)
}

// readConfig reads a YAML file strictly: an unknown key is an error with its line.
func readConfig(path string) (map[string]any, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	var known Settings
	if err := yaml.UnmarshalWithOptions(data, &known, yaml.Strict()); err != nil && len(strings.TrimSpace(string(data))) > 0 {
		return nil, fmt.Errorf("configuration %s:\n%s", path, yaml.FormatError(err, false, true))
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	return values, nil
}

// fromFile resolves flags from the file's values; the environment goes first.
func fromFile(values map[string]any, lookup func(string) (string, bool)) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if _, set := lookup(name); set {
				return nil, nil
			}
		}
		value, found := values[strings.ReplaceAll(flag.Name, "-", "_")]
		if !found {
			return nil, nil
		}
		if list, ok := value.([]any); ok {
			parts := make([]string, len(list))
			for i, part := range list {
				parts[i] = fmt.Sprint(part)
			}
			return strings.Join(parts, ","), nil
		}
		return fmt.Sprint(value), nil
	})
}
