/** Alerts that arrive by themselves. */
export const alerts = {
  'alert.fires': '*{environment}* · {what} fires since {since:time}.',
  'alert.fires.many':
    '*{environment}* · {what}: {count|# alert|# alerts} since {since:time}, {open|# fires|# fire} now.',
  'alert.over': '*{environment}* · {what} is over. It lasted {ms:ms} ({count|# alert|# alerts}).',
  'alert.was': 'What was found while it fired:',
  'alert.more-names': '{count} more',
  'alert.more': '… and {count|# more alert|# more alerts}.',
  'alert.joined': ':heavy_plus_sign: {count|# more alert joined|# more alerts joined}: {what}.',
  'alert.again':
    ':rotating_light: It fires again: {what} ({count|# alert|# alerts}). The answer above is from before; ask again for what is wrong now.',
  'alert.over.line': 'It is over. It lasted {ms:ms}.',
  'alert.unknown': ':grey_question: No diagnosis of mine goes with this alert. It says itself:',
  'alert.unknown.how':
    'Ask in your own words: `/aetherius diagnose <what you see> {environment}`. For everything at once: `/aetherius health {environment}`.',
  'alert.no-text': 'Its rule has no text for people.',
} as const;
