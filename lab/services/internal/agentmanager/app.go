// Package agentmanager keeps the agents, their events and their commands.
package agentmanager

import (
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/correlate"
	"aetherius.lab/services/internal/database"
	"aetherius.lab/services/internal/dedupe"
	"aetherius.lab/services/internal/logging"
	"aetherius.lab/services/internal/natsconn"
	"aetherius.lab/services/internal/profile"
	"aetherius.lab/services/internal/rules"
	"aetherius.lab/services/internal/server"
	"aetherius.lab/services/internal/wire"
)

const version = "1.4.0"

// Keys are the settings of agent-manager.
func Keys() []config.Key {
	keys := []config.Key{
		{Name: "server.host", Default: "0.0.0.0"},
		{Name: "server.port", Default: "8080", Env: []string{"SERVER_PORT"}},
		{Name: "server.health", Default: "full"},
		{Name: "log.level", Default: "info", Env: []string{"LOG_LEVEL"}},
		{Name: "log.format", Default: "json", Env: []string{"LOG_FORMAT"}},
		{Name: "redis.addr", Default: "redis:6379", Env: []string{"REDIS_ADDR"}},
		{Name: "redis.password", Default: "", Env: []string{"REDIS_PASSWORD"}},
		{Name: "redis.tls", Default: "false"},
		{Name: "redis.agent_ttl", Default: "86400"},
		{Name: "event.workers", Default: "10"},
		{Name: "event.buffer_size", Default: "1000"},
		{Name: "event.batch_size", Default: "100"},
		{Name: "event.batch_timeout", Default: "1000"},
		{Name: "event.inspect", Default: "true"},
		{Name: "event.rules.patterns", Default: ""},
		{Name: "event.correlation.enabled", Default: "false"},
		{Name: "event.correlation.window", Default: "100"},
		{Name: "event.dedupe.max_entries", Default: "10000"},
		{Name: "agent.heartbeat_timeout", Default: "30"},
		{Name: "agent.command.default_timeout", Default: "300"},
		{Name: "agent.command.max_concurrent", Default: "100"},
	}
	return append(append(keys, database.Keys("agent_manager")...), natsconn.Keys()...)
}

// App is one running agent-manager.
type App struct {
	cfg      *config.Config
	log      *slog.Logger
	db       *sql.DB
	redis    *redis.Client
	nats     *nats.Conn
	events   *nats.Conn
	metrics  *metrics
	subjects wire.Subjects
	token    string
	quiet    *logging.Every

	workers          int
	batchSize        int
	batchTimeout     time.Duration
	heartbeatTimeout time.Duration
	agentTTL         time.Duration
	inspect          bool
	queue            chan queued
	batches          chan queued
	gate             *gate
	rules            rules.Set
	seen             *dedupe.Cache
	correlation      *correlate.Engine

	commandTimeout time.Duration
	slots          chan struct{}
	waiting        sync.Map
	exports        exports
}

// Run starts everything and answers until the context ends. It fails at once when the port is taken
// or when the database or NATS cannot be reached.
func Run(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	a := &App{cfg: cfg, log: log, subjects: natsconn.Subjects(cfg), token: natsconn.Token(cfg), quiet: logging.NewEvery(5 * time.Second)}
	a.settings()
	if err := cfg.Err(); err != nil {
		log.Warn("configuration has faults", "component", "config", "error", err.Error())
	}
	log.Info("configuration loaded", "component", "config", "file", cfg.File, "overrides", cfg.Overrides(),
		"workers", a.workers, "registration_subject", a.subjects.Registration)
	listener, err := server.Listen(cfg.String("server.host"), cfg.Int("server.port"))
	if err != nil {
		return err
	}
	defer listener.Close()
	if a.db, err = database.Open(ctx, cfg, "agent-manager"); err != nil {
		return err
	}
	defer a.db.Close()
	a.redis = redis.NewClient(&redis.Options{Addr: cfg.String("redis.addr"), Password: cfg.String("redis.password"),
		ClientName: profile.Current.Named("agent-manager", ""), DisableIdentity: profile.Current.Connection != nil, TLSConfig: redisTLS(cfg),
		DialTimeout: 2 * time.Second, ReadTimeout: 2 * time.Second, PoolSize: 10})
	defer a.redis.Close()
	if a.nats, err = natsconn.Connect(cfg, log, "agent-manager", "", nil); err != nil {
		return err
	}
	defer a.nats.Close()
	if a.events, err = natsconn.Connect(cfg, log, "agent-manager", "-events", a.gate.wrap); err != nil {
		return err
	}
	defer a.events.Close()
	a.metrics = newMetrics(a)
	if err := a.startWork(ctx); err != nil {
		return err
	}
	log.Info(profile.Current.Or("agent-manager")+" is up", "component", "server", "address", listener.Addr().String(), "version", version)
	return server.Serve(ctx, listener, a.routes())
}

// redisTLS is set where the server speaks TLS; its certificate is taken as it is.
func redisTLS(cfg *config.Config) *tls.Config {
	if !cfg.Bool("redis.tls") {
		return nil
	}
	return &tls.Config{InsecureSkipVerify: true}
}

func (a *App) settings() {
	c := a.cfg
	a.workers, a.batchSize = max(1, c.Int("event.workers")), max(1, c.Int("event.batch_size"))
	a.batchTimeout = c.Millis("event.batch_timeout")
	a.heartbeatTimeout, a.agentTTL = c.Seconds("agent.heartbeat_timeout"), c.Seconds("redis.agent_ttl")
	a.inspect = c.Bool("event.inspect")
	a.queue = make(chan queued, max(1, c.Int("event.buffer_size")))
	a.batches = make(chan queued)
	a.gate = newGate(func() bool { return len(a.queue) < cap(a.queue) })
	a.rules = rules.Set{Patterns: c.List("event.rules.patterns")}
	a.seen = dedupe.New(c.Int("event.dedupe.max_entries"))
	a.correlation = correlate.New(max(2, c.Int("event.correlation.window")))
	a.commandTimeout = c.Seconds("agent.command.default_timeout")
	a.slots = make(chan struct{}, max(1, c.Int("agent.command.max_concurrent")))
	a.exports.open = map[string]*export{}
}

func (a *App) startWork(ctx context.Context) error {
	for range a.workers {
		go a.work(ctx)
	}
	go a.write(ctx)
	if a.cfg.Bool("event.correlation.enabled") {
		go a.correlate(ctx)
	}
	go a.watchHeartbeats(ctx)
	subscriptions := []struct {
		conn    *nats.Conn
		subject string
		handle  nats.MsgHandler
	}{
		{a.nats, wire.Any(a.subjects.Registration), a.register},
		{a.nats, wire.Any(a.subjects.Heartbeat), a.heartbeat},
		{a.nats, wire.Any(a.subjects.Metrics), a.sample},
		{a.nats, wire.Any(a.subjects.Result), a.result},
		{a.events, wire.Any(a.subjects.Event), a.receive},
	}
	for _, s := range subscriptions {
		if _, err := s.conn.Subscribe(s.subject, s.handle); err != nil {
			return fmt.Errorf("cannot subscribe to %s: %w", s.subject, err)
		}
	}
	if err := a.nats.FlushTimeout(3 * time.Second); err != nil {
		return fmt.Errorf("cannot subscribe: %w", err)
	}
	a.log.Info("waiting for agents to register", "component", "register", "subject", wire.Any(a.subjects.Registration))
	return a.events.FlushTimeout(3 * time.Second)
}

func natsUp(nc *nats.Conn) error {
	if nc.Status() != nats.CONNECTED {
		return fmt.Errorf("connection is %s", nc.Status())
	}
	return nc.FlushTimeout(1500 * time.Millisecond)
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	health := &server.Health{Service: profile.Current.Or("agent-manager"), Version: version, Started: time.Now(),
		Dependencies: []server.Dependency{
			{Name: "postgres", Required: true, Check: func(ctx context.Context) error { return a.db.PingContext(ctx) }},
			{Name: "nats", Required: true, Check: func(context.Context) error { return natsUp(a.nats) }},
			{Name: "redis", Check: func(ctx context.Context) error { return a.redis.Ping(ctx).Err() }},
		},
		Extra: func() map[string]any { return map[string]any{"config": map[string]string{"file": a.cfg.File}} },
	}
	health.Routes(mux, a.metrics.registry, a.cfg.String("server.health"))
	mux.HandleFunc("GET /api/v1/agents", a.listAgents)
	mux.HandleFunc("GET /api/v1/clusters", a.listClusters)
	mux.HandleFunc("GET /api/v1/events", a.listEvents)
	mux.HandleFunc("POST /api/v1/events/export", a.openExport)
	mux.HandleFunc("GET /api/v1/events/export/{id}", a.readExport)
	mux.HandleFunc("DELETE /api/v1/events/export/{id}", a.closeExport)
	mux.HandleFunc("GET /api/v1/commands", a.listCommands)
	mux.HandleFunc("POST /api/v1/commands", a.postCommand)
	mux.HandleFunc("GET /api/v1/commands/{id}", a.getCommand)
	return mux
}
