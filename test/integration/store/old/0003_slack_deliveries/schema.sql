CREATE TABLE aetherius_migrations (
  id SERIAL PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);

-- 0001_state.sql
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aetherius_app') THEN
    CREATE ROLE aetherius_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  EXECUTE format('GRANT aetherius_app TO %I', current_user);
END $$;

CREATE TABLE runs (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL,
  environment   text NOT NULL,
  params        jsonb NOT NULL DEFAULT '{}',
  state         text NOT NULL CHECK (state IN ('queued','running','complete','failed','expired')),
  attempt       integer NOT NULL DEFAULT 0,
  source        text NOT NULL,
  requested_by  jsonb,
  surface       jsonb,
  dedupe_key    text UNIQUE,
  lease_owner   text,
  lease_until   timestamptz,
  summary       jsonb,
  error         jsonb,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  enqueued_at   timestamptz,
  started_at    timestamptz,
  finished_at   timestamptz
);
CREATE INDEX runs_open ON runs (environment, state, created_at) WHERE state IN ('queued','running');
CREATE INDEX runs_history ON runs (environment, created_at DESC);

CREATE TABLE run_probes (
  run_id       uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
  key          text NOT NULL,
  probe        text NOT NULL,
  part         text NOT NULL,
  status       text NOT NULL CHECK (status IN ('healthy','unhealthy','skipped','inconclusive')),
  findings     jsonb NOT NULL DEFAULT '[]',
  facts        jsonb NOT NULL DEFAULT '{}',
  reason       text,
  cause        jsonb,
  started_at   timestamptz NOT NULL,
  duration_ms  integer NOT NULL,
  PRIMARY KEY (run_id, key)
);

CREATE TABLE inbox (
  key             text PRIMARY KEY,
  kind            text NOT NULL,
  payload_digest  text NOT NULL,
  received_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX inbox_age ON inbox (received_at);

CREATE TABLE messages (
  id             uuid PRIMARY KEY,
  purpose        text NOT NULL,
  run_id         uuid REFERENCES runs,
  remediation_id uuid,
  channel        text NOT NULL,
  parent_id      uuid REFERENCES messages,
  thread_ts      text,
  ts             text,
  version        bigint NOT NULL DEFAULT 0,
  sent_version   bigint NOT NULL DEFAULT 0,
  lost           text,
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX messages_run ON messages (run_id);
CREATE INDEX messages_remediation ON messages (remediation_id);

CREATE TABLE outbox (
  id            uuid PRIMARY KEY,
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  kind          text NOT NULL CHECK (kind IN ('render','ephemeral','respond','home','upload')),
  message_id    uuid REFERENCES messages,
  lane          text NOT NULL,
  priority      smallint NOT NULL DEFAULT 0,
  version       bigint,
  payload       jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','sending','sent','superseded','failed')),
  attempts      integer NOT NULL DEFAULT 0,
  due_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  leased_by     text,
  leased_until  timestamptz,
  error         text,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at       timestamptz
);
CREATE INDEX outbox_due ON outbox (due_at, priority, seq) WHERE state IN ('pending','sending');
CREATE INDEX outbox_message ON outbox (message_id, version);

CREATE TABLE buttons (
  id              text PRIMARY KEY,
  purpose         text NOT NULL,
  run_id          uuid REFERENCES runs,
  remediation_id  uuid,
  plan_hash       text,
  data            jsonb NOT NULL DEFAULT '{}',
  expires_at      timestamptz NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE remediations (
  id                   uuid PRIMARY KEY,
  handle               text NOT NULL UNIQUE,
  environment          text NOT NULL,
  action_id            text NOT NULL,
  action_version       integer NOT NULL,
  target               text NOT NULL,
  state                text NOT NULL,
  version              bigint NOT NULL DEFAULT 1,
  tier                 smallint NOT NULL CHECK (tier BETWEEN 0 AND 3),
  plan                 jsonb NOT NULL,
  plan_hash            text NOT NULL,
  finding_key          text,
  run_id               uuid REFERENCES runs,
  undo_of              uuid REFERENCES remediations,
  surface              jsonb,
  proposed_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  offer_expires_at     timestamptz NOT NULL,
  requester            jsonb,
  requester_id         text,
  reason               text,
  eligible             jsonb,
  policy_version       text,
  requested_at         timestamptz,
  request_expires_at   timestamptz,
  reminders            jsonb NOT NULL DEFAULT '[]',
  approved_at          timestamptz,
  approval_expires_at  timestamptz,
  enqueued_at          timestamptz,
  attempt              integer NOT NULL DEFAULT 0,
  fence                bigint,
  lease_owner          text,
  lease_until          timestamptz,
  image_version        text,
  abort_requested      boolean NOT NULL DEFAULT false,
  verify_until         timestamptz,
  outcome              jsonb,
  evidence_digest      text,
  successor            uuid REFERENCES remediations,
  finished_at          timestamptz,
  updated_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (state IN ('proposed','requested','approved','executing','verifying','succeeded','failed','rolling_back','rolled_back','rollback_failed','rejected','expired','cancelled','superseded','stale','indeterminate'))
);
ALTER TABLE messages ADD FOREIGN KEY (remediation_id) REFERENCES remediations;
ALTER TABLE buttons ADD FOREIGN KEY (remediation_id) REFERENCES remediations;
CREATE UNIQUE INDEX remediations_open_target ON remediations (environment, target)
  WHERE state IN ('approved','executing','verifying','rolling_back','indeterminate');
CREATE INDEX remediations_live ON remediations (environment, state)
  WHERE state IN ('proposed','requested','approved','executing','verifying','rolling_back','indeterminate');

CREATE FUNCTION remediation_plan_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.plan IS DISTINCT FROM OLD.plan OR NEW.plan_hash IS DISTINCT FROM OLD.plan_hash
     OR NEW.target IS DISTINCT FROM OLD.target OR NEW.environment IS DISTINCT FROM OLD.environment
     OR NEW.action_id IS DISTINCT FROM OLD.action_id OR NEW.action_version IS DISTINCT FROM OLD.action_version
     OR NEW.tier IS DISTINCT FROM OLD.tier THEN
    RAISE EXCEPTION 'plan of remediation % is immutable', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER remediation_plan_is_immutable BEFORE UPDATE ON remediations
  FOR EACH ROW EXECUTE FUNCTION remediation_plan_is_immutable();

CREATE TABLE approvals (
  remediation_id  uuid NOT NULL REFERENCES remediations,
  person_id       text NOT NULL,
  person          jsonb NOT NULL,
  decision        text NOT NULL CHECK (decision IN ('approve','reject')),
  plan_hash       text NOT NULL,
  policy_version  text NOT NULL,
  reason          text,
  payload_digest  text NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  decided_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (remediation_id, person_id)
);
CREATE FUNCTION requester_does_not_approve() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r remediations%ROWTYPE;
BEGIN
  SELECT * INTO r FROM remediations WHERE id = NEW.remediation_id;
  IF NEW.decision = 'approve' AND r.tier >= 2 AND r.requester_id = NEW.person_id THEN
    RAISE EXCEPTION 'requester cannot approve remediation %', r.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.plan_hash <> r.plan_hash THEN
    RAISE EXCEPTION 'approval names another plan of remediation %', r.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER requester_does_not_approve BEFORE INSERT OR UPDATE ON approvals
  FOR EACH ROW EXECUTE FUNCTION requester_does_not_approve();

CREATE TABLE fences (
  environment  text NOT NULL,
  target       text NOT NULL,
  fence        bigint NOT NULL,
  PRIMARY KEY (environment, target)
);

CREATE TABLE remediation_steps (
  remediation_id  uuid NOT NULL REFERENCES remediations,
  direction       text NOT NULL CHECK (direction IN ('apply','undo')),
  idx             integer NOT NULL,
  attempt         integer NOT NULL,
  fence           bigint NOT NULL,
  intent_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  outcome         text CHECK (outcome IN ('done','observed-done','failed','not-done')),
  outcome_at      timestamptz,
  facts           jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (remediation_id, direction, idx, attempt)
);

CREATE TABLE kill_switches (
  scope   text PRIMARY KEY,
  active  boolean NOT NULL,
  by      jsonb NOT NULL,
  reason  text NOT NULL,
  at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE channel_settings (
  channel          text PRIMARY KEY,
  team_id          text NOT NULL,
  digest_enabled   boolean,
  digest_at        text,
  digest_timezone  text,
  updated_by       jsonb NOT NULL,
  updated_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE digests (
  channel      text NOT NULL,
  environment  text NOT NULL,
  local_date   text NOT NULL,
  due_at       timestamptz NOT NULL,
  run_id       uuid REFERENCES runs,
  findings     jsonb,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at  timestamptz,
  PRIMARY KEY (channel, local_date)
);
CREATE INDEX digests_previous ON digests (channel, environment, finished_at DESC) WHERE finished_at IS NOT NULL;

CREATE TABLE mutes (
  id           uuid PRIMARY KEY,
  environment  text NOT NULL,
  finding_code text NOT NULL,
  until        timestamptz NOT NULL,
  reason       text NOT NULL,
  by           jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE audit_log (
  seq             bigint PRIMARY KEY,
  prev_hash       text NOT NULL,
  hash            text NOT NULL,
  mac             text NOT NULL,
  key_id          text NOT NULL,
  ts              timestamptz NOT NULL,
  actor           text NOT NULL,
  actor_team      text NOT NULL,
  action          text NOT NULL,
  remediation_id  uuid,
  plan_hash       text,
  from_state      text,
  to_state        text,
  policy_version  text,
  reason          text,
  request_ids     jsonb NOT NULL DEFAULT '[]',
  payload_digest  text,
  facts           jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_remediation ON audit_log (remediation_id, seq);
CREATE TABLE audit_head (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seq       bigint NOT NULL,
  hash      text NOT NULL,
  ts        timestamptz NOT NULL
);
INSERT INTO audit_head (seq, hash, ts) VALUES (0, repeat('0', 64), '-infinity');
CREATE TABLE audit_anchors (
  seq        bigint NOT NULL,
  hash       text NOT NULL,
  mac        text NOT NULL,
  place      text NOT NULL,
  reference  text,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (seq, place)
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

DO $$ BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO aetherius_app', current_schema());
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON runs, run_probes, inbox, messages, outbox, buttons, remediations,
  remediation_steps, fences, kill_switches, channel_settings, digests, mutes TO aetherius_app;
GRANT SELECT, INSERT, UPDATE ON approvals TO aetherius_app;
GRANT SELECT, UPDATE ON audit_head TO aetherius_app;
GRANT SELECT, INSERT ON audit_log, audit_anchors TO aetherius_app;

-- 0002_directory.sql
CREATE TABLE directory_snapshot (
  kind          text NOT NULL CHECK (kind IN ('installation','person','group','channel')),
  id            text NOT NULL,
  data          jsonb NOT NULL,
  refreshed_at  timestamptz NOT NULL,
  PRIMARY KEY (kind, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON directory_snapshot TO aetherius_app;

ALTER TABLE audit_anchors ADD COLUMN key_id text NOT NULL DEFAULT 'k1';
ALTER TABLE audit_anchors ALTER COLUMN key_id DROP DEFAULT;

-- 0003_slack_deliveries.sql
ALTER TABLE inbox
  ADD COLUMN payload jsonb,
  ADD COLUMN attempts integer NOT NULL DEFAULT 1,
  ADD COLUMN leased_until timestamptz,
  ADD COLUMN handled_at timestamptz;
CREATE INDEX inbox_unhandled ON inbox (leased_until) WHERE handled_at IS NULL AND payload IS NOT NULL;

CREATE TABLE home_viewers (
  user_id    text PRIMARY KEY,
  team_id    text NOT NULL,
  opened_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON home_viewers TO aetherius_app;
