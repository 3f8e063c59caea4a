-- Up Migration

-- A bundle on its way from the worker, which has no token of Slack, to the bot, which has no credential of the platform
-- (ADR 0035). It goes in pieces, and is whole once its size and digest stand here.
CREATE TABLE bundles (
  run_id      uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  bytes       bigint CHECK (bytes > 0),
  sha256      text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  -- Slack's id of the file, from before anybody can see it there.
  file_id     text,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((bytes IS NULL) = (sha256 IS NULL))
);
CREATE TABLE bundle_pieces (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id      uuid NOT NULL REFERENCES bundles ON DELETE CASCADE,
  at          integer NOT NULL CHECK (at >= 0),
  piece       bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (run_id, at)
);
-- They are compressed already.
ALTER TABLE bundle_pieces ALTER COLUMN piece SET STORAGE EXTERNAL;
CREATE INDEX bundle_pieces_age ON bundle_pieces (created_at, seq);

-- Whatever the rights: what is whole stays as it was collected.
CREATE FUNCTION whole_bundles_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'bundles' THEN
    IF OLD.sha256 IS NOT NULL AND (NEW.bytes, NEW.sha256, NEW.run_id) IS DISTINCT FROM (OLD.bytes, OLD.sha256, OLD.run_id) THEN
      RAISE EXCEPTION 'bundle % is whole', OLD.run_id USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM bundles WHERE run_id = NEW.run_id AND sha256 IS NOT NULL) THEN
    RAISE EXCEPTION 'bundle % is whole', NEW.run_id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER whole_bundles_stay BEFORE UPDATE ON bundles FOR EACH ROW EXECUTE FUNCTION whole_bundles_stay();
CREATE TRIGGER pieces_of_whole_bundles_stay BEFORE INSERT OR UPDATE ON bundle_pieces
  FOR EACH ROW EXECUTE FUNCTION whole_bundles_stay();

-- The worker writes, the bot reads and removes what Slack has, the scheduler removes what is old, unread.
GRANT SELECT, INSERT ON bundles TO aetherius_app_worker;
GRANT UPDATE (bytes, sha256) ON bundles TO aetherius_app_worker;
GRANT INSERT ON bundle_pieces TO aetherius_app_worker;
GRANT SELECT (run_id, at), DELETE ON bundle_pieces TO aetherius_app_worker;
GRANT SELECT ON bundles, bundle_pieces TO aetherius_app_bot;
GRANT UPDATE (file_id) ON bundles TO aetherius_app_bot;
GRANT DELETE ON bundle_pieces TO aetherius_app_bot;
GRANT SELECT (seq, created_at), DELETE ON bundle_pieces TO aetherius_app_scheduler;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
