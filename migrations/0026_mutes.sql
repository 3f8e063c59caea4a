-- Up Migration

-- A finding that people know of is not told by itself (ADR 0083). The table was there before, and nothing wrote into it.
ALTER TABLE mutes
  ALTER COLUMN until DROP NOT NULL,
  ADD COLUMN part text NOT NULL DEFAULT '',
  -- The worst that it covers: what is worse is told.
  ADD COLUMN severity text NOT NULL DEFAULT 'info' CHECK (severity IN ('info', 'warning', 'critical')),
  -- `known` is accepted for good, a `mute` has an end.
  ADD COLUMN kind text NOT NULL DEFAULT 'mute' CHECK (kind IN ('mute', 'known')),
  -- What spoke for it, where it names a cause of a diagnosis (`D3.a`) instead of a finding.
  ADD COLUMN evidence jsonb,
  -- It ends before its time when the finding is gone.
  ADD COLUMN while_there boolean NOT NULL DEFAULT false,
  ADD COLUMN ended_at timestamptz,
  ADD COLUMN ended text CHECK (ended IN ('lifted', 'replaced', 'gone', 'rose')),
  ADD CONSTRAINT mutes_end CHECK ((kind = 'known') = (until IS NULL)
    AND (until IS NULL OR until <= created_at + interval '30 days 1 minute')),
  ADD CONSTRAINT mutes_critical CHECK (severity <> 'critical' OR (until IS NOT NULL AND NOT while_there)),
  ADD CONSTRAINT mutes_known CHECK (kind = 'mute' OR evidence IS NULL);
ALTER TABLE mutes
  ALTER COLUMN part DROP DEFAULT, ALTER COLUMN severity DROP DEFAULT,
  ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN while_there DROP DEFAULT;
CREATE UNIQUE INDEX mutes_open ON mutes (environment, part, finding_code) WHERE ended_at IS NULL;
CREATE INDEX mutes_age ON mutes (created_at, id);

-- A worker may end one, which makes things louder. What has ended stays so, and nothing else of a row ever changes.
CREATE FUNCTION keep_mute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR (to_jsonb(NEW) - 'ended_at' - 'ended') <> (to_jsonb(OLD) - 'ended_at' - 'ended') THEN
    RAISE EXCEPTION 'a mute only ends, and once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mutes_keep BEFORE UPDATE ON mutes FOR EACH ROW EXECUTE FUNCTION keep_mute();

-- People mute through the bot. The worker reads what is muted, because it judges; the scheduler removes what is over.
REVOKE UPDATE ON mutes FROM aetherius_app;
GRANT SELECT, INSERT, UPDATE (ended_at, ended) ON mutes TO aetherius_app_bot;
GRANT SELECT, UPDATE (ended_at, ended) ON mutes TO aetherius_app_worker;
GRANT SELECT (id, created_at, until, ended_at), DELETE ON mutes TO aetherius_app_scheduler;

-- An incident whose cause was muted is looked at again: its answer is then another message of another run.
GRANT UPDATE (message_id, run_id) ON incidents TO aetherius_app_bot;

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
      OR (split_part(action, '.', 1) = 'mute' AND action <> 'mute.ended')
    WHEN 'worker' THEN action IN ('remediation.proposed','remediation.superseded','remediation.expired',
        'remediation.stale','remediation.executing','remediation.verifying','remediation.succeeded','remediation.failed',
        'remediation.rolling_back','remediation.rolled_back','remediation.rollback_failed','remediation.indeterminate',
        'remediation.claim-held','remediation.taken-over','step.intent','step.outcome','decision.forged','mute.ended')
    WHEN 'scheduler' THEN action = 'remediation.expired'
    ELSE false END
$$;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
