-- Up Migration

-- What the last looks of a watched environment saw, and whose turn the next one is. A look that another one has overtaken
-- writes nothing.
CREATE TABLE watches (
  environment text PRIMARY KEY,
  state       jsonb NOT NULL DEFAULT '{}',
  turn        bigint NOT NULL DEFAULT 1,
  looked_at   timestamptz,
  taken_until timestamptz
);

-- The worker looks, and adds what it sees to the alerts.
GRANT SELECT, INSERT ON watches TO aetherius_app_worker;
GRANT UPDATE (state, turn, looked_at, taken_until) ON watches TO aetherius_app_worker;
GRANT INSERT (environment, fingerprint, starts_at, status, ends_at, name, labels, notes) ON alerts TO aetherius_app_worker;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
