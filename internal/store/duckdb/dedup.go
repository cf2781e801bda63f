package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// sameness is what makes two records of one kind the same record.
type sameness struct {
	project event.ProjectID
	id      uuid
	form    form
	own     int64
}

// fresh says for each batch, kind and record whether it is new: neither stored
// nor earlier in the group.
//
// Stored records are looked for in the group's own range of own time only. A
// record newer than all stored ones cannot be among them, so live traffic in
// order of time asks the engine about few rows or none.
func (w *writer) fresh(group []*job) ([][kinds][]bool, error) {
	out := make([][kinds][]bool, len(group))
	for k := range kinds {
		seen := map[sameness]struct{}{}
		var asked []*bool
		var from, to time.Time
		for b, j := range group {
			flags := make([]bool, len(j.batch.ids[k]))
			out[b][k] = flags
			for i, id := range j.batch.ids[k] {
				own := j.batch.ownTime(k, i)
				key := sameness{j.batch.Project(), id.uuid, id.form, own.UnixMicro()}
				if _, twice := seen[key]; twice {
					continue
				}
				seen[key] = struct{}{}
				flags[i] = true
				if own.After(w.newest[k]) {
					continue
				}
				if len(asked) == 0 {
					from, to = own, own
					if err := w.incoming.begin(w.conn); err != nil {
						return nil, err
					}
				}
				if own.Before(from) {
					from = own
				}
				if own.After(to) {
					to = own
				}
				w.putIncoming(int64(len(asked)), key)
				asked = append(asked, &flags[i])
			}
		}
		if err := w.dropStored(k, asked, from, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *writer) putIncoming(n int64, key sameness) {
	t := w.incoming
	t.row()
	t.int(n)
	t.int(int64(key.project))
	set(t, [2]uint64{key.id.lo, key.id.hi ^ 1<<63})
	t.form(key.form)
	set(t, key.own)
}

// dropStored clears the flags of the asked records that are stored.
func (w *writer) dropStored(k kind, asked []*bool, from, to time.Time) error {
	if len(asked) == 0 {
		return nil
	}
	if err := w.incoming.finish(); err != nil {
		return err
	}
	ctx := context.Background()
	r, err := w.conn.query(ctx, statement("stored_"+k.table()), from, to)
	if err != nil {
		return err
	}
	defer r.close()
	for row := range r.all() {
		*asked[row.int(0)] = false
	}
	_, err = w.conn.exec(ctx, "TRUNCATE incoming")
	return err
}

// ownTime is the time that the sender gave record i.
func (b *batch) ownTime(k kind, i int) time.Time {
	switch k {
	case events:
		return b.Events()[i].OwnTime
	case calls:
		return b.Calls()[i].OwnTime
	default:
		return b.Spans()[i].OwnTime
	}
}
