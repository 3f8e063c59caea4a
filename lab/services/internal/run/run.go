// Package run is the frame of every program: configuration, logger, signals, exit status.
package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/logging"
	"aetherius.lab/services/internal/profile"
)

// Main runs a program until SIGTERM or SIGINT. Errors at start end it with status 1 and one log line.
func Main(name string, keys []config.Key, body func(context.Context, *config.Config, *slog.Logger) error) {
	if err := profile.Load(); err != nil {
		fmt.Fprintln(os.Stderr, name+": "+err.Error())
		os.Exit(2)
	}
	name = profile.Current.Or(name)
	cfg, err := config.Load(name, keys, os.Args[1:], os.LookupEnv)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, name+": "+err.Error())
		os.Exit(2)
	}
	log := logging.New(name, cfg.String("log.level"), cfg.String("log.format"))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := body(ctx, cfg, log); err != nil {
		log.Error("fatal: "+err.Error(), "component", "server")
		os.Exit(1)
	}
	log.Info("stopped", "component", "server")
}
