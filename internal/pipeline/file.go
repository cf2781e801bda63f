package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/wire"
)

// fileKind is the kind of document that remembers an imported log, by the hash of its first line.
const fileKind = "imported-log"

// Files remembers what was imported; meta.DB does.
type Files interface {
	Documents
	AddImport(ctx context.Context, project event.ProjectID, i meta.Import) error
}

// File is a file that was imported before.
type File struct {
	Path string    `json:"path"`
	At   time.Time `json:"at"` // of its import
	// From and To are the first and last time of its records.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// TakeFile is [Pipeline.Take] for the file at path. It notes what came of it: under
// the label of o, when there is one, and for logs under the hash of their first line, so that
// lines that two logs share are told from a log that is imported again. A part of a
// log that is followed is no whole: its first line says nothing.
func (p *Pipeline) TakeFile(ctx context.Context, files Files, r io.Reader, format wire.Format, opt wire.Options, o Origin, path string, whole bool) (Result, error) {
	input := bufio.NewReaderSize(r, 16<<10)
	var first string
	if format.Service != "" && whole { // the rows of other formats have ids of their own
		head, err := input.Peek(4 << 10)
		if err != nil && !errors.Is(err, io.EOF) {
			return Result{}, err
		}
		line, _, _ := bytes.Cut(head, []byte{'\n'})
		sum := sha256.Sum256(line)
		first = hex.EncodeToString(sum[:])
	}
	result, err := p.Take(ctx, input, format, opt, o)
	if err != nil {
		return result, err
	}
	if o.Label != "" {
		err = files.AddImport(ctx, o.Project, meta.Import{
			Label: o.Label, Format: format.Name, Source: path,
			Accepted: result.Accepted, Duplicates: result.Duplicates, Rejected: result.Rejected, From: result.From, To: result.To,
		})
	}
	if err != nil || first == "" || !result.Good() {
		return result, err
	}
	if result.Duplicates > 0 {
		if result.Alike, err = alike(ctx, files, o.Project, first, result); err != nil {
			return result, err
		}
	}
	return result, files.PutDocument(ctx, o.Project, fileKind, first, File{Path: path, At: p.Now(), From: result.From, To: result.To})
}

// alike finds the log that was imported last of those that begin otherwise and span
// the same time; nil when this one has been imported before.
func alike(ctx context.Context, files Files, project event.ProjectID, first string, result Result) (*File, error) {
	documents, err := files.Documents(ctx, project, fileKind)
	if err != nil {
		return nil, err
	}
	var last *File
	for _, document := range documents {
		if document.ID == first {
			return nil, nil //nolint:nilnil // there is none, and nothing failed
		}
		var file File
		if err := json.Unmarshal(document.Body, &file); err != nil {
			return nil, err
		}
		if !file.From.After(result.To) && !file.To.Before(result.From) && (last == nil || file.At.After(last.At)) {
			last = &file
		}
	}
	return last, nil
}
