package cli

import (
	"fmt"
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
)

// pace is how a filling goes on. How many records there will be is a guess from the
// visits that are told and those that are not; what is done is what is linked, which
// comes last and costs most.
type pace struct {
	began   time.Time
	whole   float64   // visits to tell
	told    float64   // visits
	records int       // of the visits told
	linked  store.Seq // when it began
}

func (p *pace) add(visits float64, r pipeline.Result) {
	p.told += visits
	p.records += r.Accepted + r.Duplicates
}

// report is the share done, and words about what is done and how long the rest takes
// when it goes on as it went.
func (p *pace) report(linked store.Seq, now time.Time) (share float64, words string) {
	if p.told == 0 || p.records == 0 {
		return 0, ""
	}
	all := float64(p.records) * p.whole / p.told
	done := min(float64(linked-p.linked), float64(p.records))
	words = fmt.Sprintf("%s of about %s records", thousands(done), thousands(all))
	if took := now.Sub(p.began); done > 0 && took >= time.Second {
		rest := time.Duration(float64(took) * (all - done) / done)
		words += ", about " + rest.Round(time.Second).String() + " more"
	}
	return done / all, words
}

// thousands rounds to thousands.
func thousands(n float64) string {
	if n < 500 {
		return "0"
	}
	k := int(math.Round(n / 1000))
	if k < 1000 {
		return fmt.Sprintf("%d,000", k)
	}
	return fmt.Sprintf("%d,%03d,000", k/1000, k%1000)
}
