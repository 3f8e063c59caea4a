package manager

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// Event is what an agent reports.
type Event struct {
	ID        string            `json:"id"`
	ClusterID string            `json:"cluster_id"`
	Timestamp time.Time         `json:"timestamp"`
	Type      string            `json:"type"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Reason    string            `json:"reason"`
	Message   string            `json:"message"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	RawData   map[string]any    `json:"raw_data"`
}

type counters struct{ processed, filtered, failed atomic.Int64 }

var ranks = map[string]int{"low": 1, "medium": 2, "high": 3, "critical": 4}

var criticalReasons = map[string]bool{"CrashLoopBackOff": true, "OOMKilling": true, "FailedScheduling": true, "NodeNotReady": true, "ImagePullBackOff": true}

func (a *App) onEvent(msg *nats.Msg) {
	var event Event
	if err := json.Unmarshal(msg.Data, &event); err != nil {
		a.log.Error("Failed to unmarshal event message", "component", "nats-server", "error", err.Error())
		return
	}
	if err := a.process(context.Background(), &event); err != nil {
		a.log.Error("Failed to process event", "component", "nats-server", "event_id", event.ID, "cluster_id", event.ClusterID, "error", err.Error())
	}
}

func (a *App) process(ctx context.Context, event *Event) error {
	if ranks[event.Severity] < ranks["medium"] || a.seenBefore(ctx, event) {
		a.events.filtered.Add(1)
		return nil
	}
	labels, _ := json.Marshal(event.Labels)
	raw, _ := json.Marshal(event.RawData)
	_, err := a.db.ExecContext(ctx, `INSERT INTO events (id, cluster_id, timestamp, type, source, severity, reason, message, namespace, labels, raw_data, processed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, now())`,
		event.ID, event.ClusterID, event.Timestamp, event.Type, event.Source, event.Severity, event.Reason, event.Message, event.Namespace, string(labels), string(raw))
	if err != nil {
		a.events.failed.Add(1)
		return fmt.Errorf("failed to save event: %w", err)
	}
	if event.Severity == "critical" || criticalReasons[event.Reason] {
		if err := publishInternal(internalBus, event); err != nil {
			a.log.Error("Failed to handle critical event", "component", "event-processor", "event_id", event.ID, "error", err.Error())
		}
	}
	a.events.processed.Add(1)
	a.log.Info("Event processed", "component", "event-processor", "event_id", event.ID, "cluster_id", event.ClusterID, "severity", event.Severity, "reason", event.Reason)
	return nil
}

func (a *App) seenBefore(ctx context.Context, event *Event) bool {
	key := fmt.Sprintf("event:seen:%s:%s:%s", event.ClusterID, event.Reason, event.Labels["name"])
	fresh, err := a.redis.SetNX(ctx, key, "1", 5*time.Minute).Result()
	return err == nil && !fresh
}

// internalBus is the connection that the publisher was never given.
var internalBus *nats.Conn

// internalEvent is the message for the orchestrator: it names the event, where the other side reads the event itself.
func internalEvent(event *Event) map[string]any {
	return map[string]any{"type": "critical", "cluster_id": event.ClusterID, "severity": "critical", "timestamp": time.Now(),
		"payload": map[string]any{"event_id": event.ID, "reason": event.Reason, "message": event.Message, "namespace": event.Namespace, "labels": event.Labels}}
}

func publishInternal(bus *nats.Conn, event *Event) error {
	data, err := json.Marshal(internalEvent(event))
	if err != nil {
		return fmt.Errorf("failed to marshal internal event: %w", err)
	}
	if err := bus.Publish("internal.event.critical", data); err != nil {
		return fmt.Errorf("failed to publish internal event: %w", err)
	}
	return nil
}

func (a *App) onMetrics(msg *nats.Msg) {
	a.log.Debug("Metrics received", "component", "nats-server", "subject", msg.Subject)
}

// onResult says that a result came, and does nothing with it.
func (a *App) onResult(msg *nats.Msg) {
	var result struct {
		CommandID string `json:"command_id"`
		Status    string `json:"status"`
	}
	if err := json.Unmarshal(msg.Data, &result); err != nil {
		a.log.Error("Failed to unmarshal result message", "component", "nats-server", "error", err.Error())
		return
	}
	a.log.Info("Command result received", "component", "nats-server", "command_id", result.CommandID, "status", result.Status)
}
