// Package server has what both HTTP services share: health, metrics, profiles, listening, JSON.
package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"aetherius.lab/services/internal/profile"
)

// Dependency is one thing a service needs; Check fails when it cannot be used. Required ones decide health and readiness;
// any that is down makes the status degraded.
type Dependency struct {
	Name     string
	Required bool
	Check    func(context.Context) error
}

// Health answers the health paths.
type Health struct {
	Service      string
	Version      string
	Started      time.Time
	Dependencies []Dependency
	Extra        func() map[string]any
}

type dependencyState struct {
	Status    string `json:"status"`
	Required  bool   `json:"required"`
	LatencyMs int64  `json:"latency_ms"`
	Error     string `json:"error,omitempty"`
}

func (h *Health) look(ctx context.Context) (bool, map[string]dependencyState) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	type answer struct {
		name  string
		state dependencyState
	}
	answers := make(chan answer, len(h.Dependencies))
	for _, dep := range h.Dependencies {
		go func() {
			begin := time.Now()
			state := dependencyState{Status: "up", Required: dep.Required}
			if err := dep.Check(ctx); err != nil {
				state.Status, state.Error = "down", err.Error()
			}
			state.LatencyMs = time.Since(begin).Milliseconds()
			answers <- answer{dep.Name, state}
		}()
	}
	ok, states := true, map[string]dependencyState{}
	for range h.Dependencies {
		a := <-answers
		states[a.name] = a.state
		if a.state.Required && a.state.Status != "up" {
			ok = false
		}
	}
	return ok, states
}

func (h *Health) word(w http.ResponseWriter, r *http.Request, good string) {
	ok, states := h.look(r.Context())
	status := http.StatusOK
	if !ok {
		status = http.StatusServiceUnavailable
	}
	if text, body := shaped(profile.Current.Health, ok, states); text != "" {
		w.WriteHeader(status)
		fmt.Fprint(w, text)
		return
	} else if body != nil {
		JSON(w, status, body)
		return
	}
	if !ok {
		good = "degraded"
	}
	JSON(w, status, map[string]string{"status": good, "service": h.Service})
}

// shaped is a health body of another shape than the guide's: text or JSON, neither for the guide's.
func shaped(shape string, ok bool, states map[string]dependencyState) (string, any) {
	word := func(good bool, yes, no string) string {
		if good {
			return yes
		}
		return no
	}
	switch shape {
	case "plain":
		return word(ok, "OK\n", "UNAVAILABLE\n"), nil
	case "components":
		parts := map[string]any{}
		for name, state := range states {
			parts[name] = map[string]string{"status": word(state.Status == "up", "UP", "DOWN")}
		}
		return "", map[string]any{"status": word(ok, "UP", "DOWN"), "components": parts}
	case "checks":
		checks := []map[string]any{}
		for name, state := range states {
			checks = append(checks, map[string]any{"name": name, "pass": state.Status == "up", "output": state.Error})
		}
		return "", map[string]any{"healthy": ok, "checks": checks}
	case "code":
		return "", map[string]any{"code": map[bool]int{true: 0, false: 1}[ok], "message": word(ok, "success", "unavailable"), "data": nil}
	default:
		return "", nil
	}
}

func (h *Health) status(w http.ResponseWriter, r *http.Request) {
	ok, states := h.look(r.Context())
	if text, body := shaped(profile.Current.Health, ok, states); text != "" {
		fmt.Fprint(w, text)
		return
	} else if body != nil {
		JSON(w, http.StatusOK, body)
		return
	}
	body := map[string]any{
		"service": h.Service, "version": h.Version, "uptime_seconds": int(time.Since(h.Started).Seconds()), "dependencies": states,
	}
	if h.Extra != nil {
		for key, item := range h.Extra() {
			body[key] = item
		}
	}
	body["status"] = "ok"
	for _, state := range states {
		if state.Status != "up" {
			body["status"] = "degraded"
		}
	}
	JSON(w, http.StatusOK, body)
}

// Routes adds health paths (style split leaves the bare one out), metrics and profiles.
func (h *Health) Routes(mux *http.ServeMux, registry *prometheus.Registry, style string) {
	if style != "split" {
		mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { h.word(w, r, "ok") })
	}
	mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, _ *http.Request) {
		if text, body := shaped(profile.Current.Health, true, nil); text != "" {
			fmt.Fprint(w, text)
			return
		} else if body != nil {
			JSON(w, http.StatusOK, body)
			return
		}
		JSON(w, http.StatusOK, map[string]string{"status": "alive", "service": h.Service})
	})
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, r *http.Request) { h.word(w, r, "ready") })
	mux.HandleFunc("GET /health/status", h.status)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
}

// Listen binds the address now, so that a port in use is an error at start and not later.
func Listen(host string, port int) (net.Listener, error) {
	address := net.JoinHostPort(host, fmt.Sprint(port))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// Serve answers on the listener until the context ends.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: profile.Current.Handler(handler), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		return srv.Shutdown(stop)
	}
}

// JSON writes a body with a status.
func JSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Fail writes an error body.
func Fail(w http.ResponseWriter, status int, err error) {
	JSON(w, status, map[string]string{"error": err.Error()})
}
