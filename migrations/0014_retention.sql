-- Up Migration

-- What is old is looked for by its age, and removed once nothing refers to it.
CREATE INDEX runs_age ON runs (created_at, id);
CREATE INDEX messages_age ON messages (created_at, id);
-- By its hash: an index takes no long value, and nothing refuses one that Slack never sends.
CREATE INDEX messages_thread ON messages (hashtextextended(thread_ts, 0)) WHERE thread_ts IS NOT NULL;
CREATE INDEX messages_parent ON messages (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX outbox_age ON outbox (created_at, seq);
CREATE INDEX outbox_uploads ON outbox (created_at, seq) WHERE kind = 'upload';
CREATE INDEX buttons_age ON buttons (expires_at, id);
CREATE INDEX buttons_run ON buttons (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX buttons_remediation ON buttons (remediation_id) WHERE remediation_id IS NOT NULL;
CREATE INDEX remediations_run ON remediations (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX digests_run ON digests (run_id) WHERE run_id IS NOT NULL;
DROP INDEX inbox_age;
CREATE INDEX inbox_age ON inbox (received_at, key);

-- The scheduler removes it (R-A15). Outcomes of probes go with their run.
GRANT DELETE ON runs, messages, buttons, digests TO aetherius_app_scheduler;
GRANT SELECT (key) ON inbox TO aetherius_app_scheduler;

-- Whatever its rights: what is under way, or belongs to a fix that is, cannot be removed.
CREATE FUNCTION open_things_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'runs' THEN
    IF OLD.state IN ('queued', 'running') THEN
      RAISE EXCEPTION 'run % is not over', OLD.id USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF EXISTS (SELECT FROM remediations WHERE id = OLD.remediation_id AND state IN ('proposed', 'requested', 'approved',
      'executing', 'verifying', 'rolling_back', 'indeterminate')) THEN
    RAISE EXCEPTION 'the fix of % % is not over', TG_TABLE_NAME, OLD.id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER open_runs_stay BEFORE DELETE ON runs FOR EACH ROW EXECUTE FUNCTION open_things_stay();
CREATE TRIGGER messages_of_open_fixes_stay BEFORE DELETE ON messages FOR EACH ROW
  WHEN (OLD.remediation_id IS NOT NULL) EXECUTE FUNCTION open_things_stay();
CREATE TRIGGER buttons_of_open_fixes_stay BEFORE DELETE ON buttons FOR EACH ROW
  WHEN (OLD.remediation_id IS NOT NULL) EXECUTE FUNCTION open_things_stay();

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
