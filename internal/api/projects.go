package api

import (
	"context"
)

// Project is one project. IngestKey is told once, when it is created.
type Project struct {
	Name      string `json:"name" minLength:"1" maxLength:"100"`
	IngestKey string `json:"ingest_key,omitempty" readOnly:"true" doc:"told once, when the project is created"`
}

// ProjectsOutput lists projects.
type ProjectsOutput struct {
	Projects []Project `json:"projects"`
}

func (s *Server) listProjects(ctx context.Context, _ *struct{}) (ProjectsOutput, error) {
	names, err := s.settings.Projects(ctx)
	return ProjectsOutput{Projects: each(names, func(name string) Project { return Project{Name: name} })}, err
}

// ProjectInput carries the project to create.
type ProjectInput struct{ Body ProjectBody }

// ProjectBody names a project.
type ProjectBody struct {
	Name string `json:"name" minLength:"1" maxLength:"100" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

func (s *Server) createProject(ctx context.Context, in *ProjectInput) (Project, error) {
	key, err := s.settings.CreateProject(ctx, in.Body.Name)
	return Project{Name: in.Body.Name, IngestKey: key}, err
}
