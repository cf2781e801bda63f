package simulate

import (
	"fmt"
	"slices"
	"time"
)

// What Break can do to an endpoint.
const (
	Slow = "slow" // eight times as slow
	Fail = "fail" // nine calls in ten fail
)

// forever is the end of what nobody has ended yet.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant in all but name

// Endpoints lists what can be broken, by name.
func (w *World) Endpoints() []string {
	var names []string
	for _, e := range w.shop.all() {
		names = append(names, e.name())
	}
	return names
}

// Break makes an endpoint slow or fail from a moment on; people react to it as to any
// trouble. A [Teller] made before knows nothing of it. What happens before the moment
// stays as it was. The error says what is wrong with endpoint or effect.
func (w *World) Break(endpoint, effect string, from time.Time) error {
	if !slices.Contains(w.Endpoints(), endpoint) {
		return fmt.Errorf("there is no endpoint %q", endpoint)
	}
	trouble := Incident{Endpoint: endpoint, From: from, To: forever, Slower: 1}
	switch effect {
	case Slow:
		trouble.Slower = 8
	case Fail:
		trouble.Errors = 9
	default:
		return fmt.Errorf("%q is no effect; there are %s and %s", effect, Slow, Fail)
	}
	w.Fix(endpoint, from)
	w.breaks = append(w.breaks, trouble)
	return nil
}

// Fix ends what Break did to an endpoint.
func (w *World) Fix(endpoint string, at time.Time) {
	for i := range w.breaks {
		if b := &w.breaks[i]; b.Endpoint == endpoint && b.To.After(at) {
			b.To = at
		}
	}
}
