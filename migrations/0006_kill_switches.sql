-- Up Migration

-- A switch may end by itself; without a time it holds until somebody releases it.
ALTER TABLE kill_switches ADD COLUMN until timestamptz;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
