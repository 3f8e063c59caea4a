// Package orchestrator runs workflows step by step.
package orchestrator

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/database"
	"aetherius.lab/services/internal/logging"
	"aetherius.lab/services/internal/natsconn"
	"aetherius.lab/services/internal/profile"
	"aetherius.lab/services/internal/server"
	"aetherius.lab/services/internal/wire"
)

const version = "1.4.0"

// Keys are the settings of the orchestrator.
func Keys() []config.Key {
	keys := []config.Key{
		{Name: "server.enabled", Default: "true"},
		{Name: "server.host", Default: "0.0.0.0"},
		{Name: "server.port", Default: "8081", Env: []string{"SERVER_PORT"}},
		{Name: "server.health", Default: "full"},
		{Name: "log.level", Default: "info", Env: []string{"LOG_LEVEL"}},
		{Name: "log.format", Default: "json", Env: []string{"LOG_FORMAT"}},
		{Name: "executor.workers", Default: "20"},
		{Name: "executor.queue_size", Default: "1000"},
		{Name: "executor.retain_results", Default: "100"},
		{Name: "workflows.dir", Default: "/etc/aetherius/workflows", Env: []string{"WORKFLOWS_DIR"}},
		{Name: "strategies.cooldown", Default: "60"},
		{Name: "services.agent_manager", Default: "http://agent-manager:8080", Env: []string{"AGENT_MANAGER_URL"}},
		{Name: "services.reasoning", Default: "http://reasoning-service:8082", Env: []string{"REASONING_URL"}},
	}
	return append(append(keys, database.Keys("orchestrator")...), natsconn.Keys()...)
}

// App is one running orchestrator.
type App struct {
	cfg   *config.Config
	log   *slog.Logger
	db    *sql.DB
	nats  *nats.Conn
	http  *http.Client
	quiet *logging.Every

	workflows map[string]Workflow
	broken    map[string]Broken
	workers   int
	queue     chan string
	busy      atomic.Int64
	claimed   sync.Map
	retained  retained
	lastStart sync.Map

	registry *prometheus.Registry
	total    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// Run starts the orchestrator and answers until the context ends.
func Run(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	a := &App{cfg: cfg, log: log, http: &http.Client{Timeout: 10 * time.Minute}, quiet: logging.NewEvery(10 * time.Second),
		workers: max(1, cfg.Int("executor.workers")), queue: make(chan string, max(1, cfg.Int("executor.queue_size"))),
		retained: retained{max: cfg.Int("executor.retain_results")}}
	if err := cfg.Err(); err != nil {
		log.Warn("configuration has faults", "component", "config", "error", err.Error())
	}
	log.Info("configuration loaded", "component", "config", "file", cfg.File, "overrides", cfg.Overrides(), "workers", a.workers)
	listen := cfg.Bool("server.enabled")
	var serve func(http.Handler) error
	if listen {
		listener, err := server.Listen(cfg.String("server.host"), cfg.Int("server.port"))
		if err != nil {
			return err
		}
		defer listener.Close()
		serve = func(h http.Handler) error { return server.Serve(ctx, listener, h) }
	}
	var err error
	if a.db, err = database.Open(ctx, cfg, "orchestrator-service"); err != nil {
		return err
	}
	defer a.db.Close()
	if a.nats, err = natsconn.Connect(cfg, log, "orchestrator-service", "", nil); err != nil {
		return err
	}
	defer a.nats.Close()
	a.measure()
	if err := a.start(ctx); err != nil {
		return err
	}
	log.Info(profile.Current.Or("orchestrator-service")+" is up", "component", "server", "listens", listen, "version", version)
	if !listen {
		<-ctx.Done()
		return nil
	}
	return serve(a.routes())
}

func (a *App) start(ctx context.Context) error {
	var err error
	if a.workflows, a.broken, err = loadFolder(a.cfg.String("workflows.dir")); err != nil {
		return err
	}
	for id, b := range a.broken {
		a.log.Error("executor: workflow cannot be loaded", "component", "executor", "workflow", id, "file", b.File, "line", b.Line, "error", b.Reason)
	}
	if err := a.storeWorkflows(ctx); err != nil {
		return fmt.Errorf("cannot store the workflows: %w", err)
	}
	a.log.Info("workflows loaded", "component", "executor", "folder", a.cfg.String("workflows.dir"), "good", len(a.workflows), "broken", len(a.broken))
	// What an earlier process left in the middle is begun again.
	if _, err := a.db.ExecContext(ctx, `UPDATE workflow_executions SET status = 'pending' WHERE status = 'running'`); err != nil {
		return fmt.Errorf("cannot take executions up again: %w", err)
	}
	for range a.workers {
		go a.work(ctx)
	}
	go a.feed(ctx)
	_, err = a.nats.Subscribe(wire.Subjects{Announce: a.cfg.String("nats.subjects.announce")}.EveryAnnouncement(), func(m *nats.Msg) { a.onEvent(ctx, m) })
	return err
}

func (a *App) measure() {
	a.registry = prometheus.NewRegistry()
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	make := promauto.With(a.registry)
	gauge := func(name, help string, read func() float64) {
		make.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
	}
	gauge("executor_queue_size", "Executions that wait for a worker.", func() float64 { return float64(len(a.queue)) })
	gauge("executor_queue_capacity", "executor.queue_size in effect.", func() float64 { return float64(cap(a.queue)) })
	gauge("executor_workers", "executor.workers in effect.", func() float64 { return float64(a.workers) })
	gauge("executor_workers_busy", "Workers that run an execution.", func() float64 { return float64(a.busy.Load()) })
	gauge("executor_results_retained", "Results kept in memory.", func() float64 { return float64(a.retained.len()) })
	gauge("workflow_files_broken", "Workflow files that cannot be loaded.", func() float64 { return float64(len(a.broken)) })
	a.total = make.NewCounterVec(prometheus.CounterOpts{Name: "executor_executions_total", Help: "Executions by final status."}, []string{"status"})
	a.seconds = make.NewHistogramVec(prometheus.HistogramOpts{Name: "executor_step_seconds", Help: "Time of steps.", Buckets: []float64{.1, .5, 1, 2, 5, 10, 30, 60, 120, 300}}, []string{"step"})
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	health := &server.Health{Service: profile.Current.Or("orchestrator-service"), Version: version, Started: time.Now(),
		Dependencies: []server.Dependency{
			{Name: "postgres", Required: true, Check: func(ctx context.Context) error { return a.db.PingContext(ctx) }},
			{Name: "nats", Required: true, Check: func(context.Context) error {
				if a.nats.Status() != nats.CONNECTED {
					return fmt.Errorf("connection is %s", a.nats.Status())
				}
				return a.nats.FlushTimeout(1500 * time.Millisecond)
			}},
			{Name: "agent-manager", Check: func(ctx context.Context) error {
				return a.get(ctx, a.cfg.String("services.agent_manager")+profile.Current.Path("/health/live"), nil)
			}},
		},
		Extra: func() map[string]any {
			return map[string]any{"config": map[string]string{"file": a.cfg.File, "workflows_dir": a.cfg.String("workflows.dir")}}
		},
	}
	// An installation without a reasoning-service says so with an empty address.
	if reasoning := a.cfg.String("services.reasoning"); reasoning != "" {
		health.Dependencies = append(health.Dependencies, server.Dependency{Name: "reasoning-service", Check: func(ctx context.Context) error {
			return a.get(ctx, reasoning+profile.Current.Path("/health/live"), nil)
		}})
	}
	health.Routes(mux, a.registry, a.cfg.String("server.health"))
	mux.HandleFunc("GET /api/v1/workflows", a.listWorkflows)
	mux.HandleFunc("GET /api/v1/workflows/executions", a.listExecutions)
	mux.HandleFunc("POST /api/v1/workflows/executions", a.submit)
	mux.HandleFunc("GET /api/v1/workflows/executions/{id}", a.getExecution)
	return mux
}
