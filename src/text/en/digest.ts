/** Words of the daily digest. */
export const digest = {
  'digest.title': '*Daily digest · {environment} · {date}*',
  'digest.summary': '{fresh} new · {worse} worse · {fixed} fixed · {still} still there',
  'digest.first': 'This is the first digest here, so everything counts as new.',
  'digest.quiet.unseen':
    ':white_circle: *{environment}* · {date}: nothing changed since {since:time}; whether something is wrong is not known everywhere.',
  'digest.late': 'Late: due at {due:time}, when the bot was not running.',
  'digest.quiet.healthy':
    ':large_green_circle: *{environment}* · {date}: nothing to report; nothing changed since {since:time}, nothing is wrong.',
  'digest.quiet.still':
    ':white_circle: *{environment}* · {date}: nothing changed since {since:time}; still {count}: {what}.',
  'digest.fixes': 'Fixes since the digest before',
  'digest.fixes.approved': '{line} · approved by {people}',
  'digest.fixes.more': '… and {count} more; Home shows them all.',
  'digest.new': 'New',
  'digest.worse': 'Worse',
  'digest.fixed': 'Fixed',
  'digest.still': 'Still there',
  'digest.flapping': 'Came and went at least twice this week: {what}.',
  'digest.unseen': 'Could not be checked today, so not compared: {parts}.',
  'digest.follow-up': 'Ran without approvals, open until somebody else has looked at it',
  'digest.follow-up.line': ':rotating_light: `{handle}` “{remediation}”, by {people}, since {since:time}',
  'digest.follow-up.more': '… and {count} more; `/aetherius fixes` shows them all.',
  'digest.temporary': 'Temporary changes that are over their time and still there',
  'digest.temporary.line': ':hourglass: `{handle}` “{remediation}”, over since {ended:time}',
  'digest.temporary.unseen':
    ':grey_question: `{handle}` “{remediation}”, over since {ended:time}; it could not be looked at since {since:time}',
  'digest.temporary.more': '… and {count} more.',
  'digest.drift': 'Does not fit together (no part is worse for it)',
  'digest.drift.more':
    '{count|# place does|# places do} not fit together; `/aetherius diagnose drift {environment}` shows them all.',
  'digest.drift.unseen': '{count|# check of drift was|# checks of drift were} not possible.',
  'digest.line.since': '{what} (since {since:time})',
  'digest.line.worse': '{what} (before: {before})',
  'digest.more': '… and {count} more; `/aetherius health {environment}` shows them all.',
  'digest.chart': 'Findings, last 7 days',
  'digest.chart.critical': 'critical',
  'digest.chart.warning': 'warning',
  'digest.strip': 'Last days: {strip}',
  'digest.strip.missing': '▫️ no digest that day',
  'digest.changed.on': '{person} switched the digest of this channel on: daily at {at} ({timezone}).',
  'digest.changed.off': '{person} switched the digest of this channel off.',
  'digest.closed.shared':
    'The digest of this channel is off now: another organisation reads here. `/aetherius digest on` works again where the settings allow it.',
  'digest.set.on': 'The digest of this channel is on: daily at {at} ({timezone}).',
  'digest.set.off': 'The digest of this channel is off.',
  'digest.set.show-on':
    'The digest of this channel comes daily at {at} ({timezone}). `/aetherius digest off` ends it.',
  'digest.set.show-off':
    'The digest of this channel is off. `/aetherius digest on` starts it (then daily at {at}, {timezone}).',
  'digest.set.now': 'The digest of {environment} is being made.',
} as const;
