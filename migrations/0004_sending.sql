-- Up Migration

-- Whether its answer has been shown. One that shows only progress may be left behind: its answer then comes as a post of
-- its own. Messages of before count as answered, so that their answers stay where people have seen them.
ALTER TABLE messages
  ADD COLUMN answered boolean NOT NULL DEFAULT true,
  -- Where it stood before its answer became a post of its own.
  ADD COLUMN moved_from text;
ALTER TABLE messages ALTER COLUMN answered SET DEFAULT false;

-- 0: decisions, 1: answers, 2: progress. Before, decisions and answers were 0 and progress was 1.
UPDATE outbox SET priority = 2 WHERE priority = 1 AND state IN ('pending', 'sending');
COMMENT ON COLUMN outbox.priority IS '0: decisions, 1: answers, 2: progress';

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
