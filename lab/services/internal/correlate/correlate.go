// Package correlate finds events that belong together within a window of recent events.
package correlate

import (
	"strings"
	"sync"
	"time"
)

type seen struct {
	cluster, object, words string
	at                     time.Time
}

// Engine keeps the window.
type Engine struct {
	mu     sync.Mutex
	window int
	recent []seen
	pairs  int
}

// New makes an engine with a window of that many events.
func New(window int) *Engine { return &Engine{window: window} }

// Add puts an event into the window.
func (e *Engine) Add(cluster, object, message string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.recent = append(e.recent, seen{cluster, object, strings.ToLower(message), time.Now()})
	if extra := len(e.recent) - e.window; extra > 0 {
		e.recent = append([]seen(nil), e.recent[extra:]...)
	}
}

// Pairs is the number of pairs the last pass found.
func (e *Engine) Pairs() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pairs
}

// ComparePairs looks at every event against every other one: the cost is the square of the window.
func (e *Engine) ComparePairs() int {
	e.mu.Lock()
	window := append([]seen(nil), e.recent...)
	e.mu.Unlock()
	found := 0
	for i := range window {
		for j := i + 1; j < len(window); j++ {
			if related(&window[i], &window[j]) {
				found++
			}
		}
	}
	e.mu.Lock()
	e.pairs = found
	e.mu.Unlock()
	return found
}

func related(a, b *seen) bool {
	if a.cluster != b.cluster || b.at.Sub(a.at) > 10*time.Minute {
		return false
	}
	return a.object == b.object || strings.Contains(b.words, a.object) || commonPrefix(a.words, b.words) > 24
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
