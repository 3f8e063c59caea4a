-- Where heads of the bot's audit log are kept outside of the bot's own PostgreSQL (docs/adr/0026-anchors-outside.md).
-- Run it once in a database of another server, as the login that shall own the table and that no process of the bot has:
--   psql -v ON_ERROR_STOP=1 -f anchors.sql "$OTHER_DATABASE"
-- Then give the scheduler a login in aetherius_anchor_writer, and bot and workers one in aetherius_anchor_reader.

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aetherius_anchor_writer') THEN
    CREATE ROLE aetherius_anchor_writer NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'aetherius_anchor_reader') THEN
    CREATE ROLE aetherius_anchor_reader NOLOGIN;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS aetherius_anchors (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seq     bigint NOT NULL,
  hash    text NOT NULL,
  mac     text NOT NULL,
  key_id  text NOT NULL,
  at      timestamptz NOT NULL
);

CREATE OR REPLACE FUNCTION aetherius_anchors_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'anchors are only added' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER only_grow BEFORE UPDATE OR DELETE ON aetherius_anchors
  FOR EACH ROW EXECUTE FUNCTION aetherius_anchors_only_grow();
CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON aetherius_anchors
  FOR EACH STATEMENT EXECUTE FUNCTION aetherius_anchors_only_grow();

REVOKE ALL ON aetherius_anchors FROM PUBLIC;
GRANT SELECT, INSERT ON aetherius_anchors TO aetherius_anchor_writer;
GRANT SELECT ON aetherius_anchors TO aetherius_anchor_reader;
