// Command asis-orchestrator-service: see the package orchestrator.
package main

import (
	"flag"
	"log/slog"
	"os"

	"aetherius.lab/services/internal/asis/orchestrator"
	"aetherius.lab/services/internal/asis/settings"
)

func main() {
	path := flag.String("config", "/app/configs/config.yaml", "path to configuration file")
	flag.Parse()
	var config orchestrator.Config
	settings.Main(func() (_ settings.Logging, err error) {
		config, err = orchestrator.Load(*path, os.Getenv)
		return config.Logging, err
	}, func(log *slog.Logger) error { return orchestrator.Run(config, log) })
}
