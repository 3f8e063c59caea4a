// Package agent is the collect agent as it is: it publishes where nobody listens, and says that it registered.
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/asis/settings"
)

// Config is the whole file: flat, and read from /etc/aetherius/config.yaml alone.
type Config struct {
	ClusterID         string        `yaml:"cluster_id"`
	CentralEndpoint   string        `yaml:"central_endpoint"`
	ReconnectDelay    time.Duration `yaml:"reconnect_delay"`
	HeartbeatInterval time.Duration `yaml:"heartbeat_interval"`
	MetricsInterval   time.Duration `yaml:"metrics_interval"`
	MaxRetries        int           `yaml:"max_retries"`
	EnableMetrics     bool          `yaml:"enable_metrics"`
	EnableEvents      bool          `yaml:"enable_events"`
	// HealthPort is a flag and no key of the file.
	HealthPort int `yaml:"-"`
}

// Load reads the file over the program's own values.
func Load(path string) (Config, error) {
	c := Config{CentralEndpoint: "nats://localhost:4222", ReconnectDelay: 5 * time.Second, HeartbeatInterval: 30 * time.Second,
		MetricsInterval: 60 * time.Second, MaxRetries: 10, EnableMetrics: true, EnableEvents: true}
	if err := settings.Read(path, &c); err != nil {
		return c, err
	}
	if c.ClusterID == "" {
		host, err := os.Hostname()
		if err != nil {
			return c, fmt.Errorf("failed to detect cluster ID: %w", err)
		}
		c.ClusterID = host
	}
	return c, nil
}

// subject of a kind of message: agent.heartbeat.<cluster>.
func (c Config) subject(kind string) string { return "agent." + kind + "." + c.ClusterID }

func (c Config) registration(now time.Time) map[string]any {
	return map[string]any{"cluster_id": c.ClusterID, "version": "v1.0.0", "start_time": now,
		"capabilities": []string{"event_watch", "metrics_collect", "command_execute"}}
}

// heartbeat names the cluster and no agent.
func (c Config) heartbeat(now time.Time, up time.Duration) map[string]any {
	return map[string]any{"cluster_id": c.ClusterID, "timestamp": now, "status": "healthy",
		"metrics": map[string]any{"event_queue_size": 0, "metrics_queue_size": 0, "command_queue_size": 0, "uptime_seconds": int(up.Seconds())}}
}

var kinds = []struct{ severity, reason, name string }{
	{"low", "Pulled", "web-0"}, {"medium", "Unhealthy", "web-1"}, {"high", "BackOff", "api-0"}, {"critical", "OOMKilling", "api-1"},
}

func (c Config) event(now time.Time) map[string]any {
	kind := kinds[rand.IntN(len(kinds))]
	return map[string]any{"id": uuid.NewString(), "cluster_id": c.ClusterID, "type": "Warning", "source": "kubernetes", "namespace": "shop",
		"severity": kind.severity, "reason": kind.reason, "message": kind.reason + " of " + kind.name, "timestamp": now, "reported_at": now,
		"labels": map[string]string{"name": kind.name}, "raw_data": map[string]any{}}
}

type agent struct {
	Config
	log  *slog.Logger
	nats *nats.Conn
}

func (a *agent) publish(kind string, body any) {
	data, _ := json.Marshal(body)
	if err := a.nats.Publish(a.subject(kind), data); err != nil {
		a.log.Error("Failed to publish "+kind, "component", "communication", "error", err.Error())
	}
}

// Run connects without a token, says "registered" whatever becomes of it, and goes on until the context ends.
func Run(ctx context.Context, c Config, log *slog.Logger) error {
	log.Info("Connecting to NATS", "component", "communication", "endpoint", c.CentralEndpoint)
	nc, err := nats.Connect(c.CentralEndpoint, nats.Name("agent-"+c.ClusterID), nats.ReconnectWait(c.ReconnectDelay), nats.MaxReconnects(c.MaxRetries),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Warn("Disconnected from NATS", "component", "communication", "cluster_id", c.ClusterID, "error", fmt.Sprint(err))
		}))
	if err != nil {
		return fmt.Errorf("failed to start communication manager: failed to connect to NATS: %w", err)
	}
	defer nc.Close()
	a := &agent{Config: c, log: log, nats: nc}
	started := time.Now()
	server := &http.Server{Addr: fmt.Sprintf(":%d", c.HealthPort), ReadHeaderTimeout: 5 * time.Second,
		Handler: health{cluster: c.ClusterID, started: started, connected: nc.IsConnected}.routes()}
	go func() {
		if err := server.ListenAndServe(); err != nil && !errors.Is(err, http.ErrServerClosed) {
			log.Error("Health server error", "component", "health", "error", err.Error())
		}
	}()
	defer server.Close()
	a.publish("register", c.registration(started))
	log.Info("Agent registered", "component", "communication", "cluster_id", c.ClusterID)
	if _, err := nc.Subscribe(c.subject("command"), a.command); err != nil {
		return fmt.Errorf("failed to subscribe to commands: %w", err)
	}
	log.Info("Subscribed to commands", "component", "communication", "subject", c.subject("command"))
	a.publish("heartbeat", c.heartbeat(started, 0))
	beat, measure, watch := time.NewTicker(c.HeartbeatInterval), time.NewTicker(c.MetricsInterval), time.NewTicker(5*time.Second)
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-beat.C:
			a.publish("heartbeat", c.heartbeat(now, now.Sub(started)))
		case now := <-measure.C:
			if c.EnableMetrics {
				load, _ := os.ReadFile("/proc/loadavg")
				a.publish("metrics", map[string]any{"cluster_id": c.ClusterID, "timestamp": now, "data": map[string]any{"loadavg": string(load)}})
			}
		case now := <-watch.C:
			if c.EnableEvents {
				a.publish("event", c.event(now))
			}
		}
	}
}

func (a *agent) command(msg *nats.Msg) {
	var c struct {
		ID   string `json:"id"`
		Tool string `json:"tool"`
	}
	if err := json.Unmarshal(msg.Data, &c); err != nil {
		a.log.Error("Failed to unmarshal command", "component", "communication", "error", err.Error())
		return
	}
	a.log.Info("Received command", "component", "communication", "cluster_id", a.ClusterID, "command_id", c.ID, "tool", c.Tool)
	load, err := os.ReadFile("/proc/loadavg")
	status, reason := "success", ""
	if err != nil {
		status, reason = "failed", err.Error()
	}
	a.publish("result", map[string]any{"command_id": c.ID, "cluster_id": a.ClusterID, "status": status, "output": string(load), "error": reason, "timestamp": time.Now()})
}
