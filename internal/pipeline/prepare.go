package pipeline

import (
	"context"

	"github.com/clickspan/clickspan/internal/event"
)

// prepareEvent runs the stages before redaction. The error is the sender's fault
// unless it is retryable.
func (p *Pipeline) prepareEvent(ctx context.Context, o *Origin, e *event.Event, t *Templates) error {
	now := p.Now()
	if err := o.allowEvent(e); err != nil {
		return err
	}
	o.fill(&e.Origin)
	o.correct(&e.Time, &e.Origin)
	identify(&e.Identity)
	if err := p.recognise(ctx, o, e); err != nil {
		return err
	}
	if err := e.Validate(now); err != nil {
		return err
	}
	if e.ID == "" {
		e.ID = newID(now)
	}
	p.describe(&e.Origin, &e.Context)
	namePage(e, t)
	return nil
}

// prepareCall does the same for a call.
func (p *Pipeline) prepareCall(o *Origin, c *event.Call, t *Templates) error {
	now := p.Now()
	if err := o.allowCall(c); err != nil {
		return err
	}
	o.fill(&c.Origin)
	if c.Service == "" && c.Side == event.Server {
		c.Service = o.Service
	}
	o.correct(&c.Time, &c.Origin)
	identify(&c.Identity)
	if err := c.Validate(now); err != nil {
		return err
	}
	if c.ID == "" {
		c.ID = newID(now)
	}
	c.Weight = max(c.Weight, 1)
	p.Proxies.lookBehindProxies(c)
	p.describe(&c.Origin, &c.Context)
	nameCall(c, t)
	return p.allowBodies(o, c)
}

// prepareSpan does the same for a span.
func (p *Pipeline) prepareSpan(o *Origin, s *event.Span) error {
	now := p.Now()
	if err := o.allowBackend("spans"); err != nil {
		return err
	}
	o.fill(&s.Origin)
	if s.Service == "" {
		s.Service = o.Service
	}
	o.correct(&s.Time, &s.Origin)
	if err := s.Validate(now); err != nil {
		return err
	}
	if s.ID == "" {
		s.ID = s.TraceID + s.SpanID
	}
	return nil
}
