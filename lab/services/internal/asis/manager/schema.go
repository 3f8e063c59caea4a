package manager

// The program's own idea of its tables: made when they are absent; columns are added where another hand made the table.
var migration = []string{
	`CREATE TABLE IF NOT EXISTS agents (id text PRIMARY KEY, cluster_id text NOT NULL)`,
	`ALTER TABLE agents ADD COLUMN IF NOT EXISTS cluster_name text, ADD COLUMN IF NOT EXISTS version text, ADD COLUMN IF NOT EXISTS status text,
	 ADD COLUMN IF NOT EXISTS last_heartbeat timestamptz, ADD COLUMN IF NOT EXISTS registered_at timestamptz, ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	 ADD COLUMN IF NOT EXISTS metadata jsonb, ADD COLUMN IF NOT EXISTS capabilities jsonb, ADD COLUMN IF NOT EXISTS connection_info jsonb`,
	`CREATE TABLE IF NOT EXISTS events (id text PRIMARY KEY, cluster_id text NOT NULL)`,
	`ALTER TABLE events ADD COLUMN IF NOT EXISTS timestamp timestamptz, ADD COLUMN IF NOT EXISTS type text, ADD COLUMN IF NOT EXISTS source text,
	 ADD COLUMN IF NOT EXISTS severity text, ADD COLUMN IF NOT EXISTS reason text, ADD COLUMN IF NOT EXISTS message text, ADD COLUMN IF NOT EXISTS namespace text,
	 ADD COLUMN IF NOT EXISTS labels jsonb, ADD COLUMN IF NOT EXISTS raw_data jsonb, ADD COLUMN IF NOT EXISTS processed_at timestamptz`,
	`CREATE TABLE IF NOT EXISTS clusters (id text PRIMARY KEY, name text NOT NULL)`,
	`ALTER TABLE clusters ADD COLUMN IF NOT EXISTS environment text, ADD COLUMN IF NOT EXISTS region text, ADD COLUMN IF NOT EXISTS status text,
	 ADD COLUMN IF NOT EXISTS health text, ADD COLUMN IF NOT EXISTS created_at timestamptz, ADD COLUMN IF NOT EXISTS updated_at timestamptz`,
	`CREATE TABLE IF NOT EXISTS commands (id text PRIMARY KEY, cluster_id text NOT NULL)`,
	`ALTER TABLE commands ADD COLUMN IF NOT EXISTS type text, ADD COLUMN IF NOT EXISTS tool text, ADD COLUMN IF NOT EXISTS action text, ADD COLUMN IF NOT EXISTS args jsonb,
	 ADD COLUMN IF NOT EXISTS namespace text, ADD COLUMN IF NOT EXISTS timeout bigint, ADD COLUMN IF NOT EXISTS status text, ADD COLUMN IF NOT EXISTS created_at timestamptz,
	 ADD COLUMN IF NOT EXISTS updated_at timestamptz`,
	`CREATE TABLE IF NOT EXISTS command_results (id text PRIMARY KEY, command_id text NOT NULL, cluster_id text, status text, output text, error text, timestamp timestamptz)`,
}
