package agentmanager

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/wire"
)

func (a *App) register(msg *nats.Msg) {
	var r wire.Registration
	if err := json.Unmarshal(msg.Data, &r); err != nil {
		a.log.Error("registration failed: message cannot be read", "component", "register", "subject", msg.Subject, "error", err.Error())
		a.answer(msg, wire.Answer{Error: "message cannot be read"})
		return
	}
	a.log.Info("registration request", "component", "register", "agent_id", r.AgentID, "cluster_id", r.ClusterID, "subject", msg.Subject)
	if a.token == "" || !wire.Proved(a.token, r) {
		reason := "token mismatch"
		if a.token == "" {
			reason = "token missing at agent-manager"
		}
		a.metrics.registrations.WithLabelValues("refused").Inc()
		a.log.Error("registration failed: "+reason, "component", "register", "agent_id", r.AgentID, "cluster_id", r.ClusterID)
		a.answer(msg, wire.Answer{Error: reason})
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := a.storeAgent(ctx, r); err != nil {
		a.metrics.registrations.WithLabelValues("failed").Inc()
		a.log.Error("registration failed: database", "component", "register", "agent_id", r.AgentID, "error", err.Error())
		a.answer(msg, wire.Answer{Error: "agent-manager cannot store the registration"})
		return
	}
	a.cacheAgent(ctx, r.AgentID, r.ClusterID)
	a.metrics.registrations.WithLabelValues("accepted").Inc()
	a.log.Info("agent registered", "component", "register", "agent_id", r.AgentID, "cluster_id", r.ClusterID, "node", r.Node)
	a.answer(msg, wire.Answer{OK: true})
}

func (a *App) answer(msg *nats.Msg, answer wire.Answer) {
	if msg.Reply == "" {
		return
	}
	data, _ := json.Marshal(answer)
	if err := msg.Respond(data); err != nil {
		a.log.Error("cannot answer a registration", "component", "register", "error", err.Error())
	}
}

func (a *App) storeAgent(ctx context.Context, r wire.Registration) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `INSERT INTO clusters (id, name) VALUES ($1, $1) ON CONFLICT (id) DO NOTHING`, r.ClusterID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO agents (id, cluster_id, node, version, status, registered_at, last_heartbeat)
		VALUES ($1, $2, $3, $4, 'online', now(), now())
		ON CONFLICT (id) DO UPDATE SET cluster_id = $2, node = $3, version = $4, status = 'online', registered_at = now(), last_heartbeat = now()`,
		r.AgentID, r.ClusterID, r.Node, r.Version); err != nil {
		return err
	}
	return tx.Commit()
}

// cacheAgent writes agent:<id>. Redis is a cache: its loss is logged and costs only speed.
func (a *App) cacheAgent(ctx context.Context, id, cluster string) {
	key := "agent:" + id
	pipe := a.redis.Pipeline()
	pipe.HSet(ctx, key, "cluster_id", cluster, "status", "online", "last_heartbeat", time.Now().UTC().Format(time.RFC3339))
	pipe.Expire(ctx, key, a.agentTTL)
	if _, err := pipe.Exec(ctx); err != nil && a.quiet.Ok("cache") {
		a.log.Error("cannot write to redis", "component", "cache", "key", key, "error", err.Error())
	}
}

func (a *App) heartbeat(msg *nats.Msg) {
	var h wire.Heartbeat
	if json.Unmarshal(msg.Data, &h) != nil {
		return
	}
	a.metrics.heartbeats.Inc()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	done, err := a.db.ExecContext(ctx, `UPDATE agents SET last_heartbeat = now(), status = 'online' WHERE id = $1`, h.AgentID)
	if err != nil {
		if a.quiet.Ok("heartbeat") {
			a.log.Error("heartbeat not stored", "component", "heartbeat", "agent_id", h.AgentID, "error", err.Error())
		}
		return
	}
	if n, _ := done.RowsAffected(); n == 1 {
		a.cacheAgent(ctx, h.AgentID, h.ClusterID)
	}
}

func (a *App) sample(msg *nats.Msg) {
	var s wire.Sample
	if json.Unmarshal(msg.Data, &s) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	values, _ := json.Marshal(s.Values)
	_ = a.redis.Set(ctx, "cache:metrics:"+s.AgentID, values, 2*time.Minute).Err()
}

func (a *App) watchHeartbeats(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		done, err := a.db.ExecContext(ctx, `UPDATE agents SET status = 'offline' WHERE status = 'online' AND last_heartbeat < now() - make_interval(secs => $1)`,
			a.heartbeatTimeout.Seconds())
		if err != nil {
			continue
		}
		if n, _ := done.RowsAffected(); n > 0 {
			a.log.Warn("agents without heartbeat", "component", "heartbeat", "count", n)
		}
	}
}
