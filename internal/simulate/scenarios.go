package simulate

import (
	"fmt"
	"strings"
)

// Scenario is a world in which a stated thing makes the effects hard to see.
type Scenario struct {
	Name   string
	Says   string
	Config Config // without seed, size and end
}

// Scenarios lists the named ones, the easiest first.
func Scenarios() []Scenario {
	all := func(evening float64) Confounders {
		return Confounders{Evening: evening, Network: true, Heavy: true, Moment: .7, Shock: .2}
	}
	shocked, censored := all(-.6), all(-.6)
	shocked.Shock, censored.Censor = .6, .7
	return []Scenario{
		{"S0", "nothing hides the effects", Config{}},
		{"S1", "people are patient in the evening, when calls are slow", Config{Confounders: Confounders{Evening: -.6}}},
		{"S1b", "people are very patient in the evening", Config{Confounders: Confounders{Evening: -1.5}}},
		{"S2", "people are impatient in the evening, when calls are slow", Config{Confounders: Confounders{Evening: .6}}},
		{"S3", "poor networks are slow, and people on them impatient", Config{Confounders: Confounders{Network: true}}},
		{"S4", "loyal people have slow calls", Config{Confounders: Confounders{Heavy: true}}},
		{"S5", "bad moments, which nobody records, are slow and make people leave", Config{Confounders: Confounders{Moment: .7}}},
		{"S6", "all of it, patient evenings", Config{Confounders: all(-.6)}},
		{"S6b", "all of it, and hours that differ for reasons of their own", Config{Confounders: shocked}},
		{"S7", "all of it, very impatient evenings", Config{Confounders: all(1.5)}},
		{"S8", "all of it, and who leaves cuts the call short, so that it looks fast", Config{Confounders: censored}},
		{"S9", "all of it, and nobody minds slowness or failures", Config{Confounders: all(-.6), NoEffect: true}},
		{"S10", "retries slow an incident's endpoint down further", Config{Confounders: all(-.6), Storm: 4}},
		{"S11", "a release makes an endpoint faster on day 14", Config{Confounders: all(-.6), NoTrouble: true, FixDay: 14}},
		{"S12", "a tenth of what browsers send is lost, mostly from mobiles", Config{Confounders: all(-.6), Loss: .1, MobileLoss: true}},
	}
}

// Named returns the scenario of a name; the error lists the names.
func Named(name string) (Scenario, error) {
	var names []string
	for _, s := range Scenarios() {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(names, ", "))
}
