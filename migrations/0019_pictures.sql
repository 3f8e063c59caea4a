-- Up Migration

-- Slack's id of a file whose bytes the bot has given to it, from before anybody can see it there (ADR 0037): whoever
-- comes after a crash asks Slack about it before anything is done again. A bundle has its own place for it.
ALTER TABLE outbox ADD COLUMN file_id text;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
