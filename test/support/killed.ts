/** A worker that dies at a point of an execution, and another one that goes on. */
import { expect } from 'vitest';
import type { ExecutorDeps } from '../../src/services/fix/execute/executor-deps.ts';
import type { TestDatabase } from './postgres.ts';

/** How often each test of a death is run: once, or as often as `KILL_ROUNDS` says. */
export const killRounds = { repeats: Number(process.env.KILL_ROUNDS ?? '1') - 1 };

type Run = (worker: string, more: Partial<ExecutorDeps>) => Promise<unknown>;

/** Dies where the point is reached for this time; its lease ends, and the next one goes on to the end. */
export async function killedWorker(
  database: TestDatabase,
  id: string,
  run: Run,
  point: string,
  time = 1,
): Promise<void> {
  let left = time;
  const atKillPoint = (at: string) => {
    left -= at === point ? 1 : 0;
    return at === point && left === 0 ? Promise.reject(new Error('killed')) : Promise.resolve();
  };
  await run('worker-1', { atKillPoint }).catch(() => undefined);
  expect(left, `${point} was reached`).toBe(0);
  await database.sql("UPDATE remediations SET lease_until = now() - interval '1 second' WHERE id = $1", [id]);
  await run('worker-2', {});
}
