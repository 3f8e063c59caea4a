-- Up Migration

-- R-X17: a fix that worked and that its maker will put back has an end, at which a worker looks at the object itself.
CREATE TABLE temporary_changes (
  remediation_id  uuid PRIMARY KEY REFERENCES remediations,
  ends_at         timestamptz NOT NULL,
  -- When it is looked at next; whoever looks has it until then.
  due_at          timestamptz NOT NULL,
  -- A look counts only if nobody has looked since.
  version         bigint NOT NULL DEFAULT 1,
  -- When people were told that it is over its time, and since when nobody could look.
  over_at         timestamptz,
  unseen_since    timestamptz,
  closed_at       timestamptz,
  outcome         text CHECK (outcome IN ('gone', 'kept', 'undone')),
  CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX temporary_changes_due ON temporary_changes (due_at) WHERE closed_at IS NULL;

CREATE FUNCTION temporary_change_is_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR NEW.ends_at IS DISTINCT FROM OLD.ends_at
     OR NEW.remediation_id IS DISTINCT FROM OLD.remediation_id
     OR (OLD.over_at IS NOT NULL AND NEW.over_at IS DISTINCT FROM OLD.over_at) THEN
    RAISE EXCEPTION 'the end of % is fixed, and closed once', OLD.remediation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER temporary_change_is_closed_once BEFORE UPDATE ON temporary_changes
  FOR EACH ROW EXECUTE FUNCTION temporary_change_is_closed_once();

-- The worker alone looks. The scheduler must not remove the thread of one that is open.
GRANT SELECT, INSERT, UPDATE ON temporary_changes TO aetherius_app;
GRANT SELECT, INSERT ON temporary_changes TO aetherius_app_worker;
GRANT UPDATE (due_at, version, over_at, unseen_since, closed_at, outcome) ON temporary_changes TO aetherius_app_worker;
GRANT SELECT ON temporary_changes TO aetherius_app_scheduler;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
