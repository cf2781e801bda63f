package privacy

import (
	"fmt"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// denies reports whether a record's own request headers say no: Global Privacy
// Control or Do Not Track.
func denies(values map[string]any) bool {
	for name, value := range values {
		if len(name) < 3 {
			continue
		}
		// Both names end in a letter pair that few others have; look closer only then.
		last := name[len(name)-1] | 0x20
		if last != 'c' && last != 't' {
			continue
		}
		if header := headerName(name); (header == "sec_gpc" || header == "dnt") && saysOne(value) {
			return true
		}
	}
	return false
}

func saysOne(value any) bool {
	if list, ok := value.([]any); ok {
		return len(list) > 0 && saysOne(list[0])
	}
	return fmt.Sprint(value) == "1"
}

// erased reports whether one of the record's ids belongs to an erased person. Such
// a record still counts, but it may not bring the person back.
func (r *Redactor) erased(id *event.Identity) bool {
	s := r.rules.settings
	return s.Suppressed(r.project, id.DeviceID) || s.Suppressed(r.project, id.UserID)
}

// headerName brings an attribute's name into the form `x_api_key`:
// "http.request.header.X-Api-Key" is the same header as "x_api_key".
func headerName(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}
