package store

import "strconv"

// IsID reports whether a property's value is the id that a person typed: that
// text, or that whole number in decimal, whether the sender's JSON made it an
// integer or a float.
func IsID(value any, id string) bool {
	switch v := value.(type) {
	case string:
		return v == id && id != ""
	case int64:
		return strconv.FormatInt(v, 10) == id
	case float64:
		_, err := strconv.ParseInt(id, 10, 64)
		return err == nil && strconv.FormatFloat(v, 'f', -1, 64) == id
	}
	return false
}
