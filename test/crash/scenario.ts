/**
 * One execution that comes to harm at one point (R-K0 to R-K7), what must follow, and what did: for the crash tests,
 * which take a few runs, and for `npm run reliability`, which takes many.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { waitFor } from '../../lab/components/process.ts';
import type { RemediationState } from '../../src/domain/fix/approval.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import { createCourier } from '../../src/jobs/courier.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { openRedis, queuePrefix } from '../../src/platform/queue/bullmq.ts';
import type { KillPoint } from '../../src/services/fix/execute/executor-deps.ts';
import type { Harness } from '../support/approvals.ts';
import { silentLogger } from '../support/logger.ts';
import { type ActionName, paramsOf } from './actions.ts';
import { exitWhenAway, type Harm } from './harm.ts';
import { type KindAction, kindActions } from './kinds.ts';
import type { Effects, Lane, Way } from './lane.ts';
import { startWorkerProcess, type WorkerProcess, type WorkerProgram } from './worker.ts';

export type Point = KillPoint | 'R-K0';

/** One point, and a fix that reaches it. */
export interface Scenario {
  readonly point: Point;
  readonly action: ActionName;
  /** The way back is reached by a fix that does not help. */
  readonly health: 'real' | 'unhealthy';
}

const well = (point: Point, action: ActionName): Scenario => ({ point, action, health: 'real' });

/**
 * `policy` is the product's own change of an eviction policy, which may be repeated. `counter` is an effect that may
 * not, such as a restart: it can only be observed.
 */
export const scenarios: readonly Scenario[] = [
  ...everyPoint('policy').filter(({ health }) => health === 'real'),
  ...(['R-K3', 'R-K4'] as const).map((point) => well(point, 'counter')),
  ...everyPoint('policy').filter(({ health }) => health === 'unhealthy'),
];

/** The same points for one remediation of each other kind of target; each needs a lane of its own kind. */
export const kindScenarios: Readonly<Record<KindAction, readonly Scenario[]>> = Object.fromEntries(
  kindActions.map((action) => [action, everyPoint(action)]),
) as Record<KindAction, readonly Scenario[]>;

function everyPoint(action: ActionName): readonly Scenario[] {
  return [
    ...(['R-K0', 'R-K1', 'R-K2', 'R-K3', 'R-K4', 'R-K5', 'R-K7'] as const).map((point) =>
      well(point, action),
    ),
    ...(['R-K6-intent', 'R-K6-effect'] as const).map(
      (point): Scenario => ({ point, action, health: 'unhealthy' }),
    ),
  ];
}

export const faults = {
  SIGKILL: 'the worker is killed, and never comes back',
  pooler:
    'the worker is killed, and all go to the bot’s PostgreSQL through a PgBouncer that pools transactions',
  SIGSTOP: 'the worker is stopped, another one takes over, and then it wakes up',
  blocked: 'a loop holds the worker for twice its lease, and another one takes over',
  postgres: 'the bot’s PostgreSQL stops; it starts again at once, or only after the worker gave up',
  redis: 'the bot’s Redis is emptied while the job is in hand',
} as const;
export type Fault = keyof typeof faults;

/** How long the lease of a worker is: the shorter, the sooner another one takes over. */
export const leaseOf = (fault: Fault): number => (fault === 'blocked' ? 1_500 : 3_000);

/** One run, as it was. */
export interface Trial extends Scenario {
  readonly fault: Fault;
  readonly round: number;
  readonly state: RemediationState | 'unknown';
  readonly effects: Effects;
  /** Claims and take-overs. */
  readonly attempts: number;
  readonly audit: string;
  readonly seconds: number;
  /** What should not have been so; empty when all was as it must be. */
  readonly wrong: readonly string[];
}

/** What ends a run: a final state, or one that a person has to settle. */
const over: readonly RemediationState[] = [
  ...(['succeeded', 'failed', 'rolled_back', 'rollback_failed', 'stale'] as const),
  ...(['expired', 'indeterminate'] as const),
];

/** How a worker whose harm is over must end; and what its fix must have come to. */
function expected(
  { point, action, health }: Scenario,
  fault: Fault,
): { state: RemediationState; effects: Effects } {
  if (health === 'unhealthy') return { state: 'rolled_back', effects: { there: 1, back: 1 } };
  // What may not be repeated and was not seen to happen waits for a person; a worker that lives goes on with it.
  const unsettled = point === 'R-K3' && action === 'counter' && fault !== 'postgres' && fault !== 'redis';
  return unsettled
    ? { state: 'indeterminate', effects: { there: 0, back: 0 } }
    : { state: 'succeeded', effects: { there: 1, back: 0 } };
}

/** A worker that lost its lease in between has been followed by exactly one other; undefined: either may be. */
function expectedAttempts({ point }: Scenario, fault: Fault): number | undefined {
  if (fault === 'postgres' || fault === 'redis') return undefined;
  return point === 'R-K0' || point === 'R-K1' || point === 'R-K7' ? 1 : 2;
}

/** What is wrong with one that waits for a person: it must say why, and somebody who looked must be able to end it. */
async function unsettled(h: Harness, row: RemediationRow): Promise<readonly string[]> {
  const { outcome } = row;
  const end = { ...h.input(row.id, 'UONCALL'), to: 'failed', reason: 'looked: it did not happen' } as const;
  const settled = await h.service.resolve(end);
  return [
    ...(outcome?.step === 1 && outcome.observed === 'not-done' ? [] : ['it does not say what was seen']),
    ...(settled.remediation.state === 'failed' ? [] : ['it cannot be settled']),
  ];
}

export interface RunOptions {
  readonly round: number;
  readonly leaseMs: number;
  readonly program: WorkerProgram;
}

/** Runs one scenario with one fault. Rejects only where the servers themselves cannot be had. */
export async function runScenario(
  lane: Lane,
  scenario: Scenario,
  fault: Fault,
  options: RunOptions,
): Promise<Trial> {
  await lane.reset();
  const began = performance.now();
  const way = fault === 'pooler' ? lane.pooled : lane.direct;
  const h = lane.harness(way, scenario.action, scenario.health, options.leaseMs);
  await h.refresh();
  const params = paramsOf[scenario.action];
  const { id } = await (scenario.point === 'R-K0' ? h.requested(params) : h.approved(params));
  const trouble: string[] = [];
  const state = await harmed(lane, scenario, fault, { ...options, way, h, id }, trouble).catch(
    (error: unknown) => {
      trouble.push(error instanceof Error ? error.message : String(error));
      return 'unknown' as const;
    },
  );
  return {
    ...scenario,
    ...{ fault, round: options.round, state },
    ...(await judged(lane, scenario, fault, { h, id, state, trouble })),
    seconds: (performance.now() - began) / 1000,
  };
}

async function judged(
  lane: Lane,
  scenario: Scenario,
  fault: Fault,
  { h, id, state, trouble }: { h: Harness; id: string; state: Trial['state']; trouble: readonly string[] },
): Promise<Pick<Trial, 'effects' | 'attempts' | 'audit' | 'wrong'>> {
  const wrong = [...trouble];
  const effects = await lane.effects(scenario.action);
  const must = expected(scenario, fault);
  if (effects.there > 1 || effects.back > 1) wrong.push('an effect happened twice');
  if (state !== must.state) wrong.push(`${state} instead of ${must.state}`);
  if (effects.there !== must.effects.there || effects.back !== must.effects.back)
    wrong.push(`${shownEffects(effects)} effects instead of ${shownEffects(must.effects)}`);
  const row = await h.row(id);
  if (row.state !== state) wrong.push(`became ${row.state} afterwards`);
  const attempts = expectedAttempts(scenario, fault);
  if (attempts !== undefined && row.attempt !== attempts)
    wrong.push(`${row.attempt} attempts instead of ${attempts}`);
  if (row.state === 'indeterminate') wrong.push(...(await unsettled(h, row)));
  const { verdict } = await h.audit.verify();
  if (verdict !== 'intact') wrong.push(`audit ${verdict}`);
  const verdicts = (await h.audit.list(id, 200)).filter(
    ({ action }) => action === `remediation.${row.state}`,
  );
  if (verdicts.length !== 1) wrong.push(`${verdicts.length} audit rows of its end`);
  return { effects, attempts: row.attempt, audit: verdict, wrong };
}

export const shownEffects = ({ there, back }: Effects): string =>
  back === 0 ? `${there}` : `${there} + ${back}`;

const harms: Readonly<Record<Fault, Harm>> = {
  ...{ SIGKILL: 'SIGKILL', pooler: 'SIGKILL', SIGSTOP: 'SIGSTOP', blocked: 'blocked' },
  ...{ postgres: 'servers', redis: 'servers' },
};

interface Case extends RunOptions {
  readonly way: Way;
  readonly h: Harness;
  readonly id: string;
}

async function harmed(
  lane: Lane,
  scenario: Scenario,
  fault: Fault,
  at: Case,
  trouble: string[],
): Promise<RemediationState> {
  const harm = harms[fault];
  const worker = startWorkerProcess({
    ...scenario,
    ...{ program: at.program, databaseUrl: at.way.url, id: at.id, harm, leaseMs: at.leaseMs },
    places: lane.places,
    ...(fault === 'redis' ? { courierUrl: lane.courier.url } : {}),
  });
  try {
    switch (fault) {
      case 'SIGKILL':
      case 'pooler': {
        ends(await worker.ended, ['SIGKILL'], trouble);
        return await recover(at);
      }
      case 'SIGSTOP': {
        await worker.stopped();
        const state = await recover(at);
        worker.wake();
        ends(await worker.ended, ['status 0'], trouble);
        return state;
      }
      case 'blocked': {
        await worker.reached;
        const state = await recover(at);
        ends(await worker.ended, ['status 0'], trouble);
        return state;
      }
      case 'postgres':
        return await withoutPostgres(lane, at, worker, trouble);
      case 'redis':
        return await withEmptyRedis(lane, scenario, at, worker, trouble);
    }
  } finally {
    await worker.kill();
  }
}

function ends(end: string, allowed: readonly string[], trouble: string[]): void {
  if (!allowed.includes(end)) trouble.push(`the worker ended by ${end}`);
}

async function withoutPostgres(
  lane: Lane,
  at: Case,
  worker: WorkerProcess,
  trouble: string[],
): Promise<RemediationState> {
  await worker.reached;
  await lane.postgres.stop();
  worker.say('go');
  // Every other time it is away until the worker has given up.
  if (at.round % 2 === 1) await worker.ended;
  await lane.postgres.restart();
  ends(await worker.ended, ['status 0', `status ${exitWhenAway}`], trouble);
  return recover(at);
}

/** Job and recovery as in the product: two workers over one Redis, which forgets everything while one is at it. */
async function withEmptyRedis(
  lane: Lane,
  { action, health, point }: Scenario,
  at: Case,
  worker: WorkerProcess,
  trouble: string[],
): Promise<RemediationState> {
  const redis = await openRedis({
    connection: { kind: 'single', url: new LazySecret({ kind: 'literal', value: lane.courier.url }) },
    logger: silentLogger,
  });
  const courier = createCourier({ client: redis.producer(), prefix: queuePrefix, logger: silentLogger });
  const flusher = new Redis(lane.courier.url);
  let other: ReturnType<typeof startWorker> | undefined;
  try {
    if (point !== 'R-K0') {
      await flusher.ping();
      await courier.execution({ environment: 'prod', remediationId: at.id, attempt: 1 });
    }
    await worker.reached;
    await flusher.flushall();
    other = startWorker({
      ...{ environments: ['prod'], store: at.way.store, courier, redis },
      ...{ prefix: queuePrefix, clock: systemClock, logger: silentLogger },
      ...{ pollMs: 200, graceMs: 1_000, lockMs: 1_000 },
      runs: { execute: () => Promise.resolve() },
      executor: lane.harness(at.way, action, health, at.leaseMs).executor('recoverer'),
    });
    worker.say('go');
    const state = await waitFor(
      async () => {
        const row = await at.h.row(at.id);
        return over.includes(row.state) ? row.state : undefined;
      },
      { seconds: 60, what: 'the end of the fix' },
    );
    worker.say('stop');
    ends(await worker.ended, ['status 0'], trouble);
    return state;
  } finally {
    await other?.stop(500);
    await courier.close();
    redis.close();
    flusher.disconnect();
  }
}

/** What a dispatcher does: looks in PostgreSQL for what waits or was left, and lets a worker at it. */
async function recover({ way: { store }, h, id }: Case): Promise<RemediationState> {
  for (const deadline = Date.now() + 90_000; ; ) {
    const { state } = await h.row(id);
    if (over.includes(state)) return state;
    if (Date.now() > deadline) throw new Error(`still ${state}`);
    const due = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 50));
    if (due.some((row) => row.id === id)) await h.execute(id, 'recoverer');
    else await delay(50);
  }
}
