-- Up Migration

-- Who has exported the record is what the bot says, and no other process.
CREATE OR REPLACE FUNCTION may_append(kind text, action text, from_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  -- Only the bot says that a person has confirmed, and who has read the record.
  SELECT (action LIKE 'audit.%' AND (kind = 'bot' OR (action NOT LIKE 'audit.confirmed%' AND action NOT LIKE 'audit.export%')))
    OR CASE kind
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
