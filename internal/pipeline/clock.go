package pipeline

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// maxSkew is the largest correction. A clock that seems further off is more likely
// an old batch played again, whose times are right.
const maxSkew = 30 * 24 * time.Hour

// correct brings a record's time to our clock: by how much the sender's clock was
// behind ours when it sent the batch. That includes the way here, a few
// milliseconds, which the linker takes off again with the session's minimum.
// OwnTime keeps what the sender said: records are de-duplicated within it.
func (o *Origin) correct(at *time.Time, r *event.Origin) {
	*at = event.Time(*at)
	r.OwnTime = *at
	if o.ReceivedAt.IsZero() || r.SentAt.IsZero() || at.IsZero() {
		return
	}
	if skew := o.ReceivedAt.Sub(r.SentAt); skew.Abs() <= maxSkew {
		*at = event.Time(at.Add(skew))
	}
}
