package agentmanager

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/wire"
)

type queued struct {
	event    wire.Event
	received time.Time
	enriched time.Time
}

// receive takes an event from NATS. A full queue makes it wait, and the gate stops further reading.
func (a *App) receive(msg *nats.Msg) {
	var e wire.Event
	if err := json.Unmarshal(msg.Data, &e); err != nil || e.ID == "" {
		a.metrics.eventTotal.WithLabelValues("unreadable").Inc()
		return
	}
	a.metrics.eventTotal.WithLabelValues("received").Inc()
	item := queued{event: e, received: time.Now()}
	select {
	case a.queue <- item:
	default:
		if a.quiet.Ok("queue") {
			a.log.Warn("event queue is full", "component", "event", "capacity", cap(a.queue), "workers", a.workers)
		}
		a.queue <- item
	}
}

func (a *App) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case item := <-a.queue:
			a.metrics.workersBusy.Inc()
			a.metrics.eventStage.WithLabelValues("queue").Observe(time.Since(item.received).Seconds())
			a.enrich(ctx, &item)
			select {
			case a.batches <- item:
			case <-ctx.Done():
			}
			a.metrics.workersBusy.Dec()
		}
	}
}

// enrich classifies the event and asks its agent what the machine looked like.
func (a *App) enrich(ctx context.Context, item *queued) {
	begin := time.Now()
	e := &item.event
	extra := map[string]any{}
	if rule := a.rules.First(e.Message); rule != "" {
		extra["rule"] = rule
	}
	extra["repeats"] = a.seen.Remember(e.ClusterID+"|"+e.Object+"|"+e.ID, e.Message+e.Payload)
	a.correlation.Add(e.ClusterID, e.Object, e.Message+" "+e.Payload)
	if a.inspect {
		ask, cancel := context.WithTimeout(ctx, 2*time.Second)
		reply, err := a.nats.RequestWithContext(ask, wire.For(a.subjects.Inspect, e.ClusterID)+"."+e.AgentID, []byte(e.Object))
		cancel()
		if err == nil {
			extra["machine"] = json.RawMessage(reply.Data)
		}
	}
	e.Context, _ = json.Marshal(extra)
	item.enriched = time.Now()
	a.metrics.eventStage.WithLabelValues("enrich").Observe(time.Since(begin).Seconds())
}

// write commits at most batchSize events every batchTimeout: a pace that protects the database.
func (a *App) write(ctx context.Context) {
	tick := time.NewTicker(max(a.batchTimeout, 10*time.Millisecond))
	defer tick.Stop()
	batch := make([]queued, 0, a.batchSize)
	for {
		in := a.batches
		if len(batch) >= a.batchSize {
			in = nil
		}
		select {
		case <-ctx.Done():
			return
		case item := <-in:
			batch = append(batch, item)
		case <-tick.C:
			if len(batch) == 0 {
				continue
			}
			a.commit(ctx, batch)
			batch = batch[:0]
		}
	}
}

// commit tries until the batch is stored: events are not thrown away because the database is slow or gone.
func (a *App) commit(ctx context.Context, batch []queued) {
	begin := time.Now()
	for _, item := range batch {
		a.metrics.eventStage.WithLabelValues("batch").Observe(begin.Sub(item.enriched).Seconds())
	}
	for attempt := 1; ctx.Err() == nil; attempt++ {
		err := a.store(ctx, batch)
		if err == nil {
			break
		}
		a.metrics.eventTotal.WithLabelValues("failed").Add(float64(len(batch)))
		if a.quiet.Ok("commit") {
			a.log.Error("cannot store events", "component", "event", "batch", len(batch), "attempt", attempt, "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
	}
	now := time.Now()
	a.metrics.eventStage.WithLabelValues("write").Observe(now.Sub(begin).Seconds())
	a.metrics.batchSize.Observe(float64(len(batch)))
	for _, item := range batch {
		took := now.Sub(item.event.Timestamp)
		a.metrics.eventSeconds.Observe(took.Seconds())
		a.metrics.eventTotal.WithLabelValues("stored").Inc()
		if took > 5*time.Second && a.quiet.Ok("late") {
			a.log.Warn("event processing is late", "component", "event", "event_id", item.event.ID, "seconds", fmt.Sprintf("%.1f", took.Seconds()), "queue", len(a.queue))
		}
	}
	a.announce(ctx, batch)
}

func (a *App) store(ctx context.Context, batch []queued) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	earlier := map[string]int{}
	for _, item := range batch {
		key := item.event.ClusterID + "|" + item.event.Reason
		if _, known := earlier[key]; known {
			continue
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM events WHERE cluster_id = $1 AND reason = $2 AND timestamp > now() - interval '10 minutes'`,
			item.event.ClusterID, item.event.Reason).Scan(&n); err != nil {
			return err
		}
		earlier[key] = n
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO events (id, cluster_id, agent_id, severity, reason, object, message, context, occurrences, timestamp, processed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false) ON CONFLICT (id) DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, item := range batch {
		e := item.event
		if _, err := insert.ExecContext(ctx, e.ID, e.ClusterID, e.AgentID, e.Severity, e.Reason, e.Object, e.Message, string(e.Context),
			earlier[e.ClusterID+"|"+e.Reason]+1, e.Timestamp); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// announce publishes stored events and marks them processed.
func (a *App) announce(ctx context.Context, batch []queued) {
	ids := make([]string, 0, len(batch))
	for _, item := range batch {
		e := item.event
		e.Payload = ""
		data, _ := json.Marshal(e)
		if err := a.nats.Publish(a.subjects.Announced(e.ClusterID, e.Severity), data); err != nil {
			a.log.Error("cannot announce an event", "component", "event", "event_id", e.ID, "error", err.Error())
			continue
		}
		ids = append(ids, e.ID)
	}
	if len(ids) == 0 {
		return
	}
	if _, err := a.db.ExecContext(ctx, `UPDATE events SET processed = true WHERE id = ANY($1)`, ids); err != nil && ctx.Err() == nil {
		a.log.Error("cannot mark events as processed", "component", "event", "count", len(ids), "error", err.Error())
	}
}

func (a *App) correlate(ctx context.Context) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.correlation.ComparePairs()
		}
	}
}
