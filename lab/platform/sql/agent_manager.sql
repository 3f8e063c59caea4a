-- Database agent_manager. Every statement may run again.
CREATE TABLE IF NOT EXISTS clusters (
  id text PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS agents (
  id text PRIMARY KEY,
  cluster_id text NOT NULL REFERENCES clusters (id),
  node text NOT NULL DEFAULT '',
  version text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'online',
  registered_at timestamptz NOT NULL DEFAULT now(),
  last_heartbeat timestamptz
);
CREATE TABLE IF NOT EXISTS events (
  id uuid PRIMARY KEY,
  cluster_id text NOT NULL,
  agent_id text NOT NULL,
  severity text NOT NULL,
  reason text NOT NULL DEFAULT '',
  object text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  context jsonb,
  occurrences integer NOT NULL DEFAULT 1,
  timestamp timestamptz NOT NULL DEFAULT now(),
  processed boolean NOT NULL DEFAULT false
);
CREATE INDEX IF NOT EXISTS idx_events_cluster_id ON events (cluster_id);
CREATE INDEX IF NOT EXISTS idx_events_severity ON events (severity);
CREATE INDEX IF NOT EXISTS idx_events_timestamp ON events (timestamp);
CREATE TABLE IF NOT EXISTS commands (
  id uuid PRIMARY KEY,
  agent_id text NOT NULL,
  cluster_id text NOT NULL,
  type text NOT NULL,
  args jsonb,
  status text NOT NULL DEFAULT 'queued',
  timeout_seconds double precision NOT NULL,
  output text,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS idx_commands_created_at ON commands (created_at);
