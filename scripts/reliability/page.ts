/** What `npm run reliability` writes: a row for every run as an artifact, and the totals as a page. */
import { kindActions, kindsSaid } from '../../test/crash/kinds.ts';
import type { Effects } from '../../test/crash/lane.ts';
import { type Fault, faults, shownEffects, type Trial } from '../../test/crash/scenario.ts';
import { type Raced, races } from '../../test/support/races.ts';
import { table } from '../docs/markdown.ts';

/** A run, and when it was. */
export type Done = Trial & { readonly date: string };

/** A part of the rounds of one race, and when it was. */
export type RacedDone = Raced & { readonly date: string };

const right = ({ wrong }: Pick<Trial, 'wrong'>) => wrong.length === 0;

/** Every run on a row. */
export function allRuns(runs: readonly Done[]): string {
  const head = [
    'fault',
    'point',
    'action',
    'run',
    'state',
    'effects',
    'attempts',
    'audit',
    'seconds',
    'date',
    'as it must be',
  ];
  return table(
    head,
    runs.map((run) => [
      ...[run.fault, run.point, run.action, `${run.round}`, run.state, shownEffects(run.effects)],
      ...[`${run.attempts}`, run.audit, run.seconds.toFixed(1), run.date],
      right(run) ? 'right' : run.wrong.join('; '),
    ]),
  );
}

/** How often each value occurs, the most frequent first: `succeeded (99), failed (1)`. */
function counted(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([value, count]) => (counts.size === 1 ? value : `${value} (${count})`))
    .join(', ');
}

const most = (effects: readonly Effects[]) =>
  Math.max(0, ...effects.flatMap(({ there, back }) => [there, back]));

function executions(runs: readonly Done[]): string {
  const groups = new Map<string, Done[]>();
  for (const run of runs) {
    const key = `${run.fault} ${run.point} ${run.action}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return table(
    ['Fault', 'Point', 'Change', 'Runs', 'Ended in', 'Effects', 'Most effects of one step', 'Right'],
    [...groups.values()].map((group) => {
      const [first] = group;
      return [
        ...[first?.fault ?? '', first?.point ?? '', first?.action ?? '', `${group.length}`],
        counted(group.map(({ state }) => state)),
        counted(group.map(({ effects }) => shownEffects(effects))),
        `${most(group.map(({ effects }) => effects))}`,
        `${group.filter(right).length}`,
      ];
    }),
  );
}

function effectsIn(runs: readonly Done[]): string {
  const number = most(runs.map(({ effects }) => effects));
  return number > 1 ? `one step had ${number} effects` : 'no step had more than 1 effect';
}

const order = Object.keys(faults);
const inOrder = (runs: readonly Done[]) =>
  runs.toSorted(
    (a, b) =>
      order.indexOf(a.fault) - order.indexOf(b.fault) ||
      a.point.localeCompare(b.point) ||
      a.action.localeCompare(b.action) ||
      a.round - b.round,
  );

/** Rounds of each race, whoever won. */
function racesTable(raced: readonly RacedDone[]): string {
  const known = races.filter(({ name }) => raced.some(({ race }) => race === name));
  return table(
    ['Race', 'What must hold', 'Rounds', 'Ends', 'Wrong'],
    known.map(({ name, invariant }) => {
      const parts = raced.filter(({ race }) => race === name);
      const outcomes: Record<string, number> = {};
      for (const part of parts)
        for (const [outcome, count] of Object.entries(part.outcomes))
          outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
      const rounds = parts.reduce((sum, part) => sum + part.rounds, 0);
      const wrong = parts.reduce(
        (sum, part) => sum + part.wrong.length + (part.audit === 'intact' ? 0 : 1),
        0,
      );
      const ends = Object.entries(outcomes).map(([outcome, count]) => `${outcome} (${count})`);
      return [name, invariant, `${rounds}`, ends.join(', '), `${wrong}`];
    }),
  );
}

const kindsHead = '## Kinds of target';

/** Of each other kind of target one remediation, killed at every point. */
export function kindsSection(runs: readonly Done[], command: string): string {
  const days = [...new Set(runs.map(({ date }) => date))].toSorted();
  return [
    kindsHead,
    `One remediation of each other kind of target, on a real one, whose worker is killed at each point. ${runs.length} runs, ${runs.filter(right).length} right; ${effectsIn(runs)}. Last written on ${days.at(-1) ?? 'no day'} by \`${command}\`.`,
    kindActions.map((kind) => `- \`${kind}\`: ${kindsSaid[kind]}.`).join('\n'),
    executions(inOrder(runs)),
  ].join('\n\n');
}

/** The page with this section at its end, or with the one that stands there already. */
export function withKinds(page: string, before: string, section?: string): string {
  const at = (text: string) => text.indexOf(`\n${kindsHead}\n`);
  const own = at(page) < 0 ? page : page.slice(0, at(page));
  const former = at(before) < 0 ? undefined : before.slice(at(before));
  return `${[own, section ?? former]
    .filter((part) => part !== undefined)
    .map((part) => part.trim())
    .join('\n\n')}\n`;
}

export interface Told {
  readonly runs: readonly Done[];
  readonly races: readonly RacedDone[];
  readonly machine: string;
  /** As it was typed last. */
  readonly command: string;
}

export function reliabilityPage({ runs, races: raced, machine, command }: Told): string {
  const days = [...new Set(runs.map(({ date }) => date))].toSorted();
  const when = days.length > 1 ? `from ${days[0]} to ${days.at(-1)}` : `on ${days[0] ?? 'no day'}`;
  const seen = new Set(runs.map(({ fault }) => fault));
  return `${[
    '# Reliability',
    [
      'A fix that is being carried out comes to harm at each of the moments that [the rules](rules/approval.md#kill-points-where-a-crash-is-told-apart) name.',
      'The worker is a real process over a real PostgreSQL and Redis; the target counts the effects itself.',
      'An effect that happens twice is a fault, and so is another end than the one that the rules demand.',
    ].join('\n'),
    `${runs.length} runs, ${runs.filter(right).length} right; ${effectsIn(runs)}. Last written ${when} by \`${command}\` on ${machine}.`,
    [
      'A whole run takes 100 runs of each row by `SIGKILL`, 3 by `blocked`, 20 by the others, and 1,000 rounds of each race; the tables say how many there were.',
      'CI takes two runs of each row. `npm run reliability -- --resume` goes on with one that was broken off; each run is a row of `artifacts/reliability.md`.',
      '`policy` is the change of an eviction policy, which may be repeated; its effects are what `INFO commandstats` of the target counts.',
      '`counter` is an effect that may not be repeated, as a restart; it counts itself in the same command.',
      '`1 + 1` is one change there and one back. `indeterminate` means that a person must look: nothing had happened, and nothing was tried again.',
    ].join('\n'),
    `## Executions\n\n${(Object.keys(faults) as Fault[])
      .filter((fault) => seen.has(fault))
      .map((fault) => `- \`${fault}\`: ${faults[fault]}.`)
      .join('\n')}\n\n${executions(inOrder(runs))}`,
    ...(raced.length === 0
      ? []
      : [
          `## Races\n\nTwo processes at once, on one fix or one object; the audit log is checked after every 50 rounds. CI takes 20 rounds of each.\n\n${racesTable(raced)}`,
        ]),
  ].join('\n\n')}\n`;
}
