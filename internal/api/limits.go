package api

import "time"

// Limits on one request. What is beyond is refused, never cut.
const (
	maxQueryBytes = 256 << 10        // body of a question
	readTimeout   = 30 * time.Second // one question
	maxBuckets    = 10_000           // of a series
	autoBuckets   = 200              // most that bucket "auto" makes
	defaultRange  = 7 * 24 * time.Hour
	maxRows       = 1000 // of a page
)
