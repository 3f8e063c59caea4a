// Package orchestrator is orchestrator-service as it is: it listens on no port and waits for events that nobody sends.
package orchestrator

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/asis/settings"
	"aetherius.lab/services/internal/asis/stores"
)

// agentManager is where commands go, whatever file and variables say.
const agentManager = "http://agent-manager:8080"

// Config is the whole file. The section `server` is read by nothing.
type Config struct {
	NATS     stores.Nats     `yaml:"nats"`
	Database stores.Database `yaml:"database"`
	Redis    stores.Redis    `yaml:"redis"`
	AI       struct {
		ReasoningServiceURL string `yaml:"reasoning_service_url"`
	} `yaml:"ai"`
	Logging settings.Logging `yaml:"logging"`
}

// Load reads the file and four variables: no user, no password, no Redis.
func Load(path string, env func(string) string) (Config, error) {
	var c Config
	if err := settings.Read(path, &c); err != nil {
		return c, err
	}
	settings.Text(&c.Database.Host, env("DB_HOST"))
	settings.Number(&c.Database.Port, env("DB_PORT"))
	settings.Text(&c.NATS.URL, env("NATS_URL"))
	settings.Text(&c.AI.ReasoningServiceURL, env("AI_SERVICE_URL"))
	return c, nil
}

var migration = []string{
	`CREATE TABLE IF NOT EXISTS workflows (id text PRIMARY KEY, name text, description text, trigger_type text, status text, steps jsonb, priority bigint, timeout bigint, created_at timestamptz, updated_at timestamptz)`,
	`CREATE TABLE IF NOT EXISTS workflow_executions (id text PRIMARY KEY, workflow_id text, status text, trigger_event jsonb, context jsonb, step_executions jsonb, started_at timestamptz, completed_at timestamptz, error text)`,
	`CREATE TABLE IF NOT EXISTS strategies (id text PRIMARY KEY, name text, category text, symptoms jsonb, workflow_id text, priority bigint, enabled boolean, created_at timestamptz, updated_at timestamptz)`,
}

// App is one running orchestrator.
type App struct {
	log       *slog.Logger
	db        *sql.DB
	reasoning string
}

// Run ends at once when PostgreSQL, Redis or NATS cannot be used.
func Run(c Config, log *slog.Logger) error {
	log.Info("Starting Aetherius Orchestrator Service", "version", "1.0.0")
	db, err := c.Database.Open(migration)
	if err != nil {
		return fmt.Errorf("failed to initialize PostgreSQL: %w", err)
	}
	defer db.Close()
	cache, err := c.Redis.Open()
	if err != nil {
		return fmt.Errorf("failed to initialize Redis: %w", err)
	}
	defer cache.Close()
	nc, err := nats.Connect(c.NATS.URL, nats.Name("orchestrator-service"), nats.MaxReconnects(c.NATS.MaxReconnect), nats.ReconnectWait(c.NATS.ReconnectWait))
	if err != nil {
		return fmt.Errorf("failed to connect to NATS: %w", err)
	}
	defer nc.Close()
	a := &App{log: log, db: db, reasoning: c.AI.ReasoningServiceURL}
	for _, kind := range []string{"critical", "anomaly"} {
		if _, err := nc.Subscribe("internal.event."+kind, func(msg *nats.Msg) { a.onEvent(msg.Data) }); err != nil {
			return fmt.Errorf("failed to start event subscriber: %w", err)
		}
		log.Info("Subscribed to "+kind+" events", "component", "subscriber")
	}
	if err := nc.Flush(); err != nil {
		return fmt.Errorf("failed to start event subscriber: %w", err)
	}
	log.Info("Orchestrator Service started successfully")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
	log.Info("Shutting down gracefully")
	return nil
}

// Event is what comes on the internal bus. The event itself is expected in the payload, under `event`.
type Event struct {
	Type      string `json:"type"`
	ClusterID string `json:"cluster_id"`
	Severity  string `json:"severity"`
	Payload   struct {
		Event map[string]any `json:"event"`
	} `json:"payload"`
}

// reason is undefined when the payload names the event only.
func (e Event) reason() (string, bool) {
	reason, ok := e.Payload.Event["reason"].(string)
	return reason, ok
}

func (a *App) onEvent(data []byte) {
	var event Event
	if err := json.Unmarshal(data, &event); err != nil {
		a.log.Error("Failed to unmarshal event", "component", "subscriber", "error", err.Error())
		return
	}
	a.log.Info("Received internal event", "component", "subscriber", "type", event.Type, "cluster_id", event.ClusterID, "severity", event.Severity)
	ctx := context.Background()
	var strategy, workflow string
	// A payload without the event fits no strategy, as any other: the log does not tell them apart.
	reason, _ := event.reason()
	err := a.db.QueryRowContext(ctx, `SELECT id, workflow_id FROM strategies WHERE enabled
		AND symptoms @> jsonb_build_array(jsonb_build_object('type', 'event', 'pattern', $1::text)) ORDER BY priority DESC LIMIT 1`, reason).Scan(&strategy, &workflow)
	if err != nil {
		a.log.Warn("No strategy matched for event", "component", "subscriber", "event_type", event.Type, "error", "no matching strategy found")
		return
	}
	a.log.Info("Strategy matched", "component", "strategy-manager", "strategy_id", strategy)
	var steps []byte
	if err := a.db.QueryRowContext(ctx, `SELECT steps FROM workflows WHERE id = $1 AND status = 'active'`, workflow).Scan(&steps); err != nil {
		a.log.Error("Failed to execute strategy", "component", "subscriber", "strategy_id", strategy, "error", "failed to load workflow: "+err.Error())
		return
	}
	id := uuid.NewString()
	if _, err := a.db.ExecContext(ctx, `INSERT INTO workflow_executions (id, workflow_id, status, trigger_event, started_at) VALUES ($1, $2, 'running', $3::text::jsonb, $4)`,
		id, workflow, string(data), time.Now()); err != nil {
		a.log.Error("Failed to execute strategy", "component", "subscriber", "error", err.Error())
		return
	}
	a.log.Info("Strategy execution started", "component", "subscriber", "workflow_id", workflow, "execution_id", id)
	go a.execute(id, event.ClusterID, steps)
}
