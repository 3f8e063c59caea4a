-- Up Migration

-- What one login of ours could still do without a key (ADR 0067). The version before goes on beside this one, so its
-- statements stay possible: it appends a row, writes its texts, and moves the head in the same statement.

-- R-L3: the head moves with the row that is appended, by this function of the owner's alone, and a row that does not
-- continue the last one is no row of the log.
CREATE FUNCTION audit_head_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  head audit_head%ROWTYPE;
BEGIN
  -- What a head says that somebody has changed is continued by nobody.
  IF NEW.prev_hash IS DISTINCT FROM coalesce((SELECT hash FROM audit_log WHERE seq = NEW.seq - 1), repeat('0', 64)) THEN
    RAISE EXCEPTION 'row % does not continue the row before it', NEW.seq USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO head FROM audit_head FOR UPDATE;
  -- The version before has moved it by now, as far as the trigger below lets it.
  IF head.seq = NEW.seq AND head.hash = NEW.hash THEN RETURN NULL; END IF;
  IF NEW.seq IS DISTINCT FROM head.seq + 1 OR NEW.prev_hash IS DISTINCT FROM head.hash
     -- The time of the head is one that expiries go by.
     OR NEW.ts < head.ts OR NEW.ts > greatest(head.ts, clock_timestamp()) THEN
    RAISE EXCEPTION 'row % does not continue the audit log, which ends at row %', NEW.seq, head.seq
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash, ts = NEW.ts;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_head_moves AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_head_moves();

-- Whatever the rights: the head names the last row. Only who owns the tables may put it right where it does not; for
-- everybody else it goes one row on.
CREATE FUNCTION audit_head_is_the_last_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last audit_log%ROWTYPE;
BEGIN
  IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
  SELECT * INTO last FROM audit_log ORDER BY seq DESC LIMIT 1;
  IF (NEW.seq, NEW.hash, NEW.ts) IS DISTINCT FROM (last.seq, last.hash, last.ts)
     OR ((last.seq, last.prev_hash) IS DISTINCT FROM (OLD.seq + 1, OLD.hash)
         AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')) THEN
    RAISE EXCEPTION 'the head of the audit log moves with the row that is appended'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_head_is_the_last_row BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_is_the_last_row();

-- Who appends takes turns here, and sees whether the head is the last row before anything is added to it.
CREATE FUNCTION lock_audit_head(OUT seq bigint, OUT hash text, OUT ts timestamptz, OUT last_seq bigint, OUT last_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  SELECT head.seq, head.hash, date_trunc('milliseconds', greatest(head.ts, clock_timestamp()))
    INTO seq, hash, ts FROM audit_head AS head FOR UPDATE;
  SELECT log.seq, log.hash INTO last_seq, last_hash FROM audit_log AS log ORDER BY log.seq DESC LIMIT 1;
END $$;
REVOKE ALL ON FUNCTION lock_audit_head() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_audit_head() TO aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler;

-- R-L7: a text comes in the transaction of its own row, and never later.
CREATE FUNCTION audit_texts_come_with_their_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM audit_log WHERE seq = NEW.seq AND xmin = pg_current_xact_id()::xid) THEN
    RAISE EXCEPTION 'a text of the audit comes with its row, and row % is not of this transaction', NEW.seq
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_texts_come_with_their_row BEFORE INSERT ON audit_texts
  FOR EACH ROW EXECUTE FUNCTION audit_texts_come_with_their_row();

-- R-A10: a button that decides is made by the bot for certain messages and one plan, and what goes to Slack as it stands
-- was written by the bot: each has a MAC under a key that only the bot holds. What has none has no power, so whoever may
-- insert such rows may go on to. Buttons of before have none, and nobody can add one to those.
ALTER TABLE buttons ADD COLUMN places text[], ADD COLUMN mac text, ADD COLUMN of_before boolean NOT NULL DEFAULT true;
ALTER TABLE buttons ALTER COLUMN of_before SET DEFAULT false;
CREATE FUNCTION buttons_are_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.of_before := TG_OP = 'UPDATE' AND OLD.of_before;
  RETURN NEW;
END $$;
CREATE TRIGGER buttons_are_of_now BEFORE INSERT OR UPDATE ON buttons FOR EACH ROW EXECUTE FUNCTION buttons_are_of_now();
ALTER TABLE outbox ADD COLUMN mac text;

-- An answer through an address that the row itself names: nobody writes one any more, and what waits ends here.
UPDATE outbox SET state = 'failed', error = 'kind-dropped', leased_by = NULL, leased_until = NULL
WHERE kind = 'respond' AND state IN ('pending', 'sending');
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
-- Rows of before that are over stay as long as others.
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('render', 'ephemeral', 'home', 'upload', 'page')) NOT VALID;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
