/** X1: the guide's issue form, and how it is handed over. Plain Markdown, pasted into an issue tracker. */
export const report = {
  'report.not-known': 'not known',
  'report.title': '[{environment}] {what}',
  'report.title.cause': '{symptom}: {cause} ({id})',
  'report.title.possible': '{symptom}: no cause confirmed, {count} could not be ruled out',
  'report.title.none': '{symptom}: all of its known causes are ruled out',
  'report.title.healthy': 'every part that was looked at is up',
  'report.title.unknown': 'not everything could be looked at',
  'report.title.failed': 'a {kind} ended without an answer',

  'report.problem': 'Problem',
  'report.problem.cause': '{id}, confirmed: {cause}',
  'report.problem.impact': 'What it means: {text}',
  'report.problem.asked': 'Asked for in these words: {text}',
  'report.problem.found': 'Found:',
  'report.problem.finding': '{severity} · {part} · {subject} · {code}: {text}',
  'report.problem.nothing': 'Found: nothing that is bad, in what could be seen.',
  'report.problem.since': 'Since: {since:time}',
  'report.problem.seen': 'Seen: {time:time}, {kind} of {environment}, run {run}',

  'report.steps': 'Steps to reproduce',
  'report.steps.trigger': 'What was done before it showed: not known (please fill in)',
  'report.steps.again':
    'Where it shows: `/aetherius {command}` in Slack; that run made {count|# check|# checks} (outcomes below)',

  'report.errors': 'Error logs',
  'report.errors.none': 'not known: this run kept no lines of any log',
  'report.errors.source': 'From {source}:',
  'report.errors.left':
    '… {count|# more line was kept with the run and is left out here|# more lines were kept with the run and are left out here}',

  'report.environment': 'Environment',
  'report.deployment': 'Way of deployment: {how}',
  'report.deployment.kubernetes': 'Kubernetes, namespace {namespace}, collect agents in {agents}',
  'report.deployment.compose': 'Docker Compose, project {project}',
  'report.deployment.none': 'not known: the bot is not allowed to look at what carries the platform',
  'report.versions': 'Versions:',
  'report.version': '{part}: {version}',
  'report.version.image': 'image {images}',
  'report.version.earlier': 'as the health check of {time:time} saw it',
  'report.configuration': 'Configuration: {parts} are configured here',
  'report.configuration.without': 'Configuration: {parts} are configured here; {missing} are not',
  'report.bot': 'Aetherius bot: {version}',

  'report.results': 'Results of the diagnosis',
  'report.results.failed': 'The run ended without an answer ({code}); what it had seen by then is below.',
  'report.results.unfinished':
    'The run was not over when this was written; what it had seen by then is below.',
  'report.results.checks':
    'Checks: {healthy} well, {unhealthy} with findings, {inconclusive} could not check, {skipped} had nothing to look at',
  'report.results.path': 'The way to {part}, as walked: {steps}',
  'report.results.step.yes': '{step}: yes',
  'report.results.step.no': '{step}: no',
  'report.results.step.unknown': '{step}: not known',
  'report.results.cause': '{id} {verdict}: {cause}',
  'report.results.missing': 'What would settle it could not be seen: {probes}',
  'report.results.part': '{part}: {state}',
  'report.results.part.may-because': '{part}: {state}, maybe because {root} is {rootState}',
  'report.results.part.because': '{part}: {state}, because {root} is {rootState}',
  'report.results.unseen': 'Not known, because it could not be checked:',
  'report.results.unseen.line': '{part} · {probe}: {why}',
  'report.results.fixes': 'Fixes through the bot:',
  'report.results.fixes.none': 'Fixes through the bot: none',
  'report.results.fix': '{handle} · {fix} · {target}: {state}',
  'report.footer':
    'Written at {time:time} from run {run} by Aetherius bot {version}. Secrets have been removed.',

  'report.answer':
    ':memo: *Issue text* for the {kind} of {environment}, {time:time}, run {run}. Copy it from here:',
  'report.answer.note':
    'Secrets are removed, names of hosts and objects are not: read it before you publish it. Another run: `/aetherius report <run>`.',
  'report.attached':
    ':memo: *Issue text* for the {kind} of {environment}, {time:time}, run {run}. It is too long for a private message, so it is attached as a file under that answer in {channel}.',
  'report.place.direct': 'our direct messages',
  'report.cut':
    ':memo: *Issue text* for the {kind} of {environment}, {time:time}, run {run}. It is too long for a message, and that run has no answer in Slack to attach it to: this is its beginning. The whole of it: `aetherius report {run}` on the command line.',
  'report.none':
    'There is no finished check or diagnosis here yet that a report could be made of. Start one with `/aetherius health` or `/aetherius diagnose <symptom>`.',
  'report.unknown-run':
    'There is no check or diagnosis with the number “{run}”. It stands in the last line of its answer.',
} as const;
