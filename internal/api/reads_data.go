package api

import (
	"context"
	"strings"

	"github.com/clickspan/clickspan/internal/store"
)

// QualityInput asks for the state of the data.
type QualityInput struct{ ScopeParams }

func (s *Server) quality(ctx context.Context, in *QualityInput) (store.Quality, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return store.Quality{}, err
	}
	q, err := s.store.Quality(ctx, scope)
	if q.Calls.ByMethod == nil {
		q.Calls.ByMethod = map[string]int64{}
	}
	q.BySource, q.ByRoute, q.Unlinked, q.Rejected = some(q.BySource), some(q.ByRoute), some(q.Unlinked), some(q.Rejected)
	return q, err
}

// ValuesInput asks for the values of a field, for autocomplete.
type ValuesInput struct {
	ScopeParams
	Field  string `query:"field" required:"true" example:"call.route" doc:"a field; a bare name means one of calls"`
	Prefix string `query:"prefix" doc:"what the values begin with; case counts"`
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"1000"`
}

// ValuesOutput is values, the most frequent first.
type ValuesOutput struct {
	Values []store.Value `json:"values"`
}

func (s *Server) values(ctx context.Context, in *ValuesInput) (ValuesOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ValuesOutput{}, err
	}
	field := in.Field
	if !strings.Contains(field, ".") {
		field = "call." + field
	}
	if _, ok := store.ParseField(field); !ok {
		return ValuesOutput{}, badField("query.field", "GET /api/v1/fields lists the fields.", "%q is not a field", in.Field)
	}
	values, err := s.store.Values(ctx, scope, field, in.Prefix, in.Limit)
	return ValuesOutput{Values: some(values)}, err
}

// FieldsOutput is what filters, facets and breakdowns may name.
type FieldsOutput struct {
	Fields []FieldInfo `json:"fields"`
}

// FieldInfo describes one field.
type FieldInfo struct {
	Name string `json:"name" example:"call.status"`
	Type string `json:"type" enum:"string,int,double,bool,map"`
	Doc  string `json:"doc"`
}

func (s *Server) fields(context.Context, *struct{}) (FieldsOutput, error) {
	return FieldsOutput{Fields: each(store.Fields(), func(f store.FieldInfo) FieldInfo {
		return FieldInfo{Name: f.Name, Type: string(f.Type), Doc: f.Doc}
	})}, nil
}
