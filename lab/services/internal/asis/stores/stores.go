// Package stores opens PostgreSQL and Redis as the as-is services do: without a name on any connection, and proved once.
package stores

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/redis/go-redis/v9"
)

// Database is the section `database`.
type Database struct {
	Host            string        `yaml:"host"`
	Port            int           `yaml:"port"`
	User            string        `yaml:"user"`
	Password        string        `yaml:"password"`
	Database        string        `yaml:"database"`
	SSLMode         string        `yaml:"ssl_mode"`
	MaxOpenConns    int           `yaml:"max_open_conns"`
	MaxIdleConns    int           `yaml:"max_idle_conns"`
	ConnMaxLifetime time.Duration `yaml:"conn_max_lifetime"`
}

// Open connects and runs the program's own migration.
func (d Database) Open(migration []string) (*sql.DB, error) {
	db, err := sql.Open("pgx", fmt.Sprintf("host=%s port=%d user=%s password=%s dbname=%s sslmode=%s connect_timeout=5",
		d.Host, d.Port, d.User, d.Password, d.Database, d.SSLMode))
	if err != nil {
		return nil, fmt.Errorf("failed to connect to database: %w", err)
	}
	db.SetMaxOpenConns(d.MaxOpenConns)
	db.SetMaxIdleConns(d.MaxIdleConns)
	db.SetConnMaxLifetime(d.ConnMaxLifetime)
	ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("failed to connect to database: %w", err)
	}
	for _, statement := range migration {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("failed to migrate database: %w", err)
		}
	}
	return db, nil
}

// Redis is the section `redis`.
type Redis struct {
	Addr        string        `yaml:"addr"`
	Password    string        `yaml:"password"`
	DB          int           `yaml:"db"`
	PoolSize    int           `yaml:"pool_size"`
	DialTimeout time.Duration `yaml:"dial_timeout"`
}

// Open connects and asks once.
func (r Redis) Open() (*redis.Client, error) {
	client := redis.NewClient(&redis.Options{Addr: r.Addr, Password: r.Password, DB: r.DB, PoolSize: r.PoolSize,
		DialTimeout: r.DialTimeout, DisableIdentity: true})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close()
		return nil, fmt.Errorf("failed to connect to Redis: %w", err)
	}
	return client, nil
}

// Nats is the section `nats`.
type Nats struct {
	URL           string        `yaml:"url"`
	MaxReconnect  int           `yaml:"max_reconnect"`
	ReconnectWait time.Duration `yaml:"reconnect_wait"`
}
