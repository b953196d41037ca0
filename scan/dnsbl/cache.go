package dnsbl

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Cache keeps answers until they are too old, so that a checklist that is
// gone through again and again does not ask again and again. Only good
// answers are kept. It belongs to one goroutine.
type Cache struct{ entries map[string]entry }

type entry struct {
	Addrs []netip.Addr `json:"a,omitempty"`
	Texts []string     `json:"txt,omitempty"`
	Until time.Time    `json:"until"`
}

// Bounds of what is kept.
const (
	maxEntries  = 5_000
	maxCache    = 4 << 20 // bytes of a saved cache that are read
	shortest    = time.Minute
	longest     = time.Hour
	notListedIs = 5 * time.Minute // how long "not listed" is believed
)

// NewCache is an empty one.
func NewCache() *Cache { return &Cache{entries: map[string]entry{}} }

// ReadCache takes up what Write wrote. A damaged one is an error; begin with a new one then.
func ReadCache(r io.Reader) (*Cache, error) {
	c := NewCache()
	if err := json.NewDecoder(io.LimitReader(r, maxCache)).Decode(&c.entries); err != nil {
		return nil, fmt.Errorf("cache of block lists: %w", err)
	}
	if c.entries == nil || len(c.entries) > maxEntries {
		return nil, fmt.Errorf("cache of block lists: %d entries", len(c.entries))
	}
	return c, nil
}

// Write saves what is still good.
func (c *Cache) Write(w io.Writer, now time.Time) error {
	for k, e := range c.entries {
		if !e.fresh(now) {
			delete(c.entries, k)
		}
	}
	if err := json.NewEncoder(w).Encode(c.entries); err != nil {
		return fmt.Errorf("cache of block lists: %w", err)
	}
	return nil
}

// fresh also refuses a time that no answer can have: the clock was wrong, or somebody wrote it.
func (e entry) fresh(now time.Time) bool {
	return now.Before(e.Until) && e.Until.Before(now.Add(longest+time.Second))
}

func (c *Cache) get(key string, now time.Time) (answer, bool) {
	e, ok := c.entries[key]
	if !ok || !e.fresh(now) {
		return answer{}, false
	}
	return answer{addrs: e.Addrs, texts: e.Texts}, true
}

func (c *Cache) put(key string, a answer, now time.Time) {
	if len(c.entries) >= maxEntries {
		return
	}
	keep := notListedIs
	if len(a.addrs)+len(a.texts) > 0 {
		keep = min(max(time.Duration(a.ttl)*time.Second, shortest), longest)
	}
	c.entries[key] = entry{Addrs: a.addrs, Texts: a.texts, Until: now.Add(keep)}
}
