-- Up Migration

-- What calls people outside of Slack goes through the outbox, too: written with the state that it reports (R-S3).
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('render', 'ephemeral', 'respond', 'home', 'upload', 'page'));

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
