package api

import (
	"context"
	"net/url"
	"regexp"
	"strings"
)

// Links says where ids can be opened in the tools that people already have.
type Links struct {
	Trace   string `json:"trace" maxLength:"2048" example:"https://tracing.example/trace/{trace_id}" doc:"address of a trace, with {trace_id}; empty = none"`
	Request string `json:"request" maxLength:"2048" example:"https://logs.example/search?q={request_id}" doc:"address of a request's log, with {request_id}; empty = none"`
	Session string `json:"session" maxLength:"2048" example:"https://support.example/?session={session_id}" doc:"address of a session, with {session_id}; empty = none"`
	// Replay names the properties and attributes that hold the address of a replay.
	Replay []string `json:"replay" maxItems:"20" doc:"properties that hold the address of a session's replay"`
}

const linksSetting = "links"

func defaultLinks() Links {
	return Links{Replay: []string{"replay_url", "$session_replay_url", "session_replay_url"}}
}

func (s *Server) links(ctx context.Context, in *ProjectParam) (Links, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return Links{}, err
	}
	out := defaultLinks()
	err = s.meta.Setting(ctx, project, linksSetting, &out)
	out.Replay = some(out.Replay)
	return out, err
}

// LinksInput carries the templates.
type LinksInput struct {
	ProjectParam
	Body struct {
		Trace   string   `json:"trace,omitempty" maxLength:"2048"`
		Request string   `json:"request,omitempty" maxLength:"2048"`
		Session string   `json:"session,omitempty" maxLength:"2048"`
		Replay  []string `json:"replay,omitempty" maxItems:"20" doc:"absent = the default names"`
	}
}

func (s *Server) setLinks(ctx context.Context, in *LinksInput) (Links, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return Links{}, err
	}
	out := Links{Trace: in.Body.Trace, Request: in.Body.Request, Session: in.Body.Session, Replay: in.Body.Replay}
	if out.Replay == nil {
		out.Replay = defaultLinks().Replay
	}
	for name, template := range map[string]string{"trace": out.Trace, "request": out.Request, "session": out.Session} {
		if err := checkTemplate(name, template); err != nil {
			return Links{}, err
		}
	}
	return out, s.meta.Set(ctx, project, linksSetting, out)
}

// checkTemplate wants the address of a web page with the id's placeholder behind
// the host, so that no id can choose where a link leads.
func checkTemplate(name, template string) error {
	if template == "" {
		return nil
	}
	placeholder := "{" + name + "_id}"
	const hint = "Write the address of a page with its placeholder: https://tracing.example/trace/{trace_id}"
	address, err := url.Parse(template)
	switch {
	case err != nil, address.Scheme != "https" && address.Scheme != "http", address.Host == "", address.User != nil, strings.ContainsAny(address.Host, "{}%"):
		return badField(name, hint, "%q is not the address of a web page", template)
	case !strings.Contains(template, placeholder):
		return badField(name, hint, "%s is missing", placeholder)
	}
	if rest := strings.ReplaceAll(template, placeholder, ""); anyPlaceholder().MatchString(rest) {
		return badField(name, hint, "%s is not known here; the only placeholder is %s", anyPlaceholder().FindString(rest), placeholder)
	}
	return nil
}

func anyPlaceholder() *regexp.Regexp { return regexp.MustCompile(`[{}][^{}]*[}]?`) }
