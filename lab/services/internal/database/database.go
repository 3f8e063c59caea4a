// Package database opens a service's pool on PostgreSQL.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/profile"
)

// Keys are the settings of the pool; name is the database's default name.
func Keys(name string) []config.Key {
	return []config.Key{
		{Name: "database.host", Default: "postgres", Env: []string{"DATABASE_HOST"}},
		{Name: "database.port", Default: "5432", Env: []string{"DATABASE_PORT"}},
		{Name: "database.user", Default: "aetherius", Env: []string{"DATABASE_USER"}},
		{Name: "database.password", Default: "", Env: []string{"DATABASE_PASSWORD"}},
		{Name: "database.name", Default: name, Env: []string{"DATABASE_NAME"}},
		{Name: "database.sslmode", Default: "disable"},
		{Name: "database.max_open_conns", Default: "20"},
		{Name: "database.max_idle_conns", Default: "5"},
		{Name: "database.conn_max_lifetime", Default: "60"},
	}
}

// Open makes the pool and proves it. The idle part of the pool is opened at once and kept, so that
// the first requests do not wait for connections.
func Open(ctx context.Context, c *config.Config, application string) (*sql.DB, error) {
	address := fmt.Sprintf("%s:%s/%s", c.String("database.host"), c.String("database.port"), c.String("database.name"))
	parsed, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=%s connect_timeout=5",
		c.String("database.host"), c.String("database.port"), c.String("database.user"), c.String("database.name"), c.String("database.sslmode")))
	if err != nil {
		return nil, fmt.Errorf("database settings for %s: %w", address, err)
	}
	parsed.Password = c.String("database.password")
	if name := profile.Current.Named(application, ""); name != "" {
		parsed.RuntimeParams["application_name"] = name
	}
	db := stdlib.OpenDB(*parsed)
	open, idle := c.Int("database.max_open_conns"), c.Int("database.max_idle_conns")
	db.SetMaxOpenConns(open)
	db.SetMaxIdleConns(idle)
	db.SetConnMaxLifetime(c.Minutes("database.conn_max_lifetime"))
	check, cancel := context.WithTimeout(ctx, 6*time.Second)
	defer cancel()
	if err := db.PingContext(check); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("cannot connect to the database at %s as %s: %w", address, c.String("database.user"), err)
	}
	if open > 0 && idle > open {
		idle = open
	}
	warm(ctx, db, idle)
	return db, nil
}

// warm opens n connections at the same time and gives them back; a refused one is left for later.
func warm(ctx context.Context, db *sql.DB, n int) {
	held := make([]*sql.Conn, 0, n)
	for range n {
		attempt, cancel := context.WithTimeout(ctx, 3*time.Second)
		conn, err := db.Conn(attempt)
		cancel()
		if err != nil {
			break
		}
		held = append(held, conn)
	}
	for _, conn := range held {
		_ = conn.Close()
	}
}
