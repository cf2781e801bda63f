package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/wire"
)

// importCmd takes in files, or follows one that grows.
type importCmd struct {
	Files     []string `arg:"" optional:"" name:"file" help:"Files to take in, gzip as it is; - is standard input."`
	Format    string   `default:"auto" help:"Format of the files; auto looks at their beginning."`
	LogFormat string   `help:"The nginx log_format or Apache LogFormat string that the log was written with."`
	Service   string   `help:"Service that answered, for logs that do not name it."`
	Timezone  string   `default:"UTC" help:"Zone of time stamps without one, such as Europe/Vienna."`
	Project   string   `default:"default" help:"Project that the records belong to."`
	Label     string   `help:"Name of this import, so that it can be undone."`
	OpenAPI   string   `name:"openapi" type:"existingfile" help:"OpenAPI file whose paths become route templates."`
	Follow    bool     `help:"Keep taking in what is added to the file, across rotation."`
	Undo      bool     `help:"Remove what the import with --label brought."`
	JSON      bool     `name:"json" help:"Print the result as JSON."`
	remoteFlags
}

// importRequest is what every part of an import shares.
type importRequest struct {
	Format    wire.Format
	LogFormat string
	Service   string
	Location  *time.Location
	Project   string
	Label     string
	Path      string // of the file, for the list of imports
	Part      bool   // what was added to a log that is followed
}

// importResult is what became of one file.
type importResult struct {
	Path       string            `json:"path"`
	Format     string            `json:"format"`
	Accepted   int               `json:"accepted"`
	Duplicates int               `json:"duplicates"`
	Rejected   int               `json:"rejected"`
	Errors     []importRejection `json:"errors"`
	From       time.Time         `json:"from,omitzero"`
	To         time.Time         `json:"to,omitzero"`
	// Error is why the file could not be read, or not to its end.
	Error string `json:"error,omitempty"`
	// Alike is another log that has the duplicates, so far as that is known.
	Alike *pipeline.File `json:"alike,omitempty"`
	// Visits says that there were events, which sessions are made of.
	Visits bool `json:"-"`
	// Untimed counts calls whose log does not say how long they took.
	Untimed int `json:"-"`
}

// importRejection is one of the first refused records.
type importRejection struct {
	Index  int    `json:"index"` // line number, from 1; 0 while a file is followed
	Reason string `json:"reason"`
}

// importer takes records in: this process itself, or a running server.
type importer interface {
	// take decodes r and returns when what it accepted is durable.
	take(ctx context.Context, r io.Reader, request importRequest) (importResult, error)
	// templates loads route templates for the project from an OpenAPI file and returns
	// how many operations it named.
	templates(ctx context.Context, project string, file []byte) (int, error)
	// settle waits until everything taken is linked.
	settle(ctx context.Context) error
	// undo removes what the import with that label brought; it returns how much.
	undo(ctx context.Context, project, label string) (int64, error)
	// address is where the web page is, empty when no server runs.
	address() string
	io.Closer
}

// Run imports all files, or follows one.
func (c *importCmd) Run(e *env) (err error) {
	location, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return &event.Permanent{Err: fmt.Errorf("there is no time zone %q", c.Timezone), Hint: "Use an IANA name such as Europe/Vienna, America/New_York or UTC."}
	}
	to, err := c.openImporter(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if c.Undo {
		return c.undo(e, to)
	}
	if len(c.Files) == 0 && c.OpenAPI == "" {
		return &event.Permanent{Err: errors.New("no file was named"), Hint: "Run clickspan import access.log, or - for standard input."}
	}
	if err := c.loadOpenAPI(e, to); err != nil {
		return err
	}
	request := importRequest{LogFormat: c.LogFormat, Service: c.Service, Location: location, Project: c.Project, Label: c.Label}
	if c.Follow {
		return c.follow(e, to, request)
	}
	return c.importFiles(e, to, request)
}

func (c *importCmd) loadOpenAPI(e *env, to importer) error {
	if c.OpenAPI == "" {
		return nil
	}
	file, err := os.ReadFile(c.OpenAPI)
	if err != nil {
		return fmt.Errorf("cannot read the OpenAPI file: %w", err)
	}
	operations, err := to.templates(e.ctx, c.Project, file)
	if err != nil {
		return inFile(c.OpenAPI, err)
	}
	_, err = fmt.Fprintf(e.Err, "%s: its %d operations name the routes of what is taken in from now on.\n", c.OpenAPI, operations)
	return err
}

func (c *importCmd) undo(e *env, from importer) error {
	if c.Label == "" || len(c.Files) > 0 {
		return &event.Permanent{Err: errors.New("--undo takes --label and no file"), Hint: "Run clickspan import --undo --label NAME."}
	}
	removed, err := from.undo(e.ctx, c.Project, c.Label)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "Removed %d records that the import %s had brought.\n", removed, c.Label)
	return err
}

func (c *importCmd) importFiles(e *env, to importer, request importRequest) error {
	results := []importResult{}
	for _, path := range c.Files {
		result, err := c.importFile(e, to, path, request)
		if err != nil {
			result.Path, result.Error = path, err.Error()
			return errors.Join(err, c.report(e, to, append(results, result)))
		}
		results = append(results, result)
	}
	if err := to.settle(e.ctx); err != nil {
		return err
	}
	return c.report(e, to, results)
}

func (c *importCmd) importFile(e *env, to importer, path string, request importRequest) (importResult, error) {
	file, size, err := openInput(e, path)
	if err != nil {
		return importResult{}, err
	}
	defer func() { _ = file.Close() }()
	bar := newProgress(e.Err, filepath.Base(path))
	counted := &countingReader{r: file, count: func(n int64) {
		if size > 0 {
			bar.show(float64(n)/float64(size), "")
		}
	}}
	defer bar.done()
	plain, err := decompress(counted)
	if err != nil {
		return importResult{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	whole := &wholeReader{r: plain}
	input := bufio.NewReaderSize(whole, headBytes)
	if request.Format, err = c.format(input); err != nil {
		return importResult{}, inFile(path, cmp.Or(whole.err, err))
	}
	request.Path = path
	result, err := to.take(e.ctx, input, request)
	result.Path, result.Format = path, request.Format.Name
	if err = cmp.Or(whole.err, err); err != nil {
		return result, inFile(path, err)
	}
	return result, nil
}

// wholeReader remembers that a file could not be read to its end, which whoever reads
// it for somebody else reports in other words.
type wholeReader struct {
	r   io.Reader
	err error
}

func (w *wholeReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = &event.Permanent{
			Err:  fmt.Errorf("the file is cut off or damaged: %w", err),
			Hint: "Copy it anew and import it again: what was taken before the damage is not taken twice.",
		}
	}
	return n, err
}

// inFile names the file in an error and keeps its class and hint.
func inFile(path string, err error) error { return fmt.Errorf("%s: %w", path, err) }

// format returns the format asked for, or the one that the beginning shows.
func (c *importCmd) format(input *bufio.Reader) (wire.Format, error) {
	if c.LogFormat != "" && c.Format == "auto" {
		format, _ := wire.Lookup("log") // whatever --log-format says
		return format, nil
	}
	if c.Format == "auto" {
		head, err := input.Peek(headBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return wire.Format{}, err
		}
		return wire.Detect(head)
	}
	format, ok := wire.Lookup(c.Format)
	if !ok {
		return format, &event.Permanent{Err: fmt.Errorf("there is no format %q", c.Format), Hint: "The formats: auto, " + formatNames()}
	}
	return format, nil
}

// headBytes is how much of a file is looked at to find its format.
const headBytes = 64 << 10

func openInput(e *env, path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(e.In), 0, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, &event.Permanent{Err: fmt.Errorf("cannot open the file: %w", err), Hint: "Name a file that is there and that this user may read."}
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory; name the files in it", path)
	}
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// decompress reads gzip as what it contains, whatever the file is called.
func decompress(r io.Reader) (io.Reader, error) {
	input := bufio.NewReaderSize(r, headBytes)
	magic, err := input.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return input, nil
	}
	plain, err := gzip.NewReader(input)
	if err != nil {
		return nil, fmt.Errorf("it begins like gzip but is not: %w", err)
	}
	return plain, nil
}

type countingReader struct {
	r     io.Reader
	n     int64
	count func(int64)
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.count(c.n)
	return n, err
}

// report prints what became of the files and the link that opens it.
func (c *importCmd) report(e *env, to importer, results []importResult) error {
	total := importResult{}
	for i, result := range results {
		total.add(result)
		if results[i].Errors == nil {
			results[i].Errors = []importRejection{}
		}
	}
	if c.JSON {
		err := printJSON(e, map[string]any{"files": results, "total": struct {
			Accepted   int       `json:"accepted"`
			Duplicates int       `json:"duplicates"`
			Rejected   int       `json:"rejected"`
			From       time.Time `json:"from,omitzero"`
			To         time.Time `json:"to,omitzero"`
		}{total.Accepted, total.Duplicates, total.Rejected, total.From, total.To}})
		if err == nil && total.Accepted+total.Duplicates == 0 {
			err = nothingGood(total)
		}
		return err
	}
	for _, result := range results {
		if result.Error != "" {
			continue // it is told as the command's error
		}
		if err := c.printResult(e, result); err != nil {
			return err
		}
	}
	if total.Accepted+total.Duplicates == 0 {
		return nothingGood(total)
	}
	query := url.Values{"from": {total.From.Format(time.RFC3339)}, "to": {total.To.Add(time.Second).Format(time.RFC3339)}}
	page := "calls"
	if total.Visits {
		page = "sessions"
	}
	if address := to.address(); address != "" {
		_, err := fmt.Fprintf(e.Out, "Open %s/%s?%s\n", address, page, query.Encode())
		return err
	}
	_, err := fmt.Fprintf(e.Out, "Run clickspan serve, then open http://%s/%s?%s\n", e.settings.Addr, page, query.Encode())
	return err
}

// nothingGood is the error of an import that brought nothing though there was something.
func nothingGood(total importResult) error {
	if total.Rejected == 0 {
		return nil
	}
	return &event.Permanent{
		Err:  fmt.Errorf("none of the %d records could be taken", total.Rejected),
		Hint: "Leave --format away to have the format recognised, or describe the log's own with --log-format.",
	}
}

func (c *importCmd) printResult(e *env, r importResult) error {
	if _, err := fmt.Fprintf(e.Out, "%s (%s): %d accepted, %d duplicates, %d rejected", r.Path, r.Format, r.Accepted, r.Duplicates, r.Rejected); err != nil {
		return err
	}
	if !r.From.IsZero() {
		_, _ = fmt.Fprintf(e.Out, ", from %s to %s", r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))
	}
	_, _ = fmt.Fprintln(e.Out)
	printRejections(e, r)
	if r.Alike != nil {
		_, _ = fmt.Fprintf(e.Out, "  %d lines are the same as lines of %s, imported on %s. If this is another server's log, import it with --service NAME.\n",
			r.Duplicates, r.Alike.Path, r.Alike.At.Format(time.DateTime))
	}
	if r.Untimed > 0 {
		_, _ = fmt.Fprintf(e.Out, "  %d calls have no duration. In nginx add $request_time to log_format, in Apache %%D to LogFormat.\n", r.Untimed)
	}
	return nil
}

// printRejections shows the first lines of each reason, and how many it does not show.
func printRejections(e *env, r importResult) {
	said, shown := map[string]int{}, 0
	for _, rejection := range r.Errors {
		said[rejection.Reason]++
		switch {
		case rejection.Index == 0: // while a log is followed, a reason stands for all its lines
			shown++
			if said[rejection.Reason] == 1 {
				_, _ = fmt.Fprintf(e.Out, "  %s\n", rejection.Reason)
			}
		case said[rejection.Reason] <= 3:
			shown++
			_, _ = fmt.Fprintf(e.Out, "  line %d: %s\n", rejection.Index, rejection.Reason)
		}
	}
	if more := r.Rejected - shown; more > 0 {
		_, _ = fmt.Fprintf(e.Out, "  and %d more; the page Data quality counts them by reason.\n", more)
	}
}

// add sums results; the range covers both.
func (r *importResult) add(other importResult) {
	r.Accepted += other.Accepted
	r.Duplicates += other.Duplicates
	r.Rejected += other.Rejected
	r.Visits = r.Visits || other.Visits
	if r.From.IsZero() || !other.From.IsZero() && other.From.Before(r.From) {
		r.From = other.From
	}
	if other.To.After(r.To) {
		r.To = other.To
	}
}

func formatNames() string {
	var names []byte
	for i, format := range wire.Formats() {
		if i > 0 {
			names = append(names, ", "...)
		}
		names = append(names, format.Name...)
	}
	return string(names)
}
