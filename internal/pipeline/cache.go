package pipeline

import "sync"

// cache remembers up to twice limit answers in two generations: what is asked for
// stays, what is not is forgotten a generation later.
type cache[K comparable, V any] struct {
	limit    int
	mu       sync.RWMutex
	new, old map[K]V
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, new: map[K]V{}}
}

// get returns the answer for key, asking when it is not known.
func (c *cache[K, V]) get(key K, ask func(K) V) V {
	c.mu.RLock()
	v, fresh := c.new[key]
	known := fresh
	if !fresh {
		v, known = c.old[key]
	}
	c.mu.RUnlock()
	if fresh {
		return v
	}
	if !known {
		v = ask(key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.new) >= c.limit {
		c.old, c.new = c.new, make(map[K]V, c.limit)
	}
	c.new[key] = v
	return v
}
