/** Words of the grammar: what is understood, and what to type instead. */
export const commands = {
  'help.title': '*Aetherius answers what is broken, why, and what the safe fix is.*',
  'help.health': '`/aetherius health [env]`: all parts at once, worst first',
  'help.diagnose': '`/aetherius diagnose <symptom or part> [env]`: why it is so',
  'help.logs':
    '`/aetherius logs <part> [since=30m] [level=error] [grep=words] [trace=id] [container=name] [env]`: what its logs say is wrong; `all` with trace= follows one request through all parts',
  'help.collect':
    '`/aetherius collect [since=1h] [env]`: all there is, logs, objects, configuration, health, as one file without secrets',
  'help.report': '`/aetherius report [run]`: text for an issue, from the latest run here',
  'help.fix':
    '`/aetherius fix <id> [name=value …] [env]`: propose a fix, with its plan; in an emergency `fix break-glass <id> <reason>` runs one that waits',
  'help.approvals': '`/aetherius approvals`: what waits for a decision',
  'help.approve': '`/aetherius approve <id>` · `/aetherius reject <id> <reason>`: decide without a button',
  'help.resolve':
    '`/aetherius resolve <id> worked|failed <reason>`: say how a fix with an unknown outcome ended',
  'help.fixes':
    '`/aetherius fixes [off|on|stop|confirm|close] [id] [for=2h] <reason>`: stop all fixes, one kind or one that runs, release them, close a follow-up',
  'help.history': '`/aetherius history [env]`: recent runs',
  'help.digest': '`/aetherius digest [now|on|off|at HH:MM]`: the daily digest of this channel',
  'help.token': '`/aetherius token [list|revoke <id>]`: your tokens for the command line',
  'help.whoami': '`/aetherius whoami`: who the bot thinks you are, and what you may decide',
  'help.thread': 'Inside a thread, mention me instead: `@aetherius health`. Environments: {environments}.',
  'whoami.person': 'You are {who} of workspace `{team}`; your id in the audit is `{person}`.',
  'whoami.language': 'I write to you in English because of your Slack language setting.',
  'whoami.barred': 'You cannot decide fixes: {reason}.',
  'whoami.reason.deleted': 'the account is deactivated',
  'whoami.reason.bot': 'bots do not decide',
  'whoami.reason.guest': 'guests do not decide',
  'whoami.reason.stranger': 'the account belongs to another organisation',
  'whoami.reason.foreign-team': 'the account belongs to another workspace',
  'whoami.reason.unknown': 'Slack could not tell who you are',
  'whoami.member':
    'You are a full member: whether you may approve a fix is decided by its policy when you press the button.',
  'token.none': 'You have no token. `/aetherius token` issues one.',
  'token.title': '*Your tokens for the command line*',
  'token.line': '`{id}` {name}: ends {until:time}, last used {used:time}',
  'token.line-unused': '`{id}` {name}: ends {until:time}, never used',
  'token.how': '`/aetherius token revoke <id>` ends one at once.',
  'token.revoked': '`{id}` ({name}) is revoked. The command line refuses it from now on.',
  'token.by-command':
    'A token is shown only in a window that you alone see. Type `/aetherius token` in the message field of a channel.',
  'history.none': 'No runs yet.',
  'history.title': '*Recent runs*',
  'command.unknown-verb':
    'I do not know “{word}”. I know: {known}. `/aetherius help` explains each. Nothing was started.',
  'command.missing': '`{verb}` needs {what}. `/aetherius help` shows how.',
  'command.unknown-environment': 'There is no environment “{word}”. Known: {known}.',
  'command.bad-time': '“{word}” is not a time of day. Write it as HH:MM, for example 09:00.',
  'command.bad-duration': '“{word}” is not a time span. Write it as for=30m, for=2h or for=1d.',
  'command.bad-log-time':
    '“{word}” is not a time. Write it as since=30m, since=2h or since=2026-11-28T09:00:00Z.',
  'command.bad-log-trace':
    '“{word}” is not the id of a trace or request. It has four characters or more: letters, digits and . : / + = @ - _.',
  'command.bad-log-level': '“{word}” is not a level. Known: debug, info, warning, error, fatal.',
  'command.bad-run':
    '“{word}” is not the number of a run. That has eight digits and is in the last line of an answer.',
  'command.surplus': 'I do not know what to do with “{word}” after `{verb}`.',
  'command.what.symptom': 'a symptom or a part',
  'command.what.part': 'a part',
  'command.what.id': 'an id',
  'command.what.reason': 'a reason',
  'command.what.outcome': 'what you saw, `worked` or `failed`',
  'command.what.time': 'a time, HH:MM',
  'command.no-environment': 'Which environment? Known: {known}.',
} as const;
