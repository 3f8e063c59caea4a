package agentmanager

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/server"
	"aetherius.lab/services/internal/wire"
)

// postCommand accepts a command and answers with its id; the work goes on behind it.
func (a *App) postCommand(w http.ResponseWriter, r *http.Request) {
	var c wire.Command
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&c); err != nil || c.Type == "" {
		server.Fail(w, http.StatusBadRequest, errors.New("a command needs a type and a JSON body"))
		return
	}
	if c.AgentID == "" {
		err := a.db.QueryRowContext(r.Context(), `SELECT id, cluster_id FROM agents WHERE status = 'online' AND ($1 = '' OR cluster_id = $1) ORDER BY last_heartbeat DESC LIMIT 1`,
			c.ClusterID).Scan(&c.AgentID, &c.ClusterID)
		if errors.Is(err, sql.ErrNoRows) {
			a.log.Error("command refused: no agent is online", "component", "command", "type", c.Type, "cluster_id", c.ClusterID)
			server.Fail(w, http.StatusConflict, errors.New("no agent is online"))
			return
		}
		if err != nil {
			server.Fail(w, http.StatusServiceUnavailable, err)
			return
		}
	} else if c.ClusterID == "" {
		_ = a.db.QueryRowContext(r.Context(), `SELECT cluster_id FROM agents WHERE id = $1`, c.AgentID).Scan(&c.ClusterID)
	}
	c.ID = uuid.NewString()
	if c.Timeout <= 0 || c.Timeout > a.commandTimeout.Seconds() {
		c.Timeout = a.commandTimeout.Seconds()
	}
	args, _ := json.Marshal(c.Args)
	if _, err := a.db.ExecContext(r.Context(), `INSERT INTO commands (id, agent_id, cluster_id, type, args, status, timeout_seconds) VALUES ($1, $2, $3, $4, $5, 'queued', $6)`,
		c.ID, c.AgentID, c.ClusterID, c.Type, string(args), c.Timeout); err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	go a.runCommand(c)
	server.JSON(w, http.StatusAccepted, map[string]string{"id": c.ID, "status": "queued"})
}

// runCommand waits for a slot, sends the command to its agent and waits for the result.
func (a *App) runCommand(c wire.Command) {
	ctx := context.Background()
	begin := time.Now()
	deadline := time.NewTimer(time.Duration(c.Timeout * float64(time.Second)))
	defer deadline.Stop()
	a.metrics.commandQueue.Inc()
	select {
	case a.slots <- struct{}{}:
		a.metrics.commandQueue.Dec()
	case <-deadline.C:
		a.metrics.commandQueue.Dec()
		a.metrics.commandTimeouts.Inc()
		a.finish(ctx, c, "timeout", "", fmt.Sprintf("no free slot within %.0fs: %d commands run at once (agent.command.max_concurrent)", c.Timeout, cap(a.slots)), begin)
		return
	}
	defer func() { <-a.slots }()
	a.metrics.commandSeconds.WithLabelValues("waiting").Observe(time.Since(begin).Seconds())
	a.metrics.commandInflight.Inc()
	defer a.metrics.commandInflight.Dec()
	a.log.Info("command sent", "component", "command", "command_id", c.ID, "type", c.Type, "agent_id", c.AgentID, "timeout", c.Timeout)
	_, _ = a.db.ExecContext(ctx, `UPDATE commands SET status = 'running', started_at = now() WHERE id = $1`, c.ID)
	answers := make(chan wire.Result, 1)
	a.waiting.Store(c.ID, answers)
	defer a.waiting.Delete(c.ID)
	data, _ := json.Marshal(c)
	if err := a.nats.Publish(wire.For(a.subjects.Command, c.ClusterID), data); err != nil {
		a.finish(ctx, c, "failed", "", err.Error(), begin)
		return
	}
	running := time.Now()
	select {
	case result := <-answers:
		a.metrics.commandSeconds.WithLabelValues("running").Observe(time.Since(running).Seconds())
		if result.OK {
			a.finish(ctx, c, "completed", result.Output, "", begin)
			return
		}
		a.finish(ctx, c, "failed", result.Output, result.Error, begin)
	case <-deadline.C:
		a.metrics.commandTimeouts.Inc()
		a.finish(ctx, c, "timeout", "", fmt.Sprintf("no result within %.0fs", c.Timeout), begin)
	}
}

func (a *App) finish(ctx context.Context, c wire.Command, status, output, failure string, begin time.Time) {
	took := time.Since(begin)
	a.metrics.commandTotal.WithLabelValues(status).Inc()
	if status == "completed" {
		a.log.Info("command completed", "component", "command", "command_id", c.ID, "type", c.Type, "seconds", fmt.Sprintf("%.2f", took.Seconds()))
	} else {
		a.log.Error("command "+status, "component", "command", "command_id", c.ID, "type", c.Type, "agent_id", c.AgentID,
			"seconds", fmt.Sprintf("%.2f", took.Seconds()), "error", failure)
	}
	if _, err := a.db.ExecContext(ctx, `UPDATE commands SET status = $2, output = $3, error = $4, finished_at = now() WHERE id = $1`,
		c.ID, status, output, failure); err != nil {
		a.log.Error("command result not stored", "component", "command", "command_id", c.ID, "error", err.Error())
	}
}

func (a *App) result(msg *nats.Msg) {
	var r wire.Result
	if json.Unmarshal(msg.Data, &r) != nil {
		return
	}
	if waiting, ok := a.waiting.Load(r.CommandID); ok {
		select {
		case waiting.(chan wire.Result) <- r:
		default:
		}
		return
	}
	a.log.Warn("command result came too late", "component", "command", "command_id", r.CommandID, "agent_id", r.AgentID)
}
