/** One fix and one check while Redis, or a worker's way to it, comes to harm: what became of them, and how long they waited. */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { freePort, waitFor } from '../../lab/components/process.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import { type QueueKind, queueName } from '../../src/domain/run/jobs.ts';
import type { RunningWorker } from '../../src/jobs/worker.ts';
import { openRedis, queuePrefix, type RedisConnections } from '../../src/platform/queue/bullmq.ts';
import { silentLogger } from '../support/logger.ts';
import { type RedisGate, startRedisGate } from '../support/redis-gate.ts';
import { workbench } from '../support/workbench.ts';
import type { Lane } from './lane.ts';
import { typedAgain } from './typed-again.ts';

export const courierFaults = {
  ended:
    'the connection in which a worker waits for work is ended and stays dead, or all of its connections lead nowhere',
  paused: 'Redis is paused',
  readonly: 'Redis becomes a replica and takes no writes',
  scripts: 'Redis forgets its scripts',
  stalled: 'somebody takes the job and does nothing with it, once or again and again',
} as const;
export type CourierFault = keyof typeof courierFaults;

export interface CourierTask {
  readonly fault: CourierFault;
  readonly round: number;
  /** Between 0 and 1, again and again the same for one seed. */
  readonly chance: () => number;
}

export interface CourierTrial extends Pick<CourierTask, 'fault' | 'round'> {
  /** From the decision, or the question, until somebody began with it; in milliseconds. */
  readonly waitedMs: readonly number[];
  readonly wrong: readonly string[];
}

/** Numbers that look random, from a seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function runCourierRound(lane: Lane, task: CourierTask): Promise<CourierTrial> {
  await lane.reset();
  const closers: (() => unknown)[] = [];
  const gate = await startRedisGate(lane.courier.url);
  closers.push(() => gate.stop());
  const admin = new Redis(lane.courier.url);
  admin.on('error', () => undefined);
  closers.push(() => admin.disconnect());
  const open = async (url: string) => {
    const connection = { kind: 'single', url: new LazySecret({ kind: 'literal', value: url }) } as const;
    const made = await openRedis({ connection, logger: silentLogger });
    closers.push(() => made.close());
    return made;
  };
  try {
    await admin.flushall();
    const { store } = lane.direct;
    const h = lane.harness(lane.direct, 'counter', 'real', 15_000);
    await h.refresh();
    const { id } = await h.requested();
    const bot = workbench({ store, redis: await open(lane.courier.url) });
    const own = workbench({ store, redis: await open(gate.url), executor: h.executor('worker') });
    let worker: RunningWorker | undefined;
    closers.push(() => worker?.stop(500));
    // As in the product: PostgreSQL is looked at every two seconds, and a job left to Redis for five.
    const begin = () => {
      worker = own.start({ pollMs: 2_000, graceMs: 5_000, lockMs: 30_000 });
    };
    const start = async () => {
      const { runId } = await typedAgain(() => bot.startHealth());
      await h.service.approve(h.input(id, 'ULEAD'));
      return runId;
    };
    const at = { ...{ lane, gate, admin, task }, redis: await open(lane.courier.url), courier: bot.courier };
    const runId = await withFault[task.fault]({ ...at, id, begin, start });
    const wrong: string[] = [];
    const ended = await waitFor(
      async () => {
        const [row, run] = [await h.row(id), await bot.runs.get(runId)];
        return row.state === 'succeeded' && run?.state === 'complete';
      },
      { seconds: 60, what: 'the fix and the check to end' },
    ).catch(() => false);
    if (!ended) wrong.push(`lost: ${(await h.row(id)).state}, ${(await bot.runs.get(runId))?.state}`);
    await worker?.stop(2_000);
    const { there } = await lane.effects('counter');
    if (there !== 1) wrong.push(`${there} effects`);
    const { attempt } = await h.row(id);
    if (attempt !== 1) wrong.push(`${attempt} claims of the fix`);
    const claims = (await bot.runs.get(runId))?.attempt;
    if (claims !== 1) wrong.push(`${claims} claims of the check`);
    const { verdict } = await h.audit.verify();
    if (verdict !== 'intact') wrong.push(`audit ${verdict}`);
    return { fault: task.fault, round: task.round, waitedMs: await waited(lane, id, runId), wrong };
  } finally {
    for (const close of closers.toReversed()) await close();
    lane.courier.resume();
  }
}

async function waited(lane: Lane, id: string, runId: string): Promise<readonly number[]> {
  const rows = await lane.sql(
    `SELECT extract(epoch FROM min(ts) FILTER (WHERE action = 'remediation.executing')
       - min(ts) FILTER (WHERE action = 'remediation.approved')) * 1000 AS ms FROM audit_log WHERE remediation_id = $1
     UNION ALL SELECT extract(epoch FROM started_at - created_at) * 1000 FROM runs WHERE id = $2`,
    [id, runId],
  );
  // What was never begun has waited for ever.
  return rows.map(({ ms }) => (ms === null ? Number.POSITIVE_INFINITY : Number(ms)));
}

interface Scene {
  readonly lane: Lane;
  readonly gate: RedisGate;
  readonly admin: Redis;
  readonly redis: RedisConnections;
  readonly courier: ReturnType<typeof workbench>['courier'];
  readonly task: CourierTask;
  /** Of the fix. */
  readonly id: string;
  /** The worker starts. */
  begin(): void;
  /** Asks for the check, approves the fix, and says which check that is. */
  start(): Promise<string>;
}

const waitsForWork = /bzpopmin/i;

/** Each of its consumers waits in its blocking connection. */
async function idle({ admin }: Scene): Promise<void> {
  await waitFor(
    async () =>
      String(await admin.call('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => / cmd=bzpopmin /.test(line)).length >= 3,
    { seconds: 30, what: 'the worker to wait for work' },
  );
}

/** Waits at most so long by chance, so that the harm falls before, into and after the hand-over. */
const someTime = ({ task }: Scene, mostMs: number) => delay(task.chance() * mostMs);

const withFault: Readonly<Record<CourierFault, (scene: Scene) => Promise<string>>> = {
  async ended(scene) {
    scene.begin();
    await idle(scene);
    if (scene.task.round % 4 === 3) scene.gate.forget();
    else scene.gate.end(waitsForWork);
    return scene.start();
  },
  async paused(scene) {
    scene.begin();
    await idle(scene);
    const before = scene.task.round % 2 === 0;
    if (before) scene.lane.courier.pause();
    const runId = await scene.start();
    if (!before) {
      await someTime(scene, 20);
      scene.lane.courier.pause();
    }
    await someTime(scene, 14_000);
    scene.lane.courier.resume();
    return runId;
  },
  async readonly(scene) {
    scene.begin();
    await idle(scene);
    const before = scene.task.round % 2 === 0;
    const nobody = `${await freePort()}`;
    const demote = () => scene.admin.call('REPLICAOF', '127.0.0.1', nobody);
    if (before) await demote();
    const runId = await scene.start();
    if (!before) {
      await someTime(scene, 20);
      await demote();
    }
    await someTime(scene, 14_000);
    await scene.admin.call('REPLICAOF', 'NO', 'ONE');
    return runId;
  },
  async scripts(scene) {
    scene.begin();
    await idle(scene);
    await scene.admin.call('SCRIPT', 'FLUSH');
    const runId = await scene.start();
    for (let n = 0; n < 3; n += 1) {
      await someTime(scene, 20);
      await scene.admin.call('SCRIPT', 'FLUSH');
    }
    return runId;
  },
  async stalled(scene) {
    const runId = await scene.start();
    const times = 1 + Math.floor(scene.task.chance() * 4);
    for (let n = 0; n < times; n += 1) {
      const job = { environment: 'prod', attempt: 1, unclaimed: true };
      await scene.courier.run({ ...job, runId });
      await scene.courier.execution({ ...job, remediationId: scene.id });
      await takeAndDie(scene.redis, 'run');
      await takeAndDie(scene.redis, 'execute');
    }
    scene.begin();
    return runId;
  },
};

/** Takes the next job and never begins it, as a process killed between Redis and PostgreSQL. */
async function takeAndDie(redis: RedisConnections, kind: QueueKind): Promise<void> {
  const connection = redis.worker();
  const dead = new Worker(queueName(kind, 'prod'), null, {
    ...{ connection, prefix: queuePrefix, autorun: false, lockDuration: 30_000, skipStalledCheck: true },
  });
  dead.on('error', () => undefined);
  await dead.getNextJob('a token');
  await dead.close(true);
  redis.release(connection);
}
