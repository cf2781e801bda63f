package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	segmentKind = "segment"
	maxSegments = 200 // of a project
)

// Segment is sessions or people told apart by a condition, under a name. Every read and
// question can be narrowed to it.
type Segment struct {
	ID string `json:"id"`
	SegmentBody
}

// SegmentBody is a segment as it is sent: its id is in the address, or made of its name.
type SegmentBody struct {
	Name   string    `json:"name" minLength:"1" maxLength:"120" example:"Met a failure on a phone"`
	Filter string    `json:"filter" minLength:"1" maxLength:"4096" example:"session.failed > 0 && session.device == \"mobile\"" doc:"CEL over session, and over one call or event of it"`
	Of     SegmentOf `json:"of,omitempty" enum:"sessions,people" default:"people" doc:"the sessions for which the filter holds, or all sessions of people who have such a session in the range that is looked at"`
	Note   string    `json:"note,omitempty" maxLength:"1000"`
}

// SegmentOf is what a segment is made of.
type SegmentOf string

// What segments are made of.
const (
	SegmentOfSessions SegmentOf = "sessions"
	SegmentOfPeople   SegmentOf = "people"
)

// condition is the segment as a filter of any rows that have a session.
func (b SegmentBody) condition() (store.Filter, error) {
	sessions, err := filter.Compile(b.Filter)
	if err == nil {
		var parts store.Parts
		if parts, err = store.SplitFilter(sessions); err == nil {
			_, _, err = parts.For(store.OfSessions)
		}
	}
	if err != nil {
		return nil, atField("filter", err)
	}
	return store.InSegment{Sessions: sessions, People: b.Of != SegmentOfSessions}, nil
}

// segmentOf is the condition of a project's segment.
func (s *Server) segmentOf(ctx context.Context, project event.ProjectID, id string) (store.Filter, error) {
	document, err := s.meta.Document(ctx, project, segmentKind, id)
	if errors.Is(err, meta.ErrNotFound) {
		return nil, badField("segment", "GET /api/v1/segments lists them.", "there is no segment %q", id)
	}
	if err != nil {
		return nil, err
	}
	segment, err := segmentFrom(document)
	if err != nil {
		return nil, err
	}
	return segment.condition()
}

func segmentFrom(d meta.Document) (out Segment, err error) {
	if err := json.Unmarshal(d.Body, &out); err != nil {
		return out, fmt.Errorf("segment %s: %w", d.ID, err)
	}
	return out, nil
}

// SegmentsOutput lists segments by id.
type SegmentsOutput struct {
	Segments []Segment `json:"segments"`
}

func (s *Server) listSegments(ctx context.Context, in *ProjectParam) (SegmentsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return SegmentsOutput{}, err
	}
	found, err := s.segmentsOf(ctx, project)
	return SegmentsOutput{Segments: some(found)}, err
}

func (s *Server) segmentsOf(ctx context.Context, project event.ProjectID) ([]Segment, error) {
	documents, err := s.meta.Documents(ctx, project, segmentKind)
	if err != nil {
		return nil, err
	}
	out := make([]Segment, len(documents))
	for i, d := range documents {
		if out[i], err = segmentFrom(d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SegmentInput carries the segment to create.
type SegmentInput struct {
	ProjectParam
	Body SegmentBody
}

func (s *Server) createSegment(ctx context.Context, in *SegmentInput) (Segment, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return Segment{}, err
	}
	s.segments.Lock() // so that two new segments do not take one id
	defer s.segments.Unlock()
	have, err := s.segmentsOf(ctx, project)
	if err != nil {
		return Segment{}, err
	}
	if len(have) >= maxSegments {
		return Segment{}, problem(http.StatusBadRequest, "Remove a segment that is not used any more.", "a project has at most %d segments", maxSegments)
	}
	id := freeID(in.Body.Name, have, func(s Segment) string { return s.ID })
	return s.keepSegment(ctx, project, Segment{id, in.Body})
}

func (s *Server) keepSegment(ctx context.Context, project event.ProjectID, made Segment) (Segment, error) {
	if made.Name = strings.TrimSpace(made.Name); made.Name == "" {
		return made, badField("name", "Say in a few words who it is: Met a failure on a phone.", "the name is empty")
	}
	if made.Of == "" {
		made.Of = SegmentOfPeople
	}
	if _, err := made.condition(); err != nil {
		return made, err
	}
	return made, s.meta.PutDocument(ctx, project, segmentKind, made.ID, made)
}

// ReplaceSegmentInput carries the segment and names the one it replaces.
type ReplaceSegmentInput struct {
	ProjectParam
	ID   string `path:"id"`
	Body SegmentBody
}

func (s *Server) replaceSegment(ctx context.Context, in *ReplaceSegmentInput) (Segment, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return Segment{}, err
	}
	s.segments.Lock()
	defer s.segments.Unlock()
	have, err := s.segmentsOf(ctx, project)
	if err != nil {
		return Segment{}, err
	}
	if !slices.ContainsFunc(have, func(s Segment) bool { return s.ID == in.ID }) {
		return Segment{}, noSegment(in.ID)
	}
	return s.keepSegment(ctx, project, Segment{in.ID, in.Body})
}

// RemoveSegmentInput names the segment.
type RemoveSegmentInput struct {
	ProjectParam
	ID string `path:"id"`
}

// RemoveSegmentOutput names the segment that is no more.
type RemoveSegmentOutput struct {
	ID string `json:"id"`
}

func (s *Server) removeSegment(ctx context.Context, in *RemoveSegmentInput) (RemoveSegmentOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return RemoveSegmentOutput{}, err
	}
	s.segments.Lock() // so that no change under way brings it back
	defer s.segments.Unlock()
	err = s.meta.DeleteDocument(ctx, project, segmentKind, in.ID)
	if errors.Is(err, meta.ErrNotFound) {
		err = noSegment(in.ID)
	}
	return RemoveSegmentOutput{ID: in.ID}, err
}

func noSegment(id string) error {
	return problem(http.StatusNotFound, "GET /api/v1/segments lists them.", "there is no segment %q", id)
}
