package privacy

import (
	"context"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// Settings is what redaction needs of the settings store; [meta.DB] is one.
type Settings interface {
	// PseudonymSecret is the key of the pseudonyms; it never changes.
	PseudonymSecret(ctx context.Context) ([]byte, error)
	// Salt is the secret of t's day, destroyed after two days.
	Salt(ctx context.Context, t time.Time) ([]byte, error)
	// Seal keeps originals in the identity vault.
	Seal(ctx context.Context, project event.ProjectID, all []meta.Original) error
	// Suppressed reports whether an id, as stored, belongs to an erased person.
	Suppressed(project event.ProjectID, id string) bool
}

var _ Settings = (*meta.DB)(nil)

// Options widen what is kept. The zero value is the strict default.
type Options struct {
	// KeepQuery names query parameters whose values are kept (and still scanned),
	// besides utm_*, ref, page and sort.
	KeepQuery []string
}

// Rules are the redaction rules of one installation. Methods may be called concurrently.
type Rules struct {
	settings  Settings
	secret    []byte
	keepQuery map[string]bool
	sealed    recent
}

// New makes the rules, creating the pseudonym secret at first use.
func New(ctx context.Context, s Settings, o Options) (*Rules, error) {
	secret, err := s.PseudonymSecret(ctx)
	if err != nil {
		return nil, err
	}
	r := &Rules{settings: s, secret: secret, keepQuery: map[string]bool{"ref": true, "page": true, "sort": true}}
	for _, name := range o.KeepQuery {
		r.keepQuery[strings.ToLower(name)] = true
	}
	return r, nil
}

// keeps reports whether the values of a query parameter are kept.
func (r *Rules) keeps(name string) bool {
	name = strings.ToLower(name)
	return r.keepQuery[name] || strings.HasPrefix(name, "utm_")
}

// Text redacts free text: a log line shown as an example, an error message.
func (r *Rules) Text(s string) string { return r.text(s, opaqueToo) }

// Redactor starts the redaction of one batch of a project. It is used by one
// goroutine; [Redactor.Seal] must be called before the batch is stored.
func (r *Rules) Redactor(ctx context.Context, project event.ProjectID) *Redactor {
	return &Redactor{rules: r, ctx: ctx, project: project}
}
