package cli

import (
	"errors"
	"fmt"

	"github.com/clickspan/clickspan/internal/store"
)

// sqlCmd asks the telemetry store directly.
type sqlCmd struct {
	Query string `arg:"" help:"One SELECT, WITH, SHOW, DESCRIBE or EXPLAIN statement."`
	Limit int    `default:"1000" help:"Rows to print at most."`
	JSON  bool   `name:"json" help:"Print one JSON object a row."`
	remoteFlags
}

// Run asks and prints the rows.
func (c *sqlCmd) Run(e *env) error {
	answer, err := c.ask(e)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, row := range answer.Rows {
			object := make(map[string]*string, len(row))
			for i, column := range answer.Columns {
				object[column] = row[i]
			}
			if err := printJSON(e, object); err != nil {
				return err
			}
		}
		return nil
	}
	table := [][]string{answer.Columns}
	for _, row := range answer.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = "NULL"
			if cell != nil {
				cells[i] = *cell
			}
		}
		table = append(table, cells)
	}
	if err := printTable(e, table); err != nil || !answer.Truncated {
		return err
	}
	_, err = fmt.Fprintf(e.Err, "More rows exist; raise --limit above %d to see them.\n", c.Limit)
	return err
}

// ask asks the running server, or the data directory when none has it.
func (c *sqlCmd) ask(e *env) (answer store.Answer, err error) {
	n, to, err := c.openExisting(e)
	if err != nil {
		return answer, err
	}
	if n != nil {
		defer func() { err = errors.Join(err, n.close()) }()
		return n.store.Query(e.ctx, c.Query, c.Limit)
	}
	return answer, to.post(e.ctx, "/api/v1/sql", map[string]any{"query": c.Query, "limit": c.Limit}, &answer)
}
