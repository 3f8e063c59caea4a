-- Up Migration

-- A delivery that another process takes over must be one that the bot itself has written down: a MAC that only a process
-- with Slack's token can make. A row without it is handled by nobody.
ALTER TABLE inbox ADD COLUMN mac text;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
