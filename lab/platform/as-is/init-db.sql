-- The Compose file's tables: another idea of them than the programs' own migration.
CREATE TABLE IF NOT EXISTS agents (
  id varchar(255) PRIMARY KEY, cluster_id varchar(255) NOT NULL, status varchar(50) NOT NULL, version varchar(100),
  last_heartbeat timestamp, connection_info jsonb, metadata jsonb, created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS clusters (
  id varchar(255) PRIMARY KEY, name varchar(255) NOT NULL, region varchar(100), status varchar(50) NOT NULL, config jsonb, metadata jsonb,
  created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS events (
  id varchar(255) PRIMARY KEY, cluster_id varchar(255) NOT NULL, timestamp timestamp NOT NULL, type varchar(100) NOT NULL,
  severity varchar(50) NOT NULL, reason varchar(255), message text, namespace varchar(255), labels jsonb, raw_data jsonb, created_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS commands (
  id varchar(255) PRIMARY KEY, cluster_id varchar(255) NOT NULL, agent_id varchar(255), type varchar(100) NOT NULL, tool varchar(100) NOT NULL,
  action varchar(100) NOT NULL, args jsonb, namespace varchar(255), timeout integer, status varchar(50) NOT NULL, result jsonb,
  issued_by varchar(255), issued_at timestamp NOT NULL, completed_at timestamp, created_at timestamp DEFAULT now());
CREATE INDEX IF NOT EXISTS idx_events_cluster_id ON events (cluster_id);
CREATE INDEX IF NOT EXISTS idx_events_timestamp ON events (timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_agents_cluster_id ON agents (cluster_id);
