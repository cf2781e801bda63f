// Package js carries the built browser SDK inside the binary.
package js

import (
	"embed"
	"io/fs"
)

// The prefix all: also takes dist/.gitkeep, so a checkout without a built script still compiles.
//
//go:embed all:dist
var files embed.FS

// Dist returns the built script: clickspan.js beside its .gz and .br twins. Without
// a build it holds no clickspan.js, and the server then says how to make one.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		return files // unreachable: "dist" is a valid path, embedded above
	}
	return dist
}
