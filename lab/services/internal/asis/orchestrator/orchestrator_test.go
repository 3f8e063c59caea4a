package orchestrator

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestPasswordAndAddressesOfVariablesAreNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := "database:\n  host: localhost\n  password: old\nredis:\n  addr: localhost:6379\nai:\n  reasoning_service_url: http://localhost:8082\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"DB_HOST": "postgres", "DB_PASSWORD": "new", "DATABASE_PASSWORD": "new", "REDIS_ADDR": "redis:6379", "REASONING_SERVICE_URL": "http://r:1", "AGENT_MANAGER_URL": "http://a:1"}
	c, err := Load(path, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.Host != "postgres" || c.Database.Password != "old" || c.Redis.Addr != "localhost:6379" || c.AI.ReasoningServiceURL != "http://localhost:8082" {
		t.Errorf("read %+v", c)
	}
}

func TestPayloadWantsTheEventItself(t *testing.T) {
	for text, want := range map[string]string{
		`{"payload":{"event_id":"e1","reason":"OOMKilling"}}`: "",
		`{"payload":{"event":{"reason":"OOMKilling"}}}`:       "OOMKilling",
	} {
		var event Event
		if err := json.Unmarshal([]byte(text), &event); err != nil {
			t.Fatal(err)
		}
		if got, ok := event.reason(); got != want || ok != (want != "") {
			t.Errorf("%s gives %q", text, got)
		}
	}
}

func TestCommandsGoToTheFixedAddress(t *testing.T) {
	address, body := step{Type: "command", Config: map[string]any{"tool": "kubectl"}}.request("http://reasoning:1", "c1", "x")
	if address != "http://agent-manager:8080/api/v1/commands" || body["tool"] != "kubectl" || body["cluster_id"] != "c1" {
		t.Errorf("%s %v", address, body)
	}
	if address, _ := (step{Type: "notification"}).request("", "", ""); address != "" {
		t.Errorf("a notification calls %s", address)
	}
}
