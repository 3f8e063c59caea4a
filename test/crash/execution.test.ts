import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lane, openLane } from './lane.ts';
import { runMany } from './many.ts';
import { type Fault, faults, leaseOf, scenarios } from './scenario.ts';
import { buildWorker, type WorkerProgram } from './worker.ts';

/** Where CI draws its tests, one run of each third point, by turns; `npm run reliability` takes many of all. */
const drawnNumber = Number.parseInt(process.env.AETHERIUS_TEST_SEED ?? '', 16);
const isDrawn = !Number.isNaN(drawnNumber);
const runs = Number(process.env.CRASH_ROUNDS ?? (isDrawn ? '1' : '2'));
const points = isDrawn ? scenarios.filter((_one, at) => (at + drawnNumber) % 3 === 0) : scenarios;

const dir = mkdtempSync(join(tmpdir(), 'aetherius-crash-'));
let program: WorkerProgram;
beforeAll(async () => {
  program = await buildWorker();
});
afterAll(() => {
  program?.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe('a worker that comes to harm at any point of an execution', () => {
  let lanes: readonly Lane[] = [];
  beforeAll(async () => {
    lanes = await Promise.all([1, 2, 3, 4].map((n) => openLane(join(dir, `lane-${n}`))));
  });
  afterAll(() => Promise.all(lanes.map((lane) => lane.stop())));

  it.each(Object.keys(faults) as Fault[])(
    'by %s: R-K0, R-K1, R-K2, R-K3, R-K4, R-K5, R-K6 and R-K7 end as they must, with no effect twice, and an audit without a gap',
    async (fault) => {
      const tasks = points.flatMap((scenario) =>
        Array.from({ length: runs }, (_none, round) => ({
          ...{ scenario, fault, round, program },
          leaseMs: leaseOf(fault),
        })),
      );

      const trials = await runMany(lanes, tasks);

      expect(trials).toHaveLength(points.length * runs);
      expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    },
  );
});
