/** Rows of the campaign's tables: one line a trial. */

import type { CombinationTrial } from './combination-trial.ts';
import type { DeprivedTrial } from './deprived-trial.ts';
import type { Effects } from './effects.ts';
import type { FixTrial } from './fix-trial.ts';
import type { HealthTrial } from './health-trial.ts';
import type { PairTrial } from './pairs.ts';
import type { InstallationTrial } from './planted.ts';
import type { Trial } from './trial.ts';
import { notWorking, type RefereeWord } from './truth.ts';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const headOf = (...names: readonly string[]) => `${line(names)}\n${line(names.map(() => '---'))}`;
const listed = (words: readonly string[]) => (words.length === 0 ? 'none' : words.join(', '));
const resultOf = (problems: readonly string[]) => (problems.length === 0 ? 'right' : problems.join('; '));

const trialCells = [
  'fault',
  'variant',
  'runtime',
  'asked',
  'top cause',
  'false causes',
  'the referee',
  'answer s',
  'API requests',
];

export const trialHead = headOf(...trialCells, 'whole s', 'result');
/** The same where the logs were read as well. */
export const logTrialHead = headOf(...trialCells, 'its log says', 'whole s', 'result');

/** What does not work by its word, and whether that contradicts the answer or what was planted. */
function refereeSays({ truth, contradicted }: RefereeWord): string {
  if (truth === undefined) return '–';
  const down = notWorking(truth);
  const said = down.length === 0 ? 'all work' : `down: ${down.join(', ')}`;
  return contradicted.length === 0 ? said : `${said}; contradicts`;
}

/** One planted fault. `readsLogs`: under the head that says what its log says. */
export const trialRow = (trial: Trial, readsLogs = false): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.asked,
    trial.topCause,
    listed(trial.falseCauses),
    refereeSays(trial),
    trial.seconds.toFixed(1),
    trial.apiRequests === undefined ? '–' : `${trial.apiRequests}`,
    ...(readsLogs ? [trial.log === undefined ? '–' : listed(trial.log)] : []),
    trial.total.toFixed(1),
    resultOf(trial.problems),
  ]);

export const deprivedHead = headOf(
  ...['fault', 'variant', 'runtime', 'without', 'planted cause is', 'false causes', 'the referee'],
  ...['answer s', 'result'],
);

/** One planted fault, seen with less. */
export const deprivedRow = (trial: DeprivedTrial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.without,
    trial.verdict,
    listed(trial.falseCauses),
    refereeSays(trial),
    trial.seconds.toFixed(1),
    resultOf(trial.problems),
  ]);

export const pairHead = headOf('planted', 'runtime', 'confirmed', 'false causes', 'the referee', 'result');

export const pairRow = (trial: PairTrial): string =>
  line([
    trial.planted,
    trial.runtime,
    trial.found,
    listed(trial.falseCauses),
    refereeSays(trial),
    resultOf(trial.problems),
  ]);

export const combinationHead = headOf(
  ...['planted', 'runtime', 'planted causes are', 'false causes', 'the referee', 'result'],
);

/** Several faults at once. */
export const combinationRow = (trial: CombinationTrial): string =>
  line([
    trial.planted,
    trial.runtime,
    trial.verdicts.join(', '),
    listed(trial.falseCauses),
    refereeSays(trial),
    resultOf(trial.problems),
  ]);

export const healthHead = headOf(
  'fault',
  'variant',
  'runtime',
  'its row',
  'other rows',
  'answer s',
  'result',
);

/** One part broken in one way, as the health table shows it. */
export const healthRow = (trial: HealthTrial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.said === '' ? '–' : trial.said,
    trial.others === '' ? 'up' : trial.others,
    trial.seconds.toFixed(1),
    resultOf(trial.problems),
  ]);

export const installationHead = headOf(
  ...[
    'seed',
    'runtime',
    'state',
    'asked',
    'top cause',
    'planted cause is',
    'false causes',
    'the referee',
    'seconds',
    'result',
  ],
);

/** One state of a platform that the bot has never seen. */
export const installationRow = (trial: InstallationTrial): string =>
  line([
    `${trial.seed}`,
    trial.runtime,
    trial.state,
    trial.asked.length > 3 ? `${trial.asked.length} questions` : trial.asked.join(', '),
    trial.topCause,
    trial.verdict,
    listed(trial.falseCauses),
    refereeSays(trial),
    trial.seconds.toFixed(1),
    trial.problems.length === 0 && trial.open !== undefined
      ? `possible: ${trial.open}`
      : resultOf(trial.problems),
  ]);

export const fixHead = headOf(
  ...['fault', 'variant', 'runtime', 'fix', 'cause', 'how', 'ended as', 'seen at the target'],
  ...['fixed s', 'healthy s', 'undo', 'also offered', 'not offered', 'result'],
);

const effectsOf = (all: readonly Effects[]): string =>
  all
    .map(({ by, seen }) => `${by}: ${listed(seen.map(({ what, count }) => `${what} ×${count}`))}`)
    .join('; ');

/** One fault to its end, by one of its fixes. */
export const fixRow = (trial: FixTrial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.fix ?? 'none',
    trial.cause,
    trial.how,
    trial.state,
    trial.effects.length === 0 ? '–' : effectsOf(trial.effects),
    trial.fixed?.toFixed(1) ?? '–',
    trial.healthy?.toFixed(1) ?? '–',
    trial.undone ?? 'not tried',
    listed(trial.offered.filter((fix) => fix !== trial.fix)),
    listed(trial.refused),
    resultOf(trial.problems),
  ]);
