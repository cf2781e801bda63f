package link_test

import "time"

// epoch is when every test begins.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
