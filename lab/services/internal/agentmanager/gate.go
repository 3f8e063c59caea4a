package agentmanager

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// gate holds the reading of a connection back while the queue behind it is full, so that a backlog
// stays in NATS, where it can be seen, and does not grow in this process.
type gate struct {
	open func() bool
	held atomic.Int64
}

func newGate(open func() bool) *gate { return &gate{open: open} }

func (g *gate) wrap(conn net.Conn) net.Conn {
	return &gated{Conn: conn, gate: g, closed: make(chan struct{})}
}

type gated struct {
	net.Conn
	gate   *gate
	closed chan struct{}
	once   sync.Once
}

func (c *gated) Read(p []byte) (int, error) {
	for !c.gate.open() {
		c.gate.held.Add(1)
		select {
		case <-c.closed:
			return 0, net.ErrClosed
		case <-time.After(20 * time.Millisecond):
		}
	}
	return c.Conn.Read(p)
}

func (c *gated) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
