/** Texts of the command line. Plain text: no mrkdwn. */
export const cli = {
  'cli.program':
    'Aetherius bot on the command line: the same use cases as in Slack, for CI, cron and the day Slack is down.',
  'cli.exit': 'Exit codes: 0 healthy or done, 1 findings or refused, 2 could not check, 64 usage.',
  'cli.option.env': 'environment (default: slack.defaultEnvironment, or the only one there is)',
  'cli.option.output': 'text or json',
  'cli.option.quiet': 'print nothing of the answer: the exit code says it',
  'cli.option.watch': 'go on looking, and print the answer again when something changed; Ctrl-C ends it',
  'cli.option.interval': 'seconds between two looks of --watch',
  'cli.health.progress': 'Checking: {done} of {of}',
  'cli.usage': 'See: {command} --help',
  'cli.config': 'the configuration file',
  'cli.config.check': 'read the configuration, and say what is wrong with it; nothing is connected to',
  'cli.config.valid': '{path} is a configuration: {environments}',
  'cli.config.missing.variable': '{setting}: variable {name} is not set',
  'cli.config.missing.file': '{setting}: file {name} cannot be read',
  'cli.approvals.all': 'also offers, and what runs',
  'cli.option.config': 'configuration file (default: AETHERIUS_CONFIG, or aetherius.yaml)',
  'cli.option.lang': 'en or zh-CN (default: from LANG)',
  'cli.option.reason': 'why, for the audit',
  'cli.option.hash':
    'the plan hash you were shown, at least 8 digits; without it the plan is shown and asked for',
  'cli.option.manifests': 'folder with alert rules, scrape configuration and manifests, for `diagnose drift`',
  'cli.option.dry-run': 'only show a plan, made here with your own credentials; it needs no token',
  'cli.option.yes': 'ask for the fix at once instead of only showing its plan',
  'cli.option.limit': 'how many',
  'cli.option.force': 'write over an existing file',
  'cli.option.kubeconfig': 'kubeconfig to use',
  'cli.option.context': 'context of the kubeconfig',
  'cli.option.project': 'Compose project to check, instead of a cluster',
  'cli.option.socket': 'socket of the Docker engine',
  'cli.option.namespace': 'namespace of the platform',
  'cli.option.name': 'name of the environment',
  'cli.option.channel': 'channel id',
  'cli.diagnose': 'find the cause of a symptom (an id such as S2, a part, or plain words), from this process',
  'cli.diagnose.choose': 'It is not clear what "{text}" is about; ask for one of these:',
  'cli.diagnose.unexplained':
    'Not known to this bot. {part} said this itself; report it if it turns out to be a cause:',
  'cli.diagnose.changes': 'Changed in the hour before:',
  'cli.diagnose.progress': 'Finding the cause in {environment} …',
  'cli.doctor.progress': 'Checking …',
  'cli.diagnose.title': '{environment} · {time:time} · took {took:ms}',
  'cli.health': 'check every part of an environment, from this process',
  'cli.fix': 'plan a fix, and with --yes ask for it',
  'cli.approvals': 'fixes that wait for a decision, and decisions',
  'cli.approvals.list': 'list what is open',
  'cli.approvals.show': 'show one with its plan',
  'cli.approvals.approve': 'approve one, as the owner of AETHERIUS_TOKEN',
  'cli.approvals.reject': 'reject one, with a reason',
  'cli.approvals.break-glass': 'in an emergency, run one that waits without its approvals, with a reason',
  'cli.approvals.resolve': 'say how one with an unknown outcome ended, with a reason',
  'cli.approvals.explain': 'say who could approve a fix now, and why',
  'cli.fixes': 'list fixes, stop them, and let them go on',
  'cli.fixes.list': 'list all fixes with the values that they take',
  'cli.symptoms': 'list all that can be diagnosed',
  'cli.completion': 'print a script with which a shell completes commands, symptoms and fixes',
  'cli.fixes.status': 'say what is switched off',
  'cli.fixes.off': 'switch all fixes off, or one kind, with a reason',
  'cli.fixes.on': 'release a switch, with a reason',
  'cli.option.scope': 'id of one remediation (default: all)',
  'cli.option.for': 'minutes after which it ends by itself',
  'cli.fixes.confirm': 'take a record that is older than its anchors as it is, with a reason',
  'cli.fixes.close': 'close the follow-up that break-glass left, with what you found',
  'cli.fixes.stop': 'stop a fix that runs, after its current step or batch',
  'cli.fixes.follow-up':
    'open follow-up: {handle} ({remediation}) ran without its approvals in {environment} since {since:time}; somebody else closes it: aetherius fixes close {handle} <what you found>',
  'cli.fixes.all': 'all fixes',
  'cli.fixes.line': '{scope}  since {since:time}  {who}  {reason}',
  'cli.fixes.line-until': '{scope}  since {since:time} until {until:time}  {who}  {reason}',
  'cli.audit': 'the audit log',
  'cli.audit.verify': 'recompute the audit log and compare it',
  'cli.audit.verify.export': 'an exported file to check, instead of the database',
  'cli.audit.manifest': 'file of the manifest (default: the exported file with .manifest.json behind it)',
  'cli.audit.export': 'write the audit log into a file, with a signed manifest beside it',
  'cli.audit.export.format': 'JSON lines or CSV',
  'cli.audit.export.from': 'first row, by its number or a time such as 2026-11-28T00:00:00Z (default: 1)',
  'cli.audit.export.to': 'last row, or the time before which it was written (default: now)',
  'cli.audit.export.out': 'file to write, or - for standard output',
  'cli.doctor':
    'check the installation itself: Slack, PostgreSQL, Redis, Kubernetes rights, clock; with --env, what can be reached and what was found there',
  'cli.init': 'write a first configuration from what a cluster or a Compose project shows',
  'cli.history': 'recent runs',
  'cli.report': 'write an issue for the maintainers from a stored run (default: the latest)',
  'cli.report.none': 'There is no finished run with checks yet.',
  'cli.report.unknown': 'There is no check or diagnosis {run}.',
  'cli.digest': 'the daily digest of a channel',
  'cli.digest.now': 'post one now',
  'cli.digest.on': 'switch it on',
  'cli.digest.off': 'switch it off',
  'cli.digest.at': 'set its time of day, HH:MM',
  'cli.health.title': '{environment}: {state}, {time}, took {took:ms}',
  'cli.health.healthy': 'healthy',
  'cli.health.findings': '{count|# finding|# findings}',
  'cli.health.unknown': 'could not check everything',
  'cli.health.findings-title': 'Findings',
  'cli.health.unseen-title': 'Could not check',
  'cli.health.latency': '{latency:ms}',
  'cli.fault.no-configuration': 'No {path} here. Make one: {init}',
  'cli.fault.environment-twice': 'Two environments are named: {environment} and {other}.',
  'cli.fault.environment-unknown.near':
    'There is no environment "{environment}". Did you mean "{near}"? There are: {known}.',
  'cli.fault.remediation-unknown.near':
    'There is no fix "{remediation}". Did you mean "{near}"? All of them: aetherius fixes.',
  'cli.fault.environment-unknown': 'There is no environment "{environment}". There are: {known}.',
  'cli.fault.environment-needed': 'Say which environment with --env. There are: {known}.',
  'cli.fault.needs-person':
    '{variable} is not set: the bot does this for the owner of a token. Type /aetherius token in Slack; see docs/guides/command-line.md.',
  'cli.fault.plain-http':
    'AETHERIUS_URL is {url}: a token goes over https, or to an address of a private network.',
  'cli.fault.not-here':
    'This command runs on your own machine, with your own credentials; the bot does not run it.',
  'cli.fault.variable-missing': '{variable} is not set.',
  'cli.fault.manifest-needed': 'Say with --manifest where the manifest goes.',
  'cli.fault.export-unreadable': '{path} cannot be read ({code}).',
  'cli.fault.export-place': '"{place}" must be the number of a row, or a time with its zone.',
  'cli.fault.export-broken': 'The export broke off, and no file was written.',
  'cli.fault.file-exists': '{path} exists already; --force writes over it.',
  'cli.fault.run': '"{run}" is no run: give its id, or the eight digits under its answer.',
  'cli.fault.plan-needed':
    'Nothing was approved. Read the plan, and name it: aetherius approvals approve {handle} --plan <the first 8 digits of its hash>',
  'cli.fault.plan-short':
    '"{given}" names no plan, and nothing was approved: --plan takes at least {fewest} digits of the hash.',
  'cli.fault.argument': '"{argument}" is not of the form name=value.',
  'cli.fault.remediation-unknown': 'There is no fix "{remediation}". There are: {known}.',
  'cli.fault.nothing-found': 'No part of Aetherius was found there: {where}.',
  'cli.fault.nothing-found-project':
    'No part of Aetherius was found in project {where}. Projects with parts of it: {candidates}.',
  'cli.fault.nothing-found-namespace':
    'No part of Aetherius was found in namespace {where}. Namespaces with parts of it: {candidates}.',
  'cli.fault.nothing-found-unseen':
    'No part of Aetherius was found there: {where}. Other namespaces may not be listed with these credentials.',
  'cli.init.elsewhere': '{place} ({parts})',
  'cli.fault.target': '{at}: {why}.',
  'cli.fault.forbidden': 'I may not {verb} {resource}: these credentials do not allow it.',
  'cli.fault.forbidden.switch':
    'I may not {verb} {resource}; {allowedBy} of the chart allows it to the bot, and your own credentials need the same right.',
  'cli.fault.CONFLICT': 'The state has changed: {reason}.',
  'cli.fault.NOT_FOUND': 'That does not exist: {reason}.',
  'cli.fault.NOT_ALLOWED': 'That is not allowed: {reason}.',
  'cli.fault.INVALID_INPUT': 'That could not be understood: {reason}.',
  'cli.fault.DEPENDENCY_UNAVAILABLE': 'A dependency does not answer: {reason}.',
  'cli.fault.TIMED_OUT': 'That timed out: {reason}.',
  'cli.fault.BUG': 'That went wrong inside the program: {reason}.',
  'cli.fix.planned': 'Plan {hash:hash} of {handle} ({title}) in {environment}, {tier}:',
  'cli.fix.dry': 'Plan {hash:hash} ({title}) in {environment}, {tier}:',
  'cli.fix.dry-how':
    'It is stored nowhere. The bot makes a plan of its own when you ask: aetherius fix {remediation} … --yes',
  'cli.fix.step': '  {idx}. {what}',
  'cli.fix.undo-yes': '  It can be undone for {ms:ms} afterwards.',
  'cli.fix.undo-no': '  It cannot be undone.',
  'cli.fix.blast': '  What users will notice: {text}',
  'cli.fix.how': 'Nothing has been changed. Ask for it with: aetherius fix {remediation} … --yes',
  'cli.fix.run': 'Run {run}. A text for an issue: aetherius report {run}',
  'cli.fix.nothing': 'No plan was made: {reason}.',
  'cli.fix.waiting':
    'No worker of {environment} took the run within {seconds} s; it stays in PostgreSQL as {run}.',
  'cli.decision.moved': '{handle}: {from} -> {to}. {note}',
  'cli.decision.unmoved': '{handle} is {to}. {note}',
  'cli.approvals.ask': 'To approve this plan, type the first 8 digits of its hash: ',
  'cli.approvals.none': 'Nothing waits for a decision.',
  'cli.approvals.line': '{handle}  {state}  {environment}  {title}  plan {hash:hash}',
  'cli.explain.title': '{remediation} in {environment}: risk {tier}, {needed|# approval|# approvals} needed.',
  'cli.explain.may': '  {person}: may approve ({why})',
  'cli.explain.may-not': '  {person}: may not approve ({why})',
  'cli.explain.nobody': '  The policy does not name an approver.',
  'cli.audit.intact': 'The audit log is intact: {rows|# row|# rows}, head {head:hash}.',
  'cli.audit.broken': 'The audit log is NOT intact ({verdict}). {sentence}',
  'cli.audit.also': '  Also ({verdict}): {sentence}',
  'cli.audit.more': '  And {count|# more fault|# more faults}; --output json has the first 1000.',
  'cli.audit.exported':
    'Exported {rows|# row|# rows} ({from} to {to}) to {file}, SHA-256 {sha256}. The manifest is {manifest}.',
  'cli.audit.export-intact':
    'The export is intact: {rows|# row|# rows} ({from} to {to}), head {head:hash}. Signatures were not checked: no configuration with signing was found.',
  'cli.audit.export-signed':
    'The export is intact: {rows|# row|# rows} ({from} to {to}), head {head:hash}, {signed|# signature|# signatures} checked.',
  'cli.audit.export-broken': 'The export is NOT intact ({verdict}). {sentence}',
  'cli.audit.place': '  {place}: {anchors|# anchor|# anchors}, the newest of row {seq}',
  'cli.audit.place-answered':
    '  {place}: {anchors|# anchor|# anchors}, {answered} answered by a confirmation, the newest of row {seq}',
  'cli.audit.unanchored':
    'No anchor stands outside of PostgreSQL: a cut end or an older database would not show.',
  'audit.verdict.row-altered': 'Row {seq} was altered: its columns do not give its hash.',
  'audit.verdict.gap': 'A row before row {seq} is missing.',
  'audit.verdict.link-broken': 'Row {seq} does not continue the row before it.',
  'audit.verdict.tail-cut': 'The end was cut: the log ends at row {last}, and its head is row {seq}.',
  'audit.verdict.head-put-back':
    'The head was put back: it and the rows do not end at the same place, or end before row {seq}.',
  'audit.verdict.everything-deleted': 'Every row was deleted: the log once had row {seq}.',
  'audit.verdict.older-state':
    'The database is older than its record: {place} remembers row {seq}, and the log ends at row {last}.',
  'audit.verdict.row-behind-head': 'Row {seq} stands behind the head: the bot did not write it.',
  'audit.verdict.mac-invalid': 'A signature is forged: row {seq} was not signed with the key that it names.',
  'audit.verdict.key-unknown': 'The key of row {seq} is not known: add it to AUDIT_OLD_KEYS.',
  'audit.verdict.signature-missing': 'Row {seq} carries no signature of a process.',
  'audit.verdict.signature-invalid':
    'The signature of row {seq} is forged: the key that it names did not make it.',
  'audit.verdict.signer-unknown': 'Row {seq} was signed with a key that does not stand under signing.',
  'audit.verdict.signer-wrong': 'Row {seq} was signed by another kind of process than may write it.',
  'audit.verdict.anchor-missing':
    'An anchor is missing: row {seq} was written down in {place} and is not there any more.',
  'audit.verdict.anchor-unreachable':
    '{place} cannot be read, so the end of the log is not confirmed: it is row {last}.',
  'audit.verdict.anchor-mismatch': 'The log was rewritten: {place} remembers another row {seq}.',
  'audit.verdict.export-altered':
    'The file is not the one that its manifest describes; row {seq} is the last that fits.',
  'audit.verdict.manifest-forged': 'The manifest is forged: it was signed with another key than ours.',
  'audit.verdict.text-altered':
    'The typed text of row {seq} was altered: it is not the one that the row names.',
  'audit.verdict.text-missing': 'The typed text of row {seq} is gone, and no row says that it was removed.',
  'audit.place.file': 'the anchor file',
  'audit.place.postgres': 'the second PostgreSQL',
  'audit.place.slack': 'the Slack channel',
  'audit.place.s3': 'the object store',
  'cli.history.none': 'No runs yet.',
  'cli.history.time': '{time:time}',
  'cli.digest.run': 'The digest was started as run {run}.',
  'cli.digest.set-on': 'The digest of {channel} is on, daily at {at} ({timezone}).',
  'cli.digest.set-off': 'The digest of {channel} is off.',
  'cli.init.several': 'one of {names}: name it under platform.parts.{part}',
  'cli.init.without-http.by-manifest': 'no port, no check and no Service: without HTTP',
  'cli.init.without-http.by-sockets': 'listens on no port: without HTTP',
  'cli.init.closed':
    '{part} declares port {ports}, and no process listens there. It stands under withoutHttp; aetherius diagnose drift says what to mend.',
  'cli.init.unseen-port':
    'Whether {part} listens at {address} could not be seen: {reason}. If it listens on no port, put its name under withoutHttp and remove the address.',
  'cli.init.unseen-port.not-running': 'no container of it runs',
  'cli.init.unseen-port.just-started':
    'it listens on no port, and its container started less than a minute ago, so ask again in a minute',
  'cli.init.unseen-port.shared-network': 'its container shares a network with the host or another container',
  'cli.init.unseen-port.refused': 'the engine did not run cat in its container',
  'cli.init.unseen-port.no-program': 'its container has no cat to read its sockets with',
  'cli.init.unseen-port.other-ports': 'it listens on several other ports',
  'cli.init.network':
    'On Compose these addresses lead somewhere only in the network of the project ({names}): run the worker and doctor there.',
  'cli.init.written': 'Wrote {path}: {parts}.',
  'cli.init.database': 'The database of {part} is {name}, by its tables.',
  'cli.init.clients': 'Clients of NATS: {names}',
  'cli.init.subjects': 'Subjects that are listened to: {names}',
  'cli.init.unseen': '{what} could not be looked at from here; a worker does it.',
  'cli.init.next': 'Set the variables that {path} names, then run: aetherius doctor',
  'cli.init.comment.settings':
    'Every setting: docs/reference/config.md. Secrets never stand here; the worker has these variables:',
  'cli.init.comment.approvals':
    'A fix can be approved once a section `approvals` says by whom: docs/guides/operate.md',
  'cli.init.comment.watch':
    'To be told what breaks without asking, set `watch.every` of the environment, such as `5m`: docs/guides/alerts.md',
  'cli.install.option.for': 'write all that an installation on this platform needs into a folder',
  'cli.install.option.folder': 'folder of the installation; a second run changes nothing that stands there',
  'cli.install.option.approvers': 'Slack member ids of those who may approve fixes, with commas between them',
  'cli.install.option.image': 'image of the bot, with its tag or digest',
  'cli.install.option.own-namespace': 'namespace of the bot itself on Kubernetes',
  'cli.install.option.database':
    'PostgreSQL for the bot’s own database on Kubernetes; without it one is run beside the bot',
  'cli.install.option.redis':
    'Redis for the bot’s own jobs on Kubernetes; without it one is run beside the bot',
  'cli.install.option.engine':
    'give the worker the socket of the container engine on Compose, which is as good as root',
  'cli.install.option.no-engine': 'do not give it, and do not ask; containers are then not checked',
  'cli.alerts.option':
    'only print what alertmanager.yml needs to send the alerts of the environment; with --for for that installation',
  'cli.alerts.head':
    'Alerts of Alertmanager for the environment {environment} (docs/guides/alerts.md).\nWhere alertmanager.yml has a route already: put the receiver into its receivers, and the lines below route as\none more entry into the routes below it, with `continue: true` where others want the alerts, too.\nThe file {secret} holds the secret that {path} names under alerts.secret.',
  'cli.fault.install-value': '{option} cannot be "{value}": it has letters, digits, dots and dashes.',
  'cli.fault.install-member':
    '"{value}" is no member id of Slack, such as U012AB3CD (in a profile: ⋮, Copy member ID).',
  'cli.fault.install-token': '{variable} begins with {beginning}; this one does not.',
  'cli.install.ask.namespace': 'Namespace of the platform ({usual}): ',
  'cli.install.ask.project': 'Compose project of the platform ({usual}): ',
  'cli.install.ask.token': '{variable} ({where}; empty: later): ',
  'cli.install.ask.approvers':
    'Slack member ids of those who may approve fixes, with commas (empty: no fix is carried out): ',
  'cli.install.ask.image': 'Image of the bot, as the cluster pulls it ({usual}): ',
  'cli.install.ask.engine':
    'May the worker have the socket of the container engine, to see containers and restart them? It is as good as root on this host. (yes or no; empty: no): ',
  'cli.install.token.SLACK_BOT_TOKEN': 'Slack: OAuth & Permissions, Bot User OAuth Token, xoxb-…',
  'cli.install.token.SLACK_APP_TOKEN':
    'Slack: Basic Information, App-Level Tokens, with connections:write, xapp-…',
  'cli.install.head.common':
    'Secrets of bot, worker and scheduler. AUDIT_KEY is made once; keep a copy elsewhere.',
  'cli.install.head.bot': 'Secrets of the bot alone.',
  'cli.install.head.worker': 'Secrets of the worker alone.',
  'cli.install.head.scheduler': 'Secrets of the scheduler alone.',
  'cli.install.head.migration': 'Login that owns the tables, for the migration alone.',
  'cli.install.head.targets':
    'Credentials of the platform, for the worker alone. Write each behind its equals sign; percent-encode special characters of a password in an address.',
  'cli.install.head.logins': 'Passwords of the logins that logins.sql makes.',
  'cli.install.head.stores': 'Passwords of the bot’s own PostgreSQL and Redis.',
  'cli.install.head.script':
    'Makes the Secrets of the bot from the files in secrets/.\nRun it again after a change there, then restart the Pods: kubectl rollout restart deployment',
  'cli.install.head.values':
    'Values of the Helm chart; all others: deploy/helm/aetherius-bot/values.yaml.\nWhat each feature lets the worker do: docs/guides/operate.md',
  'cli.install.head.env':
    'All settings and secrets of the bot; docker compose reads this file. AUDIT_KEY is made once; keep a copy elsewhere.',
  'cli.install.head.platform':
    'What this platform needs of the worker: variables that aetherius.yaml names, and further networks.',
  'cli.install.in-env': 'set it in .env',
  'cli.install.missing-here':
    'These lines have no value yet. Write it there, or take the line out, and run this again.',
  'cli.install.no-approvers':
    'Fixes are shown and not carried out: {path} names no approvers. Add the section `approvals` (docs/guides/approvals.md).',
  'cli.install.no-network':
    'The network of the platform was not seen. Write its name into .env as AETHERIUS_NETWORK: docker network ls',
  'cli.install.state.written': 'written',
  'cli.install.state.kept': 'was there, and stays',
  'cli.install.state.added': 'places to fill in were added',
  'cli.install.state.variables': 'added: {names}',
  'cli.install.missing': 'Still missing: {variable}. Write it into {file}.',
  'cli.install.missing-then':
    'Without the credentials of a part, take that part out of aetherius.yaml, its variable out of the files, and it is not checked.',
  'cli.install.next': 'Next, line by line:',
  'doctor.state.ok': 'ok',
  'doctor.state.failed': 'FAILED',
  'doctor.state.warning': 'warning',
  'doctor.state.unknown': 'could not check',
  'doctor.state.skipped': 'skipped',
  'doctor.area.configuration': 'Configuration',
  'doctor.area.slack': 'Slack',
  'doctor.area.postgres': 'PostgreSQL',
  'doctor.area.redis': 'Redis',
  'doctor.area.kubernetes': 'Kubernetes',
  'doctor.area.clock': 'Clock',
  'doctor.area.audit': 'Audit',
  'doctor.area.environment': 'Environment',
  'doctor.environment.reached': '{part:part}: {what}',
  'doctor.environment.restarted':
    '{part:part}: {what}: reached. The engine has restarted {restarted}; see their logs.',
  'doctor.environment.unwell': '{part:part}: {what}: {why}',
  'doctor.environment.own': '{part:part}: the bot itself cannot use it: {why}',
  'doctor.environment.unknown': '{part:part}: {what}: {why}',
  'doctor.environment.found': '{part:part} is {name} (seen {at:time})',
  'doctor.environment.not-found': '{part:part} was not recognised among what runs here',
  'doctor.environment.several': '{part:part} may be {names}: name it under platform.parts.{part}',
  'doctor.environment.unchecked': 'not checked: {what}',
  'doctor.environment.database': 'the database of {part:part} is {name} (seen {at:time})',
  'doctor.environment.changed': 'other than at {since:time}: {what}',
  'doctor.environment.same': 'nothing is other than at {since:time}',
  'doctor.environment.folder': 'the folder {host} of the host can be read and written here as {worker}',
  'doctor.environment.folder-unread':
    'the folder {host} of the host cannot be read here as {worker} ({why}): fixes change no file in it',
  'doctor.environment.folder-unwritable':
    'the folder {folder} of the host cannot be written here: fixes change no file in it',
  'doctor.environment.model': 'the model can be fetched from {url} ({bytes:bytes})',
  'doctor.environment.model-not-given': 'no model can be fetched from {url}: {why}',
  'doctor.environment.not-seen': '{what} could not be looked at since {seenAt:time}',
  'doctor.configuration.recreate':
    '{environment}: a fix may make the container of a service anew (environments.{environment}.runtime.recreate)',
  'doctor.configuration.loaded': 'the configuration is valid: {environments}',
  'doctor.configuration.secret': '{environment}: {source} can be read',
  'doctor.configuration.secret-unreadable': '{environment}: {source} cannot be read ({reason})',
  'doctor.configuration.secret-unset':
    '{setting}: variable {variable} is not set, so that part is not checked',
  'doctor.configuration.secret-file': '{setting}: file {path} cannot be read, so that part is not checked',
  'doctor.configuration.no-effect-needs': '{setting} has no effect: it needs {other}',
  'doctor.configuration.no-effect-beside': '{setting} has no effect beside {other}',
  'doctor.configuration.no-effect-longer': '{setting} has no effect: {other} keeps the same rows longer',
  'doctor.configuration.no-effect-unused': '{setting} has no effect in this version',
  'doctor.configuration.no-effect-role': '{setting} has no effect in role {other}',
  'doctor.configuration.image-mutable':
    '{what}: {image} has a tag, which may become another image; give its digest (name@sha256:…)',
  'doctor.configuration.image-pinned': '{what}: {image} is named by its digest',
  'doctor.slack.token': 'bot token of {user} in {team}',
  'doctor.slack.token-missing': 'SLACK_BOT_TOKEN is not set',
  'doctor.slack.token-refused': 'Slack refuses the bot token ({reason})',
  'doctor.slack.unreachable': 'Slack cannot be reached ({reason}); the token was not checked',
  'doctor.slack.socket-unreachable':
    'Socket Mode: Slack cannot be reached ({reason}); the app-level token was not checked',
  'doctor.slack.scopes-unknown': 'Slack did not say which scopes are granted',
  'doctor.slack.scopes': '{granted|# scope|# scopes} granted',
  'doctor.slack.scopes-missing':
    'scopes missing: {missing}; add them under "OAuth & Permissions" and install the app again',
  'doctor.slack.sockets': 'Slack counts {slack|# socket|# sockets} of this app, and the bot has {ours}',
  'doctor.slack.sockets-more':
    'Slack counted {slack|# socket|# sockets} of this app, and the bot has {ours}; it is counted again soon',
  'doctor.slack.sockets-strangers':
    'Slack counts {slack|# socket|# sockets} of this app, and the bot has {ours}: somebody else holds the app-level token. Make a new one and revoke this one',
  'doctor.slack.transport-missing':
    'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) must be set; both are missing',
  'doctor.slack.http': 'HTTP mode: a signing secret is set',
  'doctor.slack.socket': 'Socket Mode: a socket is offered',
  'doctor.slack.socket-refused': 'Socket Mode: no socket is offered ({reason})',
  'doctor.postgres.url-missing': 'DATABASE_URL is not set',
  'doctor.postgres.fixes-off':
    'all fixes have been off since {since:time} ({person}): {why}; aetherius fixes on <reason> switches them on',
  'doctor.postgres.fix-off':
    '{scope} has been off since {since:time} ({person}): {why}; aetherius fixes on --scope {scope} <reason> switches it on',
  'doctor.postgres.reach': 'reached: version {version}, {latencyMs:ms}',
  'doctor.postgres.unreachable': 'cannot be reached ({reason})',
  'doctor.postgres.file-unread': 'not checked: file {path} cannot be read ({reason})',
  'doctor.postgres.unreadable': 'reached, but it cannot be read ({reason})',
  'doctor.postgres.pooler': 'a pooler stands between; time limits are set in each transaction',
  'doctor.postgres.listen': 'notifications arrive over {variable}',
  'doctor.postgres.polled':
    'a pooler keeps notifications away, so PostgreSQL is polled; set DATABASE_DIRECT_URL to hear them',
  'doctor.postgres.listen-unreachable': '{variable} cannot be reached for notifications ({reason})',
  'doctor.postgres.durable': 'synchronous_commit is {value}',
  'doctor.postgres.migrations': '{applied|the only migration is|all # migrations are} applied',
  'doctor.postgres.migrations-missing':
    'migrations are missing: {missing}; the next process that starts applies them',
  'doctor.postgres.migrations-unreadable': 'this login may not read which migrations are applied',
  'doctor.postgres.migrations-newer': 'the database has migrations of a newer version: {newer}',
  'doctor.postgres.role-missing': 'login {login} may not act as {role}',
  'doctor.postgres.role': 'login {login} may act as {role}',
  'doctor.postgres.not-separate':
    'login {login} may act as {roles}: right for one process with all roles; else give each role a login of its own',
  'doctor.postgres.audit': '{role} may add to the audit log and read it, nothing else',
  'doctor.postgres.audit-lacking': 'the audit log cannot be used: {lacking} missing',
  'doctor.postgres.audit-surplus': 'the audit log could be changed: {surplus} granted',
  'doctor.postgres.superuser':
    '{login} is a superuser or can become one ({role}); the bot does not start with it',
  'doctor.postgres.owner':
    '{login} owns the tables or is a superuser; give the application a login of its own',
  'doctor.redis.url-missing': 'REDIS_URL is not set',
  'doctor.redis.reach': 'reached: version {version}',
  'doctor.redis.unreachable': 'cannot be reached ({reason})',
  'doctor.redis.policy-unknown': 'maxmemory-policy cannot be read',
  'doctor.redis.append-only-unknown': 'the setting appendonly cannot be read',
  'doctor.redis.version': 'version {version} is too old; 6.2 is needed',
  'doctor.redis.policy': 'maxmemory-policy is {policy}; noeviction is needed, or jobs vanish',
  'doctor.redis.append-only': 'append-only file: {enabled}; without it a restart loses hints (never work)',
  'doctor.redis.fetched': 'no job lies there for long',
  'doctor.redis.unfetched':
    '{waiting|# job|# jobs} of {queue} {waiting|lies|lie} there for {ms:ms}, and no worker fetches {waiting|it|them}; a worker that runs does the work from PostgreSQL, later. See whether one runs and reaches Redis',
  'doctor.redis.unfetched-before':
    '{ms:ms} ago a worker did not get its jobs of {queue}: it did the work from PostgreSQL and made a new connection. See its log, and what stands between it and Redis',
  'doctor.kubernetes.none': '{environment} does not run on Kubernetes',
  'doctor.kubernetes.kubeconfig': '{environment}: the kubeconfig {path} cannot be used: {detail}',
  'doctor.kubernetes.unreachable': '{environment}: the API server cannot be asked ({reason})',
  'doctor.kubernetes.rights':
    '{environment}: {rights|the one right needed|all # rights} in namespace {namespace}',
  'doctor.kubernetes.missing':
    '{environment}: {feature} needs more rights in namespace {namespace}: {missing}. The Helm chart gives them with {allowedBy}.',
  'doctor.clock.postgres': 'PostgreSQL is {offsetMs:ms} off',
  'doctor.clock.slack': 'Slack is {offsetMs:ms} off; beyond 60 s its requests are refused',
  'doctor.audit.key': 'AUDIT_KEY is set',
  'doctor.audit.signed': 'each kind of process signs what it writes with a key of its own',
  'doctor.audit.shared-key':
    'one signing key is listed for {kinds}: right for one process with all roles alone',
  'doctor.audit.unsigned': 'signing is not set: a worker cannot tell who wrote a decision into the database',
  'doctor.audit.forged':
    '{count|# row was|# rows were} written in the bot’s place within a week, the last one at {last}; see aetherius audit verify',
  'doctor.audit.key-missing': 'AUDIT_KEY is not set',
  'doctor.audit.anchor': 'anchors in {place}: the newest remembers row {seq} and is {minutes} min old',
  'doctor.audit.anchor-missing':
    'no anchor stands outside of PostgreSQL: a cut end or an older database would not show (approvals.audit.anchor)',
  'doctor.audit.anchor-channel-alone':
    'workers cannot read Slack, so with a channel alone no fix begins: give the anchors one more place',
  'doctor.audit.anchor-channel-unread': 'the channel of anchors was not read: SLACK_BOT_TOKEN is not set',
  'doctor.audit.anchor-s3-unread':
    'the S3 store of anchors was not read: ANCHOR_S3_ACCESS_KEY_ID or ANCHOR_S3_SECRET_ACCESS_KEY is not set',
  'doctor.audit.anchor-none': 'anchors in {place}: not one has been written yet',
  'doctor.audit.anchor-late':
    'anchors in {place}: the newest is {minutes} min old and remembers row {seq} of {rows}',
  'doctor.audit.anchor-unreachable': 'anchors in {place}: cannot be read',
  'doctor.audit.anchor-gone':
    'anchors in {place}: one that was written there is gone, so no new one is added',
  'doctor.audit.anchor-older-state':
    'anchors in {place}: row {seq} is remembered, and this database ends at row {rows}',
  'doctor.audit.anchor-anchor-mismatch':
    'anchors in {place}: another row {seq} is remembered than this database has',
  'doctor.audit.anchor-mac-invalid': 'anchors in {place}: one was not signed with the key of the audit',
  'doctor.audit.anchor-key-unknown':
    'anchors in {place}: one is signed with a key that is not in AUDIT_OLD_KEYS',
  'doctor.audit.record-held':
    'nothing is decided or carried out: aetherius fixes confirm <reason> lets it go on',
  'doctor.audit.record-broken':
    'nothing is decided or carried out: the head of the record is not its last row; see docs/guides/approvals.md',
  'doctor.audit.record-unknown':
    'the record cannot be compared with its anchors: DATABASE_URL or AUDIT_KEY is missing, or PostgreSQL does not answer',
} as const;
