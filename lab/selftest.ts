/** Proof of the lab itself: every fault is planted, seen by its own check, cleared, gone; and nothing stays behind. */

import { setTimeout as delay } from 'node:timers/promises';
import { faults } from './faults/index.ts';
import { faultReport, secondsIn, writeReport } from './report.ts';
import { downLab, labStatus, upLab } from './runtimes/index.ts';
import { timedProgress } from './runtimes/shared.ts';
import { differences, snapshot } from './snapshot.ts';
import type { Fault, Lab, LabPart, Runtime } from './types.ts';

export interface SelftestOptions {
  /** One variant of each fault instead of all. */
  readonly once: boolean;
  /** Default: kubernetes and compose. */
  readonly runtime: readonly Runtime[];
  /** Id prefixes; default all. */
  readonly only: readonly string[];
  /** Leaves the platforms up, and so does not compare the machine before and after. */
  readonly keep: boolean;
  /** Also puts the totals of the tables into docs/guides/lab-faults.md. */
  readonly summary: boolean;
}

export interface Row {
  readonly runtime: Runtime;
  readonly id: string;
  readonly variant: string;
  /** Seconds; undefined when it did not get that far. */
  readonly planted?: number;
  readonly seen?: number;
  readonly cleared?: number;
  readonly healthy?: number;
  readonly problem?: string;
}

const seconds = (since: number) => (performance.now() - since) / 1000;

/** Polls until the check says `wanted`; an exception of a check counts as "not seen". `limit` in seconds. */
export async function until(
  fault: Fault,
  lab: Lab,
  variant: string,
  wanted: boolean,
  limit: number,
): Promise<void> {
  const end = performance.now() + limit * 1000;
  let last = '';
  for (;;) {
    const seen = await fault.check(lab, variant).catch((error: unknown) => {
      last = error instanceof Error ? ` (${error.message})` : '';
      return false;
    });
    if (seen === wanted) return;
    if (performance.now() > end)
      throw new Error(`its check ${wanted ? 'never sees' : 'still sees'} it${last}`);
    await delay(100);
  }
}

/** Plants one fault in one variant and takes it away again. Never throws. */
export async function tryFault(lab: Lab, fault: Fault, variant: string): Promise<Row> {
  const row: { -readonly [K in keyof Row]: Row[K] } = { runtime: lab.runtime, id: fault.id, variant };
  let step = 'before';
  try {
    if (await fault.check(lab, variant).catch(() => false))
      throw new Error('the check sees it before it is planted');
    step = 'plant';
    let start = performance.now();
    await fault.plant(lab, variant);
    row.planted = seconds(start);
    step = 'check';
    start = performance.now();
    await until(fault, lab, variant, true, fault.within);
    row.seen = seconds(start);
  } catch (error) {
    row.problem = `${step}: ${error instanceof Error ? error.message : String(error)}`;
  }
  try {
    step = 'clear';
    let start = performance.now();
    await fault.clear(lab, variant);
    row.cleared = seconds(start);
    step = 'gone';
    start = performance.now();
    await until(fault, lab, variant, false, 45);
    step = 'healthy';
    await lab.healthy(90);
    row.healthy = seconds(start);
  } catch (error) {
    row.problem ??= `${step}: ${error instanceof Error ? error.message : String(error)}`;
  }
  return row;
}

const cell = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));
export const faultHead = [
  '| runtime | fault | variant | plant s | seen s | clear s | healthy s | result |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];
export const faultRow = (row: Row): string =>
  `| ${row.runtime} | ${row.id} | ${row.variant} | ${cell(row.planted)} | ${cell(row.seen)} | ${cell(row.cleared)} | ${cell(row.healthy)} | ${(row.problem ?? 'ok').replaceAll(/\s+/g, ' ').slice(0, 300)} |`;

/** Seconds until a fault was seen, and until all was well again: the middle and the greatest of each. */
export const faultSeconds = (rows: readonly string[]): readonly string[] => [
  secondsIn(rows, 4),
  secondsIn(rows, 6),
];

/** Runs it all, prints a table and writes it down; true when everything held. */
export async function selftest(options: SelftestOptions, print: (line: string) => void): Promise<boolean> {
  const chosen: readonly Runtime[] = options.runtime.length > 0 ? options.runtime : ['kubernetes', 'compose'];
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const runtime of chosen) {
    const wasUp = (await labStatus(runtime)) !== 'down';
    const before = await snapshot();
    const progress = timedProgress(print);
    const lab = await upLab(runtime, progress);
    print(faultHead.join('\n'));
    for (const fault of faults.filter((one) => wanted(one, runtime, options.only))) {
      for (const variant of options.once ? fault.variants.slice(0, 1) : fault.variants) {
        const row = await tryFault(lab, fault, variant);
        rows.push(row);
        print(faultRow(row));
        // What one fault broke must not be blamed on the next.
        if (row.problem !== undefined) await recover(lab, print);
      }
    }
    progress(`${runtime}: all faults`);
    if (options.keep || wasUp) continue;
    await downLab(runtime);
    progress(`${runtime}: down`);
    problems.push(...differences(before, await snapshot()));
  }
  const failed = rows.filter((row) => row.problem !== undefined);
  for (const problem of problems) print(problem);
  print(`${rows.length} planted, ${failed.length} failed, ${problems.length} left behind`);
  for (const runtime of chosen) writeTable(runtime, rows, options);
  return failed.length === 0 && problems.length === 0 && rows.length > 0;
}

function writeTable(runtime: Runtime, all: readonly Row[], { once, only, summary }: SelftestOptions): void {
  const rows = all.filter((row) => row.runtime === runtime).map(faultRow);
  if (rows.length === 0) return;
  const words = [...(once ? ['--once'] : []), '--runtime', runtime, ...only.flatMap((id) => ['--only', id])];
  const section = {
    name: `faults on ${runtime}`,
    head: faultHead.join('\n'),
    rows,
    date: new Date().toISOString().slice(0, 10),
    command: `npm run lab:selftest -- ${words.join(' ')}`,
  };
  writeReport(faultReport, section, summary, faultSeconds);
}

function wanted(fault: Fault, runtime: Runtime, only: readonly string[]): boolean {
  return (
    fault.runtimes.includes(runtime) &&
    (only.length === 0 || only.some((prefix) => fault.id.startsWith(prefix)))
  );
}

/** Every part as it was made; after a failure only. */
async function recover(lab: Lab, print: (line: string) => void): Promise<void> {
  try {
    await lab.healthy(5);
  } catch {
    print('resetting the platform');
    const parts = ['postgres', 'redis', 'nats', 'neo4j'] as const;
    await resetAll(lab, parts, print);
    const programs = ['agent-manager', 'orchestrator-service', 'reasoning-service', 'collect-agent'] as const;
    await resetAll(lab, programs, print);
    await lab.healthy(120).catch((error: unknown) => print(String(error)));
  }
}

async function resetAll(lab: Lab, parts: readonly LabPart[], print: (line: string) => void): Promise<void> {
  const done = await Promise.allSettled(parts.map((part) => lab.reset(part)));
  for (const one of done) if (one.status === 'rejected') print(String(one.reason));
}
