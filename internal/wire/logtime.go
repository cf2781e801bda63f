package wire

import (
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// clock parses time stamps of logs. It remembers the last one, because a busy
// server writes the same second thousands of times.
type clock struct {
	zone  *time.Location // of stamps that name none
	last  string
	time  time.Time
	grain time.Duration
}

// parse reads a stamp and how coarse it is: common log format
// (26/Jan/2019:20:05:00 +0330, HAProxy's with milliseconds and without zone),
// ISO 8601 with T or space (or slashes, as Go's log has them), or an epoch whose unit shows in its size.
func (c *clock) parse(s string) (t time.Time, grain time.Duration, ok bool) {
	if s == c.last && s != "" {
		return c.time, c.grain, true
	}
	switch {
	case len(s) >= 20 && s[2] == '/' && s[6] == '/':
		t, grain, ok = parseCommon(s, c.zone)
	case len(s) >= 19 && (s[4] == '-' || s[4] == '/') && s[7] == s[4] && (s[10] == 'T' || s[10] == ' '):
		t, grain, ok = parseISO(s, c.zone)
	default:
		t, grain, ok = parseEpoch(s)
	}
	if ok {
		c.last, c.time, c.grain = s, t, grain
	}
	return t, grain, ok
}

// parseCommon reads 02/Jan/2006:15:04:05[.000][ -0700].
func parseCommon(s string, zone *time.Location) (time.Time, time.Duration, bool) {
	month := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", s[3:6])
	if month < 0 || month%3 != 0 || s[11] != ':' {
		return time.Time{}, 0, false
	}
	return parseParts(s[7:11], month/3+1, s[0:2], s[12:], zone)
}

// parseISO reads 2006-01-02T15:04:05[.000000][Z|±07:00].
func parseISO(s string, zone *time.Location) (time.Time, time.Duration, bool) {
	return parseParts(s[0:4], number(s[5:7]), s[8:10], s[11:], zone)
}

// parseParts puts a date and the rest of a stamp, 15:04:05[.,fraction][ zone], together.
func parseParts(year string, month int, day, rest string, zone *time.Location) (time.Time, time.Duration, bool) {
	if len(rest) < 8 || rest[2] != ':' || rest[5] != ':' {
		return time.Time{}, 0, false
	}
	y, d := number(year), number(day)
	h, m, s := number(rest[0:2]), number(rest[3:5]), number(rest[6:8])
	if y < 0 || month < 1 || month > 12 || d < 1 || d > 31 || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 {
		return time.Time{}, 0, false
	}
	rest = rest[8:]
	nanos, grain := 0, time.Second
	if rest != "" && (rest[0] == '.' || rest[0] == ',') {
		digits := 1
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		nanos, grain = fraction(rest[1:digits])
		rest = rest[digits:]
	}
	rest = strings.TrimPrefix(rest, " ")
	if rest == "" {
		return time.Date(y, time.Month(month), d, h, m, s, nanos, zone).UTC(), grain, true
	}
	offset, ok := parseZone(rest)
	return time.Date(y, time.Month(month), d, h, m, s, nanos, time.UTC).Add(-offset), grain, ok
}

// parseZone reads Z, UTC, GMT, ±0330 and ±03:30.
func parseZone(s string) (time.Duration, bool) {
	if s == "Z" || s == "UTC" || s == "GMT" {
		return 0, true
	}
	if len(s) == 6 && s[3] == ':' {
		s = s[:3] + s[4:]
	}
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, m := number(s[1:3]), number(s[3:5])
	if h < 0 || h > 15 || m < 0 || m > 59 {
		return 0, false
	}
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// parseEpoch reads seconds (with fraction), milliseconds, microseconds or
// nanoseconds since 1970; log lines of the years 1973 to 5138 cannot be confused.
func parseEpoch(s string) (time.Time, time.Duration, bool) {
	whole, frac, hasFraction := strings.Cut(s, ".")
	if len(whole) < 9 || len(whole) > 19 || number(whole) < 0 {
		return time.Time{}, 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || hasFraction && number(frac) < 0 {
		return time.Time{}, 0, false
	}
	switch {
	case len(whole) <= 11:
		nanos, grain := fraction(frac)
		return time.Unix(n, int64(nanos)).UTC(), grain, true
	case len(whole) <= 14:
		return time.UnixMilli(n).UTC(), time.Millisecond, true
	case len(whole) <= 17:
		return time.UnixMicro(n).UTC(), 0, true
	}
	return event.Time(time.Unix(0, n)), 0, true
}

// fraction reads the digits after the point, cut to microseconds, and the grain of
// the clock that wrote them. Programs leave out trailing zeros, so there are two
// kinds of clock only: milliseconds and better.
func fraction(digits string) (nanos int, grain time.Duration) {
	unit := int(time.Second)
	for i := 0; i < len(digits) && i < 6; i++ {
		unit /= 10
		nanos += int(digits[i]-'0') * unit
	}
	switch {
	case digits == "":
		grain = time.Second
	case len(digits) <= 3:
		grain = time.Millisecond
	}
	return nanos, grain
}

// number reads a short unsigned decimal, -1 when s is not one.
func number(s string) int {
	if s == "" || len(s) > 19 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// parseDuration reads a number in unit, or with its own unit as Go prints it
// ("12.3ms"). nginx lists one value per upstream tried ("0.001, 0.002 : 0.1"); they
// followed each other, so they add up, as do the phases of other products.
func parseDuration(s string, unit time.Duration) (time.Duration, bool) {
	if strings.IndexByte(s, ' ') >= 0 || strings.IndexByte(s, ',') >= 0 {
		return sumDurations(s, unit)
	}
	if d, ok := decimal(s, unit); ok {
		return d, true
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return d.Truncate(time.Microsecond), true
	}
	x, err := strconv.ParseFloat(s, 64) // 1.2e-05
	d := x * float64(unit)
	// HAProxy's + marks a total that was logged before the end.
	if err != nil || s[0] == '+' || !(d >= 0) || d > float64(event.MaxDuration) {
		return 0, false
	}
	return time.Duration(d).Truncate(time.Microsecond), true
}

func sumDurations(s string, unit time.Duration) (sum time.Duration, ok bool) {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ':' || r == ' ' }) {
		if part == "-" {
			continue
		}
		d, good := parseDuration(part, unit)
		if !good {
			return 0, false
		}
		sum, ok = sum+d, true
	}
	return sum, ok
}

// decimal reads 123 and 0.123 exactly, to the microsecond.
func decimal(s string, unit time.Duration) (time.Duration, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	n := number(whole)
	if n < 0 || n > int(event.MaxDuration/unit) {
		return 0, false
	}
	d := time.Duration(n) * unit
	for i := range len(frac) {
		if frac[i] < '0' || frac[i] > '9' {
			return 0, false
		}
		unit /= 10
		d += time.Duration(frac[i]-'0') * unit
	}
	return d.Truncate(time.Microsecond), true
}
