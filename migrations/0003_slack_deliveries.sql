-- Up Migration

-- A delivery keeps its body until it has been handled, so that one whose process died after the ack is handled
-- by another process instead of being lost (Slack does not send an acknowledged delivery again).
ALTER TABLE inbox
  ADD COLUMN payload jsonb,
  ADD COLUMN attempts integer NOT NULL DEFAULT 1,
  ADD COLUMN leased_until timestamptz,
  ADD COLUMN handled_at timestamptz;
CREATE INDEX inbox_unhandled ON inbox (leased_until) WHERE handled_at IS NULL AND payload IS NOT NULL;

-- Who has opened App Home lately: their Home is published again when what it shows changes.
CREATE TABLE home_viewers (
  user_id    text PRIMARY KEY,
  team_id    text NOT NULL,
  opened_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON home_viewers TO aetherius_app;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
