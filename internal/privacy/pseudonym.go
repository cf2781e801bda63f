package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"sync"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// Pseudonym returns the id under which records of id are stored: its pseudonym
// when it is personal (an e-mail address, a phone number, a name), else id itself.
// It is what an exact look-up must ask for.
func (r *Rules) Pseudonym(project event.ProjectID, id string) string {
	if !r.personal(id) {
		return id
	}
	return r.pseudonym(project, id)
}

// pseudonym is `p_` and 128 bits of HMAC-SHA-256, in base 32. The project is part
// of it, so that projects cannot be joined. Spelling of e-mail addresses and phone
// numbers does not matter.
func (r *Rules) pseudonym(project event.ProjectID, text string) string {
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(strconv.FormatInt(int64(project), 10) + "\x00" + normal(text)))
	sum := mac.Sum(nil)
	return "p_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// normal is the spelling that is hashed.
func normal(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if isPhone(text) {
		return strings.Map(func(c rune) rune {
			if c == '+' || c >= '0' && c <= '9' {
				return c
			}
			return -1
		}, text)
	}
	return text
}

// isPseudonym reports whether text is one already.
func isPseudonym(text string) bool {
	if len(text) != 28 || text[:2] != "p_" {
		return false
	}
	for i := 2; i < len(text); i++ {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'v') {
			return false
		}
	}
	return true
}

// personal reports whether an id tells who somebody is.
func (r *Rules) personal(id string) bool {
	if id == "" || isPseudonym(id) {
		return false
	}
	return isPhone(id) || isName(id) || r.text(id, knownOnly) != id
}

// pseudonymise replaces the personal parts of an identity and returns the n
// originals it replaced. They are kept only if the person did not refuse.
func (r *Redactor) pseudonymise(id *event.Identity) (found [4]meta.Original, n int) {
	for _, part := range [...]*string{&id.UserID, &id.DeviceID, &id.AccountID, &id.SessionID} {
		if r.rules.personal(*part) {
			found[n] = meta.Original{Pseudonym: r.rules.pseudonym(r.project, *part), Text: *part}
			*part = found[n].Pseudonym
			n++
		}
	}
	return found, n
}

// owner is the id whose erasure destroys what is sealed: the user's, else the device's.
func owner(id *event.Identity) string {
	switch {
	case id.UserID != "":
		return id.UserID
	case id.DeviceID != "":
		return id.DeviceID
	default:
		return id.SessionID
	}
}

// keep notes an original for the vault, unless it is there. Secrets (a token used
// as session id) are not kept at all.
func (r *Redactor) keep(o meta.Original) {
	if o.Owner == "" {
		o.Owner = o.Pseudonym
	}
	if isSecret(o.Text, knownOnly) || r.rules.sealed.has(sealedID{r.project, o.Owner, o.Pseudonym}) {
		return
	}
	r.originals = append(r.originals, o)
}

// sealedID is one row of the vault.
type sealedID struct {
	project          event.ProjectID
	owner, pseudonym string
}

// recent remembers vault rows written lately, in two generations, so that its size
// is bounded and what is used stays.
type recent struct {
	mu       sync.Mutex
	new, old map[sealedID]struct{}
}

const recentLimit = 20_000

func (c *recent) has(id sealedID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.new[id]; ok {
		return true
	}
	_, ok := c.old[id]
	if ok {
		c.put(id)
	}
	return ok
}

func (c *recent) add(id sealedID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(id)
}

func (c *recent) put(id sealedID) {
	if c.new == nil || len(c.new) >= recentLimit {
		c.old, c.new = c.new, make(map[sealedID]struct{})
	}
	c.new[id] = struct{}{}
}

// forget drops everything, because an erased person's rows are gone from the vault.
func (c *recent) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.new, c.old = nil, nil
}
