// Package dedupe remembers events that were seen, to count repeats instead of storing noise.
package dedupe

import "sync"

type entry struct {
	key     string
	payload []byte
	repeats int
}

// Cache keeps the newest entries; with no bound it keeps every one.
type Cache struct {
	mu      sync.Mutex
	max     int
	entries map[string]*entry
	order   []*entry
}

// New makes a cache of at most max entries; 0 means no bound.
func New(max int) *Cache { return &Cache{max: max, entries: map[string]*entry{}} }

// Remember counts one more occurrence of key and returns how many there were before.
func (c *Cache) Remember(key, payload string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.entries[key]; ok {
		known.repeats++
		return known.repeats
	}
	added := &entry{key: key, payload: append(make([]byte, 0, len(payload)), payload...)}
	c.entries[key] = added
	c.order = append(c.order, added)
	for c.max > 0 && len(c.order) > c.max {
		delete(c.entries, c.order[0].key)
		c.order[0] = nil
		c.order = c.order[1:]
	}
	return 0
}

// Len is the number of entries.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}
