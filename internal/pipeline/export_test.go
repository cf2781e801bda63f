package pipeline

import "github.com/clickspan/clickspan/internal/link"

// Judge makes the linker use another function than link.Link, so that tests can
// make it fail.
func (l *Linker) Judge(judge func(link.Block, link.Options) link.Result) { l.judge = judge }
