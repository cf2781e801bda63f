package api

import (
	"context"
)

// BodiesInput opts endpoints in.
type BodiesInput struct {
	ProjectParam
	Body BodiesOutput
}

// BodiesOutput lists the endpoints whose calls may bring request_body and response_body.
type BodiesOutput struct {
	Endpoints []string `json:"endpoints" maxItems:"100" doc:"METHOD /route of any service, or service: METHOD /route"`
}

func (s *Server) bodies(ctx context.Context, in *struct{ ProjectParam }) (BodiesOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return BodiesOutput{}, err
	}
	endpoints, err := s.pipeline.BodiesOf(ctx, s.meta, project)
	return BodiesOutput{Endpoints: some(endpoints)}, err
}

func (s *Server) keepBodies(ctx context.Context, in *BodiesInput) (BodiesOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return BodiesOutput{}, err
	}
	if err := s.pipeline.KeepBodiesOf(ctx, s.meta, project, in.Body.Endpoints); err != nil {
		return BodiesOutput{}, atField("endpoints", err)
	}
	return in.Body, nil
}
