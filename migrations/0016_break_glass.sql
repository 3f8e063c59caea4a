-- Up Migration

-- R-A9: a fix may be approved without its quorum by people who are named for it. The bot signs that it was.
ALTER TABLE approvals DROP CONSTRAINT approvals_decision_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_decision_check CHECK (decision IN ('approve', 'reject', 'break-glass'));
ALTER TABLE remediations ADD COLUMN glass boolean NOT NULL DEFAULT false;
GRANT UPDATE (glass) ON remediations TO aetherius_app_bot;

-- What it leaves: somebody who had no part in it looks at what was done, and says so.
CREATE TABLE follow_ups (
  remediation_id  uuid PRIMARY KEY REFERENCES remediations,
  -- Person ids of those who did it or asked for it.
  people          text[] NOT NULL CHECK (cardinality(people) > 0),
  opened_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at       timestamptz,
  closed_by       jsonb,
  closed_by_id    text,
  note            text,
  CHECK (closed_by_id IS NULL OR closed_by_id <> ALL (people)),
  CHECK ((closed_at IS NULL) = (closed_by_id IS NULL))
);
CREATE INDEX follow_ups_open ON follow_ups (opened_at) WHERE closed_at IS NULL;
CREATE FUNCTION follow_up_is_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR NEW.people IS DISTINCT FROM OLD.people OR NEW.opened_at IS DISTINCT FROM OLD.opened_at
     OR NEW.remediation_id IS DISTINCT FROM OLD.remediation_id THEN
    RAISE EXCEPTION 'the follow-up of % is closed once', OLD.remediation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follow_up_is_closed_once BEFORE UPDATE ON follow_ups
  FOR EACH ROW EXECUTE FUNCTION follow_up_is_closed_once();
GRANT SELECT, INSERT, UPDATE ON follow_ups TO aetherius_app;
GRANT SELECT, INSERT ON follow_ups TO aetherius_app_bot;
GRANT UPDATE (closed_at, closed_by, closed_by_id, note) ON follow_ups TO aetherius_app_bot;
GRANT SELECT ON follow_ups TO aetherius_app_worker, aetherius_app_scheduler;

CREATE OR REPLACE FUNCTION may_append(kind text, action text, from_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Only the bot says that a person has confirmed, and who has read the record.
  SELECT (action LIKE 'audit.%' AND (kind = 'bot' OR (action NOT LIKE 'audit.confirmed%' AND action NOT LIKE 'audit.export%')))
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
