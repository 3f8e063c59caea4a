package settings

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type file struct {
	Database struct {
		SSLMode string `yaml:"ssl_mode"`
		Name    string `yaml:"database"`
	} `yaml:"database"`
	Logging Logging `yaml:"logging"`
}

// The ConfigMap's keys: `sslmode` and `log_level` are not the program's.
const manifest = "database:\n  database: aetherius_agent_manager\n  sslmode: disable\n  max_connections: 50\nlog_level: info\n"

func TestKeysOfTheManifestLeaveNoLogger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	var f file
	if err := Read(path, &f); err != nil {
		t.Fatal(err)
	}
	if f.Database.Name != "aetherius_agent_manager" || f.Database.SSLMode != "" {
		t.Errorf("read %+v", f.Database)
	}
	_, err := NewLogger(f.Logging, os.Stdout)
	if err == nil || err.Error() != "no encoder name specified" {
		t.Errorf("error is %v", err)
	}
}

func TestLoggerWritesOneJSONLine(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLogger(Logging{Level: "info", Format: "json"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("unseen")
	log.Info("seen", "cluster_id", "c1")
	line := out.String()
	if strings.Contains(line, "unseen") || !strings.Contains(line, `"level":"info","msg":"seen","cluster_id":"c1"`) || !strings.Contains(line, `"timestamp":"`) {
		t.Errorf("wrote %s", line)
	}
}

func TestVariables(t *testing.T) {
	text, number := "file", 5432
	Text(&text, "")
	Number(&number, "many")
	if text != "file" || number != 5432 {
		t.Errorf("an empty or wrong variable changed them: %s %d", text, number)
	}
	Text(&text, "variable")
	Number(&number, "6432")
	if text != "variable" || number != 6432 {
		t.Errorf("variables did not count: %s %d", text, number)
	}
}
