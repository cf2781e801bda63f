package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// version is the version of the surface, not of the program.
const version = "1"

// reply is how huma wants an answer: its body in a struct.
type reply[Out any] struct{ Body Out }

// newHuma prepares the described part of the API on mux.
func newHuma(mux humago.Mux) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	api := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Clickspan",
				Version: version,
				Description: "Times are RFC 3339 in UTC with microseconds, ranges half-open. Durations are integers with their unit in the name. " +
					"Errors are RFC 9457 problem details with a hint. Clients must ignore fields they do not know.",
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":  {Type: "http", Scheme: "bearer"},
					"cookie": {Type: "apiKey", In: "cookie", Name: cookieBase},
				},
			},
			Security: []map[string][]string{{"token": {}}, {"cookie": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{describe},
	})
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(statusContext{ctx}) })
	return api
}

// get describes and serves a read. id is the name of the operation for clients.
func get[In, Out any](s *Server, path, id, summary string, answer func(context.Context, *In) (Out, error)) {
	register(s, http.MethodGet, path, id, summary, answer)
}

// post describes and serves a question with a body.
func post[In, Out any](s *Server, path, id, summary string, answer func(context.Context, *In) (Out, error)) {
	register(s, http.MethodPost, path, id, summary, answer)
}

// change describes and serves what only an admin may do.
func change[In, Out any](s *Server, method, path, id, summary string, answer func(context.Context, *In) (Out, error)) {
	register(s, method, path, id, summary, func(ctx context.Context, in *In) (Out, error) {
		if err := needAdmin(ctx); err != nil {
			var none Out
			return none, err
		}
		return answer(ctx, in)
	})
}

func register[In, Out any](s *Server, method, path, id, summary string, answer func(context.Context, *In) (Out, error)) {
	tag, _, _ := strings.Cut(path, "/")
	huma.Register(s.huma, huma.Operation{
		Method: method, Path: apiPrefix + path, OperationID: id, Summary: summary, Tags: []string{tag},
		DefaultStatus: http.StatusOK, MaxBodyBytes: maxQueryBytes,
	}, func(ctx context.Context, in *In) (*reply[Out], error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		out, err := answer(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return &reply[Out]{Body: out}, nil
	})
}

// describePlain adds to the description what is served without huma.
func (s *Server) describePlain() {
	api := s.huma.OpenAPI()
	schema := func(t reflect.Type) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: api.Components.Schemas.Schema(t, true, "")}}
	}
	failed := &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: api.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")},
	}}
	open := []map[string][]string{}
	api.AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "login", OperationID: "login", Summary: "Trade a token or a password for the cookie",
		Tags: []string{"login"}, Security: open,
		RequestBody: &huma.RequestBody{Required: true, Content: schema(reflect.TypeFor[LoginBody]())},
		Responses:   map[string]*huma.Response{"200": {Description: "OK", Content: schema(reflect.TypeFor[Me]())}, "default": failed},
	})
	api.AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "logout", OperationID: "logout", Summary: "End the login", Tags: []string{"login"},
		Responses: map[string]*huma.Response{"204": {Description: "No Content"}, "default": failed},
	})
	text, flag := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeBoolean}
	bytes := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	for _, route := range []struct{ method, path, id, summary string }{
		{http.MethodGet, "download/blast-radius", "download-blast-radius", "Download whom something hit, as CSV or NDJSON"},
		{http.MethodGet, "download/calls", "download-calls", "Download what GET /calls lists, as CSV or NDJSON"},
		{http.MethodGet, "download/people", "download-people", "Download what GET /people lists, as CSV or NDJSON"},
		{http.MethodGet, "export", "export", "Download everything that is known about a person, or the rows of a range"},
		{http.MethodPost, "import", "import", "Take in a file"},
		{http.MethodDelete, "import", "undo-import", "Remove what an import brought"},
		{http.MethodPut, "openapi", "put-openapi", "Take route templates from an OpenAPI document"},
		{http.MethodPut, "sourcemaps", "put-sourcemap", "Upload a source map"},
	} {
		tag, _, _ := strings.Cut(route.path, "/")
		operation := &huma.Operation{
			Method: route.method, Path: apiPrefix + route.path, OperationID: route.id, Summary: route.summary, Tags: []string{tag},
			Description: "docs/reference/api.md tells its parameters.",
			Responses:   map[string]*huma.Response{"200": {Description: "OK"}, "default": failed},
		}
		if route.method == http.MethodPost || route.method == http.MethodPut {
			operation.RequestBody = &huma.RequestBody{Required: true, Content: bytes}
		}
		api.AddOperation(operation)
	}
	api.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: apiPrefix + "live", OperationID: "live", Tags: []string{"live"},
		Summary: "Watch records as they are committed",
		Description: "Server-sent events: `call` and `event` carry a Call or an Event, `dropped` the number of records that this watcher " +
			"was too slow for, as {\"dropped\": n}.",
		Parameters: []*huma.Param{
			{Name: "project", In: "query", Description: "name of the project", Schema: text},
			{Name: "filter", In: "query", Description: "CEL over call and event", Schema: text},
			{Name: "bots", In: "query", Description: "show events of marked bots too", Schema: flag},
		},
		Responses: map[string]*huma.Response{
			"200":     {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: text}}},
			"default": failed,
		},
	})
}

// closeArrays tells the description what the handlers keep: an array is never null.
func closeArrays(registry huma.Registry) {
	for _, schema := range registry.Map() {
		closeArray(schema)
	}
}

func closeArray(schema *huma.Schema) {
	if schema == nil {
		return
	}
	if schema.Type == huma.TypeArray {
		schema.Nullable = false
	}
	closeArray(schema.Items)
	for _, property := range schema.Properties {
		closeArray(property)
	}
}
