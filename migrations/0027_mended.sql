-- Up Migration

-- What the answer of a run found is mended since: when that was seen, and by which fix. Without a fix a newer look saw it well.
ALTER TABLE runs ADD COLUMN mended_at timestamptz, ADD COLUMN mended_by uuid,
  ADD CONSTRAINT runs_mended CHECK (mended_by IS NULL OR mended_at IS NOT NULL);
CREATE INDEX runs_not_mended ON runs (environment, finished_at DESC)
  WHERE kind IN ('health', 'diagnose') AND state = 'complete' AND mended_at IS NULL;

-- The worker looks and verifies; the bot writes the verdict of a fix whose outcome a person has told.
GRANT UPDATE (mended_at, mended_by) ON runs TO aetherius_app_worker, aetherius_app_bot;

-- Home says what the last look saw.
GRANT SELECT ON watches TO aetherius_app_bot;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
