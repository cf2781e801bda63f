package api

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// Project is one project.
type Project struct {
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	IngestKey string    `json:"ingest_key,omitempty" doc:"a server key, told once, when the project is created"`
}

// ProjectsOutput lists projects, the default first.
type ProjectsOutput struct {
	Projects []Project `json:"projects"`
}

func (s *Server) listProjects(ctx context.Context, _ *struct{}) (ProjectsOutput, error) {
	found, err := s.meta.Projects(ctx)
	return ProjectsOutput{Projects: each(found, func(p meta.Project) Project { return Project{Name: p.Name, CreatedAt: p.Created} })}, err
}

// ProjectInput carries the project to create.
type ProjectInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"64"`
	}
}

func (s *Server) createProject(ctx context.Context, in *ProjectInput) (Project, error) {
	made, err := s.meta.CreateProject(ctx, in.Body.Name)
	if err != nil {
		return Project{}, atField("name", err)
	}
	secret, _, err := s.meta.CreateKey(ctx, made.ID, meta.ServerKey, nil, "made with the project")
	return Project{Name: made.Name, CreatedAt: made.Created, IngestKey: secret}, err
}

// Key is an ingest key.
type Key struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind" enum:"browser,server"`
	Prefix    string     `json:"prefix" doc:"its first characters, to recognise it by"`
	Origins   []string   `json:"origins" doc:"web origins a browser key is taken from; empty = any"`
	Note      string     `json:"note"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at" doc:"null while it is valid"`
	Secret    string     `json:"secret,omitempty" doc:"the key itself, told once, when it is created"`
}

func keyOf(k meta.IngestKey) Key {
	out := Key{ID: k.ID, Kind: string(k.Kind), Prefix: k.Prefix, Origins: some(k.Origins), Note: k.Note, CreatedAt: k.Created}
	if !k.Revoked.IsZero() {
		out.RevokedAt = &k.Revoked
	}
	return out
}

// KeysInput asks for a project's keys.
type KeysInput struct{ ProjectParam }

// KeysOutput lists keys, revoked ones too.
type KeysOutput struct {
	Keys []Key `json:"keys"`
}

func (s *Server) listKeys(ctx context.Context, in *KeysInput) (KeysOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return KeysOutput{}, err
	}
	found, err := s.meta.Keys(ctx, project)
	return KeysOutput{Keys: each(found, keyOf)}, err
}

// KeyInput carries the key to create.
type KeyInput struct {
	ProjectParam
	Body struct {
		Kind    string   `json:"kind" enum:"browser,server"`
		Origins []string `json:"origins,omitempty" example:"[\"https://shop.example\"]" maxItems:"100"`
		Note    string   `json:"note,omitempty" maxLength:"200"`
	}
}

func (s *Server) createKey(ctx context.Context, in *KeyInput) (Key, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return Key{}, err
	}
	for i, origin := range in.Body.Origins {
		if !isOrigin(origin) {
			return Key{}, badField(at("origins[%d]", i), "Write it as the browser sends it: https://shop.example", "%q is not an origin", origin)
		}
	}
	secret, made, err := s.meta.CreateKey(ctx, project, meta.KeyKind(in.Body.Kind), in.Body.Origins, in.Body.Note)
	out := keyOf(made)
	out.Secret = secret
	return out, err
}

// RevokeKeyInput names the key.
type RevokeKeyInput struct {
	ID int64 `path:"id"`
}

// RevokeKeyOutput names the key that is valid no more.
type RevokeKeyOutput struct {
	ID int64 `json:"id"`
}

func (s *Server) revokeKey(ctx context.Context, in *RevokeKeyInput) (RevokeKeyOutput, error) {
	return RevokeKeyOutput(*in), s.meta.RevokeKey(ctx, in.ID)
}

// project finds a project by its name.
func (s *Server) project(ctx context.Context, name string) (event.ProjectID, error) {
	if name == "" || name == defaultProject {
		return meta.DefaultProject, nil
	}
	found, err := s.meta.Project(ctx, name)
	if err != nil {
		return 0, unknownProject(name, err)
	}
	return found.ID, nil
}
