package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Config is one world. The zero value of every field is usable, except End.
type Config struct {
	Seed   uint64 `json:"seed"`
	People int    `json:"people"` // who use the shop, robots apart; 0 = 1000
	Days   int    `json:"days"`   // how long the story is; 0 = 21
	// Visits is how often a person comes, in the mean a day; 0 = 1.
	Visits float64 `json:"visits"`
	// End is when the story ends, cut to the hour. The hour of day decides how busy
	// and how slow the shop is, so End moved by whole days moves every record by
	// exactly that; by whole hours, when Peak moves along.
	End time.Time `json:"end"`
	// Peak is the hour of day, in UTC, at which the shop is busiest: 1 to 24; 0 = 20.
	Peak int `json:"peak"`

	// What a collector sees of it.

	// Untraced is the share of devices whose calls carry no ids at all (action,
	// trace, span), so that only matching by time can link them; 1 hides all ids.
	Untraced float64 `json:"untraced"`
	// Grain makes the edge's log a combined log: times cut to Grain (one second, as
	// a rule), no durations, no ids. 0 = exact times with durations.
	Grain time.Duration `json:"grain"`
	// EdgeOnly leaves out the services behind the edge.
	EdgeOnly bool `json:"edge_only"`
	// Shared is the share of devices behind an address that hundreds use, at least
	// one in a hundred: what makes matching by address hard.
	Shared float64 `json:"shared"`
	// Skew is the standard deviation of the devices' clocks.
	Skew time.Duration `json:"skew"`
	// Loss is the share of events and client calls that never arrive.
	Loss float64 `json:"loss"`
	// MobileLoss makes most of the loss that of mobiles.
	MobileLoss bool `json:"mobile_loss"`
	// NoRobots leaves out partners, cron jobs, scrapers, crawlers and attackers.
	NoRobots bool `json:"no_robots"`

	// What makes the effects hard to see; see reference texts on confounding.

	Confounders Confounders `json:"confounders"`
	// NoEffect makes people indifferent to latency and errors: any effect that is
	// found is false.
	NoEffect bool `json:"no_effect"`
	// Forgiven is an endpoint that people do not mind, however slow it is: what the
	// same seed without it loses more, that endpoint costs.
	Forgiven string `json:"forgiven"`
	// Mended is an endpoint that is better than it was.
	Mended Mended `json:"mended"`
	// Errors is added to the log odds that a person's call fails, about 2 % without it;
	// below zero the shop is sound but for its troubles.
	Errors float64 `json:"errors"`
	// NoTrouble leaves out incidents and bad releases.
	NoTrouble bool `json:"no_trouble"`
	// Storm is how much the log latency of an incident's endpoint rises in the minute
	// after one in which every usual call was retried: 1/capacity.
	Storm float64 `json:"storm"`
	// FixDay is the day on which a release makes products three tenths faster; 0 = none.
	FixDay int `json:"fix_day"`
}

// Confounders are causes of both slowness and leaving. Zero switches each off.
type Confounders struct {
	Evening float64 `json:"evening"` // log odds of leaving at the busiest hour, when calls are slow
	Network bool    `json:"network"` // poor networks are slow, and people on them less patient
	Heavy   bool    `json:"heavy"`   // loyal people have more data, so their calls are slower
	Moment  float64 `json:"moment"`  // log odds of leaving in a bad moment (15 % of visits), when calls are slow
	Shock   float64 `json:"shock"`   // standard deviation of the hour's own log odds of leaving
	Censor  float64 `json:"censor"`  // share of leavers who cut the call short, so that it looks fast
}

// Demo are the confounders of a lifelike shop.
func Demo() Confounders {
	return Confounders{Evening: -.6, Network: true, Heavy: true, Moment: .7, Shock: .2, Censor: .2}
}

// UnmarshalJSON reads a scenario: durations are texts ("1s"), unknown fields are
// errors, and what it leaves out stays as it was.
func (c *Config) UnmarshalJSON(text []byte) error {
	type plain Config // without this method
	scenario := struct {
		*plain
		Grain string `json:"grain"`
		Skew  string `json:"skew"`
	}{plain: (*plain)(c)}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&scenario); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	for _, d := range []struct {
		name, text string
		to         *time.Duration
	}{{"grain", scenario.Grain, &c.Grain}, {"skew", scenario.Skew, &c.Skew}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.to, err = time.ParseDuration(d.text); err != nil {
			return fmt.Errorf("scenario: %s: %w", d.name, err)
		}
	}
	return nil
}

func (c Config) withDefaults() (Config, error) {
	if c.People == 0 {
		c.People = 1000
	}
	if c.Visits == 0 {
		c.Visits = 1
	}
	if c.Days == 0 {
		c.Days = 21
	}
	if c.Peak == 0 {
		c.Peak = 20
	}
	c.End = c.End.UTC().Truncate(time.Hour)
	switch {
	case c.End.Year() < 2001:
		return c, errors.New("simulate: end is missing; the story needs a time to end at")
	case c.People < 0 || c.Days < 0 || c.Visits < 0 || c.Grain < 0 || c.Skew < 0 || c.Storm < 0 || c.FixDay < 0:
		return c, errors.New("simulate: people, days, visits, grain, skew, storm and fix_day cannot be negative")
	case c.Peak < 1 || c.Peak > 24:
		return c, errors.New("simulate: peak is an hour of day, 1 to 24")
	case !share(c.Untraced) || !share(c.Shared) || !share(c.Loss) || !share(c.Confounders.Censor):
		return c, errors.New("simulate: untraced, shared, loss and censor are shares between 0 and 1")
	}
	return c, nil
}

func share(x float64) bool { return x >= 0 && x <= 1 }
