package link

import "github.com/clickspan/clickspan/internal/event"

func (l *linker) signals() []event.Signal { return nil }
