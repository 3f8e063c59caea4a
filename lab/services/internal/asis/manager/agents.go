package manager

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Agent is a row of `agents`, and what the API says of it.
type Agent struct {
	ID            string         `json:"id"`
	ClusterID     string         `json:"cluster_id"`
	ClusterName   string         `json:"cluster_name"`
	Version       string         `json:"version"`
	Status        string         `json:"status"`
	LastHeartbeat time.Time      `json:"last_heartbeat"`
	RegisteredAt  time.Time      `json:"registered_at"`
	UpdatedAt     time.Time      `json:"updated_at"`
	Metadata      map[string]any `json:"metadata"`
	Capabilities  []string       `json:"capabilities"`
}

const (
	heartbeatTimeout = 60 * time.Second
	heartbeatCheck   = 30 * time.Second
)

type registry struct {
	sync.RWMutex
	agents map[string]*Agent
}

// loadAgents reads every stored agent. The JSON columns go into types that cannot be read from a column: one row is enough to fail.
func (a *App) loadAgents(ctx context.Context) error {
	rows, err := a.db.QueryContext(ctx, `SELECT id, cluster_id, status, metadata, capabilities FROM agents ORDER BY registered_at DESC`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var agent Agent
		if err := rows.Scan(&agent.ID, &agent.ClusterID, &agent.Status, &agent.Metadata, &agent.Capabilities); err != nil {
			return err
		}
		a.registry.agents[agent.ID] = &agent
	}
	a.log.Info("Loaded agents from database", "component", "agent-registry", "count", len(a.registry.agents))
	return rows.Err()
}

func (a *App) onRegister(msg *nats.Msg) {
	var agent Agent
	if err := json.Unmarshal(msg.Data, &agent); err != nil {
		a.log.Error("Failed to unmarshal register message", "component", "nats-server", "error", err.Error())
		return
	}
	if err := a.register(context.Background(), &agent); err != nil {
		a.log.Error("Failed to register agent", "component", "nats-server", "cluster_id", agent.ClusterID, "error", err.Error())
		return
	}
	a.log.Info("Agent registered successfully", "component", "nats-server", "agent_id", agent.ID, "cluster_id", agent.ClusterID)
	if msg.Reply != "" {
		data, _ := json.Marshal(map[string]string{"status": "registered", "agent_id": agent.ID})
		_ = msg.Respond(data)
	}
}

// listText is how the program hands a list to the database: right for an array, not for a JSON column.
func listText(list []string) string {
	quoted := make([]string, len(list))
	for i, word := range list {
		quoted[i] = `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

func (a *App) register(ctx context.Context, agent *Agent) error {
	now := time.Now()
	agent.Status, agent.LastHeartbeat, agent.RegisteredAt, agent.UpdatedAt = "online", now, now, now
	a.log.Info("New agent registered", "component", "agent-registry", "agent_id", agent.ID, "cluster_id", agent.ClusterID)
	_, err := a.db.ExecContext(ctx, `INSERT INTO agents (id, cluster_id, cluster_name, version, status, last_heartbeat, registered_at, updated_at, capabilities)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb) ON CONFLICT (id) DO UPDATE SET status = $5, last_heartbeat = $6, updated_at = $8`,
		agent.ID, agent.ClusterID, agent.ClusterName, agent.Version, agent.Status, now, now, now, listText(agent.Capabilities))
	if err != nil {
		return fmt.Errorf("failed to save agent: %w", err)
	}
	a.registry.Lock()
	defer a.registry.Unlock()
	a.registry.agents[agent.ID] = agent
	return nil
}

func (a *App) onHeartbeat(msg *nats.Msg) {
	var heartbeat struct {
		AgentID string `json:"agent_id"`
	}
	if err := json.Unmarshal(msg.Data, &heartbeat); err != nil {
		a.log.Error("Failed to unmarshal heartbeat message", "component", "nats-server", "error", err.Error())
		return
	}
	// No row has the id: the statement changes nothing and says nothing.
	if _, err := a.db.Exec(`UPDATE agents SET last_heartbeat = now() WHERE id = $1`, heartbeat.AgentID); err != nil {
		a.log.Warn("Failed to update heartbeat", "component", "nats-server", "agent_id", heartbeat.AgentID, "error", err.Error())
		return
	}
	a.registry.Lock()
	defer a.registry.Unlock()
	if agent, ok := a.registry.agents[heartbeat.AgentID]; ok {
		agent.LastHeartbeat, agent.Status = time.Now(), "online"
	}
}

func (a *App) watchHeartbeats(ctx context.Context) {
	tick := time.NewTicker(heartbeatCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for _, id := range a.registry.expire(now) {
				a.log.Warn("Agent heartbeat timeout", "component", "agent-registry", "agent_id", id)
				if _, err := a.db.ExecContext(ctx, `UPDATE agents SET status = 'offline', updated_at = now() WHERE id = $1`, id); err != nil {
					a.log.Error("Failed to update agent status", "component", "agent-registry", "agent_id", id, "error", err.Error())
				}
			}
		}
	}
}

// expire marks agents offline that have been silent for longer than the timeout, and names them.
func (r *registry) expire(now time.Time) []string {
	r.Lock()
	defer r.Unlock()
	var gone []string
	for id, agent := range r.agents {
		if agent.Status == "online" && now.Sub(agent.LastHeartbeat) > heartbeatTimeout {
			agent.Status, agent.UpdatedAt = "offline", now
			gone = append(gone, id)
		}
	}
	return gone
}

func (r *registry) list(status string) []*Agent {
	r.RLock()
	defer r.RUnlock()
	out := []*Agent{}
	for _, agent := range r.agents {
		if status == "" || agent.Status == status {
			copied := *agent
			out = append(out, &copied)
		}
	}
	return out
}

func (r *registry) ofCluster(cluster string) *Agent {
	for _, agent := range r.list("") {
		if agent.ClusterID == cluster {
			return agent
		}
	}
	return nil
}
