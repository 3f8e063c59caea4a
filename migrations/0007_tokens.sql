-- Up Migration

-- Personal tokens of the command line (ADR 0023). The token itself is nowhere; the digest is an HMAC under a key that
-- the database does not hold, over the token, its owner and its end: a changed row proves nobody.
CREATE TABLE tokens (
  id            text PRIMARY KEY,
  digest        text NOT NULL,
  owner         jsonb NOT NULL,
  name          text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at    timestamptz NOT NULL,
  last_used_at  timestamptz,
  revoked_at    timestamptz
);
CREATE INDEX tokens_owner ON tokens ((owner ->> 'userId'), expires_at);

CREATE FUNCTION keep_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
    RAISE EXCEPTION 'a revoked token stays revoked';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tokens_stay_revoked BEFORE UPDATE ON tokens FOR EACH ROW EXECUTE FUNCTION keep_revoked();

GRANT SELECT, INSERT ON tokens TO aetherius_app;
GRANT UPDATE (last_used_at, revoked_at) ON tokens TO aetherius_app;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
