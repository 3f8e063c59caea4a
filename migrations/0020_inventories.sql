-- Up Migration

-- What a worker found of an environment, by name (ADR 0039): a row for as long as nothing is other than it was.
CREATE TABLE inventories (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment text NOT NULL,
  areas       jsonb NOT NULL,
  -- When each area was last seen, and when somebody last looked.
  seen_at     jsonb NOT NULL,
  since       timestamptz NOT NULL DEFAULT clock_timestamp(),
  looked_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX inventories_latest ON inventories (environment, id);
CREATE INDEX inventories_age ON inventories (looked_at, id);

-- The worker writes, the bot and `aetherius doctor` show, the scheduler removes what is old.
GRANT SELECT, INSERT ON inventories TO aetherius_app_worker;
GRANT UPDATE (seen_at, looked_at) ON inventories TO aetherius_app_worker;
GRANT SELECT ON inventories TO aetherius_app_bot, aetherius_app_cli;
GRANT SELECT (id, environment, looked_at), DELETE ON inventories TO aetherius_app_scheduler;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
