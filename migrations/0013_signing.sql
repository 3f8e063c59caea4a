-- Up Migration

-- Each kind of process signs what it writes with a key of its own (ADR 0025). Rows of before have no signature.
ALTER TABLE audit_log ADD COLUMN signature text, ADD COLUMN signed_by text;
ALTER TABLE approvals ADD COLUMN signature text, ADD COLUMN signed_by text;
-- Over what was asked for and what was approved, by the bot.
ALTER TABLE remediations ADD COLUMN seal text, ADD COLUMN sealed_by text;
GRANT UPDATE (seal, sealed_by) ON remediations TO aetherius_app_bot;

-- The last row that needs no signature, signed by the first bot that had a key.
CREATE TABLE signing_start (
  singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  seq        bigint NOT NULL,
  hash       text NOT NULL,
  signed_by  text NOT NULL,
  signature  text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON signing_start TO aetherius_app, aetherius_app_bot, aetherius_app_worker, aetherius_app_scheduler,
  aetherius_app_cli;
GRANT INSERT ON signing_start TO aetherius_app, aetherius_app_bot;

-- A process without a key writes nothing more, instead of a row that nobody can believe.
CREATE FUNCTION audit_rows_are_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.signature IS NULL AND EXISTS (SELECT FROM signing_start) THEN
    RAISE EXCEPTION 'rows of the audit log are signed since %', (SELECT at FROM signing_start)
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_rows_are_signed BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_rows_are_signed();

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
