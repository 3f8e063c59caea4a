// Command asis-agent-manager: see the package manager.
package main

import (
	"flag"
	"log/slog"
	"os"

	"aetherius.lab/services/internal/asis/manager"
	"aetherius.lab/services/internal/asis/settings"
)

func main() {
	path := flag.String("config", "/app/configs/config.yaml", "path to configuration file")
	flag.Parse()
	var config manager.Config
	settings.Main(func() (_ settings.Logging, err error) {
		config, err = manager.Load(*path, os.Getenv)
		return config.Logging, err
	}, func(log *slog.Logger) error { return manager.Run(config, log) })
}
