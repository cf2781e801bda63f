package duckdb

// Replayed lets the fuzzer read logs.
var Replayed = replayed
