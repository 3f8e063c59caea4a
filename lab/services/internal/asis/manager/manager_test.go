package manager

import (
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

func load(t *testing.T, text string, env map[string]string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOnlyItsOwnVariablesCount(t *testing.T) {
	file := "database:\n  host: localhost\n  password: old\nserver:\n  port: 8080\n"
	unread := load(t, file, map[string]string{"DATABASE_URL": "postgres://elsewhere", "DATABASE_PASSWORD": "new", "SERVER_PORT": "9090", "REDIS_URL": "redis://elsewhere"})
	if unread.Database.Host != "localhost" || unread.Database.Password != "old" || unread.Server.Port != 8080 || unread.Redis.Addr != "" {
		t.Errorf("a variable that nobody reads counted: %+v", unread)
	}
	read := load(t, file, map[string]string{"DB_HOST": "postgres", "DB_PASSWORD": "new", "REDIS_ADDR": "redis:6379", "NATS_URL": "nats://nats:4222"})
	if read.Database.Host != "postgres" || read.Database.Password != "new" || read.Redis.Addr != "redis:6379" || read.NATS.URL != "nats://nats:4222" {
		t.Errorf("a variable did not count: %+v", read)
	}
}

func TestCriticalEventHasNoConnection(t *testing.T) {
	if err := publishInternal(internalBus, &Event{ID: "e1"}); !errors.Is(err, nats.ErrInvalidConnection) {
		t.Errorf("error is %v", err)
	}
}

func TestInternalEventNamesTheEventOnly(t *testing.T) {
	payload, _ := internalEvent(&Event{ID: "e1", Reason: "OOMKilling"})["payload"].(map[string]any)
	if _, has := payload["event"]; has || payload["event_id"] != "e1" {
		t.Errorf("payload is %v", payload)
	}
}

func TestAgentIsOfflineAfterAMinute(t *testing.T) {
	now := time.Now()
	r := registry{agents: map[string]*Agent{
		"quiet": {ID: "quiet", Status: "online", LastHeartbeat: now.Add(-61 * time.Second)},
		"loud":  {ID: "loud", Status: "online", LastHeartbeat: now.Add(-59 * time.Second)},
	}}
	if gone := r.expire(now); !slices.Equal(gone, []string{"quiet"}) {
		t.Errorf("offline are %v", gone)
	}
	if again := r.expire(now); len(again) != 0 || r.agents["quiet"].Status != "offline" || r.agents["loud"].Status != "online" {
		t.Errorf("second look: %v, %+v", again, r.agents)
	}
}

func TestListIsNoJSON(t *testing.T) {
	if text := listText([]string{"event_watch", "command_execute"}); text != `{"event_watch","command_execute"}` {
		t.Errorf("text is %s", text)
	}
}

func TestPathsOfTheAPI(t *testing.T) {
	a := &App{log: slog.New(slog.NewTextHandler(io.Discard, nil)), registry: registry{agents: map[string]*Agent{}}, commands: dispatcher{pending: map[string]*Command{}}}
	for path, want := range map[string]int{"/health": 404, "/debug/pprof/": 404, "/health/live": 200, "/health/status": 200, "/metrics": 200, "/api/v1/agents": 200, "/api/v1/clusters/c1/health": 404} {
		got := httptest.NewRecorder()
		a.logged(a.routes()).ServeHTTP(got, httptest.NewRequest("GET", path, nil))
		if got.Code != want {
			t.Errorf("%s answers %d, not %d", path, got.Code, want)
		}
	}
}

func TestCommandNeedsAnOnlineAgent(t *testing.T) {
	a := &App{registry: registry{agents: map[string]*Agent{"a": {ID: "a", ClusterID: "c1", Status: "offline"}}}}
	command := func(cluster, tool string) error {
		return a.dispatch(t.Context(), &Command{ClusterID: cluster, Type: "diagnostic", Tool: tool, Action: "get"})
	}
	for want, err := range map[string]error{
		"target cluster not found: record not found":          command("c2", "kubectl"),
		"target agent is offline":                             command("c1", "kubectl"),
		"command validation failed: tool 'rm' is not allowed": command("c1", "rm"),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error is %v, not %s", err, want)
		}
	}
}
