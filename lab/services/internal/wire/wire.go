// Package wire has the messages between agents and services, and the proof an agent registers with.
package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Subjects are patterns with {cluster_id} in them, as configured.
type Subjects struct{ Registration, Heartbeat, Event, Metrics, Result, Command, Inspect, Announce string }

// For puts a cluster's id into a pattern.
func For(pattern, cluster string) string { return strings.ReplaceAll(pattern, "{cluster_id}", cluster) }

// Any makes a pattern a subscription to every cluster.
func Any(pattern string) string { return For(pattern, "*") }

// Announced is the subject on which a stored event is made known.
func (s Subjects) Announced(cluster, severity string) string {
	return strings.ReplaceAll(For(s.Announce, cluster), "{severity}", severity)
}

// EveryAnnouncement takes all that is announced: what stands before the first placeholder, and all below.
func (s Subjects) EveryAnnouncement() string {
	before, _, _ := strings.Cut(s.Announce, "{")
	return before + ">"
}

// Registration is what an agent asks to be known by.
type Registration struct {
	AgentID   string    `json:"agent_id"`
	ClusterID string    `json:"cluster_id"`
	Node      string    `json:"node"`
	Version   string    `json:"version"`
	Sent      time.Time `json:"sent"`
	Proof     string    `json:"proof"`
}

// Answer is agent-manager's reply to a registration.
type Answer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// Heartbeat says that an agent lives.
type Heartbeat struct {
	AgentID   string    `json:"agent_id"`
	ClusterID string    `json:"cluster_id"`
	Sent      time.Time `json:"sent"`
}

// Event is something an agent saw in its cluster.
type Event struct {
	ID        string          `json:"id"`
	AgentID   string          `json:"agent_id"`
	ClusterID string          `json:"cluster_id"`
	Severity  string          `json:"severity"`
	Reason    string          `json:"reason"`
	Object    string          `json:"object"`
	Message   string          `json:"message"`
	Timestamp time.Time       `json:"timestamp"`
	Payload   string          `json:"payload,omitempty"`
	Context   json.RawMessage `json:"context,omitempty"`
}

// Sample is a report of an agent's own figures.
type Sample struct {
	AgentID   string             `json:"agent_id"`
	ClusterID string             `json:"cluster_id"`
	Sent      time.Time          `json:"sent"`
	Values    map[string]float64 `json:"values"`
}

// Command is work for an agent; Timeout is in seconds.
type Command struct {
	ID        string         `json:"id"`
	AgentID   string         `json:"agent_id"`
	ClusterID string         `json:"cluster_id"`
	Type      string         `json:"type"`
	Args      map[string]any `json:"args"`
	Timeout   float64        `json:"timeout"`
}

// Result is what came of a command.
type Result struct {
	CommandID string    `json:"command_id"`
	AgentID   string    `json:"agent_id"`
	OK        bool      `json:"ok"`
	Output    string    `json:"output"`
	Error     string    `json:"error,omitempty"`
	Finished  time.Time `json:"finished"`
}

// Prove makes the proof of a registration: the token itself never travels.
func Prove(token string, r Registration) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(r.AgentID + "|" + r.ClusterID + "|" + r.Sent.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(mac.Sum(nil))
}

// Proved is true when the registration was made with this token.
func Proved(token string, r Registration) bool {
	return hmac.Equal([]byte(Prove(token, r)), []byte(r.Proof))
}
