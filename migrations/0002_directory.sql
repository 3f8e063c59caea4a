-- Up Migration

-- What the bot last read from Slack about people, groups and channels (R-A3, R-A8). Workers hold no
-- Slack token: they check counted approvers here, and believe nothing that is older than their limit.
CREATE TABLE directory_snapshot (
  kind          text NOT NULL CHECK (kind IN ('installation','person','group','channel')),
  id            text NOT NULL,
  data          jsonb NOT NULL,
  -- Taken before Slack was asked, so that the age is never understated.
  refreshed_at  timestamptz NOT NULL,
  PRIMARY KEY (kind, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON directory_snapshot TO aetherius_app;

-- An anchor names the key it is signed with, so that keys can be replaced (R-L5, R-L6).
ALTER TABLE audit_anchors ADD COLUMN key_id text NOT NULL DEFAULT 'k1';
ALTER TABLE audit_anchors ALTER COLUMN key_id DROP DEFAULT;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
