package duckdb

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// uuid is 128 bits; the zero value stands for "no id" and is stored as NULL.
type uuid struct{ hi, lo uint64 }

// form says how an id was written, so that its text can be made again from its bits.
type form uint8

const (
	noForm    form = iota // no id
	dashed                // 8-4-4-4-12 lower-case hex digits
	hex32                 // 32 lower-case hex digits
	hex16                 // 16 lower-case hex digits, in the low half
	otherForm             // anything else: the bits are a hash and the text is kept beside them
)

// ident is an id in 16 bytes, whatever its text: almost all ids are UUIDs or hex
// digits, which as text would double the weight of a row.
type ident struct {
	uuid
	form form
	text string // only for otherForm
}

// identOf packs text. It is the same on every call, so an ident can be looked up.
func identOf(text string) ident {
	if text == "" {
		return ident{}
	}
	id := ident{form: otherForm, text: text}
	switch len(text) {
	case 36:
		id.parseDashed(text)
	case 32:
		hi, okHi := parseHex(text[:16])
		lo, okLo := parseHex(text[16:])
		id.take(hex32, hi, lo, okHi && okLo)
	case 16:
		lo, ok := parseHex(text)
		id.take(hex16, 0, lo, ok)
	}
	if id.form == otherForm {
		sum := sha256.Sum256([]byte(text))
		id.hi, id.lo = binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])
	}
	return id
}

func (id *ident) parseDashed(text string) {
	if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return
	}
	var digits [32]byte
	copy(digits[:], text[:8])
	copy(digits[8:], text[9:13])
	copy(digits[12:], text[14:18])
	copy(digits[16:], text[19:23])
	copy(digits[20:], text[24:])
	hi, okHi := parseHex(string(digits[:16]))
	lo, okLo := parseHex(string(digits[16:]))
	id.take(dashed, hi, lo, okHi && okLo)
}

// take accepts a parsed id. All zeros would read as "no id" and stays text.
func (id *ident) take(f form, hi, lo uint64, ok bool) {
	if ok && hi|lo != 0 {
		id.form, id.hi, id.lo, id.text = f, hi, lo, ""
	}
}

// sessionHash is the number by which the parts of a session are found; migration 5
// computes the same.
func sessionHash(id string) int64 {
	sum := sha256.Sum256([]byte(id))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 4)
}

// parseHex reads 16 lower-case hex digits.
func parseHex(text string) (n uint64, ok bool) {
	for i := range 16 {
		c := text[i]
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// String returns the text that identOf packed.
func (id ident) String() string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], id.hi)
	binary.BigEndian.PutUint64(raw[8:], id.lo)
	switch id.form {
	case dashed:
		var text [36]byte
		hex.Encode(text[:8], raw[:4])
		hex.Encode(text[9:13], raw[4:6])
		hex.Encode(text[14:18], raw[6:8])
		hex.Encode(text[19:23], raw[8:10])
		hex.Encode(text[24:], raw[10:])
		text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
		return string(text[:])
	case hex32:
		return hex.EncodeToString(raw[:])
	case hex16:
		return hex.EncodeToString(raw[8:])
	default:
		return id.text
	}
}
