package privacy

import "strings"

// replaceSecrets removes words that are secrets by their form.
func replaceSecrets(s string, how strength) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if !isWord(s[i]) {
				continue
			}
			end := i
			for end < len(s) && isWord(s[end]) {
				end++
			}
			if end-i >= shortestSecret && isSecretWord(s[i:end], how) {
				// A JWT is three such words with dots between; the rest goes with it.
				for end < len(s) && (isWord(s[end]) || s[end] == '.' || s[end] == '=') {
					end++
				}
				return i, end, secretMark
			}
			if end-i >= 10 && strings.HasPrefix(s[i:], "eyJ") && end < len(s) && s[end] == '.' {
				for end < len(s) && (isWord(s[end]) || s[end] == '.') {
					end++
				}
				if strings.Count(s[i:end], ".") >= 2 {
					return i, end, secretMark
				}
			}
			i = end
		}
		return -1, 0, ""
	})
}

func isWord(c byte) bool { return isAlnum(c) || c == '-' || c == '_' }

// isSecret reports whether the whole text is one secret.
func isSecret(text string, how strength) bool {
	return traits(text)&hasRun != 0 && replaceSecrets(text, how) == secretMark
}

// isSecretWord judges one word of at least [shortestSecret] bytes.
func isSecretWord(word string, how strength) bool {
	if hasSecretPrefix(word) {
		return true
	}
	return how == opaqueToo && isOpaque(word)
}

// hasSecretPrefix knows the beginnings by which vendors mark their keys, and ours.
func hasSecretPrefix(word string) bool {
	for _, prefix := range [...]string{
		"eyJ", "sk_live_", "sk_test_", "rk_live_", "pk_live_", "whsec_", "sk-", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-",
		"xoxb-", "xoxp-", "xoxa-", "AKIA", "ASIA", "AIza", "ya29", "npm_", "cs_b_", "cs_s_", "cs_t_", "cs_l_", "cs_1_",
	} {
		if strings.HasPrefix(word, prefix) {
			return true
		}
	}
	return false
}

// isOpaque reports whether a word looks drawn at random: long hex, or letters and
// digits that change kind much more often than words and compounds do. UUIDs and
// trace ids (32 hex digits) are ids and stay.
func isOpaque(word string) bool {
	var lower, upper, digits, marks, changes int
	hex, last := true, 0
	for i := range len(word) {
		c := word[i]
		kind := 0
		switch {
		case c >= 'a' && c <= 'z':
			lower++
			kind = 1
		case c >= 'A' && c <= 'Z':
			upper++
			kind = 2
		case isDigit(c):
			digits++
			kind = 3
		default:
			marks++
		}
		hex = hex && isHex(c)
		if i > 0 && kind != last {
			changes++
		}
		last = kind
	}
	n := len(word)
	switch {
	case hex:
		return n >= 40 && digits > 0 && lower+upper > 0
	case lower > 0 && upper > 0 && digits > 0:
		// Compounds like getV2CartForUser change kind often, but have one digit at most.
		return n >= 24 && marks*8 <= n && (digits > 1 && changes*5 >= n*2 || changes*2 >= n)
	case marks == 0 && digits >= 4 && lower+upper > 0:
		return n >= 32 && changes*10 >= n*3
	}
	return false
}

// replaceAssigned removes the value in `password=…`, `"token": "…"`, `api_key: …`.
func replaceAssigned(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if s[i] != '=' && s[i] != ':' {
				continue
			}
			if !isSecretName(nameBefore(s, i)) {
				continue
			}
			start := i + 1
			for start < len(s) && (s[start] == ' ' || s[start] == '"' || s[start] == '\'' || s[start] == '\\') {
				start++
			}
			end := valueEnd(s, start)
			if end > start && s[start] != '[' {
				return start, end, redacted
			}
		}
		return -1, 0, ""
	})
}

// nameBefore returns the name that ends before position i, without quotes.
func nameBefore(s string, i int) string {
	end := i
	for end > 0 && (s[end-1] == ' ' || s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '\\') {
		end--
	}
	start := end
	for start > 0 && isWord(s[start-1]) {
		start--
	}
	return s[start:end]
}

// valueEnd returns where a value ends; a scheme (`Bearer`, `Basic`) belongs to it.
func valueEnd(s string, start int) int {
	end := start
	for end < len(s) && strings.IndexByte(" \t\r\n\"'\\&,;<>)}]", s[end]) < 0 {
		end++
	}
	if scheme := s[start:end]; strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "basic") {
		if rest := end + 1; rest < len(s) {
			return valueEnd(s, rest)
		}
	}
	return end
}

// replaceCredentials removes what follows `Bearer` and `Basic`.
func replaceCredentials(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if s[i] != ' ' || i < 5 {
				continue
			}
			if word := nameBefore(s, i); !strings.EqualFold(word, "bearer") && !strings.EqualFold(word, "basic") {
				continue
			}
			end := valueEnd(s, i+1)
			if value := s[i+1 : end]; len(value) >= 8 && value[0] != '[' {
				return i + 1, end, redacted
			}
		}
		return -1, 0, ""
	})
}
