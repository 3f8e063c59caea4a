/** Runs that are kept, and judged again. */
export const cases = {
  'cli.case': 'keep a diagnosis as a case, which another version can judge again',
  'cli.case.keep': 'write the case of a run to standard output: what was seen and said, without secrets',
  'cli.case.cause': 'the cause that it really was, such as D3.a',
  'cli.case.note': 'what it really was, in words',
  'cli.case.unknown': 'There is no run {run}.',
  'cli.replay':
    'judge cases (files, or folders of .json files) offline, and name each verdict that is another one',
  'cli.replay.same': '{path}: run {run} of {environment}, as before',
  'cli.replay.changed':
    '{path}: run {run} of {environment}, {count|# verdict is another one|# verdicts are other ones}',
  'cli.replay.verdict': '{cause} of {part}: {before} → {now}',
  'cli.replay.right': 'a person named {cause}, and it is confirmed',
  'cli.replay.wrong': 'a person named {cause}, and it is not confirmed',
  'cli.replay.note': 'a person says: {note}',
  'cli.replay.total': '{cases|# case|# cases}, {changed} changed',
  'cli.replay.absent': 'not there',
  'cli.fault.case-none': 'There is no case (a .json file) in {path}.',
  'cli.fault.case-json': 'a case is a JSON file: aetherius --output json case keep {run} > case.json',
  'cli.fault.case-unreadable': '{path} cannot be read ({code}).',
  'cli.fault.case-broken': '{path} is no case that this version reads.',
  'cli.fault.case-too-large': '{path} is larger than {most} MiB, which no case is.',
  'denied.no-case': 'run {run} is no diagnosis that came to a judgement, so there is no case in it.',
  'denied.case-too-large':
    'the case would have {mib} MiB, and at most {most} MiB are kept. A bundle holds more: `aetherius collect`.',
  'denied.no-right-cause': 'no diagnosis has a cause “{cause}”. Say it in words, or name one such as `D3.a`.',
} as const;
