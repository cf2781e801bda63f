package api

import (
	"context"
	"net/http"
	"time"
)

// Demo is the simulated shop that a demo serves.
type Demo interface {
	// State tells how far the shop's past is filled in and what is broken.
	State() DemoState
	// Break makes an endpoint "slow" or "fail", or ends that with "fix". The error says
	// what is wrong with endpoint or effect.
	Break(endpoint, effect string) error
}

// DemoState describes a running demo.
type DemoState struct {
	Running   bool        `json:"running"`
	Filled    DemoFilled  `json:"filled"`
	Breaks    []DemoBreak `json:"breaks" doc:"what was broken and is not fixed, oldest first"`
	Planned   []DemoBreak `json:"planned" doc:"what will break by itself, and since when, which lies ahead"`
	Endpoints []string    `json:"endpoints" doc:"what can be broken"`
}

// DemoFilled is the part of the story that can be read.
type DemoFilled struct {
	From  time.Time `json:"from" doc:"everything since then is there"`
	To    time.Time `json:"to"`
	Share float64   `json:"share" doc:"of the whole story, 0 to 1"`
}

// DemoBreak is an endpoint that was broken on purpose.
type DemoBreak struct {
	Endpoint string    `json:"endpoint"`
	Effect   string    `json:"effect" enum:"slow,fail"`
	Since    time.Time `json:"since"`
}

// DemoBreakInput names an endpoint and what becomes of it.
type DemoBreakInput struct {
	Body struct {
		Endpoint string `json:"endpoint" minLength:"1" maxLength:"256" example:"POST /api/payments"`
		Effect   string `json:"effect" enum:"slow,fail,fix"`
	}
}

func noDemo() error {
	return problem(http.StatusNotFound, "Start one with `clickspan demo`.", "this server is no demo")
}

func (s *Server) demoState(_ context.Context, _ *struct{}) (DemoState, error) {
	if s.demo == nil {
		return DemoState{}, noDemo()
	}
	return s.demo.State(), nil
}

// demoBreak answers with the state that it leaves.
func (s *Server) demoBreak(_ context.Context, in *DemoBreakInput) (DemoState, error) {
	if s.demo == nil {
		return DemoState{}, noDemo()
	}
	if err := s.demo.Break(in.Body.Endpoint, in.Body.Effect); err != nil {
		return DemoState{}, problem(http.StatusBadRequest, "GET /api/v1/demo lists the endpoints.", "%v", err)
	}
	return s.demo.State(), nil
}
