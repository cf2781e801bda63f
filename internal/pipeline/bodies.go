package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clickspan/clickspan/internal/event"
)

// bodiesKind is the kind of document that lists a project's opted-in endpoints.
const bodiesKind = "bodies"

// maxBodyEndpoints bounds the list: it is for the few endpoints somebody looks into.
const maxBodyEndpoints = 100

// KeepBodiesOf opts endpoints of a project in to keeping what their calls carry, in
// place of those before: `METHOD /route` of any service, or `service: METHOD /route`.
// An endpoint that cannot be read is an [event.Permanent].
func (p *Pipeline) KeepBodiesOf(ctx context.Context, docs Documents, project event.ProjectID, endpoints []string) error {
	if err := p.setBodies(project, endpoints); err != nil {
		return err
	}
	return docs.PutDocument(ctx, project, bodiesKind, "current", endpoints)
}

// BodiesOf returns what [Pipeline.KeepBodiesOf] kept of a project.
func (p *Pipeline) BodiesOf(ctx context.Context, docs Documents, project event.ProjectID) ([]string, error) {
	kept, err := docs.Documents(ctx, project, bodiesKind)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	var endpoints []string
	err = json.Unmarshal(kept[0].Body, &endpoints)
	return endpoints, err
}

// RestoreBodies takes up again what [Pipeline.KeepBodiesOf] kept of a project.
func (p *Pipeline) RestoreBodies(ctx context.Context, docs Documents, project event.ProjectID) error {
	endpoints, err := p.BodiesOf(ctx, docs, project)
	if err != nil {
		return err
	}
	return p.setBodies(project, endpoints)
}

func (p *Pipeline) setBodies(project event.ProjectID, endpoints []string) error {
	if len(endpoints) > maxBodyEndpoints {
		return &event.Permanent{Err: fmt.Errorf("%d endpoints are more than %d", len(endpoints), maxBodyEndpoints), Hint: "Opt in those that you look into."}
	}
	opted := make(map[event.Endpoint]bool, len(endpoints))
	for _, text := range endpoints {
		endpoint, ok := event.ParseEndpoint(text)
		if !ok {
			return &event.Permanent{Err: fmt.Errorf("%q is not an endpoint", text), Hint: "Write METHOD /route or service: METHOD /route, as the catalogue does."}
		}
		opted[endpoint] = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bodies[project] = opted
	return nil
}

// allowBodies says why a call may not bring what it carried.
func (p *Pipeline) allowBodies(o *Origin, c *event.Call) error {
	if c.Bodies == (event.Bodies{}) {
		return nil
	}
	if o.Browser {
		return errors.New("a browser key may not send request_body and response_body; use a server key")
	}
	p.mu.Lock()
	opted := p.bodies[o.Project]
	p.mu.Unlock()
	if opted[c.Endpoint()] || opted[event.Endpoint{Method: c.Method, Route: c.Route}] {
		return nil
	}
	return errors.New("request_body and response_body are refused: the endpoint has not opted in to keeping bodies")
}
