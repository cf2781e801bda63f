package cli

import "fmt"

// sqlCmd asks the telemetry store directly.
type sqlCmd struct {
	Query string `arg:"" help:"One SELECT, WITH, SHOW, DESCRIBE or EXPLAIN statement."`
	Limit int    `default:"1000" help:"Rows to print at most."`
	JSON  bool   `name:"json" help:"Print one JSON object a row."`
}

// Run asks read-only and prints the rows.
func (c *sqlCmd) Run(e *env) error {
	engine, err := openStore(e)
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	answer, err := engine.Query(e.ctx, c.Query, c.Limit)
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
