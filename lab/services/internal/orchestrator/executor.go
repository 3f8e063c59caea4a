package orchestrator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"aetherius.lab/services/internal/profile"
)

// StepRecord is one step in an execution's history.
type StepRecord struct {
	ID             string     `json:"id"`
	Type           string     `json:"type"`
	Status         string     `json:"status"`
	TimeoutSeconds float64    `json:"timeout_seconds"`
	StartedAt      *time.Time `json:"started_at,omitempty"`
	FinishedAt     *time.Time `json:"finished_at,omitempty"`
	DurationMs     int64      `json:"duration_ms,omitempty"`
	CommandID      string     `json:"command_id,omitempty"`
	Output         string     `json:"output,omitempty"`
	Error          string     `json:"error,omitempty"`
}

// retained keeps results for quick display; with no bound it keeps every one.
type retained struct {
	mu      sync.Mutex
	max     int
	results [][]byte
}

// RetainResult keeps one result.
func (r *retained) RetainResult(steps []StepRecord) {
	data, _ := json.Marshal(steps)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results = append(r.results, data)
	if r.max > 0 && len(r.results) > r.max {
		r.results = append([][]byte(nil), r.results[len(r.results)-r.max:]...)
	}
}

func (r *retained) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.results)
}

// feed moves pending executions from the table into the queue, as far as there is room.
func (a *App) feed(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		a.feedOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) feedOnce(ctx context.Context) {
	rows, err := a.db.QueryContext(ctx, `SELECT id, workflow_id FROM workflow_executions WHERE status = 'pending' ORDER BY created_at LIMIT 5000`)
	if err != nil {
		if ctx.Err() == nil && a.quiet.Ok("feed") {
			a.log.Error("executor: cannot read pending executions", "component", "executor", "error", err.Error())
		}
		return
	}
	defer rows.Close()
	for rows.Next() {
		var id, workflow string
		if rows.Scan(&id, &workflow) != nil {
			return
		}
		if b, bad := a.broken[workflow]; bad {
			if a.quiet.Ok("broken:" + workflow) {
				a.log.Error("executor error: execution stays pending, its workflow is broken", "component", "executor", "execution_id", id,
					"workflow", workflow, "file", b.File, "line", b.Line, "error", b.Reason)
			}
			continue
		}
		a.enqueue(id)
	}
}

func (a *App) enqueue(id string) {
	if _, already := a.claimed.LoadOrStore(id, true); already {
		return
	}
	select {
	case a.queue <- id:
	default:
		a.claimed.Delete(id)
		if a.quiet.Ok("full") {
			a.log.Error("executor error: queue is full, executions stay pending", "component", "executor", "queue_size", cap(a.queue), "workers", a.workers)
		}
	}
}

func (a *App) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-a.queue:
			a.busy.Add(1)
			if err := a.execute(ctx, id); err != nil && ctx.Err() == nil {
				a.log.Error("executor error", "component", "executor", "execution_id", id, "error", err.Error())
			}
			a.busy.Add(-1)
			a.claimed.Delete(id)
		}
	}
}

func (a *App) execute(ctx context.Context, id string) error {
	var workflowID string
	var input []byte
	err := a.db.QueryRowContext(ctx, `UPDATE workflow_executions SET status = 'running', started_at = now() WHERE id = $1 AND status = 'pending' RETURNING workflow_id, input`, id).
		Scan(&workflowID, &input)
	if err != nil {
		return err
	}
	workflow, ok := a.workflows[workflowID]
	if !ok {
		return a.end(ctx, id, "failed", fmt.Sprintf("no workflow %q", workflowID), nil)
	}
	steps := make([]StepRecord, len(workflow.Steps))
	for i, step := range workflow.Steps {
		steps[i] = StepRecord{ID: step.ID, Type: step.Type, Status: "pending", TimeoutSeconds: step.Config.Timeout}
	}
	for i, step := range workflow.Steps {
		err := a.step(ctx, id, step, input, steps, i)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			a.log.Error("executor: step failed", "component", "executor", "execution_id", id, "workflow", workflowID, "step", step.ID, "error", err.Error())
			return a.end(ctx, id, "failed", fmt.Sprintf("step %s: %s", step.ID, err), steps)
		}
	}
	a.log.Info("executor: execution completed", "component", "executor", "execution_id", id, "workflow", workflowID)
	return a.end(ctx, id, "completed", "", steps)
}

func (a *App) end(ctx context.Context, id, status, failure string, steps []StepRecord) error {
	a.total.WithLabelValues(status).Inc()
	a.retained.RetainResult(steps)
	data, _ := json.Marshal(steps)
	_, err := a.db.ExecContext(ctx, `UPDATE workflow_executions SET status = $2, error = $3, steps = $4, finished_at = now() WHERE id = $1`, id, status, failure, string(data))
	return err
}

func (a *App) step(ctx context.Context, id string, step Step, input []byte, steps []StepRecord, i int) error {
	record := &steps[i]
	begin := time.Now().UTC()
	record.Status, record.StartedAt = "running", &begin
	a.saveSteps(ctx, id, steps)
	limit := time.Duration(step.Config.Timeout * float64(time.Second))
	bound, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var err error
	if step.Type == "analysis" {
		record.Output, err = a.analyse(bound, input)
	} else {
		record.Output, err = a.diagnose(bound, step, input, record)
	}
	end := time.Now().UTC()
	record.FinishedAt, record.DurationMs = &end, end.Sub(begin).Milliseconds()
	a.seconds.WithLabelValues(step.ID).Observe(end.Sub(begin).Seconds())
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fmt.Errorf("timeout after %gs", step.Config.Timeout)
		record.Status = "timeout"
	} else if err != nil {
		record.Status = "failed"
	} else {
		record.Status = "completed"
	}
	if err != nil {
		record.Error = err.Error()
	}
	a.saveSteps(ctx, id, steps)
	return err
}

func (a *App) saveSteps(ctx context.Context, id string, steps []StepRecord) {
	data, _ := json.Marshal(steps)
	if _, err := a.db.ExecContext(ctx, `UPDATE workflow_executions SET steps = $2 WHERE id = $1`, id, string(data)); err != nil && ctx.Err() == nil {
		a.log.Error("executor: history not stored", "component", "executor", "execution_id", id, "error", err.Error())
	}
}

// diagnose has agent-manager run a command on an agent and waits for its end.
func (a *App) diagnose(ctx context.Context, step Step, input []byte, record *StepRecord) (string, error) {
	var in struct {
		ClusterID string `json:"cluster_id"`
		AgentID   string `json:"agent_id"`
	}
	_ = json.Unmarshal(input, &in)
	base := a.cfg.String("services.agent_manager") + profile.Current.Path("/api/v1/commands")
	var accepted struct{ ID string }
	err := a.post(ctx, base, map[string]any{"type": step.Config.Command, "args": step.Config.Args, "cluster_id": in.ClusterID, "agent_id": in.AgentID}, &accepted)
	if err != nil {
		return "", err
	}
	record.CommandID = accepted.ID
	for {
		var state struct{ Status, Output, Error string }
		if err := a.get(ctx, base+"/"+accepted.ID, &state); err != nil {
			return "", err
		}
		switch state.Status {
		case "completed":
			return state.Output, nil
		case "failed", "timeout":
			return state.Output, fmt.Errorf("command %s: %s", state.Status, state.Error)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(150 * time.Millisecond):
		}
	}
}

func (a *App) analyse(ctx context.Context, input []byte) (string, error) {
	var body map[string]any
	_ = json.Unmarshal(input, &body)
	if body == nil {
		body = map[string]any{}
	}
	var answer json.RawMessage
	err := a.post(ctx, a.cfg.String("services.reasoning")+profile.Current.Path("/api/v1/analyze/root-cause"), body, &answer)
	return string(answer), err
}

func (a *App) post(ctx context.Context, url string, body, into any) error {
	data, _ := json.Marshal(body)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	return a.call(request, into)
}

func (a *App) get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return a.call(request, into)
}

func (a *App) call(request *http.Request, into any) error {
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s answered %d: %s", request.Method, request.URL.Path, response.StatusCode, bytes.TrimSpace(data))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}
