package link

import "github.com/clickspan/clickspan/internal/event"

func (l *linker) interactions(marks []event.Signal) []event.Interaction { return nil }
