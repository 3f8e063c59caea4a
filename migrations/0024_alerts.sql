-- Up Migration

-- Who receives alerts has a role of its own (ADR 0077). Where this login may not make roles somebody else makes it, before
-- or after; what it may do is granted whenever the schema is brought up to date.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aetherius_app_alerts')
     AND (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    CREATE ROLE aetherius_app_alerts NOLOGIN;
    GRANT aetherius_app_alerts TO aetherius_app;
  END IF;
-- Another database of this server was quicker.
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- What Alertmanager and Grafana have sent. One alert that comes twice is one row; its end is a row of its own, because who
-- receives may change nothing.
CREATE TABLE alerts (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment  text NOT NULL,
  fingerprint  text NOT NULL,
  starts_at    timestamptz NOT NULL,
  status       text NOT NULL CHECK (status IN ('firing', 'resolved')),
  ends_at      timestamptz,
  name         text NOT NULL,
  labels       jsonb NOT NULL,
  notes        jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When a bot has read it, and where it belongs; nowhere where nobody is told.
  taken_at     timestamptz,
  incident_id  uuid,
  UNIQUE (environment, fingerprint, starts_at, status)
);
CREATE INDEX alerts_waiting ON alerts (id) WHERE taken_at IS NULL;
CREATE INDEX alerts_incident ON alerts (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX alerts_age ON alerts (received_at, id);

-- One message in the channel of an environment, for alerts of one symptom that belong together.
CREATE TABLE incidents (
  id           uuid PRIMARY KEY,
  environment  text NOT NULL,
  symptom      text NOT NULL,
  channel      text NOT NULL,
  language     text NOT NULL,
  message_id   uuid NOT NULL,
  run_id       uuid,
  opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  resolved_at  timestamptz,
  -- How many alerts came, and how many of them the thread has named.
  alerts       integer NOT NULL,
  said         integer NOT NULL,
  line_at      timestamptz,
  names        jsonb NOT NULL,
  unsaid       jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX incidents_latest ON incidents (environment, symptom, opened_at DESC);
CREATE INDEX incidents_message ON incidents (message_id);
CREATE INDEX incidents_unsaid ON incidents (line_at) WHERE said < alerts;
CREATE INDEX incidents_age ON incidents (opened_at, id);

-- The bot takes them and tells of them, the scheduler removes what is old.
GRANT SELECT, UPDATE (taken_at, incident_id) ON alerts TO aetherius_app_bot;
GRANT SELECT, INSERT, UPDATE (last_at, resolved_at, alerts, said, line_at, names, unsaid) ON incidents TO aetherius_app_bot;
GRANT SELECT (id, received_at, incident_id), DELETE ON alerts TO aetherius_app_scheduler;
GRANT SELECT (id, opened_at), DELETE ON incidents TO aetherius_app_scheduler;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
