// Package agent is the collect agent: it registers, lives, reports events and does commands.
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/natsconn"
	"aetherius.lab/services/internal/wire"
)

const version = "1.4.0"

// Keys are the settings of the collect agent.
func Keys() []config.Key {
	return append([]config.Key{
		{Name: "log.level", Default: "info", Env: []string{"LOG_LEVEL"}},
		{Name: "log.format", Default: "plain", Env: []string{"LOG_FORMAT"}},
		{Name: "agent.id", Default: "", Env: []string{"AGENT_ID", "NODE_NAME"}},
		{Name: "agent.cluster_id", Default: "prod-cluster", Env: []string{"CLUSTER_ID"}},
		{Name: "agent.count", Default: "1"},
		{Name: "agent.register_retry", Default: "3"},
		{Name: "event.rate", Default: "1"},
		{Name: "event.payload_bytes", Default: "256"},
		{Name: "heartbeat.interval", Default: "5"},
		{Name: "metrics.interval", Default: "15"},
		{Name: "inspect.window", Default: "100"},
	}, natsconn.Keys()...)
}

type agent struct {
	cfg      *config.Config
	log      *slog.Logger
	subjects wire.Subjects
	token    string
	id       string
	cluster  string
	nats     *nats.Conn

	rate      float64
	payload   int
	heartbeat time.Duration
	sampling  time.Duration
	retry     time.Duration
	window    time.Duration
}

// Run starts agent.count agents, each with its own connection, and ends with the context.
func Run(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	count := max(1, cfg.Int("agent.count"))
	base := cfg.String("agent.id")
	if base == "" {
		base, _ = os.Hostname()
	}
	var wg sync.WaitGroup
	failures := make(chan error, count)
	for n := range count {
		id := base
		if count > 1 {
			id = fmt.Sprintf("%s-%03d", base, n)
		}
		a := newAgent(cfg, log, id)
		if n == 0 {
			if err := cfg.Err(); err != nil {
				log.Warn("configuration has faults", "component", "config", "error", err.Error())
			}
			log.Info("configuration loaded", "component", "config", "file", cfg.File, "overrides", cfg.Overrides(),
				"registration_subject", wire.For(a.subjects.Registration, a.cluster))
		}
		wg.Go(func() {
			if err := a.run(ctx); err != nil {
				failures <- err
			}
		})
	}
	wg.Wait()
	close(failures)
	return <-failures
}

func newAgent(cfg *config.Config, log *slog.Logger, id string) *agent {
	return &agent{
		cfg: cfg, log: log.With("agent_id", id), subjects: natsconn.Subjects(cfg), token: natsconn.Token(cfg), id: id,
		cluster: cfg.String("agent.cluster_id"), rate: cfg.Float("event.rate"), payload: cfg.Int("event.payload_bytes"),
		heartbeat: cfg.Seconds("heartbeat.interval"), sampling: cfg.Seconds("metrics.interval"),
		retry: cfg.Seconds("agent.register_retry"), window: cfg.Millis("inspect.window"),
	}
}

func (a *agent) run(ctx context.Context) error {
	nc, err := natsconn.Connect(a.cfg, a.log, "collect-agent", "-"+a.id, nil)
	if err != nil {
		a.log.Error("registration failed: "+err.Error(), "component", "register")
		return err
	}
	defer nc.Close()
	a.nats = nc
	if _, err := nc.Subscribe(wire.For(a.subjects.Command, a.cluster), a.command); err != nil {
		return err
	}
	if _, err := nc.Subscribe(wire.For(a.subjects.Inspect, a.cluster)+"."+a.id, func(m *nats.Msg) { go a.inspect(m) }); err != nil {
		return err
	}
	if err := a.keepRegistered(ctx); err != nil {
		return nil // the context ended before the agent was let in
	}
	a.live(ctx)
	return nil
}

// keepRegistered asks until agent-manager says yes; each refusal is one log line.
func (a *agent) keepRegistered(ctx context.Context) error {
	subject := wire.For(a.subjects.Registration, a.cluster)
	for {
		err := a.register(subject)
		if err == nil {
			a.log.Info("registered", "component", "register", "cluster_id", a.cluster, "subject", subject)
			return nil
		}
		a.log.Error("registration failed: "+err.Error(), "component", "register", "cluster_id", a.cluster, "subject", subject)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(a.retry):
		}
	}
}

func (a *agent) register(subject string) error {
	node, _ := os.Hostname()
	r := wire.Registration{AgentID: a.id, ClusterID: a.cluster, Node: node, Version: version, Sent: time.Now().UTC()}
	r.Proof = wire.Prove(a.token, r)
	data, _ := json.Marshal(r)
	reply, err := a.nats.Request(subject, data, 5*time.Second)
	if errors.Is(err, nats.ErrNoResponders) {
		return errors.New("nobody listens on the subject (no responders)")
	}
	if err != nil {
		return fmt.Errorf("no answer from agent-manager: %w", err)
	}
	var answer wire.Answer
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return fmt.Errorf("answer cannot be read: %w", err)
	}
	if !answer.OK {
		return errors.New(answer.Error)
	}
	return nil
}

func (a *agent) live(ctx context.Context) {
	beat, sample := time.NewTicker(a.heartbeat), time.NewTicker(a.sampling)
	again := time.NewTimer(time.Minute)
	lost := false
	defer beat.Stop()
	defer sample.Stop()
	defer again.Stop()
	go a.emit(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			a.publish(a.subjects.Heartbeat, wire.Heartbeat{AgentID: a.id, ClusterID: a.cluster, Sent: time.Now()})
		case <-sample.C:
			a.publish(a.subjects.Metrics, wire.Sample{AgentID: a.id, ClusterID: a.cluster, Sent: time.Now(), Values: machine()})
		case <-again.C:
			// agent-manager may have lost the row: a second registration brings it back.
			if err := a.register(wire.For(a.subjects.Registration, a.cluster)); err != nil {
				a.log.Error("registration failed: "+err.Error(), "component", "register", "cluster_id", a.cluster)
				lost = true
				again.Reset(a.retry)
				continue
			}
			if lost {
				a.log.Info("registered again", "component", "register", "cluster_id", a.cluster)
			}
			lost = false
			again.Reset(time.Minute)
		}
	}
}

func (a *agent) publish(pattern string, body any) {
	data, _ := json.Marshal(body)
	if err := a.nats.Publish(wire.For(pattern, a.cluster), data); err != nil {
		a.log.Error("cannot publish", "component", "nats", "subject", wire.For(pattern, a.cluster), "error", err.Error())
	}
}
