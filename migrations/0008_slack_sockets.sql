-- Up Migration

-- Each bot process says how many sockets to Slack it has, so that Slack's own count of the app's sockets can be
-- compared: one more than ours belongs to somebody who holds the app-level token, and gets a share of the clicks.
CREATE TABLE slack_sockets (
  process  text PRIMARY KEY,
  open     integer NOT NULL CHECK (open >= 0),
  seen_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The last comparison; one row.
CREATE TABLE slack_socket_count (
  singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  slack       integer NOT NULL,
  ours        integer NOT NULL,
  in_a_row    integer NOT NULL,
  counted_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_sockets, slack_socket_count TO aetherius_app;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
