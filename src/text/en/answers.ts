/** Words of runs, of errors and of messages that could not be sent. */
export const answers = {
  'who.command-line': 'the command line',
  'who.digest': 'the daily digest',
  'who.webhook': 'an alert',
  'who.nobody': 'nobody',
  'run.failed': ':x: *{environment}*: this run ended without an answer. {reason}',
  'run.kind.health': 'health',
  'run.kind.diagnose': 'diagnosis',
  'run.kind.digest': 'digest',
  'run.kind.propose': 'fix proposal',
  'run.kind.logs': 'logs',
  'run.kind.collect': 'bundle',
  'run.kind.report': 'report',
  'run.state.queued': 'waiting',
  'run.state.running': 'running',
  'run.state.complete': 'complete',
  'run.state.failed': 'failed',
  'run.state.expired': 'expired',
  'run.verdict.healthy': 'nothing is wrong',
  'run.verdict.broken': 'broken: {parts}',
  'run.verdict.findings': 'something was found',
  'run.verdict.unknown': 'could not check everything',
  'run.verdict.causes': 'cause found: {causes}',
  'run.verdict.no-cause': 'no cause found',
  'run.verdict.groups': '{groups|# kind of entry|# kinds of entries}',
  'run.verdict.files': '{files|# file|# files}',
  'run.verdict.offered': 'a fix was offered',
  'run.verdict.refused': 'no fix was offered',
  'run.line': '{time:time} · {kind} · {environment} · {verdict} · {who} · {run}',
  'run.courier-down':
    ':warning: Redis, which carries jobs, does not answer. The run is stored; a worker will take it a little later than usual. Reference {reference}.',
  'fit.cut': ' … [+{count|# character|# characters}]',
  'fit.attached':
    'This answer is longer than a Slack message may be; the whole of it is attached in the thread.',
  'fit.filename': 'aetherius-answer.txt',
  'fit.title': 'The whole answer',
  'refused.not-recorded':
    ':warning: Not recorded, nothing was done: my database does not answer. Please try again in a minute. Reference {reference}.',
  'lost.not_in_channel':
    'I am not in that channel, so the answer could not be posted. Invite me with `/invite` and try again.',
  'lost.channel_not_found':
    'I cannot see that channel, so the answer could not be posted. Invite me with `/invite` and try again.',
  'lost.is_archived': 'That channel is archived, so the answer could not be posted.',
  'redact.withheld': '(withheld: this text could not be checked for secrets)',
  'lost.other': 'Slack does not let me post there, so the answer could not be posted.',
  'moved.below': ':arrow_down: The answer stands in a message of its own, further down.',
  'moved.there': ':arrow_down: The answer stands in a message of its own: {link}.',
  'moved.open': 'open it',
  'error.INVALID_INPUT': 'That could not be understood. Nothing was done. Reference {reference}.',
  'error.INVALID_INPUT.unknown-symptom':
    'No symptom fits these words. Name one by its id (`S4`), name a part (`redis`), or say it in other words: `/aetherius help`. Reference {reference}.',
  'error.INVALID_INPUT.other-command':
    'These words ask for another command: `/aetherius {command}`. Nothing was looked at. Reference {reference}.',
  'error.INVALID_INPUT.log-nothing-in-message':
    'This message has no text and no file, so there is no log to read. Reference {reference}.',
  'error.INVALID_INPUT.bundle-too-large':
    'The bundle is larger than the {most:bytes} that go to Slack. Ask with a later since=, or write it to a file: `aetherius collect -o <file>`. Reference {reference}.',
  'error.INVALID_INPUT.log-not-in-place':
    'I am not in this conversation, so I cannot answer in it. Invite me with `/invite @aetherius`, or send me the log in a direct message. Reference {reference}.',
  'error.NOT_ALLOWED': 'That is not allowed. Nothing was done. Reference {reference}.',
  'error.NOT_FOUND': 'That does not exist (any more). Nothing was done. Reference {reference}.',
  'error.CONFLICT':
    'Another change came first, or the state has changed. The thread shows the current state. Reference {reference}.',
  'error.DEPENDENCY_UNAVAILABLE':
    'Something I need does not answer, so this could not be done. Try again in a minute. Reference {reference}.',
  'error.target': 'This could not be done: {why}. Reference {reference}.',
  'error.target.at': 'This could not be done: {at}: {why}. Reference {reference}.',
  'error.target.forbidden':
    'I may not {verb} {resource}, so this could not be done. Ask your operator for that right.',
  'error.target.forbidden.switch':
    'I may not {verb} {resource}, so this could not be done. `{allowedBy}` of the Helm chart allows it.',
  'error.TIMED_OUT': 'This timed out. Try again in a minute. Reference {reference}.',
  'error.TIMED_OUT.log-slow':
    'The log was not read within a minute and a half, so the bot stopped. `aetherius logs --file` has no such limit. Reference {reference}.',
  'error.DEPENDENCY_UNAVAILABLE.log-unreadable':
    'The bot gave up reading this log: it took too much memory. `aetherius logs --file` may still read it. Reference {reference}.',
  'error.BUG':
    'Sorry, that went wrong inside the bot. Nothing more happens by itself. Give the maintainers reference {reference}.',
} as const;
