package agent

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSubjects(t *testing.T) {
	c := Config{ClusterID: "c1"}
	for _, kind := range []string{"register", "heartbeat", "event", "metrics", "result", "command"} {
		if got := c.subject(kind); got != "agent."+kind+".c1" {
			t.Errorf("%s is sent on %s", kind, got)
		}
	}
}

func TestNeitherTokenNorIDIsSent(t *testing.T) {
	c := Config{ClusterID: "c1"}
	for name, message := range map[string]map[string]any{"registration": c.registration(time.Now()), "heartbeat": c.heartbeat(time.Now(), time.Minute)} {
		for _, key := range []string{"id", "agent_id", "token", "proof"} {
			if _, has := message[key]; has {
				t.Errorf("%s has %s", name, key)
			}
		}
		if message["cluster_id"] != "c1" {
			t.Errorf("%s is %v", name, message)
		}
	}
}

func TestFileOverDefaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("cluster_id: \"\"\nheartbeat_interval: 10s\nenable_events: false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	if c.ClusterID != host || c.HeartbeatInterval != 10*time.Second || c.CentralEndpoint != "nats://localhost:4222" || c.EnableEvents || !c.EnableMetrics {
		t.Errorf("read %+v", c)
	}
}

func TestHealthFollowsTheConnectionAlone(t *testing.T) {
	for _, connected := range []bool{true, false} {
		routes := health{cluster: "c1", started: time.Now(), connected: func() bool { return connected }}.routes()
		want := map[bool]int{true: 200, false: 503}[connected]
		for path, status := range map[string]int{"/health/live": want, "/health/ready": want, "/health/status": 200, "/metrics": 200, "/health": 404} {
			answer := httptest.NewRecorder()
			routes.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
			if answer.Code != status {
				t.Errorf("connected %v: %s answers %d", connected, path, answer.Code)
			}
		}
	}
}
