// Package duckdb is the embedded engine: one DuckDB file in one directory, one
// process. It implements [store.Store]; the comments there are the contract.
//
// One goroutine writes. It gathers the batches that wait and commits them
// together, so that a slow disk costs one flush for many senders ([Store.Append]).
// Readers have connections of their own and never wait for the writer.
//
// Statements live in sql/, named after the method that runs them, with bound
// parameters only. What depends on the question (filters, measures) is compiled
// in filter.go and put where the file says /*name*/; the results are under
// testdata/sql, so that a reviewer sees every statement that can be sent.
package duckdb
