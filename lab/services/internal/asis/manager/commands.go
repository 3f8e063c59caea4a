package manager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Command is sent to the agent of a cluster. Timeout is in nanoseconds, as the program's JSON has it.
type Command struct {
	ID        string        `json:"id"`
	ClusterID string        `json:"cluster_id"`
	Type      string        `json:"type"`
	Tool      string        `json:"tool"`
	Action    string        `json:"action"`
	Args      []string      `json:"args"`
	Namespace string        `json:"namespace"`
	Timeout   time.Duration `json:"timeout"`
	Status    string        `json:"status"`
	CreatedAt time.Time     `json:"created_at"`
}

type dispatcher struct {
	sync.Mutex
	pending          map[string]*Command
	issued, timeouts int64
}

var tools = map[string]bool{"kubectl": true, "ps": true, "df": true, "netstat": true, "curl": true, "ping": true, "top": true}

func (c *Command) valid() error {
	for name, value := range map[string]string{"cluster_id": c.ClusterID, "command type": c.Type, "tool": c.Tool, "action": c.Action} {
		if value == "" {
			return fmt.Errorf("command validation failed: %s is required", name)
		}
	}
	if !tools[c.Tool] {
		return fmt.Errorf("command validation failed: tool '%s' is not allowed", c.Tool)
	}
	return nil
}

func (a *App) dispatch(ctx context.Context, c *Command) error {
	if err := c.valid(); err != nil {
		return err
	}
	agent := a.registry.ofCluster(c.ClusterID)
	if agent == nil {
		return errors.New("target cluster not found: record not found")
	}
	if agent.Status != "online" {
		return errors.New("target agent is offline")
	}
	if c.ID == "" {
		c.ID = uuid.NewString()
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	c.Status, c.CreatedAt = "pending", time.Now()
	args, _ := json.Marshal(c.Args)
	if _, err := a.db.ExecContext(ctx, `INSERT INTO commands (id, cluster_id, type, tool, action, args, namespace, timeout, status, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, 'sent', now(), now())`,
		c.ID, c.ClusterID, c.Type, c.Tool, c.Action, string(args), c.Namespace, int64(c.Timeout)); err != nil {
		return fmt.Errorf("failed to save command: %w", err)
	}
	data, _ := json.Marshal(c)
	if err := a.nats.Publish(fmt.Sprintf("aetherius.agent.%s.command", c.ClusterID), data); err != nil {
		return fmt.Errorf("failed to publish command: %w", err)
	}
	a.commands.Lock()
	defer a.commands.Unlock()
	a.commands.pending[c.ID] = c
	a.commands.issued++
	time.AfterFunc(c.Timeout, func() { a.expireCommand(c.ID) })
	a.log.Info("Command dispatched", "component", "command-dispatcher", "command_id", c.ID, "cluster_id", c.ClusterID)
	return nil
}

// expireCommand is the end of every command: nobody takes one off the list when its result comes.
func (a *App) expireCommand(id string) {
	a.log.Warn("Command timeout", "component", "command-dispatcher", "command_id", id)
	if _, err := a.db.Exec(`UPDATE commands SET status = 'timeout', updated_at = now() WHERE id = $1`, id); err != nil {
		a.log.Error("Failed to update timeout status", "component", "command-dispatcher", "command_id", id, "error", err.Error())
	}
	a.commands.Lock()
	defer a.commands.Unlock()
	delete(a.commands.pending, id)
	a.commands.timeouts++
}
