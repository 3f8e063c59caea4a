// Package manager is agent-manager as it is: it listens where no agent speaks.
package manager

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"aetherius.lab/services/internal/asis/settings"
	"aetherius.lab/services/internal/asis/stores"
)

// Config is the whole file; what else stands in it is not seen.
type Config struct {
	Server struct {
		Host string `yaml:"host"`
		Port int    `yaml:"port"`
	} `yaml:"server"`
	NATS     stores.Nats      `yaml:"nats"`
	Database stores.Database  `yaml:"database"`
	Redis    stores.Redis     `yaml:"redis"`
	Logging  settings.Logging `yaml:"logging"`
}

// Load reads the file and the eight variables.
func Load(path string, env func(string) string) (Config, error) {
	var c Config
	if err := settings.Read(path, &c); err != nil {
		return c, err
	}
	settings.Text(&c.Database.Host, env("DB_HOST"))
	settings.Number(&c.Database.Port, env("DB_PORT"))
	settings.Text(&c.Database.User, env("DB_USER"))
	settings.Text(&c.Database.Password, env("DB_PASSWORD"))
	settings.Text(&c.Database.Database, env("DB_NAME"))
	settings.Text(&c.Redis.Addr, env("REDIS_ADDR"))
	settings.Text(&c.Redis.Password, env("REDIS_PASSWORD"))
	settings.Text(&c.NATS.URL, env("NATS_URL"))
	return c, nil
}

// App is one running agent-manager.
type App struct {
	log      *slog.Logger
	db       *sql.DB
	redis    *redis.Client
	nats     *nats.Conn
	started  time.Time
	registry registry
	events   counters
	commands dispatcher
}

// Run ends at once when PostgreSQL, Redis or NATS cannot be used, or when a stored agent cannot be read.
func Run(c Config, log *slog.Logger) error {
	log.Info("Starting Aetherius Agent Manager", "version", "1.0.0")
	a := &App{log: log, started: time.Now()}
	a.registry.agents = map[string]*Agent{}
	a.commands.pending = map[string]*Command{}
	var err error
	if a.db, err = c.Database.Open(migration); err != nil {
		return fmt.Errorf("failed to initialize PostgreSQL: %w", err)
	}
	defer a.db.Close()
	log.Info("PostgreSQL store initialized", "component", "postgres", "host", c.Database.Host, "database", c.Database.Database)
	if a.redis, err = c.Redis.Open(); err != nil {
		return fmt.Errorf("failed to initialize Redis: %w", err)
	}
	defer a.redis.Close()
	if err := a.loadAgents(context.Background()); err != nil {
		return fmt.Errorf("failed to start registry: failed to load agents: %w", err)
	}
	if err := a.listen(c.NATS); err != nil {
		return fmt.Errorf("failed to start NATS server: %w", err)
	}
	defer a.nats.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go a.watchHeartbeats(ctx)
	server := &http.Server{Addr: net.JoinHostPort(c.Server.Host, strconv.Itoa(c.Server.Port)), Handler: a.logged(a.routes()), ReadHeaderTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Info("Starting API server", "component", "api-server", "addr", server.Addr)
	select {
	case err := <-failed:
		return fmt.Errorf("API server error: failed to start server: %w", err)
	case <-ctx.Done():
		log.Info("Received signal, shutting down")
		return server.Close()
	}
}

func (a *App) listen(c stores.Nats) error {
	nc, err := nats.Connect(c.URL, nats.Name("agent-manager"), nats.MaxReconnects(c.MaxReconnect), nats.ReconnectWait(c.ReconnectWait),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			a.log.Warn("Disconnected from NATS", "component", "nats-server", "error", fmt.Sprint(err))
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			a.log.Info("Reconnected to NATS", "component", "nats-server", "url", nc.ConnectedUrl())
		}))
	if err != nil {
		return fmt.Errorf("failed to connect to NATS: %w", err)
	}
	a.nats = nc
	a.log.Info("Connected to NATS", "component", "nats-server", "url", c.URL)
	for kind, handle := range map[string]nats.MsgHandler{
		"register": a.onRegister, "heartbeat": a.onHeartbeat, "event": a.onEvent, "metrics": a.onMetrics, "result": a.onResult,
	} {
		subject := "aetherius.agent.*." + kind
		if _, err := nc.Subscribe(subject, handle); err != nil {
			return fmt.Errorf("failed to subscribe to %s: %w", kind, err)
		}
		a.log.Info("Subscribed to agent "+kind, "component", "nats-server", "subject", subject)
	}
	return nc.Flush()
}
