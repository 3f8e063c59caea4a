package orchestrator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// step is one element of a workflow's JSON: command, ai_analysis, decision, remediation, notification or wait.
type step struct {
	Name   string         `json:"name"`
	Type   string         `json:"type"`
	Config map[string]any `json:"config"`
}

var client = &http.Client{Timeout: 30 * time.Second}

// request is the call that a step makes; an empty address means that it makes none.
func (s step) request(reasoning, cluster, execution string) (string, map[string]any) {
	switch s.Type {
	case "command", "remediation":
		body := map[string]any{"cluster_id": cluster, "type": "diagnostic"}
		for key, value := range s.Config {
			body[key] = value
		}
		return agentManager + "/api/v1/commands", body
	case "ai_analysis":
		return reasoning + "/api/v1/analyze/root-cause", map[string]any{"request_id": execution, "analysis_type": "root_cause", "context": map[string]any{"event": s.Config}}
	default:
		return "", nil
	}
}

func (a *App) execute(id, cluster string, text []byte) {
	var steps []step
	err := json.Unmarshal(text, &steps)
	for _, one := range steps {
		if err != nil {
			break
		}
		a.log.Info("Executing step", "component", "workflow-engine", "execution_id", id, "step", one.Name, "type", one.Type)
		if address, body := one.request(a.reasoning, cluster, id); address != "" {
			err = post(address, body)
		}
		if seconds, ok := one.Config["seconds"].(float64); ok && one.Type == "wait" {
			time.Sleep(time.Duration(seconds * float64(time.Second)))
		}
	}
	status, reason := "completed", ""
	if err != nil {
		status, reason = "failed", err.Error()
		a.log.Error("Step execution failed", "component", "workflow-engine", "execution_id", id, "error", reason)
	}
	a.log.Info("Workflow execution completed", "component", "workflow-engine", "execution_id", id, "status", status)
	if _, err := a.db.ExecContext(context.Background(), `UPDATE workflow_executions SET status = $2, error = $3, completed_at = now() WHERE id = $1`, id, status, reason); err != nil {
		a.log.Error("Failed to save execution", "component", "workflow-engine", "execution_id", id, "error", err.Error())
	}
}

func post(address string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	response, err := client.Post(address, "application/json", bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("failed to send command: %w", err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s answered %d: %s", address, response.StatusCode, text)
	}
	return nil
}
