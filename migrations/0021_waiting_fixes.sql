-- Up Migration

-- R-X2: an approved fix may wait for another one on the same object. It holds nothing meanwhile, and takes the object
-- in the move that begins it. Which fix it waits for is written with the approval, and by nobody else.
ALTER TABLE remediations ADD COLUMN waits_for uuid REFERENCES remediations CHECK (waits_for <> id);
GRANT UPDATE (waits_for) ON remediations TO aetherius_app_bot;

DROP INDEX remediations_open_target;
CREATE UNIQUE INDEX remediations_open_target ON remediations (environment, target)
  WHERE state IN ('executing','verifying','rolling_back','indeterminate') OR (state = 'approved' AND waits_for IS NULL);

CREATE OR REPLACE FUNCTION locks_of(r remediations) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN r.state IN ('executing','verifying','rolling_back','indeterminate') OR (r.state = 'approved' AND r.waits_for IS NULL)
      THEN r.claims || (SELECT coalesce(array_agg('asked ' || r.action_id || ' ' || c), '{}') FROM unnest(r.claims) AS c)
    WHEN r.state IN ('requested','approved')
      THEN (SELECT coalesce(array_agg('asked ' || r.action_id || ' ' || c), '{}') FROM unnest(r.claims) AS c)
    ELSE '{}' END
$$;

CREATE FUNCTION waits_since_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (OLD.state = 'requested' AND NEW.state = 'approved') THEN
    RAISE EXCEPTION 'what remediation % waits for is fixed with its approval', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER waits_since_approval BEFORE UPDATE OF waits_for ON remediations
  FOR EACH ROW WHEN (OLD.waits_for IS DISTINCT FROM NEW.waits_for) EXECUTE FUNCTION waits_since_approval();

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
