package api

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-sourcemap/sourcemap"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/wire"
)

const (
	// maxSourceMap is the largest source map taken, in bytes.
	maxSourceMap = 32 << 20
	// maxSourceMaps is how many a project may keep.
	maxSourceMaps = 2_000
	// openSourceMaps is how many are kept read, because reading one takes a while.
	openSourceMaps = 8
	// aroundLines is how many lines are shown before and after a place.
	aroundLines = 4
	// maxSourceLine is how much of a line is shown, in bytes.
	maxSourceLine = 300
)

// Kinds of documents: what a source map is of, and the map itself, compressed.
const (
	mapInfo = "sourcemap"
	mapBody = "sourcemap-body"
)

// SourceMapInfo says which bundle a source map belongs to.
type SourceMapInfo struct {
	ID       string    `json:"id" doc:"for DELETE"`
	Release  string    `json:"release"`
	Service  string    `json:"service,omitempty"`
	File     string    `json:"file" doc:"end of the bundle's path: app.js, or /assets/app.js"`
	Bytes    int       `json:"bytes"`
	Sources  int       `json:"sources" doc:"how many source files it knows"`
	Uploaded time.Time `json:"uploaded"`
}

// SourceMapsInput asks for a project's source maps.
type SourceMapsInput struct {
	ProjectParam
	Release string `query:"release" doc:"only of this release"`
}

// SourceMapsOutput lists source maps by release, service and file.
type SourceMapsOutput struct {
	SourceMaps []SourceMapInfo `json:"source_maps"`
}

func (s *Server) listSourceMaps(ctx context.Context, in *SourceMapsInput) (SourceMapsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return SourceMapsOutput{}, err
	}
	all, err := s.sourceMaps(ctx, project)
	if in.Release != "" {
		all = slices.DeleteFunc(all, func(m SourceMapInfo) bool { return m.Release != in.Release })
	}
	return SourceMapsOutput{SourceMaps: all}, err
}

func (s *Server) sourceMaps(ctx context.Context, project event.ProjectID) ([]SourceMapInfo, error) {
	documents, err := s.meta.Documents(ctx, project, mapInfo)
	if err != nil {
		return nil, err
	}
	out := []SourceMapInfo{}
	for _, d := range documents {
		info := SourceMapInfo{}
		if err := json.Unmarshal(d.Body, &info); err != nil {
			return nil, fmt.Errorf("source map %s: %w", d.ID, err)
		}
		info.ID, info.Uploaded = d.ID, d.Updated
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b SourceMapInfo) int {
		return cmp.Or(strings.Compare(a.Release, b.Release), strings.Compare(a.Service, b.Service), strings.Compare(a.File, b.File))
	})
	return out, nil
}

// DeleteSourceMapsInput names one source map, or all of a release.
type DeleteSourceMapsInput struct {
	ProjectParam
	ID      string `query:"id" doc:"one source map"`
	Release string `query:"release" doc:"all of this release"`
}

// DeletedSourceMaps tells how many went.
type DeletedSourceMaps struct {
	Deleted int `json:"deleted"`
}

func (s *Server) deleteSourceMaps(ctx context.Context, in *DeleteSourceMapsInput) (DeletedSourceMaps, error) {
	var out DeletedSourceMaps
	if (in.ID == "") == (in.Release == "") {
		return out, badField("query.id", "Send ?id=ID or ?release=VERSION; GET /api/v1/sourcemaps lists both.", "exactly one of id and release is needed")
	}
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return out, err
	}
	all, err := s.sourceMaps(ctx, project)
	for _, one := range all {
		if one.ID != in.ID && (in.Release == "" || one.Release != in.Release) {
			continue
		}
		err := errors.Join(s.meta.DeleteDocument(ctx, project, mapInfo, one.ID), s.meta.DeleteDocument(ctx, project, mapBody, one.ID))
		if err != nil {
			return out, err
		}
		s.opened.forget(project, one.ID)
		out.Deleted++
	}
	if err == nil && out.Deleted == 0 {
		err = problem(http.StatusNotFound, "GET /api/v1/sourcemaps lists what is there.", "there is no such source map")
	}
	return out, err
}

// takeSourceMap keeps the source map in the body: ?release=&file=[&service=].
func (s *Server) takeSourceMap(w http.ResponseWriter, r *http.Request) {
	info, err := s.keepSourceMap(r, http.MaxBytesReader(w, r.Body, maxSourceMap))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", info)
}

func (s *Server) keepSourceMap(r *http.Request, body io.Reader) (SourceMapInfo, error) {
	ctx, query := r.Context(), r.URL.Query()
	if err := needAdmin(ctx); err != nil {
		return SourceMapInfo{}, err
	}
	project, err := s.project(ctx, query.Get("project"))
	if err != nil {
		return SourceMapInfo{}, err
	}
	info := SourceMapInfo{Release: query.Get("release"), Service: query.Get("service"), File: filePath(query.Get("file"))}
	if info.Release == "" || info.File == "" || len(info.Release)+len(info.Service)+len(info.File) > 1024 {
		return info, problem(http.StatusBadRequest, "Send ?release=VERSION&file=app.js, at most 1,024 bytes in all.", "a source map needs the release and the bundle's file")
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return info, err
	}
	read, err := readSourceMap(text)
	if err != nil {
		return info, problem(http.StatusBadRequest, "Send the .map file that the bundler wrote, version 3.", "%v", err)
	}
	info.Bytes, info.Sources, info.Uploaded = len(text), read.sources, s.now()
	info.ID = hashOf(info.Release, info.Service, info.File)
	return info, s.putSourceMap(ctx, project, info, text)
}

func (s *Server) putSourceMap(ctx context.Context, project event.ProjectID, info SourceMapInfo, text []byte) error {
	kept, err := s.meta.Documents(ctx, project, mapInfo)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(kept, func(d meta.Document) bool { return d.ID == info.ID })
	if len(kept) >= maxSourceMaps && !known {
		return problem(http.StatusBadRequest, "Delete those of old releases: clickspan sourcemap delete --release VERSION.", "the project has %d source maps, which is all it may keep", len(kept))
	}
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	// The map first: what is listed can be read.
	if err := s.meta.PutDocument(ctx, project, mapBody, info.ID, small.Bytes()); err != nil {
		return err
	}
	s.opened.forget(project, info.ID)
	return s.meta.PutDocument(ctx, project, mapInfo, info.ID, info)
}

// resolveFrames adds the original place to each frame that a source map of the
// release covers. why says what is missing when no frame of the app is resolved.
func (s *Server) resolveFrames(ctx context.Context, project event.ProjectID, release string, frames []Frame) (why string, err error) {
	if !slices.ContainsFunc(frames, func(f Frame) bool { return f.InApp && f.Line > 0 }) {
		return "", nil
	}
	if release == "" {
		return "The error names no release, so no source map can be chosen. Set `release` in the browser SDK.", nil
	}
	kept, err := s.sourceMaps(ctx, project)
	if err != nil {
		return "", err
	}
	kept = slices.DeleteFunc(kept, func(m SourceMapInfo) bool { return m.Release != release })
	resolved, callee := false, ""
	for i := len(frames) - 1; i >= 0; i-- { // callers first: a call names what it calls
		frame := &frames[i]
		found, ok := mapOf(kept, frame.File)
		if !ok || frame.Line == 0 {
			callee = ""
			continue
		}
		read, err := s.openSourceMap(ctx, project, found.ID)
		if err != nil {
			return "", err
		}
		var name string
		frame.Original, name = read.position(frame.Line, frame.Column)
		if frame.Original != nil {
			resolved, frame.Original.Function = true, callee
		}
		callee = name
	}
	if !resolved {
		why = fmt.Sprintf("No source map of release %s covers these files. Upload it: clickspan sourcemap upload --release %s FILES…", release, release)
	}
	return why, nil
}

// mapOf finds the source map of a bundle: its file must be the end of the bundle's
// path; of several the longest, then the newest.
func mapOf(kept []SourceMapInfo, file string) (best SourceMapInfo, ok bool) {
	path := "/" + strings.TrimPrefix(filePath(file), "/")
	for _, one := range kept {
		if !strings.HasSuffix(path, "/"+strings.TrimPrefix(one.File, "/")) {
			continue
		}
		if order := cmp.Or(cmp.Compare(len(one.File), len(best.File)), one.Uploaded.Compare(best.Uploaded)); order > 0 {
			best, ok = one, true
		}
	}
	return best, ok
}

func (s *Server) openSourceMap(ctx context.Context, project event.ProjectID, id string) (*sourceMap, error) {
	if read := s.opened.get(project, id); read != nil {
		return read, nil
	}
	document, err := s.meta.Document(ctx, project, mapBody, id)
	if err != nil {
		return nil, err
	}
	var small []byte
	if err := json.Unmarshal(document.Body, &small); err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, maxSourceMap))
	if err != nil {
		return nil, err
	}
	read, err := readSourceMap(text)
	if err == nil {
		s.opened.put(project, id, read)
	}
	return read, err
}

// openedMaps remembers the source maps read last.
type openedMaps struct {
	mu    sync.Mutex
	order []openedMap // the last used at the end
}

type openedMap struct {
	project event.ProjectID
	id      string
	read    *sourceMap
}

func (o *openedMaps) get(project event.ProjectID, id string) *sourceMap {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, one := range o.order {
		if one.project == project && one.id == id {
			o.order = append(slices.Delete(o.order, i, i+1), one)
			return one.read
		}
	}
	return nil
}

func (o *openedMaps) put(project event.ProjectID, id string, read *sourceMap) {
	o.forget(project, id)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.order = append(o.order, openedMap{project, id, read})
	if len(o.order) > openSourceMaps {
		o.order = slices.Delete(o.order, 0, 1)
	}
}

func (o *openedMaps) forget(project event.ProjectID, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.order = slices.DeleteFunc(o.order, func(m openedMap) bool { return m.project == project && m.id == id })
}

// sourceMap is a source map that was read.
type sourceMap struct {
	*sourcemap.Consumer
	sources int
}

// readSourceMap reads a source map of version 3. The library trusts what it reads,
// so a damaged map may make it panic; that is an error here.
func readSourceMap(text []byte) (read *sourceMap, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			read, err = nil, errors.New("the source map is damaged")
		}
	}()
	consumer, err := sourcemap.Parse("", text)
	if err != nil {
		return nil, errors.New("this is no source map: " + wire.Plain(err))
	}
	var counted struct {
		Sources  []json.RawMessage `json:"sources"`
		Sections []struct {
			Map struct {
				Sources []json.RawMessage `json:"sources"`
			} `json:"map"`
		} `json:"sections"`
	}
	if err := json.Unmarshal(text, &counted); err != nil {
		return nil, errors.New("this is no source map: " + wire.Plain(err))
	}
	read = &sourceMap{Consumer: consumer, sources: len(counted.Sources)}
	for _, section := range counted.Sections {
		read.sources += len(section.Map.Sources)
	}
	if read.sources == 0 {
		return nil, errors.New("the source map names no sources")
	}
	return read, nil
}

// position is the original of a place in the bundle, both counted from 1, and the
// name that stands there; nil when the map does not know it.
func (m *sourceMap) position(line, column int) (out *SourcePosition, name string) {
	defer func() {
		if recover() != nil {
			out, name = nil, "" // damaged, see readSourceMap
		}
	}()
	source, name, at, within, ok := m.Source(line, max(column-1, 0))
	if !ok || source == "" {
		return nil, ""
	}
	out = &SourcePosition{File: source, Line: at, Column: within + 1}
	if content := m.SourceContent(source); content != "" {
		lines := strings.Split(content, "\n")
		from, to := max(at-1-aroundLines, 0), min(at+aroundLines, len(lines))
		if from < to {
			out.From = from + 1
			out.Lines = each(lines[from:to], func(line string) string { return clipped(strings.TrimRight(line, "\r")) })
		}
	}
	return out, name
}

// clipped shortens a line of a minified source.
func clipped(line string) string {
	if len(line) <= maxSourceLine {
		return line
	}
	return strings.ToValidUTF8(line[:maxSourceLine], "") + "…"
}
