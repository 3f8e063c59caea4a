/**
 * A worker of its own: carries out one remediation and ends itself at the point it is told, by SIGKILL as a crash
 * would, or stops itself by SIGSTOP as a paused machine would.
 */
import { createStore } from '../../src/platform/store/store.ts';
import { createHarness } from '../support/approvals.ts';
import { silentLogger } from '../support/logger.ts';
import { auditKey } from '../support/postgres.ts';
import { type ActionName, actionNamed, realProbes, realTargets } from './actions.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const urls = { redis: env('TARGET_REDIS_URL'), postgres: env('TARGET_POSTGRES_URL') };
const store = createStore({ database: { url: env('DATABASE_URL') }, auditKey, logger: silentLogger });
const harness = createHarness(store, {
  leaseMs: Number(env('LEASE_MS')),
  real: {
    remediation: actionNamed(env('ACTION') as ActionName, urls),
    targets: realTargets(urls),
    probes: realProbes(process.env['UNHEALTHY'] === '1' ? 'unhealthy' : 'real'),
  },
});

const end = env('KILL_POINT');
const signal = process.env['END_BY'] === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL';
let ended = false;
await harness.execute(env('REMEDIATION_ID'), `child-${process.pid}`, {
  atKillPoint: async (point) => {
    if (point !== end || ended) return;
    ended = true;
    process.kill(process.pid, signal);
    // The signal arrives before this is over; a stopped process goes on here when it is woken.
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
});
await store.close();
process.exit(0);
