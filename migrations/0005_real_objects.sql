-- Up Migration

-- What a plan is about, as `key=value` of its identity: the real objects, whatever an environment calls them.
CREATE FUNCTION plan_claims(plan jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  -- An index takes no long value; no real identity is one.
  SELECT coalesce(array_agg(DISTINCT CASE WHEN octet_length(claim) > 500 THEN md5(claim) ELSE claim END), '{}')
  FROM (SELECT regexp_replace(key, '\.[0-9]+$', '') || '=' || value AS claim FROM jsonb_each_text(CASE jsonb_typeof(plan -> 'identity') WHEN 'object' THEN plan -> 'identity' ELSE '{}' END)
    WHERE value <> '') AS of_identity
$$;
ALTER TABLE remediations
  ADD COLUMN claims text[] NOT NULL GENERATED ALWAYS AS (plan_claims(plan)) STORED,
  -- What moves (keys, sessions) as it was seen last; the plan keeps what was seen when it was made.
  ADD COLUMN live jsonb,
  ADD COLUMN live_at timestamptz,
  -- Whether people outside may not know of the place where it was asked for; unknown counts as private.
  ADD COLUMN private_place boolean NOT NULL DEFAULT true;
CREATE INDEX remediations_claims ON remediations USING gin (claims);

-- R-X2: one open remediation per real object, in however many environments it is; and one request of the same action.
CREATE TABLE target_locks (
  claim           text PRIMARY KEY,
  remediation_id  uuid NOT NULL REFERENCES remediations ON DELETE CASCADE
);
CREATE INDEX target_locks_remediation ON target_locks (remediation_id);
CREATE FUNCTION locks_of(r remediations) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN r.state IN ('approved','executing','verifying','rolling_back','indeterminate')
      THEN r.claims || (SELECT coalesce(array_agg('asked ' || r.action_id || ' ' || c), '{}') FROM unnest(r.claims) AS c)
    WHEN r.state = 'requested'
      THEN (SELECT coalesce(array_agg('asked ' || r.action_id || ' ' || c), '{}') FROM unnest(r.claims) AS c)
    ELSE '{}' END
$$;
-- With the owner's rights: the application cannot give an object free that is being changed.
CREATE FUNCTION hold_target() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  wanted constant text[] := locks_of(NEW);
BEGIN
  DELETE FROM target_locks WHERE remediation_id = NEW.id AND claim <> ALL (wanted);
  INSERT INTO target_locks (claim, remediation_id)
    SELECT wants.claim, NEW.id FROM unnest(wanted) AS wants(claim)
    WHERE NOT EXISTS (SELECT 1 FROM target_locks AS held WHERE held.remediation_id = NEW.id AND held.claim = wants.claim);
  RETURN NULL;
END $$;
CREATE TRIGGER hold_target AFTER INSERT OR UPDATE OF state ON remediations
  FOR EACH ROW EXECUTE FUNCTION hold_target();
-- An installation of before may have two for one object: the older one keeps it.
INSERT INTO target_locks (claim, remediation_id)
  SELECT unnest(locks_of(r)), r.id FROM remediations AS r ORDER BY r.approved_at NULLS LAST, r.id
  ON CONFLICT DO NOTHING;
GRANT SELECT ON target_locks TO aetherius_app;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
