// Command asis-collect-agent: see the package agent.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"aetherius.lab/services/internal/asis/agent"
	"aetherius.lab/services/internal/asis/settings"
)

func main() {
	path := flag.String("config", "/etc/aetherius/config.yaml", "path to configuration file")
	port := flag.Int("health-port", 8080, "port for health checks")
	flag.Parse()
	var config agent.Config
	settings.Main(func() (_ settings.Logging, err error) {
		config, err = agent.Load(*path)
		config.HealthPort = *port
		return settings.Logging{Level: "info", Format: "json"}, err
	}, func(log *slog.Logger) error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if err := agent.Run(ctx, config, log); err != nil {
			return fmt.Errorf("failed to start agent: %w", err)
		}
		return nil
	})
}
