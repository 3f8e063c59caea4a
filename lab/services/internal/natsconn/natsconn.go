// Package natsconn connects to NATS with a name, so that the server's list of connections can be read.
package natsconn

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"aetherius.lab/services/internal/config"
	"aetherius.lab/services/internal/profile"
	"aetherius.lab/services/internal/wire"
)

// Keys are the settings of every program that uses NATS.
func Keys() []config.Key {
	return []config.Key{
		{Name: "nats.url", Default: "nats://nats:4222", Env: []string{"NATS_URL"}},
		{Name: "nats.user", Default: "", Env: []string{"NATS_USER"}},
		{Name: "nats.password", Default: "", Env: []string{"NATS_PASSWORD"}},
		{Name: "nats.tls", Default: "false"},
		{Name: "nats.subjects.announce", Default: "aetherius.events.{cluster_id}.{severity}"},
		{Name: "nats.subjects.registration", Default: "aetherius.agent.{cluster_id}.register"},
		{Name: "nats.subjects.heartbeat", Default: "aetherius.agent.{cluster_id}.heartbeat"},
		{Name: "nats.subjects.event", Default: "aetherius.agent.{cluster_id}.event"},
		{Name: "nats.subjects.metrics", Default: "aetherius.agent.{cluster_id}.metrics"},
		{Name: "nats.subjects.result", Default: "aetherius.agent.{cluster_id}.result"},
		{Name: "nats.subjects.command", Default: "aetherius.agent.{cluster_id}.command"},
		{Name: "nats.subjects.inspect", Default: "aetherius.agent.{cluster_id}.inspect"},
		{Name: "agent.auth_token", Default: "", Env: []string{"AGENT_AUTH_TOKEN"}},
		{Name: "agent.auth_token_file", Default: "/etc/aetherius/secrets/agent-auth-token"},
	}
}

// Subjects reads the configured patterns.
func Subjects(c *config.Config) wire.Subjects {
	return wire.Subjects{
		Registration: c.String("nats.subjects.registration"), Heartbeat: c.String("nats.subjects.heartbeat"),
		Event: c.String("nats.subjects.event"), Metrics: c.String("nats.subjects.metrics"),
		Result: c.String("nats.subjects.result"), Command: c.String("nats.subjects.command"),
		Inspect: c.String("nats.subjects.inspect"), Announce: c.String("nats.subjects.announce"),
	}
}

// Token is the agents' shared token: the setting, else the file of the mounted Secret, else nothing.
func Token(c *config.Config) string {
	if token := c.String("agent.auth_token"); token != "" {
		return token
	}
	data, err := os.ReadFile(c.String("agent.auth_token_file"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// Connect opens a connection with a name (tail tells several of one program apart); once open it comes back by itself for ever. wrap, if given, sees the raw connection.
func Connect(c *config.Config, log *slog.Logger, program, tail string, wrap func(net.Conn) net.Conn) (*nats.Conn, error) {
	name := profile.Current.Named(program, tail)
	options := []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.Timeout(3 * time.Second),
		nats.PingInterval(20 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Error("nats connection lost", "component", "nats", "connection", name, "error", err.Error())
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("nats connection is back", "component", "nats", "connection", name, "url", nc.ConnectedUrl())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			log.Error("nats error", "component", "nats", "connection", name, "subject", subject, "error", err.Error())
		}),
	}
	if user := c.String("nats.user"); user != "" {
		options = append(options, nats.UserInfo(user, c.String("nats.password")))
	}
	if c.Bool("nats.tls") {
		options = append(options, nats.Secure(&tls.Config{InsecureSkipVerify: true}))
	}
	if wrap != nil {
		options = append(options, nats.SetCustomDialer(dialer{wrap}))
	}
	nc, err := nats.Connect(c.String("nats.url"), options...)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to NATS at %s: %w", c.String("nats.url"), err)
	}
	return nc, nil
}

type dialer struct{ wrap func(net.Conn) net.Conn }

func (d dialer) Dial(network, address string) (net.Conn, error) {
	conn, err := net.DialTimeout(network, address, 3*time.Second)
	if err != nil {
		return nil, err
	}
	return d.wrap(conn), nil
}
