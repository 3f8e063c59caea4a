package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/server"
)

func (a *App) rows(ctx context.Context, query string, args ...any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var text []byte
	err := a.db.QueryRowContext(ctx, `SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM (`+query+`) t`, args...).Scan(&text)
	return text, err
}

func (a *App) listWorkflows(w http.ResponseWriter, _ *http.Request) {
	good := make([]Workflow, 0, len(a.workflows))
	for _, workflow := range a.workflows {
		good = append(good, workflow)
	}
	bad := make([]Broken, 0, len(a.broken))
	for _, b := range a.broken {
		bad = append(bad, b)
	}
	server.JSON(w, http.StatusOK, map[string]any{"workflows": good, "broken": bad})
}

func (a *App) listExecutions(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 1000 {
		limit = 100
	}
	data, err := a.rows(r.Context(), `SELECT id, workflow_id, status, error, created_at, started_at, finished_at FROM workflow_executions
		WHERE ($1 = '' OR status = $1) ORDER BY created_at DESC LIMIT $2`, r.URL.Query().Get("status"), limit)
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	server.JSON(w, http.StatusOK, map[string]any{"executions": data})
}

func (a *App) getExecution(w http.ResponseWriter, r *http.Request) {
	if uuid.Validate(r.PathValue("id")) != nil {
		server.Fail(w, http.StatusNotFound, errors.New("no such execution"))
		return
	}
	data, err := a.rows(r.Context(), `SELECT id, workflow_id, status, input, steps, error, created_at, started_at, finished_at FROM workflow_executions WHERE id = $1`, r.PathValue("id"))
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	var found []json.RawMessage
	if json.Unmarshal(data, &found) != nil || len(found) == 0 {
		server.Fail(w, http.StatusNotFound, errors.New("no such execution"))
		return
	}
	server.JSON(w, http.StatusOK, found[0])
}

func (a *App) submit(w http.ResponseWriter, r *http.Request) {
	var body struct {
		WorkflowID string         `json:"workflow_id"`
		Input      map[string]any `json:"input"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body); err != nil || body.WorkflowID == "" {
		server.Fail(w, http.StatusBadRequest, errors.New("workflow_id is needed"))
		return
	}
	_, good := a.workflows[body.WorkflowID]
	if _, bad := a.broken[body.WorkflowID]; !good && !bad {
		server.Fail(w, http.StatusNotFound, errors.New("no such workflow"))
		return
	}
	id, err := a.create(r.Context(), body.WorkflowID, body.Input)
	if err != nil {
		server.Fail(w, http.StatusServiceUnavailable, err)
		return
	}
	server.JSON(w, http.StatusAccepted, map[string]string{"id": id, "status": "pending"})
}

func (a *App) create(ctx context.Context, workflow string, input map[string]any) (string, error) {
	id := uuid.NewString()
	data, _ := json.Marshal(input)
	if input == nil {
		data = []byte("{}")
	}
	if _, err := a.db.ExecContext(ctx, `INSERT INTO workflow_executions (id, workflow_id, status, input) VALUES ($1, $2, 'pending', $3)`, id, workflow, string(data)); err != nil {
		return "", err
	}
	if _, bad := a.broken[workflow]; !bad {
		a.enqueue(id)
	}
	return id, nil
}

func (a *App) storeWorkflows(ctx context.Context) error {
	for _, workflow := range a.workflows {
		definition, _ := json.Marshal(workflow)
		if _, err := a.db.ExecContext(ctx, `INSERT INTO workflows (id, name, definition, updated_at) VALUES ($1, $2, $3, now())
			ON CONFLICT (id) DO UPDATE SET name = $2, definition = $3, updated_at = now()`, workflow.ID, workflow.Name, string(definition)); err != nil {
			return err
		}
	}
	return nil
}

// onEvent starts the workflow of each strategy that the event fits, not more often than the cooldown says.
func (a *App) onEvent(ctx context.Context, msg *nats.Msg) {
	var e struct {
		ClusterID string `json:"cluster_id"`
		AgentID   string `json:"agent_id"`
		Reason    string `json:"reason"`
		Severity  string `json:"severity"`
	}
	if json.Unmarshal(msg.Data, &e) != nil || (e.Severity != "high" && e.Severity != "critical") {
		return
	}
	key := e.ClusterID + "|" + e.Reason
	if last, ok := a.lastStart.Load(key); ok && time.Since(last.(time.Time)) < a.cfg.Seconds("strategies.cooldown") {
		return
	}
	a.lastStart.Store(key, time.Now())
	rows, err := a.db.QueryContext(ctx, `SELECT workflow_id FROM strategies WHERE enabled AND reason = $1`, e.Reason)
	if err != nil {
		return
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if rows.Scan(&id) == nil {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		input := map[string]any{"cluster_id": e.ClusterID, "agent_id": e.AgentID, "reason": e.Reason}
		if _, err := a.create(ctx, id, input); err != nil {
			a.log.Error("executor error: cannot start a workflow", "component", "executor", "workflow", id, "error", err.Error())
		}
	}
}
