// Package logging writes JSON lines or plain lines; every line names its component.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// New makes the logger of a service. format is json or plain, level debug, info, warn or error.
func New(service, level, format string) *slog.Logger {
	var threshold slog.Level
	if err := threshold.UnmarshalText([]byte(level)); err != nil {
		threshold = slog.LevelInfo
	}
	if format == "plain" {
		return slog.New(&plain{out: os.Stdout, threshold: threshold, mu: &sync.Mutex{}}).With("service", service)
	}
	return slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: threshold, ReplaceAttr: lowerLevel})).With("service", service)
}

func lowerLevel(_ []string, attr slog.Attr) slog.Attr {
	if attr.Key == slog.LevelKey {
		return slog.String("level", strings.ToLower(attr.Value.String()))
	}
	return attr
}

// plain writes `2025-09-30T08:00:00.000Z ERROR register: message key=value`.
type plain struct {
	out       io.Writer
	threshold slog.Level
	attrs     []slog.Attr
	mu        *sync.Mutex
}

func (p *plain) Enabled(_ context.Context, level slog.Level) bool { return level >= p.threshold }

func (p *plain) Handle(_ context.Context, record slog.Record) error {
	var component string
	var tail strings.Builder
	add := func(attr slog.Attr) bool {
		switch attr.Key {
		case "component":
			component = attr.Value.String() + ": "
		case "service":
		default:
			text := attr.Value.String()
			if strings.ContainsAny(text, " \"\n") {
				text = fmt.Sprintf("%q", text)
			}
			fmt.Fprintf(&tail, " %s=%s", attr.Key, text)
		}
		return true
	}
	for _, attr := range p.attrs {
		add(attr)
	}
	record.Attrs(add)
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := fmt.Fprintf(p.out, "%s %-5s %s%s%s\n", record.Time.UTC().Format("2006-01-02T15:04:05.000Z"),
		record.Level, component, record.Message, tail.String())
	return err
}

func (p *plain) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *p
	next.attrs = append(append([]slog.Attr{}, p.attrs...), attrs...)
	return &next
}

func (p *plain) WithGroup(string) slog.Handler { return p }

// Every lets a repeated message through once in the given time, so that a storm stays readable.
type Every struct {
	mu   sync.Mutex
	last map[string]time.Time
	gap  time.Duration
}

// NewEvery makes a gate with that gap.
func NewEvery(gap time.Duration) *Every { return &Every{last: map[string]time.Time{}, gap: gap} }

// Ok is true when key has not passed within the gap.
func (e *Every) Ok(key string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if now.Sub(e.last[key]) < e.gap {
		return false
	}
	e.last[key] = now
	return true
}
