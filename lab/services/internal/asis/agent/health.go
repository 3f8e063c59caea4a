package agent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// health is what the agent says of itself over HTTP: whether it runs, and whether its connection stands.
type health struct {
	cluster   string
	started   time.Time
	connected func() bool
}

func (h health) routes() http.Handler {
	mux := http.NewServeMux()
	check := func(good, bad string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if h.connected() {
				fmt.Fprint(w, good)
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, bad)
		}
	}
	mux.HandleFunc("GET /health/live", check("OK", "Not healthy"))
	mux.HandleFunc("GET /health/ready", check("Ready", "Not ready"))
	mux.HandleFunc("GET /health/status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"cluster_id": h.cluster, "running": true, "connected": h.connected(),
			"uptime": time.Since(h.started), "event_queue_size": 0, "metrics_queue_size": 0, "command_queue_size": 0, "result_queue_size": 0})
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		connected := 0
		if h.connected() {
			connected = 1
		}
		for _, one := range []struct {
			name  string
			value float64
		}{
			{"agent_running", 1}, {"agent_connected", float64(connected)}, {"agent_uptime_seconds", time.Since(h.started).Seconds()},
			{"agent_event_queue_size", 0}, {"agent_metrics_queue_size", 0}, {"agent_command_queue_size", 0}, {"agent_result_queue_size", 0},
		} {
			fmt.Fprintf(w, "# TYPE %s gauge\n%s{cluster_id=%q} %g\n", one.name, one.name, h.cluster, one.value)
		}
	})
	return mux
}
