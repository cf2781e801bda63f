package api

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clickspan/clickspan/internal/store"
)

// TestReferencePagesAreCurrent makes the pages about routes, filter fields and
// metrics from the code that answers.
func TestReferencePagesAreCurrent(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	for path, page := range map[string]string{
		"../../docs/reference/routes.md":  routesPage(s),
		"../../docs/reference/fields.md":  fieldsPage(),
		"../../docs/reference/metrics.md": metricsPage(s),
	} {
		if *update {
			if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, []byte(page)) {
			t.Errorf("%s is not what the code does; run make generate", path)
		}
	}
}

func routesPage(s *Server) string {
	var page strings.Builder
	page.WriteString(`# Routes

Made from the code. [The API](api.md) tells about credentials, intake, answers and limits; the exact shapes are in ` + "`GET /api/openapi.json`" + ` of a running server.

| route | does |
|---|---|
`)
	paths := s.huma.OpenAPI().Paths
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path]
		for _, one := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if one != nil {
				fmt.Fprintf(&page, "| `%s %s` | %s |\n", one.Method, path, one.Summary)
			}
		}
	}
	page.WriteString(`
## Intake

On both listeners, with an ingest key. Every access log goes to ` + "`POST /intake/logs/{format}`" + `; [Formats](formats.md) has the names.

| route | takes |
|---|---|
`)
	doors := s.intakeDoors()
	slices.SortFunc(doors, func(a, b intakeDoor) int { return strings.Compare(a.pattern, b.pattern) })
	for _, door := range doors {
		fmt.Fprintf(&page, "| `%s` | %s |\n", door.pattern, door.takes)
	}
	return page.String()
}

func fieldsPage() string {
	var page strings.Builder
	page.WriteString(`# Fields of filters

Made from the code. What a [filter](api.md#filters), a facet, a breakdown and the completion may name. A map takes a key: ` + "`event.properties.plan`" + ` or ` + "`event.properties[\"a b\"]`" + `.

| field | type | is |
|---|---|---|
`)
	for _, field := range store.Fields() {
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", field.Name, field.Type, field.Doc)
	}
	return page.String()
}

func metricsPage(s *Server) string {
	var page strings.Builder
	page.WriteString(`# Metrics

Made from the code. ` + "`GET /metrics`" + ` has them in Prometheus' format, for whoever may read the API.

| metric | labels | is |
|---|---|---|
`)
	about := make(chan *prometheus.Desc, 100)
	s.metrics.registry.Describe(about)
	close(about)
	var rows []string
	for one := range about {
		name, help, labels := metricParts(one.String())
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", name, labels, help))
	}
	slices.Sort(rows)
	page.WriteString(strings.Join(rows, ""))
	return page.String()
}

// metricParts takes the parts out of a description, which shows them in its text only.
func metricParts(text string) (name, help, labels string) {
	part := func(before, after string) string {
		_, rest, _ := strings.Cut(text, before)
		found, _, _ := strings.Cut(rest, after)
		return found
	}
	return part(`fqName: "`, `"`), part(`help: "`, `"`), strings.ReplaceAll(part("variableLabels: {", "}"), ",", ", ")
}
