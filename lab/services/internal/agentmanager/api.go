package agentmanager

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"aetherius.lab/services/internal/server"
)

// rows answers a query as a JSON list: PostgreSQL makes the objects.
func (a *App) rows(ctx context.Context, query string, args ...any) (json.RawMessage, error) {
	var text []byte
	err := a.db.QueryRowContext(ctx, `SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM (`+query+`) t`, args...).Scan(&text)
	return text, err
}

func (a *App) list(w http.ResponseWriter, r *http.Request, name, query string, args ...any) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	data, err := a.rows(ctx, query, args...)
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	server.JSON(w, http.StatusOK, map[string]any{name: data})
}

func limit(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n < 1 || n > 1000 {
		return 100
	}
	return n
}

func (a *App) listAgents(w http.ResponseWriter, r *http.Request) {
	a.list(w, r, "agents", `SELECT id, cluster_id, node, version, status, registered_at, last_heartbeat FROM agents ORDER BY id LIMIT 1000`)
}

// listClusters is cached for a few seconds: dashboards ask for it all the time.
func (a *App) listClusters(w http.ResponseWriter, r *http.Request) {
	const key = "cache:clusters"
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if cached, err := a.redis.Get(ctx, key).Bytes(); err == nil {
		server.JSON(w, http.StatusOK, map[string]any{"clusters": json.RawMessage(cached)})
		return
	}
	data, err := a.rows(ctx, `SELECT c.id, c.name, c.created_at, count(a.id) AS agents FROM clusters c LEFT JOIN agents a ON a.cluster_id = c.id GROUP BY c.id ORDER BY c.id`)
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	_ = a.redis.Set(ctx, key, []byte(data), 5*time.Second).Err()
	server.JSON(w, http.StatusOK, map[string]any{"clusters": data})
}

func (a *App) listEvents(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a.list(w, r, "events", `SELECT id, cluster_id, agent_id, severity, reason, object, message, occurrences, timestamp, processed FROM events
		WHERE ($1 = '' OR cluster_id = $1) AND ($2 = '' OR severity = $2) ORDER BY timestamp DESC LIMIT $3`, q.Get("cluster_id"), q.Get("severity"), limit(r))
}

func (a *App) listCommands(w http.ResponseWriter, r *http.Request) {
	a.list(w, r, "commands", `SELECT id, agent_id, cluster_id, type, status, timeout_seconds, error, created_at, started_at, finished_at FROM commands
		WHERE ($1 = '' OR status = $1) ORDER BY created_at DESC LIMIT $2`, r.URL.Query().Get("status"), limit(r))
}

func (a *App) getCommand(w http.ResponseWriter, r *http.Request) {
	data, err := a.rows(r.Context(), `SELECT * FROM commands WHERE id = $1`, r.PathValue("id"))
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	var found []json.RawMessage
	if json.Unmarshal(data, &found) != nil || len(found) == 0 {
		server.Fail(w, http.StatusNotFound, errors.New("no such command"))
		return
	}
	server.JSON(w, http.StatusOK, found[0])
}

// An export is a cursor over the events, read page by page within one transaction, so that all
// pages show the same moment. It lives until the reader ends it.
type export struct {
	mu sync.Mutex
	tx *sql.Tx
}

type exports struct {
	mu   sync.Mutex
	open map[string]*export
}

func (a *App) openExport(w http.ResponseWriter, _ *http.Request) {
	ctx := context.Background()
	tx, err := a.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err == nil {
		_, err = tx.ExecContext(ctx, `DECLARE export CURSOR FOR SELECT id, cluster_id, severity, reason, message, timestamp FROM events ORDER BY timestamp`)
	}
	if err != nil {
		if tx != nil {
			_ = tx.Rollback()
		}
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	id := uuid.NewString()
	a.exports.mu.Lock()
	a.exports.open[id] = &export{tx: tx}
	a.exports.mu.Unlock()
	a.log.Info("export opened", "component", "export", "export_id", id)
	server.JSON(w, http.StatusCreated, map[string]string{"id": id})
}

func (a *App) takeExport(id string, remove bool) *export {
	a.exports.mu.Lock()
	defer a.exports.mu.Unlock()
	found := a.exports.open[id]
	if remove {
		delete(a.exports.open, id)
	}
	return found
}

func (a *App) readExport(w http.ResponseWriter, r *http.Request) {
	found := a.takeExport(r.PathValue("id"), false)
	if found == nil {
		server.Fail(w, http.StatusNotFound, errors.New("no such export"))
		return
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	rows, err := found.tx.QueryContext(r.Context(), `FETCH 500 FROM export`)
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	defer rows.Close()
	page := []map[string]any{}
	for rows.Next() {
		var id, cluster, severity, reason, message string
		var at time.Time
		if err := rows.Scan(&id, &cluster, &severity, &reason, &message, &at); err != nil {
			server.Fail(w, http.StatusServiceUnavailable, err)
			return
		}
		page = append(page, map[string]any{"id": id, "cluster_id": cluster, "severity": severity, "reason": reason, "message": message, "timestamp": at})
	}
	server.JSON(w, http.StatusOK, map[string]any{"events": page})
}

func (a *App) closeExport(w http.ResponseWriter, r *http.Request) {
	found := a.takeExport(r.PathValue("id"), true)
	if found == nil {
		server.Fail(w, http.StatusNotFound, errors.New("no such export"))
		return
	}
	_ = found.tx.Rollback()
	a.log.Info("export ended", "component", "export", "export_id", r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}
