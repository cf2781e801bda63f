// Package web carries the built user interface inside the binary.
package web

import (
	"embed"
	"io/fs"
)

// The prefix all: also takes dist/.gitkeep, so a checkout without a built interface still compiles.
//
//go:embed all:dist
var files embed.FS

// Dist returns the built interface: index.html and its assets, each text asset beside its .gz and .br twins.
// Without a build it holds no index.html, and the server then says how to make one.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		return files // unreachable: "dist" is a valid path, embedded above
	}
	return dist
}
