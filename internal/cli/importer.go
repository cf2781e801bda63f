package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store/duckdb"
	"github.com/clickspan/clickspan/internal/wire"
)

// remoteFlags say which running server to talk to; without them the data
// directory decides: its server when one runs, else the directory itself.
type remoteFlags struct {
	URL   string `name:"url" help:"Address of a running server."`
	Token string `help:"Token for it; default is the token file of the data directory."`
}

// openExisting is open for questions: a data directory that is not there is a slip
// of the finger, not one to make.
func (f *remoteFlags) openExisting(e *env) (*node, *remote, error) {
	if f.URL == "" {
		if err := mustExist(e.settings.Data); err != nil {
			return nil, nil, err
		}
	}
	return f.open(e)
}

func mustExist(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return &event.Permanent{
			Err:  fmt.Errorf("there is no data directory %s", dir),
			Hint: "Name it with --data, or a running server with --url. clickspan serve and clickspan import make a new one.",
		}
	}
	return nil
}

// open finds the server to talk to, or opens the data directory: exactly one of
// the two is returned.
func (f *remoteFlags) open(e *env) (*node, *remote, error) {
	if f.URL == "" {
		n, err := openNode(e)
		if err == nil {
			return n, nil, nil
		}
		address, readErr := os.ReadFile(filepath.Join(e.settings.Data, addressFile))
		if readErr != nil || !errors.Is(err, duckdb.ErrInUse) {
			return nil, nil, err
		}
		f.URL = strings.TrimSpace(string(address))
	}
	to, err := f.remote(e)
	return nil, to, err
}

// openImporter chooses who takes the records in.
func (c *importCmd) openImporter(e *env) (importer, error) {
	n, to, err := c.open(e)
	if err != nil {
		return nil, err
	}
	if n != nil {
		return &localImporter{node: n}, nil
	}
	return &remoteImporter{to}, nil
}

func importResultOf(answer api.ImportAnswer) importResult {
	result := importResult{
		Accepted: answer.Accepted, Duplicates: answer.Duplicates, Rejected: answer.Rejected,
		From: answer.From, To: answer.To, Untimed: answer.Untimed, Visits: answer.Visits, Alike: answer.Alike, Errors: []importRejection{},
	}
	for _, refusal := range answer.Errors {
		result.Errors = append(result.Errors, importRejection(refusal))
	}
	return result
}

// localImporter stores in the data directory from within this process.
type localImporter struct{ node *node }

func (l *localImporter) take(ctx context.Context, r io.Reader, in importRequest) (importResult, error) {
	project, err := l.node.meta.Project(ctx, in.Project)
	if err != nil {
		return importResult{}, projectError(in.Project, err)
	}
	result, err := l.node.pipeline.TakeFile(ctx, l.node.meta, r, in.Format,
		wire.Options{Service: in.Service, LogFormat: in.LogFormat, Location: in.Location},
		pipeline.Origin{Project: project.ID, Service: cmp.Or(in.Service, in.Format.Service), Source: in.Format.Name, Label: in.Label, Patient: true, FirstIndex: 1},
		in.Path, !in.Part)
	return importResultOf(api.ImportAnswerOf(result)), err
}

func (l *localImporter) templates(ctx context.Context, name string, file []byte) (int, error) {
	project, err := l.node.meta.Project(ctx, name)
	if err != nil {
		return 0, projectError(name, err)
	}
	return l.node.pipeline.KeepOpenAPI(ctx, l.node.meta, project.ID, bytes.NewReader(file))
}

// settle runs link passes until nothing is left.
func (l *localImporter) settle(ctx context.Context) error {
	for {
		more, err := l.node.linker.Pass(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (l *localImporter) undo(ctx context.Context, name, label string) (int64, error) {
	project, err := l.node.meta.Project(ctx, name)
	if err != nil {
		return 0, projectError(name, err)
	}
	erased, err := l.node.store.Forget(ctx, project.ID, label)
	if err != nil {
		return 0, err
	}
	return erased.Events + erased.Calls + erased.Spans, l.node.meta.DeleteImport(ctx, project.ID, label)
}

func (l *localImporter) address() string { return "" }

// Close closes the data directory.
func (l *localImporter) Close() error { return l.node.close() }

// remote talks to a running server as an administrator.
type remote struct {
	base   string
	token  string
	client *http.Client
}

// remote reads the token of the data directory unless one was given.
func (f *remoteFlags) remote(e *env) (*remote, error) {
	token := f.Token
	if token == "" && f.own(e) {
		text, err := os.ReadFile(filepath.Join(e.settings.Data, tokenFile))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("cannot read the token: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	return &remote{base: strings.TrimRight(f.URL, "/"), token: token, client: &http.Client{}}, nil
}

// own reports whether the address is the data directory's own server or at least
// this machine: its token must not be sent to anybody else.
func (f *remoteFlags) own(e *env) bool {
	address, err := os.ReadFile(filepath.Join(e.settings.Data, addressFile))
	if err == nil && strings.TrimSpace(string(address)) == f.URL {
		return true
	}
	parsed, err := url.Parse(f.URL)
	return err == nil && isLoopback(parsed.Host)
}

// do sends a request and decodes the answer; a problem becomes an error of its class.
func (r *remote) do(ctx context.Context, method, path string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, body)
	if err != nil {
		return badAddress(r.base, err)
	}
	return r.send(req, into)
}

// post sends a JSON body.
func (r *remote) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("cannot encode the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, bytes.NewReader(text))
	if err != nil {
		return badAddress(r.base, err)
	}
	req.Header.Set("Content-Type", "application/json")
	return r.send(req, into)
}

func badAddress(base string, err error) error {
	return &event.Permanent{Err: fmt.Errorf("%q is no address of a server: %w", base, err), Hint: "Write it as http://127.0.0.1:8080."}
}

func (r *remote) send(req *http.Request, into any) error {
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	res, err := r.client.Do(req)
	if err != nil {
		return &event.Retryable{Err: fmt.Errorf("cannot reach the server: %w", err), Hint: "Is clickspan serve running at that address?"}
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= http.StatusBadRequest {
		return problemError(res)
	}
	switch into := into.(type) {
	case nil:
		return nil
	case io.Writer: // a stream, passed on as it is
		_, err := io.Copy(into, res.Body)
		return err
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("the server's answer could not be read: %w", err)
	}
	return nil
}

func problemError(res *http.Response) error {
	var problem struct{ Title, Detail, Hint string }
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&problem); err != nil || problem.Detail == "" {
		problem.Detail = res.Status
	}
	if strings.HasPrefix(problem.Detail, "there is no project") {
		problem.Hint = projectHint // the server's is about its API
	}
	err := fmt.Errorf("the server says: %s", problem.Detail)
	if res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusTooManyRequests {
		return &event.Retryable{Err: err, Hint: problem.Hint}
	}
	return &event.Permanent{Err: err, Hint: problem.Hint}
}

// remoteImporter streams to a running server, which decodes.
type remoteImporter struct{ *remote }

func (r *remoteImporter) take(ctx context.Context, body io.Reader, in importRequest) (importResult, error) {
	query := url.Values{
		"format": {in.Format.Name}, "service": {in.Service}, "log_format": {in.LogFormat}, "timezone": {in.Location.String()},
		"project": {in.Project}, "label": {in.Label}, "source": {in.Path},
	}
	if in.Part {
		query.Set("part", "1")
	}
	var answer api.ImportAnswer
	err := r.do(ctx, http.MethodPost, "/api/v1/import?"+query.Encode(), body, &answer)
	return importResultOf(answer), err
}

func (r *remoteImporter) templates(ctx context.Context, project string, file []byte) (int, error) {
	var answer struct{ Operations int }
	err := r.do(ctx, http.MethodPut, "/api/v1/openapi?"+url.Values{"project": {project}}.Encode(), bytes.NewReader(file), &answer)
	return answer.Operations, err
}

// settle asks until the server's link pass has seen everything that arrived.
func (r *remoteImporter) settle(ctx context.Context) error {
	wait := every(200 * time.Millisecond)
	for {
		var system struct {
			Store struct{ Behind int64 }
		}
		if err := r.do(ctx, http.MethodGet, "/api/v1/system", nil, &system); err != nil || system.Store.Behind == 0 {
			return err
		}
		if err := wait(ctx); err != nil {
			return err
		}
	}
}

func (r *remoteImporter) undo(ctx context.Context, project, label string) (int64, error) {
	var answer struct{ Removed int64 }
	err := r.do(ctx, http.MethodDelete, "/api/v1/import?"+url.Values{"project": {project}, "label": {label}}.Encode(), nil, &answer)
	return answer.Removed, err
}

func (r *remoteImporter) address() string { return r.base }

// Close has nothing to close.
func (r *remoteImporter) Close() error { return nil }
