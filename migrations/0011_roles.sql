-- Up Migration

-- One role a kind of process (ADR 0025). A login is a member of one of them; `aetherius_app` is the sum, for one process
-- that does everything.
DO $$
DECLARE
  kind text;
  role name;
BEGIN
  FOREACH kind IN ARRAY ARRAY['bot', 'worker', 'scheduler', 'cli'] LOOP
    role := 'aetherius_app_' || kind;
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
      END IF;
    -- Another database of this server was quicker.
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    BEGIN
      IF NOT pg_has_role('aetherius_app', role, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO aetherius_app', role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT ON audit_log, audit_head, audit_anchors TO %I', role);
  END LOOP;
END $$;

-- Whether whoever runs this statement has the rights of a kind; in a function of the owner's rights that is the owner.
CREATE FUNCTION acts_as(kind text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT pg_has_role(current_user, 'aetherius_app_' || kind, 'USAGE')
$$;
-- One process that does everything is bound by its own code alone, as it was before.
CREATE FUNCTION acts_as_all() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT pg_has_role(current_user, 'aetherius_app', 'USAGE')
$$;

-- Locks need a right to change something, so there is a column that says nothing.
ALTER TABLE directory_snapshot ADD COLUMN held boolean;

-- What people type goes once its run has begun: all that a worker may do to a delivery.
CREATE FUNCTION settle_delivery(delivery text) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  UPDATE inbox SET handled_at = coalesce(handled_at, clock_timestamp()),
    payload = jsonb_strip_nulls(jsonb_build_object('response_url', payload->'response_url',
      'user_id', coalesce(payload->'user_id', payload#>'{user,id}')))
  WHERE key = delivery AND payload IS NOT NULL
    AND EXISTS (SELECT FROM runs WHERE dedupe_key = delivery AND state = 'running')
  RETURNING true
$$;
REVOKE ALL ON FUNCTION settle_delivery(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle_delivery(text) TO aetherius_app_worker;

-- The bot: deliveries, decisions, settings, sending.
GRANT SELECT, INSERT ON runs, buttons, tokens TO aetherius_app_bot;
GRANT SELECT, INSERT, UPDATE ON inbox, messages, outbox, approvals, fences, kill_switches, channel_settings,
  directory_snapshot, home_viewers, slack_socket_count TO aetherius_app_bot;
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_sockets TO aetherius_app_bot;
GRANT SELECT ON run_probes, remediations, remediation_steps, target_locks, digests TO aetherius_app_bot;
GRANT UPDATE (last_used_at, revoked_at) ON tokens TO aetherius_app_bot;
GRANT INSERT (id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash, finding_key,
  run_id, undo_of, surface, offer_expires_at) ON remediations TO aetherius_app_bot, aetherius_app_worker;
GRANT UPDATE (state, version, requester, requester_id, reason, eligible, policy_version, requested_at,
  request_expires_at, approved_at, approval_expires_at, abort_requested, surface, private_place, successor, finished_at,
  -- How a person says that an unknown outcome ended.
  fence, lease_until, verify_until, outcome) ON remediations TO aetherius_app_bot;

-- The worker: runs, offers, steps and verdicts.
GRANT SELECT ON runs, messages, outbox, buttons, remediations, approvals, target_locks, kill_switches, channel_settings,
  digests, directory_snapshot TO aetherius_app_worker;
GRANT UPDATE (held) ON directory_snapshot TO aetherius_app_worker;
GRANT UPDATE (params, state, attempt, lease_owner, lease_until, summary, error, enqueued_at, started_at, finished_at)
  ON runs TO aetherius_app_worker;
GRANT SELECT, INSERT, UPDATE ON run_probes, fences TO aetherius_app_worker;
GRANT SELECT, INSERT ON remediation_steps TO aetherius_app_worker;
GRANT UPDATE (outcome, outcome_at, facts) ON remediation_steps TO aetherius_app_worker;
GRANT INSERT ON messages, outbox, buttons TO aetherius_app_worker;
GRANT UPDATE (version) ON messages TO aetherius_app_worker;
GRANT UPDATE (state) ON outbox TO aetherius_app_worker;
GRANT UPDATE (findings, finished_at) ON digests TO aetherius_app_worker;
GRANT UPDATE (state, version, live, live_at, enqueued_at, attempt, fence, lease_owner, lease_until, image_version,
  verify_until, outcome, evidence_digest, successor, finished_at) ON remediations TO aetherius_app_worker;

-- The scheduler: digests that are due, what expires, what is old.
GRANT SELECT, INSERT ON runs, digests TO aetherius_app_scheduler;
GRANT UPDATE (params, state, lease_until, finished_at) ON runs TO aetherius_app_scheduler;
GRANT SELECT ON run_probes, messages, outbox, buttons, remediations, remediation_steps, approvals, target_locks,
  kill_switches, channel_settings TO aetherius_app_scheduler;
GRANT INSERT ON messages, outbox, buttons TO aetherius_app_scheduler;
GRANT UPDATE (version) ON messages TO aetherius_app_scheduler;
GRANT UPDATE (state) ON outbox TO aetherius_app_scheduler;
GRANT DELETE ON outbox, inbox TO aetherius_app_scheduler;
GRANT SELECT (received_at) ON inbox TO aetherius_app_scheduler;
GRANT UPDATE (state, version, reminders, finished_at) ON remediations TO aetherius_app_scheduler;

-- Whoever writes, adds to the audit log.
GRANT INSERT ON audit_log TO aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler;
GRANT UPDATE ON audit_head TO aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler;
GRANT INSERT ON audit_anchors TO aetherius_app_bot, aetherius_app_scheduler;

-- For `doctor`, by whoever runs it.
GRANT SELECT ON slack_socket_count TO aetherius_app_cli;

-- Which moves of a fix are whose (R-A15).
CREATE FUNCTION may_move(kind text, before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE kind
    WHEN 'bot' THEN (before, after) IN (('proposed','requested'), ('requested','approved'), ('requested','rejected'),
        ('indeterminate','verifying'), ('indeterminate','failed'))
      OR (before IN ('proposed','requested','approved') AND after IN ('cancelled','expired'))
    WHEN 'worker' THEN (before IN ('proposed','requested','approved') AND after IN ('superseded','expired'))
      OR (before = 'approved' AND after IN ('executing','stale'))
      OR before IN ('executing','verifying','rolling_back','indeterminate')
    WHEN 'scheduler' THEN before IN ('proposed','requested','approved') AND after = 'expired'
    ELSE false END
$$;
CREATE FUNCTION remediation_moves_by_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF acts_as_all() THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a remediation begins as proposed' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF NEW.state IS DISTINCT FROM OLD.state
    AND NOT (SELECT bool_or(acts_as(kind) AND may_move(kind, OLD.state, NEW.state))
             FROM unnest(ARRAY['bot','worker','scheduler']) AS kind) THEN
    RAISE EXCEPTION '% may not move a remediation from % to %', current_user, OLD.state, NEW.state
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER remediation_moves_by_role BEFORE INSERT OR UPDATE ON remediations
  FOR EACH ROW EXECUTE FUNCTION remediation_moves_by_role();

-- Which rows of the audit are whose: decisions are the bot's, execution is the worker's.
CREATE FUNCTION may_append(kind text, action text, from_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT action LIKE 'audit.%' OR CASE kind
    WHEN 'bot' THEN action IN ('remediation.proposed','remediation.requested','remediation.approval',
        'remediation.approved','remediation.rejected','remediation.cancelled','remediation.expired','remediation.stop',
        'remediation.refused','remediation.moved-place','delivery.forged','decision.forged','signing.began')
      OR (action IN ('remediation.verifying','remediation.failed') AND from_state = 'indeterminate')
      OR split_part(action, '.', 1) IN ('kill-switch','token','channel','slack')
    WHEN 'worker' THEN action IN ('remediation.proposed','remediation.superseded','remediation.expired',
        'remediation.stale','remediation.executing','remediation.verifying','remediation.succeeded','remediation.failed',
        'remediation.rolling_back','remediation.rolled_back','remediation.rollback_failed','remediation.indeterminate',
        'remediation.claim-held','remediation.taken-over','step.intent','step.outcome','decision.forged')
    WHEN 'scheduler' THEN action = 'remediation.expired'
    ELSE false END
$$;
CREATE FUNCTION audit_rows_by_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT acts_as_all() AND NOT (SELECT bool_or(acts_as(kind) AND may_append(kind, NEW.action, NEW.from_state))
          FROM unnest(ARRAY['bot','worker','scheduler']) AS kind) THEN
    RAISE EXCEPTION '% may not write % into the audit log', current_user, NEW.action
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_rows_by_role BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_rows_by_role();

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
