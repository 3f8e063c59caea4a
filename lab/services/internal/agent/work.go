package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/wire"
)

var kinds = []struct{ reason, severity, object, message string }{
	{"BackOff", "medium", "pod/checkout-7d9f", "Back-off restarting failed container checkout in pod checkout-7d9f"},
	{"Unhealthy", "medium", "pod/cart-5b6c", "Readiness probe failed: Get http://10.1.4.7:8080/ready: context deadline exceeded"},
	{"OOMKilled", "high", "pod/search-0", "Container search in pod search-0 was OOMKilled with exit code 137"},
	{"FailedScheduling", "high", "pod/batch-19", "0/12 nodes are available: 12 Insufficient memory"},
	{"Scheduled", "low", "pod/web-2", "Successfully assigned shop/web-2 to node-4"},
	{"Pulled", "low", "pod/web-2", "Container image already present on machine"},
	{"NodeNotReady", "critical", "node/node-7", "Node node-7 status is now: NodeNotReady"},
	{"Killing", "low", "pod/cart-5b6c", "Stopping container cart"},
}

// emit publishes events at the configured rate. Missed ticks are made up for, so that the rate holds.
func (a *agent) emit(ctx context.Context) {
	if a.rate <= 0 {
		return
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	begin, sent := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		due := int(time.Since(begin).Seconds() * a.rate)
		if due-sent > int(a.rate)*5+5 {
			sent = due - 1
		}
		for ; sent < due; sent++ {
			a.publish(a.subjects.Event, a.event())
		}
	}
}

func (a *agent) event() wire.Event {
	// Most of what happens in a cluster is small: the last, rare kinds come once in a while.
	kind := kinds[rand.IntN(len(kinds))]
	if kind.severity == "critical" && rand.IntN(10) > 0 {
		kind = kinds[4]
	}
	return wire.Event{ID: uuid.NewString(), AgentID: a.id, ClusterID: a.cluster, Severity: kind.severity, Reason: kind.reason,
		Object: kind.object, Message: kind.message, Timestamp: time.Now().UTC(), Payload: filler(a.payload)}
}

func filler(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789     "
	var b strings.Builder
	b.Grow(max(0, n))
	for range n {
		b.WriteByte(letters[rand.IntN(len(letters))])
	}
	return b.String()
}

// machine reads the load and memory of this machine.
func machine() map[string]float64 {
	values := map[string]float64{}
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(data)); len(fields) > 0 {
			values["load1"], _ = strconv.ParseFloat(fields[0], 64)
		}
	}
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		for _, line := range strings.Split(string(data), "\n") {
			if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
				kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 64)
				values["memory_available_bytes"] = kb * 1024
			}
		}
	}
	return values
}

func busy() (active, total float64) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	for i, field := range strings.Fields(line)[1:] {
		n, _ := strconv.ParseFloat(field, 64)
		total += n
		if i != 3 && i != 4 {
			active += n
		}
	}
	return active, total
}

// inspect measures the machine over the window and answers with what it saw.
func (a *agent) inspect(msg *nats.Msg) {
	active, total := busy()
	time.Sleep(a.window)
	active2, total2 := busy()
	values := machine()
	if total2 > total {
		values["cpu"] = (active2 - active) / (total2 - total)
	}
	data, _ := json.Marshal(values)
	_ = msg.Respond(data)
}

func (a *agent) command(msg *nats.Msg) {
	var c wire.Command
	if json.Unmarshal(msg.Data, &c) != nil || c.AgentID != a.id {
		return
	}
	go func() {
		a.log.Info("command received", "component", "command", "command_id", c.ID, "type", c.Type)
		output, err := a.do(c)
		result := wire.Result{CommandID: c.ID, AgentID: a.id, OK: err == nil, Output: output, Finished: time.Now()}
		if err != nil {
			result.Error = err.Error()
			a.log.Error("command failed: "+err.Error(), "component", "command", "command_id", c.ID)
		}
		a.publish(a.subjects.Result, result)
	}()
}

// do follows the machine for args.seconds and reports; every type of command looks at something else.
func (a *agent) do(c wire.Command) (string, error) {
	seconds, _ := c.Args["seconds"].(float64)
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	var lines []string
	for {
		values := machine()
		lines = append(lines, fmt.Sprintf("%s load1=%.2f memory_available=%.0f", time.Now().UTC().Format(time.RFC3339Nano), values["load1"], values["memory_available_bytes"]))
		if !time.Now().Before(end) {
			break
		}
		time.Sleep(min(200*time.Millisecond, time.Until(end)+time.Millisecond))
	}
	switch c.Type {
	case "collect_logs", "describe", "collect_metrics", "check_node":
		return c.Type + " " + fmt.Sprint(c.Args["target"]) + "\n" + strings.Join(lines, "\n"), nil
	default:
		return "", fmt.Errorf("unknown command type %q", c.Type)
	}
}
