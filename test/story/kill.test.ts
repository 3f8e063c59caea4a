/** A worker that is killed in the middle of a fix, as `test/crash` does it at every point and in every way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lane, openLane } from '../crash/lane.ts';
import { leaseOf, runScenario } from '../crash/scenario.ts';
import { buildWorker, type WorkerProgram } from '../crash/worker.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-story-'));
let program: WorkerProgram;
let lane: Lane;
beforeAll(async () => {
  program = await buildWorker();
  lane = await openLane(join(dir, 'lane'));
});
afterAll(async () => {
  await lane?.stop();
  program?.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe('a worker killed in the middle of a fix', () => {
  it.each([
    ['once the intent is written', 'R-K3', 'policy', 'succeeded', 1],
    ['once the effect has happened', 'R-K4', 'policy', 'succeeded', 1],
    ['before an effect that must not be repeated', 'R-K3', 'counter', 'indeterminate', 0],
  ] as const)('%s (%s, %s): another one ends it, and nothing happens twice', async (...given) => {
    const [, point, action, state, there] = given;
    const leaseMs = leaseOf('SIGKILL');

    const trial = await runScenario(lane, { point, action, health: 'real' }, 'SIGKILL', {
      ...{ round: 0, leaseMs, program },
    });

    expect(trial).toMatchObject({ state, audit: 'intact', wrong: [] });
    expect(trial.effects).toEqual({ there, back: 0 });
  });
});
