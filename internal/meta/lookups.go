package meta

import (
	"sync"
	"time"
)

// lookups remembers answers for a short while, so that intake asks SQLite once per
// key and minute, and a key revoked by another process still stops working soon.
type lookups struct {
	mu    sync.Mutex
	found map[[32]byte]lookup
}

type lookup struct {
	key   IngestKey
	until time.Time
}

const (
	lookupLife  = 30 * time.Second
	lookupLimit = 10_000
)

func newLookups() *lookups { return &lookups{found: map[[32]byte]lookup{}} }

func (l *lookups) get(hash [32]byte, now time.Time) (IngestKey, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hit, ok := l.found[hash]
	return hit.key, ok && now.Before(hit.until)
}

func (l *lookups) put(hash [32]byte, key IngestKey, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.found) >= lookupLimit {
		clear(l.found)
	}
	l.found[hash] = lookup{key, now.Add(lookupLife)}
}

func (l *lookups) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.found)
}
