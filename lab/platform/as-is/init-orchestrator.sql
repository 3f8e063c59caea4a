CREATE TABLE IF NOT EXISTS workflows (
  id varchar(255) PRIMARY KEY, name varchar(255) NOT NULL, description text, trigger_type varchar(100) NOT NULL, trigger_config jsonb,
  status varchar(50) NOT NULL, steps jsonb NOT NULL, priority integer DEFAULT 0, timeout integer, created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS workflow_executions (
  id varchar(255) PRIMARY KEY, workflow_id varchar(255) NOT NULL REFERENCES workflows (id), status varchar(50) NOT NULL, trigger_event jsonb, context jsonb,
  step_executions jsonb, started_at timestamp NOT NULL, completed_at timestamp, duration integer, error text, created_at timestamp DEFAULT now());
CREATE TABLE IF NOT EXISTS strategies (
  id varchar(255) PRIMARY KEY, name varchar(255) NOT NULL, category varchar(100) NOT NULL, symptoms jsonb NOT NULL,
  workflow_id varchar(255) NOT NULL REFERENCES workflows (id), priority integer DEFAULT 0, enabled boolean DEFAULT true,
  created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
