-- Up Migration

-- Heads that were written down outside (R-L5): the same row may be remembered again after the record was put back.
ALTER TABLE audit_anchors DROP CONSTRAINT audit_anchors_pkey;
ALTER TABLE audit_anchors ADD PRIMARY KEY (seq, hash, place);
CREATE INDEX audit_anchors_newest ON audit_anchors (place, at DESC);
-- Whether the bot has stopped for an older record, and whether a person let it go on.
CREATE INDEX audit_marks ON audit_log (action, seq DESC) WHERE action IN ('audit.confirmed', 'audit.held');

-- What a record that is older than its anchors has as open ends when a person confirms it, which the bot does (R-L5).
CREATE OR REPLACE FUNCTION may_move(kind text, before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE kind
    WHEN 'bot' THEN (before, after) IN (('proposed','requested'), ('requested','approved'), ('requested','rejected'),
        ('indeterminate','verifying'), ('indeterminate','failed'), ('executing','failed'), ('verifying','failed'),
        ('rolling_back','rollback_failed'))
      OR (before IN ('proposed','requested','approved') AND after IN ('cancelled','expired'))
    WHEN 'worker' THEN (before IN ('proposed','requested','approved') AND after IN ('superseded','expired'))
      OR (before = 'approved' AND after IN ('executing','stale'))
      OR before IN ('executing','verifying','rolling_back','indeterminate')
    WHEN 'scheduler' THEN before IN ('proposed','requested','approved') AND after = 'expired'
    ELSE false END
$$;
CREATE OR REPLACE FUNCTION may_append(kind text, action text, from_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Only the bot says that a person has confirmed.
  SELECT (action LIKE 'audit.%' AND (kind = 'bot' OR action NOT LIKE 'audit.confirmed%')) OR CASE kind
    WHEN 'bot' THEN action IN ('remediation.proposed','remediation.requested','remediation.approval',
        'remediation.approved','remediation.rejected','remediation.cancelled','remediation.expired','remediation.stop',
        'remediation.refused','remediation.moved-place','delivery.forged','decision.forged','signing.began')
      OR (action IN ('remediation.verifying','remediation.failed') AND from_state = 'indeterminate')
      OR (action = 'remediation.failed' AND from_state IN ('executing','verifying'))
      OR (action = 'remediation.rollback_failed' AND from_state = 'rolling_back')
      OR split_part(action, '.', 1) IN ('kill-switch','token','channel','slack')
    WHEN 'worker' THEN action IN ('remediation.proposed','remediation.superseded','remediation.expired',
        'remediation.stale','remediation.executing','remediation.verifying','remediation.succeeded','remediation.failed',
        'remediation.rolling_back','remediation.rolled_back','remediation.rollback_failed','remediation.indeterminate',
        'remediation.claim-held','remediation.taken-over','step.intent','step.outcome','decision.forged')
    WHEN 'scheduler' THEN action = 'remediation.expired'
    ELSE false END
$$;

-- Down Migration
-- State of a running installation is not thrown away by a migration; restore a backup instead.
