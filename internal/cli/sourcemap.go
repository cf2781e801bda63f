package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/event"
)

type sourcemapCmd struct {
	Upload sourcemapUploadCmd `cmd:"" help:"Upload source maps of a release, so that stacks show the source."`
	List   sourcemapListCmd   `cmd:"" help:"List source maps."`
	Delete sourcemapDeleteCmd `cmd:"" help:"Delete the source maps of a release."`
}

// sourcemapFlags say which server and project.
type sourcemapFlags struct {
	Project string `default:"default" help:"Project they belong to."`
	remoteFlags
}

const sourcemapPath = "/api/v1/sourcemaps?"

// server finds the running server: source maps go through its API only.
func (f *sourcemapFlags) server(e *env) (*remote, error) {
	n, to, err := f.openExisting(e)
	if err != nil || n == nil {
		return to, err
	}
	return nil, errors.Join(&event.Permanent{
		Err: errors.New("no server is running on this data directory"), Hint: "Start clickspan serve, or name a server with --url.",
	}, n.close())
}

type sourcemapUploadCmd struct {
	Release   string   `required:"" help:"Release that the bundles are of, as the browser SDK sends it."`
	Service   string   `help:"Frontend they belong to, when several share release names."`
	URLPrefix string   `name:"url-prefix" help:"Where the bundles are served, https://shop.example/assets/. Without it a bundle is known by its name alone."`
	Files     []string `arg:"" help:"Source maps (app.js.map), or directories with them."`
	sourcemapFlags
}

// Run uploads every file; the first failure ends it.
func (c *sourcemapUploadCmd) Run(e *env) error {
	found, err := findSourcemaps(c.Files)
	if err != nil {
		return err
	}
	to, err := c.server(e)
	if err != nil {
		return err
	}
	for _, one := range found {
		text, err := os.ReadFile(one.path)
		if err != nil {
			return fmt.Errorf("cannot read the source map: %w", err)
		}
		query := url.Values{"project": {c.Project}, "release": {c.Release}, "service": {c.Service}, "file": {bundleOf(c.URLPrefix, one.name)}}
		var kept api.SourceMapInfo
		if err := to.do(e.ctx, http.MethodPut, sourcemapPath+query.Encode(), bytes.NewReader(text), &kept); err != nil {
			return fmt.Errorf("%s: %w", one.path, err)
		}
		if _, err := fmt.Fprintf(e.Out, "%s: %s of release %s, %d sources\n", one.path, kept.File, kept.Release, kept.Sources); err != nil {
			return err
		}
	}
	return nil
}

// sourcemapFile is a file and its name below the directory that was given.
type sourcemapFile struct{ path, name string }

func findSourcemaps(paths []string) ([]sourcemapFile, error) {
	var found []sourcemapFile
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case path == root && !entry.IsDir():
				found = append(found, sourcemapFile{path, filepath.Base(path)})
			case !entry.IsDir() && strings.HasSuffix(path, ".js.map"):
				name, err := filepath.Rel(root, path)
				if err != nil {
					return err
				}
				found = append(found, sourcemapFile{path, filepath.ToSlash(name)})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("cannot look for source maps: %w", err)
		}
	}
	if len(found) == 0 {
		return nil, &event.Permanent{Err: errors.New("there is no .js.map file"), Hint: "Let the bundler write source maps: build.sourcemap in Vite, devtool: \"hidden-source-map\" in webpack."}
	}
	return found, nil
}

// bundleOf is the bundle of a source map, as frames name it.
func bundleOf(prefix, name string) string {
	name = strings.TrimSuffix(name, ".map")
	if prefix == "" {
		return filepath.Base(name)
	}
	return strings.TrimSuffix(prefix, "/") + "/" + name
}

type sourcemapListCmd struct {
	Release string `help:"Only of this release."`
	JSON    bool   `name:"json" help:"Print JSON."`
	sourcemapFlags
}

// Run lists what the server keeps.
func (c *sourcemapListCmd) Run(e *env) error {
	to, err := c.server(e)
	if err != nil {
		return err
	}
	var answer api.SourceMapsOutput
	query := url.Values{"project": {c.Project}, "release": {c.Release}}
	if err := to.do(e.ctx, http.MethodGet, sourcemapPath+query.Encode(), nil, &answer); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, answer)
	}
	rows := [][]string{{"RELEASE", "SERVICE", "FILE", "SOURCES", "BYTES", "UPLOADED"}}
	for _, one := range answer.SourceMaps {
		rows = append(rows, []string{one.Release, one.Service, one.File, fmt.Sprint(one.Sources), fmt.Sprint(one.Bytes), one.Uploaded.Format(time.DateTime)})
	}
	return printTable(e, rows)
}

type sourcemapDeleteCmd struct {
	Release string `required:"" help:"Release whose source maps to delete."`
	sourcemapFlags
}

// Run deletes them.
func (c *sourcemapDeleteCmd) Run(e *env) error {
	to, err := c.server(e)
	if err != nil {
		return err
	}
	var gone api.DeletedSourceMaps
	query := url.Values{"project": {c.Project}, "release": {c.Release}}
	if err := to.do(e.ctx, http.MethodDelete, sourcemapPath+query.Encode(), nil, &gone); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "Deleted %d source maps of release %s.\n", gone.Deleted, c.Release)
	return err
}
