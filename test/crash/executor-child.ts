/**
 * A worker of its own: carries out one remediation and comes to harm at the point it is told. By SIGKILL as a crash
 * would; by SIGSTOP as a paused machine would; by a loop that holds the event loop; or by what its parent does to the
 * servers while it waits at that point. With `COURIER_URL` the job comes through Redis, as in the product.
 */

import { once } from 'node:events';
import { AppError } from '../../src/domain/kernel/errors.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import { createCourier } from '../../src/jobs/courier.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { openRedis, queuePrefix } from '../../src/platform/queue/bullmq.ts';
import { createStore } from '../../src/platform/store/store.ts';
import { createHarness } from '../support/approvals.ts';
import { silentLogger } from '../support/logger.ts';
import { auditKey } from '../support/postgres.ts';
import { type ActionName, actionNamed, isKind, realProbes, realTargets } from './actions.ts';
import { exitWhenAway, type Harm } from './harm.ts';
import type { Places } from './kinds.ts';
import { typedAgain } from './typed-again.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const places = JSON.parse(env('TARGETS')) as Places;
const action = env('ACTION') as ActionName;
const health = process.env.UNHEALTHY === '1' ? 'unhealthy' : 'real';
const store = createStore({ database: { url: env('DATABASE_URL') }, auditKey, logger: silentLogger });
const leaseMs = Number(env('LEASE_MS'));
const harness = createHarness(store, {
  leaseMs,
  real: {
    remediation: actionNamed(action, places, health),
    targets: realTargets(places),
    probes: realProbes(isKind(action) ? 'real' : health),
  },
});
const id = env('REMEDIATION_ID');
const harm = env('HARM') as Harm;
let harmed = false;

/** Tells the parent that the point is reached. */
const tell = () => new Promise<void>((resolve) => process.send?.('at the point', () => resolve()));

async function comeToHarm(): Promise<void> {
  switch (harm) {
    case 'SIGKILL':
    case 'SIGSTOP':
      process.kill(process.pid, harm);
      // The signal arrives before this is over; a stopped process goes on here when it is woken.
      await new Promise((resolve) => setTimeout(resolve, 50));
      return;
    case 'blocked': {
      await tell();
      const ends = performance.now() + 2 * leaseMs;
      while (performance.now() < ends);
      return;
    }
    case 'servers': {
      const go = once(process, 'message');
      await tell();
      await go;
    }
  }
}

const atKillPoint = async (point: string): Promise<void> => {
  if (point !== env('KILL_POINT') || harmed) return;
  harmed = true;
  await comeToHarm();
};

const approve = () => typedAgain(() => harness.service.approve(harness.input(id, 'ULEAD')));

async function direct(): Promise<void> {
  if (env('KILL_POINT') === 'R-K0') {
    await approve();
    await atKillPoint('R-K0');
  }
  await harness.execute(id, `child-${process.pid}`, { atKillPoint });
}

async function throughRedis(url: string): Promise<void> {
  const redis = await openRedis({
    connection: { kind: 'single', url: new LazySecret({ kind: 'literal', value: url }) },
    logger: silentLogger,
  });
  const courier = createCourier({ client: redis.producer(), prefix: queuePrefix, logger: silentLogger });
  const worker = startWorker({
    ...{ environments: ['prod'], store, courier, redis, prefix: queuePrefix },
    ...{ clock: systemClock, logger: silentLogger, pollMs: 200, graceMs: 1_000, lockMs: 1_000 },
    runs: { execute: () => Promise.resolve() },
    executor: harness.executor(`child-${process.pid}`, { atKillPoint }),
  });
  if (env('KILL_POINT') === 'R-K0') {
    await approve();
    await atKillPoint('R-K0');
  }
  // The first word of the parent may have been that the point is passed.
  for (let word: unknown; word !== 'stop'; ) [word] = (await once(process, 'message')) as unknown[];
  await worker.stop(500);
  await courier.close();
  redis.close();
}

const url = process.env.COURIER_URL;
try {
  await (url === undefined ? direct() : throughRedis(url));
} catch (error) {
  if (!(error instanceof AppError) || (error.code !== 'DEPENDENCY_UNAVAILABLE' && error.code !== 'TIMED_OUT'))
    throw error;
  process.exitCode = exitWhenAway;
}
await store.close();
process.exit();
