package privacy

import "strings"

// replaceCards removes payment card numbers: 13 to 19 digits, alone or in groups
// separated by one space or hyphen, with an issuer's prefix and a right Luhn digit
// (ISO/IEC 7812).
func replaceCards(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if !isDigit(s[i]) {
				continue
			}
			if !wordBefore(s, i) {
				if end := cardEnd(s, i); end > 0 {
					return i, end, cardMark
				}
			}
			for i+1 < len(s) && isDigit(s[i+1]) {
				i++
			}
		}
		return -1, 0, ""
	})
}

// cardEnd returns the end of the longest card number that begins at i; 0 = none.
// Groups are those that cards show: four digits each, or 4-6-5; other groups are
// those of UUIDs and serial numbers.
func cardEnd(s string, i int) int {
	var digits [19]byte
	n, group, end := 0, 0, 0
	for j := i; j < len(s); j++ {
		c := s[j]
		if isDigit(c) {
			if n == len(digits) {
				break
			}
			digits[n] = c - '0'
			n++
			group++
			whole := group == n || group <= 4 || group == 5 && n == 15 || group == 6
			if whole && !wordAfter(s, j+1) && isCard(digits[:n]) {
				end = j + 1
			}
			continue
		}
		if c != ' ' && c != '-' || group != 4 && (group != 6 || n != 10) {
			break
		}
		group = 0
	}
	return end
}

func isCard(digits []byte) bool {
	return len(digits) >= shortestCard && issued(digits) && luhn(digits)
}

// issued reports whether a card network gives out numbers of this beginning and length.
func issued(d []byte) bool {
	n := len(d)
	two := int(d[0])*10 + int(d[1])
	four := two*100 + int(d[2])*10 + int(d[3])
	switch {
	case d[0] == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case two == 34, two == 37: // American Express
		return n == 15
	case two == 36, two == 38, two == 39, two == 30: // Diners Club
		return n >= 14
	case two == 35, two == 60, two == 62, two == 64, two == 65, two == 81, two == 82: // JCB, Discover, UnionPay, RuPay
		return n >= 16
	}
	return two == 50 || two >= 56 && two <= 69 // Maestro
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// ibanLengths is the length of an IBAN by country (SWIFT's IBAN registry).
const ibanLengths = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 " +
	"GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 " +
	"MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 "

// ibanLength returns how long IBANs of the country are; 0 when it has none.
func ibanLength(a, b byte) int {
	country := string([]byte{a &^ 0x20, b &^ 0x20})
	for i := 0; i < len(ibanLengths); i += 5 {
		if ibanLengths[i:i+2] == country {
			return int(ibanLengths[i+2]-'0')*10 + int(ibanLengths[i+3]-'0')
		}
	}
	return 0
}

// replaceIBANs removes bank account numbers whose check digits are right
// (ISO 13616), written together or in groups of four.
func replaceIBANs(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i+14 < len(s); i++ {
			if wordBefore(s, i) || i > 0 && s[i-1] == '_' || !isLetter(s[i]) || !isLetter(s[i+1]) || !isDigit(s[i+2]) || !isDigit(s[i+3]) {
				continue
			}
			if end := ibanEnd(s, i); end > 0 {
				return i, end, ibanMark
			}
		}
		return -1, 0, ""
	})
}

func ibanEnd(s string, i int) int {
	want := ibanLength(s[i], s[i+1])
	if want == 0 {
		return 0
	}
	var compact strings.Builder
	j := i
	for ; j < len(s) && compact.Len() < want; j++ {
		switch c := s[j]; {
		case isAlnum(c):
			compact.WriteByte(c)
		case (c == ' ' || c == '-') && compact.Len()%4 == 0 && j > i && s[j-1] != c:
		default:
			return 0
		}
	}
	if compact.Len() != want || wordAfter(s, j) || !mod97(compact.String()) {
		return 0
	}
	return j
}

// mod97 checks an IBAN: moved to the front's end, letters as 10 to 35, mod 97 = 1.
func mod97(iban string) bool {
	rest := 0
	for i := range len(iban) {
		c := iban[(i+4)%len(iban)]
		if isDigit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c&^0x20-'A') + 10) % 97
		}
	}
	return rest == 1
}
