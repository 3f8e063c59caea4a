-- Database orchestrator. Every statement may run again.
CREATE TABLE IF NOT EXISTS workflows (
  id text PRIMARY KEY,
  name text NOT NULL,
  definition jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS workflow_executions (
  id uuid PRIMARY KEY,
  workflow_id text NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  input jsonb,
  steps jsonb,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS idx_executions_workflow_id ON workflow_executions (workflow_id);
CREATE INDEX IF NOT EXISTS idx_executions_status ON workflow_executions (status);
CREATE TABLE IF NOT EXISTS workflow_executions_archive (LIKE workflow_executions INCLUDING DEFAULTS);
CREATE TABLE IF NOT EXISTS strategies (
  id text PRIMARY KEY,
  reason text NOT NULL,
  workflow_id text NOT NULL,
  enabled boolean NOT NULL DEFAULT true
);
INSERT INTO strategies (id, reason, workflow_id) VALUES
  ('oom-killed', 'OOMKilled', 'diagnose-oom-killed'),
  ('node-not-ready', 'NodeNotReady', 'diagnose-node-not-ready'),
  ('scheduling', 'FailedScheduling', 'diagnose-node-not-ready')
ON CONFLICT (id) DO NOTHING;
