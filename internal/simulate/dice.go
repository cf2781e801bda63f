package simulate

import (
	"math"
	"math/rand/v2"
)

// dice are seeded anew for every person, hour and visit, so that no draw depends on
// what was drawn before it elsewhere.
type dice struct {
	pcg rand.PCG
	*rand.Rand
}

func newDice() *dice {
	d := &dice{}
	d.Rand = rand.New(&d.pcg) //nolint:gosec // a story must be repeatable
	return d
}

// roll seeds the dice for one purpose.
func (d *dice) roll(seed uint64, purpose string, numbers ...int) *dice {
	d.pcg.Seed(mix(seed, purpose, numbers...), seed)
	return d
}

// mix folds a purpose and its numbers into a seed (finalizer of splitmix64).
func mix(seed uint64, purpose string, numbers ...int) uint64 {
	h := seed
	step := func(x uint64) {
		h += x + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	for i := range len(purpose) {
		step(uint64(purpose[i]))
	}
	for _, n := range numbers {
		step(uint64(n))
	}
	return h
}

// uniform is one draw from [0, 1) without dice.
func uniform(seed uint64, purpose string, numbers ...int) float64 {
	return float64(mix(seed, purpose, numbers...)>>11) / (1 << 53)
}

func (d *dice) chance(p float64) bool { return d.Float64() < p }

func (d *dice) between(low, high float64) float64 { return low + d.Float64()*(high-low) }

// hex returns an id of 16 or 32 lower-case hex digits.
func (d *dice) hex(digits int) string {
	const alphabet = "0123456789abcdef"
	var buf [32]byte
	for i := 0; i < digits; i += 16 {
		n := d.Uint64() | 1 // never all zeros
		for j := range 16 {
			buf[i+j] = alphabet[n>>(4*j)&15]
		}
	}
	return string(buf[:digits])
}

// poisson draws a count (Knuth's method; mean up to a few dozens).
func (d *dice) poisson(mean float64) int {
	limit, product, n := math.Exp(-mean), d.Float64(), 0
	for product > limit {
		product *= d.Float64()
		n++
	}
	return n
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
