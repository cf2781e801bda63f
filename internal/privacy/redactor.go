package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// Redactor removes from records what must never be written. It is idempotent: a
// record that went through once is not changed by going through again.
type Redactor struct {
	rules   *Rules
	ctx     context.Context // lives as long as one batch; event.Redactor has no room for it
	project event.ProjectID

	originals []meta.Original
	day       int64 // days since 1970 that salt belongs to
	salt      []byte
	err       error
}

var _ event.Redactor = (*Redactor)(nil)

// Seal puts the originals of the pseudonyms that this batch brought into the
// vault. When it fails the batch must not be stored; the error is retryable.
func (r *Redactor) Seal(ctx context.Context) error {
	err := r.err
	if err == nil {
		err = r.rules.settings.Seal(ctx, r.project, r.originals)
	}
	if err != nil {
		return &event.Retryable{
			Err:  fmt.Errorf("identity vault: %w", err),
			Hint: "Check the free space and the permissions of the data directory.",
		}
	}
	for _, o := range r.originals {
		r.rules.sealed.add(sealedID{r.project, o.Owner, o.Pseudonym})
	}
	r.originals = r.originals[:0]
	return nil
}

// Event redacts e.
func (r *Redactor) Event(e *event.Event) {
	p := r.person(&e.Identity, &e.Origin, e.Time, e.Properties)
	r.ids(&e.ID, &e.ActionID, &e.Page.ID, &e.Release)
	r.texts(&e.Name, &e.Page.Title, &e.Target.Selector, &e.Target.Name, &e.Target.Role, &e.Source)
	r.urls(&e.Page.URL, &e.Page.Referrer, &e.Page.Path, &e.Page.Route)
	r.context(&e.Context)
	p.identify = e.Kind == event.Identify
	p.values(e.Properties)
}

// Call redacts c.
func (r *Redactor) Call(c *event.Call) {
	p := r.person(&c.Identity, &c.Origin, c.Time, c.Attributes)
	r.ids(&c.ID, &c.RequestID, &c.ActionID, &c.PageID, &c.Release)
	r.texts(&c.Error, &c.Service, &c.Source, &c.Host, &c.Method)
	r.urls(&c.Path, &c.Route)
	c.Query = r.rules.query(c.Query)
	r.context(&c.Context)
	p.values(c.Attributes)
	c.RequestBody, c.ResponseBody = p.body(c.RequestBody), p.body(c.ResponseBody)
}

// Span redacts s.
func (r *Redactor) Span(s *event.Span) {
	p := r.person(&event.Identity{}, &s.Origin, s.Time, s.Attributes)
	r.ids(&s.ID)
	r.texts(&s.Name, &s.Kind, &s.Error, &s.Service, &s.Source)
	p.values(s.Attributes)
}

// person settles whose record it is: consent, erased people, pseudonyms, client
// keys. What follows in the record's values is sealed for that person.
func (r *Redactor) person(id *event.Identity, o *event.Origin, at time.Time, values map[string]any) person {
	found, n := r.pseudonymise(id)
	if o.Consent != event.ConsentDenied && (denies(values) || r.erased(id)) {
		o.Consent = event.ConsentDenied
	}
	p := person{Redactor: r}
	if o.Consent == event.ConsentDenied {
		p.denied = true
		*id = event.Identity{}
		o.ClientIP, o.UserAgent, o.ClientKey, o.AgentKey = "", "", 0, 0
		return p
	}
	p.owner = owner(id)
	for _, original := range found[:n] {
		original.Owner = p.owner
		r.keep(original)
	}
	r.clientKeys(o, at)
	return p
}

func (r *Redactor) texts(fields ...*string) {
	for _, f := range fields {
		*f = r.rules.text(*f, opaqueToo)
	}
}

func (r *Redactor) urls(fields ...*string) {
	for _, f := range fields {
		*f = r.rules.url(*f)
	}
}

// ids clears record ids of what is personal. Ids are compared, so the whole id
// becomes its pseudonym; nobody ever needs the original back.
func (r *Redactor) ids(fields ...*string) {
	for _, f := range fields {
		if !isPseudonym(*f) && r.rules.text(*f, knownOnly) != *f {
			*f = r.rules.pseudonym(r.project, *f)
		}
	}
}

func (r *Redactor) context(c *event.Context) {
	r.texts(&c.Device, &c.OS, &c.Browser, &c.Network, &c.Language, &c.Country)
	for name, value := range c.UTM {
		if clean := r.rules.text(value, opaqueToo); clean != value {
			c.UTM[name] = clean
		}
	}
}
