package link

import "github.com/clickspan/clickspan/internal/event"

// Rows are records of one project in any order. Nothing in them is changed.
type Rows struct {
	Events []event.Event
	Calls  []event.Call
}

// Len counts the rows.
func (r Rows) Len() int { return len(r.Events) + len(r.Calls) }

// Block is a set of rows that can be linked without looking at any other row.
type Block struct {
	Rows
	// Crowded says that too many rows share the keys: only ids link, nothing is
	// inferred from time.
	Crowded bool
	// Late says that rows came more than 48 hours after their time, when the
	// daily keys that tell clients apart are gone. The caller sets it.
	Late bool
}
