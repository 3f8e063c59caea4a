-- Up Migration

-- R-L7: what people type stands beside the log; a row of it has a keyed digest of its text, so that the text can go and
-- the chain still holds. Rows of before have what was typed in themselves, and stay as they are.
CREATE TABLE audit_texts (
  seq    bigint NOT NULL REFERENCES audit_log,
  -- `reason`, or a fact: `facts.name`.
  field  text NOT NULL,
  salt   text NOT NULL,
  text   text NOT NULL,
  PRIMARY KEY (seq, field)
);
-- Which texts are removed is said by a row of the log, before they go.
CREATE INDEX audit_texts_removed ON audit_log (seq) WHERE action = 'audit.texts-removed';

-- Whatever the rights: no text changes, and none goes that is young or of which no row says so.
CREATE FUNCTION audit_texts_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    RAISE EXCEPTION 'a text of the audit does not change' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.seq > coalesce((SELECT (facts->>'through')::bigint FROM audit_log WHERE action = 'audit.texts-removed'
       ORDER BY seq DESC LIMIT 1), 0)
     OR (SELECT ts FROM audit_log WHERE seq = OLD.seq) > clock_timestamp() - interval '30 days' THEN
    RAISE EXCEPTION 'no row says that the text of row % is removed, or it is young', OLD.seq
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER audit_texts_are_kept BEFORE UPDATE OR DELETE ON audit_texts
  FOR EACH ROW EXECUTE FUNCTION audit_texts_are_kept();
CREATE TRIGGER audit_texts_are_not_truncated BEFORE TRUNCATE ON audit_texts
  FOR EACH STATEMENT EXECUTE FUNCTION audit_texts_are_kept();

-- Such a row never goes back: the newest one says it for all. A process that looked before another one wrote comes late.
CREATE FUNCTION audit_texts_go_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.facts->>'through')::bigint IS NULL OR (NEW.facts->>'through')::bigint <= coalesce((SELECT (facts->>'through')::bigint
       FROM audit_log WHERE action = 'audit.texts-removed' ORDER BY seq DESC LIMIT 1), 0) THEN
    RAISE EXCEPTION 'that texts up to row % are removed is said already', NEW.facts->>'through'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_texts_go_on BEFORE INSERT ON audit_log
  FOR EACH ROW WHEN (NEW.action = 'audit.texts-removed') EXECUTE FUNCTION audit_texts_go_on();

-- Whoever writes rows, writes texts. The scheduler removes them unread.
GRANT INSERT ON audit_texts TO aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler;
GRANT SELECT ON audit_texts TO aetherius_app_bot, aetherius_app_cli;
GRANT SELECT (seq, field), DELETE ON audit_texts TO aetherius_app_scheduler;

-- The same texts stand in the rows that they were typed for, and go from there with the same age. What says so is for how
-- many days they were kept; without it, none was given.
ALTER TABLE remediations ADD COLUMN reason_kept_days integer;
ALTER TABLE approvals ADD COLUMN reason_kept_days integer;
CREATE INDEX remediations_typed ON remediations (finished_at)
  WHERE (reason IS NOT NULL AND reason IS DISTINCT FROM finding_key) OR (outcome->>'waiting' = 'kill-switch' AND outcome ? 'why');
CREATE INDEX approvals_typed ON approvals (decided_at) WHERE reason IS NOT NULL;
CREATE INDEX follow_ups_typed ON follow_ups (closed_at) WHERE note IS NOT NULL;

CREATE OR REPLACE FUNCTION follow_up_is_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.people IS DISTINCT FROM OLD.people OR NEW.opened_at IS DISTINCT FROM OLD.opened_at
     OR NEW.remediation_id IS DISTINCT FROM OLD.remediation_id
     -- Its note may go, as the owner's function below takes it; nothing else changes once it is closed.
     OR (OLD.closed_at IS NOT NULL AND NOT (acts_as_all() AND NEW.note IS NULL
       AND (NEW.closed_at, NEW.closed_by, NEW.closed_by_id) IS NOT DISTINCT FROM (OLD.closed_at, OLD.closed_by, OLD.closed_by_id))) THEN
    RAISE EXCEPTION 'the follow-up of % is closed once', OLD.remediation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- All that the scheduler may do to them: of what is over and old, a few rows at a time. Whoever is at work there is not
-- waited for.
CREATE FUNCTION forget_typed(kept_ms double precision, most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  WITH kept AS (SELECT statement_timestamp() - greatest(kept_ms * interval '1 millisecond', interval '30 days') AS before,
    floor(kept_ms / 86400000)::integer AS days),
  over AS (
    SELECT id FROM remediations, kept WHERE finished_at < before
      AND ((reason IS NOT NULL AND reason IS DISTINCT FROM finding_key) OR (outcome->>'waiting' = 'kill-switch' AND outcome ? 'why'))
      AND NOT EXISTS (SELECT FROM follow_ups WHERE remediation_id = id AND closed_at IS NULL)
    ORDER BY finished_at LIMIT most FOR UPDATE OF remediations SKIP LOCKED),
  fixes AS (
    UPDATE remediations SET
      reason_kept_days = CASE WHEN reason IS NULL OR reason = finding_key THEN reason_kept_days ELSE days END,
      reason = CASE WHEN reason = finding_key THEN reason END,
      outcome = CASE WHEN outcome->>'waiting' = 'kill-switch' THEN outcome - 'why' ELSE outcome END
    FROM over, kept WHERE remediations.id = over.id RETURNING 1),
  voted AS (
    SELECT remediation_id, person_id FROM approvals JOIN remediations ON id = remediation_id, kept
    WHERE decided_at < before AND approvals.reason IS NOT NULL AND finished_at < before
      AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.remediation_id = id AND f.closed_at IS NULL)
    ORDER BY decided_at LIMIT most FOR UPDATE OF approvals SKIP LOCKED),
  votes AS (
    UPDATE approvals a SET reason = NULL, reason_kept_days = days FROM voted, kept
    WHERE a.remediation_id = voted.remediation_id AND a.person_id = voted.person_id RETURNING 1),
  closed AS (
    SELECT remediation_id FROM follow_ups, kept WHERE closed_at < before AND note IS NOT NULL
    ORDER BY closed_at LIMIT most FOR UPDATE OF follow_ups SKIP LOCKED),
  notes AS (
    UPDATE follow_ups f SET note = NULL FROM closed
    WHERE f.remediation_id = closed.remediation_id RETURNING 1),
  switches AS (
    UPDATE kill_switches SET reason = '' FROM kept WHERE coalesce(until, at) < before AND at < before AND reason <> ''
      AND NOT (active AND until IS NULL) RETURNING 1),
  ended AS (
    SELECT id FROM tokens, kept WHERE least(revoked_at, expires_at) < before AND name <> ''
    LIMIT most FOR UPDATE OF tokens SKIP LOCKED),
  names AS (UPDATE tokens SET name = '' FROM ended WHERE tokens.id = ended.id RETURNING 1)
  SELECT ((SELECT count(*) FROM fixes) + (SELECT count(*) FROM votes) + (SELECT count(*) FROM notes)
    + (SELECT count(*) FROM switches) + (SELECT count(*) FROM names))::integer
$$;
REVOKE ALL ON FUNCTION forget_typed(double precision, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_typed(double precision, integer) TO aetherius_app_scheduler;

CREATE OR REPLACE FUNCTION may_append(kind text, action text, from_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Only the bot says that a person has confirmed, and who has read the record; only the scheduler, which texts went.
  SELECT (action LIKE 'audit.%' AND (kind = 'bot' OR (action NOT LIKE 'audit.confirmed%' AND action NOT LIKE 'audit.export%'))
      AND (kind = 'scheduler' OR action NOT LIKE 'audit.texts%'))
    OR CASE kind
    WHEN 'bot' THEN action IN ('remediation.proposed','remediation.requested','remediation.approval',
        'remediation.approved','remediation.rejected','remediation.cancelled','remediation.expired','remediation.stop',
        'remediation.refused','remediation.moved-place','remediation.break-glass','remediation.follow-up-closed',
        'delivery.forged','decision.forged','signing.began')
      OR (action IN ('remediation.verifying','remediation.failed') AND from_state = 'indeterminate')
      OR (action = 'remediation.failed' AND from_state IN ('executing','verifying'))
      OR (action = 'remediation.rollback_failed' AND from_state = 'rolling_back')
      OR split_part(action, '.', 1) IN ('kill-switch','token','channel','slack')
    WHEN 'worker' THEN action IN ('remediation.proposed','remediation.superseded','remediation.expired',
        'remediation.stale','remediation.executing','remediation.verifying','remediation.succeeded','remediation.failed',
        'remediation.rolling_back','remediation.rolled_back','remediation.rollback_failed','remediation.indeterminate',
        'remediation.claim-held','remediation.taken-over','step.intent','step.outcome','decision.forged')
    WHEN 'scheduler' THEN action = 'remediation.expired'
    ELSE false END
$$;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
