package connect

import (
	"fmt"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// plain is a Redactor that leaves records as they are.
type plain struct{}

func (plain) Event(*event.Event) {}
func (plain) Call(*event.Call)   {}
func (plain) Span(*event.Span)   {}

// TestWitnessIsBounded floods it with everything that a stranger chooses.
func TestWitnessIsBounded(t *testing.T) {
	t.Parallel()
	w := NewWitness(func() time.Time { return noon })
	for i := range 1000 {
		w.Refuse(Refusal{Path: fmt.Sprint("/", i)})
		w.Batch(event.NewBatch(event.ProjectID(i+1), "", event.Records{}, plain{}))
		w.Batch(event.NewBatch(1, "", event.Records{
			Events:   []event.Event{{Kind: event.Click, Origin: event.Origin{ClientIP: fmt.Sprint("b", i)}}},
			Calls:    []event.Call{{Side: event.Server, Time: noon, Origin: event.Origin{ClientIP: fmt.Sprint("l", i)}}},
			Rejected: []event.Rejection{{Reason: fmt.Sprint("r", i), Count: 1}},
		}, plain{}))
	}
	seen, _, refusals, _ := w.Of(1)
	if len(w.projects) != maxProjects || len(refusals) != maxRefusals || refusals[0].Path != "/999" ||
		len(seen.Beacons) != maxNetworks || len(seen.Lines) != maxNetworks || len(seen.Deliveries) != maxDeliveries || len(seen.Unread) != maxUnread {
		t.Errorf("got %d projects, %d refusals, %+v", len(w.projects), len(refusals), seen)
	}
}

func TestWitnessTellsWhatCame(t *testing.T) {
	t.Parallel()
	w := NewWitness(func() time.Time { return noon })
	w.Script()
	w.Batch(event.NewBatch(1, "", event.Records{
		Calls: []event.Call{
			{Side: event.Server, Time: noon.Add(-3 * time.Second), Duration: time.Second, Timed: true, Origin: event.Origin{ClientIP: "10.0.0.0"}},
			{Side: event.Client, Time: noon, Origin: event.Origin{ClientIP: "198.51.100.0"}},
		},
		Rejected: []event.Rejection{{Source: "combined", Reason: ours, Count: 2}},
	}, plain{}))
	w.Batch(event.NewBatch(1, "", event.Records{Rejected: []event.Rejection{{Source: "combined", Reason: ours, Count: 3}}}, plain{}))
	seen, scripts, _, since := w.Of(1)
	if scripts.Count != 1 || !since.Equal(noon) || len(seen.Lines) != 1 || seen.Lines[0] != "10.0.0.0" || seen.Beacons[0] != "198.51.100.0" {
		t.Errorf("got %+v, %+v", seen, scripts)
	}
	if len(seen.Deliveries) != 1 || !seen.Deliveries[0].Newest.Equal(noon.Add(-2*time.Second)) || seen.Unread[0].Count != 5 {
		t.Errorf("got %+v", seen)
	}
	if other, _, _, _ := w.Of(2); !other.FirstLine.IsZero() {
		t.Errorf("another project has seen %+v", other)
	}
}
