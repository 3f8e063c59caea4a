// Package settings reads the one file of an as-is service and makes its logger. Keys that the program does not know
// are passed over in silence; variables count only where the program asks for them.
package settings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

// Logging is the section `logging` of the Go services.
type Logging struct {
	Level      string `yaml:"level"`
	Format     string `yaml:"format"`
	OutputPath string `yaml:"output_path"`
}

// Read fills the structure from a YAML file.
func Read(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("failed to read config file: %w", err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("failed to parse config file: %w", err)
	}
	return nil
}

// Text takes a variable that is set and not empty.
func Text(target *string, value string) {
	if value != "" {
		*target = value
	}
}

// Number takes a variable that is a number; anything else leaves the file's value.
func Number(target *int, value string) {
	var n int
	if _, err := fmt.Sscanf(value, "%d", &n); err == nil {
		*target = n
	}
}

const fatal = slog.Level(12)

// NewLogger makes the logger. Without a format there is none: the program ends before its first line.
func NewLogger(l Logging, out io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if l.Level != "" {
		if err := level.UnmarshalText([]byte(l.Level)); err != nil {
			return nil, fmt.Errorf("invalid log level: unrecognized level: %q", l.Level)
		}
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: names}
	switch l.Format {
	case "json":
		return slog.New(slog.NewJSONHandler(out, options)), nil
	case "console":
		return slog.New(slog.NewTextHandler(out, options)), nil
	case "":
		return nil, errors.New("no encoder name specified")
	default:
		return nil, fmt.Errorf("no encoder registered for name %q", l.Format)
	}
}

func names(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Key {
	case slog.TimeKey:
		return slog.String("timestamp", attr.Value.Time().Format("2006-01-02T15:04:05.000Z0700"))
	case slog.LevelKey:
		if level, ok := attr.Value.Any().(slog.Level); ok && level >= fatal {
			return slog.String("level", "fatal")
		}
		return slog.String("level", strings.ToLower(attr.Value.String()))
	default:
		return attr
	}
}

// Main is the frame of the two Go services: file, logger, work. Each failure ends the process with status 1 and one line.
func Main(load func() (Logging, error), work func(*slog.Logger) error) {
	logging, err := load()
	if err != nil {
		fmt.Fprintf(os.Stderr, "Failed to load configuration: %v\n", err)
		os.Exit(1)
	}
	log, err := NewLogger(logging, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "Failed to initialize logger: %v\n", err)
		os.Exit(1)
	}
	if err := work(log); err != nil {
		log.Log(context.Background(), fatal, "Application error", "error", err.Error())
		os.Exit(1)
	}
}
