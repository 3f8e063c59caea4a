/** Words of the grammar: what is understood, and what to type instead. */
export const commands = {
  'help.title': '*Aetherius answers what is broken, why, and what the safe fix is.*',
  'help.task.health': '*See all parts at once*: `/aetherius health [env]`',
  'help.task.diagnose':
    '*Find a cause*: `/aetherius diagnose <symptom or part> [env]`; all that I know: `/aetherius symptoms`',
  'help.task.logs':
    '*Read logs*: `/aetherius logs <part> [since=30m]`; everything in one file: `/aetherius collect`',
  'help.task.fix':
    '*Mend it*: `/aetherius fix <id> [name=value …] [env]`; all that I can: `/aetherius fixes`',
  'help.task.decide':
    '*Decide*: `/aetherius approvals`, `/aetherius approve <id>`, `/aetherius reject <id> <reason>`, `/aetherius resolve <id> worked|failed <reason>`',
  'help.task.stop':
    '*Stop*: `fixes off <reason>` stops all fixes, `fixes stop <id>` one; in an emergency `fix break-glass <id> <reason>`',
  'help.task.after':
    '*Afterwards*: `/aetherius timeline [env]` of an incident, `/aetherius history [env]`, `/aetherius report [run]` for an issue',
  'help.task.daily': '*Every day*: `/aetherius digest [now|on|off|at HH:MM]`',
  'help.task.you': '*You*: `/aetherius whoami`, `/aetherius token`. One command in full: `help logs`',
  'help.task.words':
    '*In your own words*: `@aetherius redis is slow`, also in a thread and in a direct message; in the thread of an answer: “why?”, “again”, “and staging?”, “since when?”, “what changed?”, “fix it”',
  'help.environments': 'Environments: {environments}.',
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
    '`/aetherius fixes [off|on|stop|confirm|close] [id] [for=2h] <reason>`: alone, all fixes to choose from and what is switched off; else stop all fixes, one kind or one that runs, release them, close a follow-up',
  'help.symptoms': '`/aetherius symptoms`: all that can be diagnosed, to choose from',
  'help.history': '`/aetherius history [env]`: recent runs',
  'help.digest': '`/aetherius digest [now|on|off|at HH:MM]`: the daily digest of this channel',
  'help.token': '`/aetherius token [list|revoke <id>]`: your tokens for the command line',
  'help.whoami': '`/aetherius whoami`: who the bot thinks you are, and what you may decide',
  'whoami.person': 'You are {who} of workspace `{team}`; your id in the audit is `{person}`.',
  'whoami.language': 'I write to you in English because of your Slack language setting.',
  'whoami.barred': '• approve no fix: {reason}',
  'whoami.reason.deleted': 'the account is deactivated',
  'whoami.reason.bot': 'bots do not decide',
  'whoami.reason.guest': 'guests do not decide',
  'whoami.reason.stranger': 'the account belongs to another organisation',
  'whoami.reason.foreign-team': 'the account belongs to another workspace',
  'whoami.reason.unknown': 'Slack could not tell who you are',
  'whoami.may': '*You may*',
  'whoami.right.read': '• read what I find in {environments}',
  'whoami.right.start': '• start checks, and ask for fixes, in {environments}',
  'whoami.right.configure': '• set the daily digest for {environments}',
  'whoami.right.none': '• read and start nothing here',
  'whoami.approve': '• approve fixes that somebody else asked for: {tiers}',
  'whoami.approve.none': '• approve no fix: the policy does not name you',
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
  'command.near-verb': 'I do not know “{word}”. Did you mean `/aetherius {near}`? Nothing was started.',
  'command.unknown-symptom':
    'No symptom fits “{text}”. Choose one, or say it in other words. Nothing was started.',
  'command.unknown-symptom.bare':
    'No symptom fits these words. Choose one, or say it in other words. Nothing was started.',
  'command.other-command':
    'These words ask for another command: `/aetherius {command}`. Nothing was looked at.',
  'command.unknown-part': 'There is no part “{word}”. Nothing was started.',
  'command.unknown-part.near':
    'There is no part “{word}”. Did you mean `/aetherius logs {near}`? Nothing was started.',
  'command.unknown-fix': 'There is no fix “{word}”. Nothing was started.',
  'command.near-fix': 'There is no fix “{word}”. Did you mean `/aetherius fix {near}`? Nothing was started.',
  'command.fix-surplus': '“{name}” is no value of `{fix}`; it takes {takes}. Nothing was started.',
  'command.fix-surplus-near':
    '“{name}” is no value of `{fix}`; did you mean `{value}`? It takes {takes}. Nothing was started.',
  'command.fix-missing': '`{fix}` needs `{name}`; it takes {takes}. Nothing was started.',
  'command.fix-value':
    '“{value}” is not possible for `{name}` of `{fix}`; it takes {takes}. Nothing was started.',
  'command.fix-takes-none': '`{fix}` takes no values, so “{name}” has no use. Nothing was started.',
  'menu.symptoms': 'What is wrong? Choose a symptom or a part, or say it in your own words.',
  'menu.symptoms.choose': 'Symptom or part',
  'menu.group.symptoms': 'Symptoms',
  'menu.group.parts': 'Parts',
  'menu.fixes': 'Choose a fix to see what it would change. Nothing is changed by choosing.',
  'menu.fixes.choose': 'Fix',
  'menu.parts': 'Choose the part whose log shall be read.',
  'menu.parts.choose': 'Part',
  'list.symptoms': '*What can be diagnosed*',
  'list.symptom': '`{id}` {title}',
  'list.fixes': '*What can be mended*',
  'list.fix': '`{id}` {title}',
  'follow.none':
    'There is no answer of mine in this thread yet. Ask me something: `@aetherius redis is slow`.',
  'follow.no-repeat': 'This cannot be asked again from here. Type it anew: `/aetherius help`.',
  'follow.why': '*Why I say so*',
  'follow.why-not': '*What the last answer found out about it*',
  'follow.why-not.more': 'The rest stands behind Details.',
  'follow.why.none':
    'The last answer in this thread names no cause. Ask for one: `@aetherius diagnose redis`.',
  'follow.since': '*Since when*',
  'follow.since.none': 'Nothing that I saw says since when it is so.',
  'follow.changed.none': 'I saw no change in the hour before.',
  'follow.fix.none': 'No fix is offered in this thread. Nothing was started.',
  'follow.fix.several':
    '{count|# fix is|# fixes are} offered in this thread. Press the button of the one that you mean. Nothing was started.',
  'command.missing': '`{verb}` needs {what}. `/aetherius help` shows how.',
  'command.unknown-environment': 'There is no environment “{word}”. Known: {known}.',
  'command.unknown-environment.near':
    'There is no environment “{word}”. Did you mean `{near}`? Known: {known}.',
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
