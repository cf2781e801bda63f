package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker; without it the module's own version counts.
var version string

// Version returns what `clickspan version` prints first.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

type versionCmd struct{}

// Run prints version, Go and platform.
func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintf(e.Out, "clickspan %s %s %s/%s\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
