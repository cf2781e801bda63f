package api

import (
	"context"
	"net/http"

	"github.com/clickspan/clickspan/internal/store"
)

// SQL answers one statement that reads; engines that speak SQL have such a door.
type SQL interface {
	Query(ctx context.Context, text string, limit int) (store.Answer, error)
}

// SQLInput carries a statement.
type SQLInput struct {
	Body struct {
		Query string `json:"query" minLength:"1" maxLength:"65536" doc:"one SELECT, WITH, EXPLAIN, DESCRIBE or SHOW"`
		Limit int    `json:"limit,omitempty" default:"1000" minimum:"1" maximum:"100000"`
	}
}

// querySQL is for admins only: a statement sees the rows of every project.
func (s *Server) querySQL(ctx context.Context, in *SQLInput) (store.Answer, error) {
	if s.sql == nil {
		return store.Answer{}, problem(http.StatusNotImplemented, "Use the queries and reads of /api/v1 instead.", "this engine has no SQL")
	}
	return s.sql.Query(ctx, in.Body.Query, in.Body.Limit)
}
