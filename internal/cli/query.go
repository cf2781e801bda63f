package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/event"
)

// queryCmd asks what POST /api/v1/query/{kind} answers.
type queryCmd struct {
	Kind  string `arg:"" enum:"funnel,funnel-correlation,retention,paths,lifecycle,stickiness,series,breakdown,impact,dose-response,verdict,blast-radius,compare" help:"What is asked: ${enum}. See docs/reference/routes.md."`
	File  string `required:"" help:"The question as JSON; - is standard input."`
	JSON  bool   `name:"json" xor:"as" help:"Print exactly what the API answers."`
	Table bool   `xor:"as" help:"Print tables; this is the default."`
	remoteFlags
}

// Run asks and prints.
func (c *queryCmd) Run(e *env) error {
	question, err := c.question(e)
	if err != nil {
		return err
	}
	answer, err := c.ask(e, question)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = e.Out.Write(answer)
		return err
	}
	return printAnswer(e, answer)
}

func (c *queryCmd) question(e *env) (json.RawMessage, error) {
	var text []byte
	var err error
	if c.File == "-" {
		text, err = io.ReadAll(e.In)
	} else {
		text, err = os.ReadFile(c.File)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the question: %w", err)
	}
	if !json.Valid(text) {
		return nil, &event.Permanent{Err: fmt.Errorf("%s is no JSON", c.File), Hint: `Write a question such as {"steps":[{"event":"Order Paid"}]}.`}
	}
	return text, nil
}

// ask asks the running server, or the data directory when none has it.
func (c *queryCmd) ask(e *env, question json.RawMessage) (answer []byte, err error) {
	n, to, err := c.openExisting(e)
	if err != nil {
		return nil, err
	}
	if n != nil {
		defer func() { err = errors.Join(err, n.close()) }()
		to = n.within(e)
	}
	var out bytes.Buffer
	err = to.post(e.ctx, "/api/v1/query/"+url.PathEscape(c.Kind), question, io.Writer(&out))
	return out.Bytes(), err
}

// within is the API of a data directory that this process has opened. It is asked as
// any other, so that answers are the same, but nothing listens.
func (n *node) within(e *env) *remote {
	server := api.New(api.Config{
		Store: n.store, SQL: n.store, Rights: n.rights, Meta: n.meta, Pipeline: n.pipeline, Linker: n.linker, Live: n.hub, Version: Version(),
		Now: time.Now, Logger: e.log, OpenLoopback: true, Witness: n.witness, Data: e.settings.Data,
	})
	return &remote{base: "http://127.0.0.1", client: &http.Client{Transport: inProcess{server.Handler()}}}
}

// inProcess hands requests to a handler.
type inProcess struct{ handler http.Handler }

// RoundTrip answers a request.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RemoteAddr, r.RequestURI, r.Host = "127.0.0.1:0", r.URL.RequestURI(), r.URL.Host
	w := &answerWriter{header: http.Header{}, status: http.StatusOK}
	p.handler.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Body: io.NopCloser(&w.body), Request: r}, nil
}

// answerWriter keeps an answer.
type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answerWriter) Header() http.Header         { return w.header }
func (w *answerWriter) WriteHeader(status int)      { w.status = status }
func (w *answerWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

// printAnswer prints every list of an answer as a table under its name, and what is
// neither list nor object as name and value.
func printAnswer(e *env, answer []byte) error {
	fields, err := fieldsOf(answer)
	if err != nil {
		return err
	}
	for _, f := range fields {
		var rows []json.RawMessage
		switch {
		case f.name == "meta":
		case json.Unmarshal(f.value, &rows) == nil:
			if len(rows) == 0 {
				continue
			}
			if _, err := fmt.Fprintln(e.Out, f.name); err != nil {
				return err
			}
			table, err := tableOf(rows)
			if err != nil {
				return err
			}
			if err := printTable(e, table); err != nil {
				return err
			}
		default:
			if _, err := fmt.Fprintln(e.Out, f.name+" "+cellOf(f.value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// jsonField is a field of an object, in its order.
type jsonField struct {
	name  string
	value json.RawMessage
}

func fieldsOf(object []byte) ([]jsonField, error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil { // {
		return nil, fmt.Errorf("the answer could not be read: %w", err)
	}
	var out []jsonField
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("the answer could not be read: %w", err)
		}
		f := jsonField{name: fmt.Sprint(name)}
		if err := decoder.Decode(&f.value); err != nil {
			return nil, fmt.Errorf("the answer could not be read: %w", err)
		}
		out = append(out, f)
	}
	return out, nil
}

// tableOf has a column for each field of the rows' objects; other rows are one cell.
func tableOf(rows []json.RawMessage) ([][]string, error) {
	var table [][]string
	for i, row := range rows {
		if !bytes.HasPrefix(row, []byte("{")) {
			table = append(table, []string{cellOf(row)})
			continue
		}
		fields, err := fieldsOf(row)
		if err != nil {
			return nil, err
		}
		names, cells := make([]string, len(fields)), make([]string, len(fields))
		for n, f := range fields {
			names[n], cells[n] = f.name, cellOf(f.value)
		}
		if i == 0 {
			table = append(table, names)
		}
		table = append(table, cells)
	}
	return table, nil
}

// cellOf is a value as people read it.
func cellOf(value json.RawMessage) string {
	var text string
	switch {
	case string(value) == "null":
		return "-"
	case json.Unmarshal(value, &text) == nil:
		return strings.ReplaceAll(text, "\n", " ")
	}
	return string(value)
}
