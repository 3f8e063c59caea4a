package manager

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func wrong(w http.ResponseWriter, status int, text string) {
	write(w, status, map[string]string{"error": text})
}

// routes has no /health and no profiler.
func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, map[string]string{"status": "alive"}) })
	mux.HandleFunc("GET /health/ready", a.ready)
	mux.HandleFunc("GET /health/status", a.status)
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("GET /api/v1/agents", func(w http.ResponseWriter, r *http.Request) {
		agents := a.registry.list(r.URL.Query().Get("status"))
		write(w, 200, map[string]any{"agents": agents, "count": len(agents)})
	})
	mux.HandleFunc("GET /api/v1/agents/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, agent := range a.registry.list("") {
			if agent.ID == r.PathValue("id") {
				write(w, 200, agent)
				return
			}
		}
		wrong(w, 404, "agent not found")
	})
	mux.HandleFunc("GET /api/v1/clusters", a.rows("clusters", `SELECT to_jsonb(c) FROM clusters c ORDER BY created_at DESC`))
	mux.HandleFunc("GET /api/v1/clusters/{id}", a.row("cluster not found", `SELECT to_jsonb(c) FROM clusters c WHERE id = $1`))
	mux.HandleFunc("GET /api/v1/clusters/{id}/health", a.clusterHealth)
	mux.HandleFunc("GET /api/v1/events", a.rows("events", `SELECT to_jsonb(e) FROM events e ORDER BY timestamp DESC LIMIT 100`))
	mux.HandleFunc("GET /api/v1/events/{id}", a.row("event not found", `SELECT to_jsonb(e) FROM events e WHERE id = $1`))
	mux.HandleFunc("POST /api/v1/events/search", a.rows("events", `SELECT to_jsonb(e) FROM events e ORDER BY timestamp DESC LIMIT 100`))
	mux.HandleFunc("GET /api/v1/commands", func(w http.ResponseWriter, _ *http.Request) {
		a.commands.Lock()
		defer a.commands.Unlock()
		pending := []*Command{}
		for _, one := range a.commands.pending {
			pending = append(pending, one)
		}
		write(w, 200, map[string]any{"commands": pending, "count": len(pending)})
	})
	mux.HandleFunc("POST /api/v1/commands", func(w http.ResponseWriter, r *http.Request) {
		var c Command
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			wrong(w, 400, err.Error())
			return
		}
		if err := a.dispatch(r.Context(), &c); err != nil {
			wrong(w, 500, err.Error())
			return
		}
		write(w, 201, c)
	})
	mux.HandleFunc("GET /api/v1/commands/{id}", a.row("command not found", `SELECT to_jsonb(c) FROM commands c WHERE id = $1`))
	mux.HandleFunc("GET /api/v1/commands/{id}/result", a.row("result not found", `SELECT to_jsonb(r) FROM command_results r WHERE command_id = $1`))
	return mux
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	notReady := func(reason string) {
		write(w, 503, map[string]string{"status": "not ready", "reason": reason})
	}
	if a.db.PingContext(ctx) != nil {
		notReady("database unavailable")
		return
	}
	if a.redis.Ping(ctx).Err() != nil {
		notReady("redis unavailable")
		return
	}
	write(w, 200, map[string]string{"status": "ready"})
}

func (a *App) status(w http.ResponseWriter, _ *http.Request) {
	total, online := len(a.registry.list("")), len(a.registry.list("online"))
	a.commands.Lock()
	defer a.commands.Unlock()
	write(w, 200, map[string]any{
		"status": "healthy", "version": "1.0.0", "uptime": time.Since(a.started), "active_agents": online,
		"events_processed": a.events.processed.Load(), "commands_issued": a.commands.issued, "timestamp": time.Now(),
		"components": map[string]any{
			"registry":        map[string]any{"total_agents": total, "online_agents": online, "offline_agents": total - online, "heartbeat_timeout": heartbeatTimeout.String()},
			"event_processor": map[string]any{"events_processed": a.events.processed.Load(), "events_filtered": a.events.filtered.Load(), "events_failed": a.events.failed.Load()},
			"dispatcher":      map[string]any{"commands_issued": a.commands.issued, "commands_timeout": a.commands.timeouts, "pending_commands": len(a.commands.pending)},
		},
	})
}

func (a *App) clusterHealth(w http.ResponseWriter, r *http.Request) {
	agent := a.registry.ofCluster(r.PathValue("id"))
	if agent == nil {
		wrong(w, 404, "cluster agent not found")
		return
	}
	write(w, 200, map[string]any{"cluster_id": agent.ClusterID, "agent_status": agent.Status, "last_heartbeat": agent.LastHeartbeat, "healthy": agent.Status == "online"})
}

func (a *App) rows(name, query string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list, err := readAll(r.Context(), a.db, query)
		if err != nil {
			wrong(w, 500, err.Error())
			return
		}
		write(w, 200, map[string]any{name: list, "count": len(list)})
	}
}

func (a *App) row(missing, query string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list, err := readAll(r.Context(), a.db, query, r.PathValue("id"))
		if err != nil || len(list) == 0 {
			wrong(w, 404, missing)
			return
		}
		write(w, 200, list[0])
	}
}

func readAll(ctx context.Context, db *sql.DB, query string, args ...any) ([]json.RawMessage, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []json.RawMessage{}
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, json.RawMessage(append([]byte(nil), text...)))
	}
	return list, rows.Err()
}

type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

func (a *App) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w, code: 200}
		started := time.Now()
		next.ServeHTTP(seen, r)
		a.log.Info("HTTP request", "component", "api-server", "method", r.Method, "path", r.URL.Path, "status", seen.code, "duration", time.Since(started).Seconds())
	})
}
