import { Worker } from 'bullmq';
import { afterEach, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { RunningWorker } from '../../../src/jobs/worker.ts';
import { usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { type BenchOptions, outcomeOf, plainProbes, workbench } from '../../support/workbench.ts';

const postgres = usePostgres();
const redis = useRedis();
const started: RunningWorker[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.stop(500)));
  await redis.call('FLUSHALL');
});

async function bench(options: Partial<BenchOptions> = {}) {
  const database = await postgres.migrated();
  const made = workbench({ store: database.store(), redis: await redis.connections(), ...options });
  return {
    ...made,
    database,
    start: (more: Parameters<typeof made.start>[0] = {}) => {
      const worker = made.start(more);
      started.push(worker);
      return worker;
    },
    /** Runs that are not complete. */
    async open(): Promise<number> {
      const rows = await database.sql(`SELECT FROM runs WHERE state <> 'complete'`);
      return rows.length;
    },
    state: async (runId: string) => (await made.runs.get(runId))?.state,
    async texts(): Promise<readonly string[]> {
      const rows = await database.sql<{ text: string }>(
        `SELECT payload->>'text' AS text FROM outbox WHERE state = 'pending' ORDER BY seq`,
      );
      return rows.map(({ text }) => text);
    },
  };
}

const soon = { timeout: 30_000, interval: 20 };

describe('with Redis', () => {
  test('a health run is answered in one message and ends complete', async () => {
    const one = await bench();
    one.start();

    const { runId, courier } = await one.startHealth();

    expect(courier).toBe('ok');
    await expect.poll(() => one.state(runId), soon).toBe('complete');
    expect(await one.texts()).toEqual(['health prod complete 4/4']);
    expect((await one.runs.get(runId))?.outcomes).toHaveLength(4);
  });

  test('findings stand under the message, consequences do not', async () => {
    const probes = plainProbes((call) =>
      call.probe === 'redis.ping'
        ? outcomeOf(call, {
            status: 'unhealthy',
            findings: [
              {
                code: 'REDIS_MEMORY_HIGH' as FindingCode,
                severity: 'critical',
                part: 'redis',
                subject: 'redis',
                facts: {},
              },
            ],
          })
        : outcomeOf(call),
    );
    const one = await bench({ probes });
    one.start();

    const { runId } = await one.startHealth();

    await expect.poll(() => one.state(runId), soon).toBe('complete');
    expect(await one.texts()).toEqual(['health prod complete 4/4', 'finding REDIS_MEMORY_HIGH']);
    const [reply] = await one.store.tx((tx) => tx.messages.find({ runId, purpose: 'finding' }));
    const [root] = await one.store.tx((tx) => tx.messages.find({ runId, purpose: 'root' }));
    expect(reply?.parentId).toBe(root?.id);
  });

  test('a message fills in while probes still run', async () => {
    const slow = latch();
    const probes = plainProbes(async (call) => {
      if (call.probe === 'neo4j.ping') await slow.opened;
      return outcomeOf(call);
    });
    const one = await bench({ probes });
    one.start();

    const { runId } = await one.startHealth();

    await expect.poll(() => one.texts(), soon).toEqual(['health prod looking 3/4']);
    slow.open();
    await expect.poll(() => one.state(runId), soon).toBe('complete');
    expect(await one.texts()).toEqual(['health prod complete 4/4']);
  });

  test('the same key starts one run, whoever comes first', async () => {
    const one = await bench();
    const input = { kind: 'health', environment: 'prod', source: 'slash', dedupeKey: 'trigger' } as const;

    const answers = await Promise.all([one.runs.start(input), one.runs.start(input), one.runs.start(input)]);

    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  });

  test('an environment nobody configured is told so', async () => {
    const one = await bench();

    await expect(one.startHealth('moon')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'unknown-environment' },
    });
  });

  test('a worker of one environment leaves the runs of the others alone', async () => {
    const one = await bench({ environments: ['prod'] });
    one.start();

    const staging = await one.startHealth('staging');
    const prod = await one.startHealth('prod');

    await expect.poll(() => one.state(prod.runId), soon).toBe('complete');
    expect(await one.state(staging.runId)).toBe('queued');
    expect(await redis.call('ZCARD', '{aetherius}:run-prod:completed')).toBe(0);
    expect(await redis.call('LLEN', '{aetherius}:run-staging:wait')).toBe(1);
    await redis.call('FLUSHALL');
  });

  test('a run of another environment is not done even when its job lands in the wrong queue', async () => {
    const one = await bench({ environments: ['prod'] });
    const staging = await one.startHealth('staging');
    one.start();
    const prod = await one.startHealth('prod');

    await one.courier.run({ environment: 'prod', runId: staging.runId, attempt: 1 });

    await expect.poll(() => one.state(prod.runId), soon).toBe('complete');
    await expect.poll(() => redis.call('LLEN', '{aetherius}:run-prod:active'), soon).toBe(0);
    expect(await one.state(staging.runId)).toBe('queued');
    await redis.call('FLUSHALL');
  });

  test('a probe runner that fails ends the run as failed, in words, once', async () => {
    const one = await bench({ probes: { run: () => Promise.reject(new TypeError('oops')) } });
    one.start();

    const { runId } = await one.startHealth();

    await expect.poll(() => one.state(runId), soon).toBe('failed');
    expect(await one.texts()).toEqual([`failed BUG ${runId}`]);
  });
});

describe('two workers', () => {
  test('share fifty runs, each done once', async () => {
    const first = await bench();
    const second = workbench({ store: first.store, redis: await redis.connections() });
    first.start();
    started.push(second.start());

    for (let typed = 0; typed < 50; typed += 1) await first.startHealth();

    await expect.poll(() => first.open(), { timeout: 30_000, interval: 200 }).toBe(0);
    const attempts = await first.database.sql<{ attempt: number }>('SELECT DISTINCT attempt FROM runs');
    expect(attempts).toEqual([{ attempt: 1 }]);
    expect(await first.texts()).toHaveLength(50);
  });

  test('a run whose worker fell silent is taken over and ends in one complete answer; the late one writes nothing', async () => {
    const stuck = latch();
    const dying = await bench({
      leaseMs: 600,
      probes: plainProbes(async (call) => {
        await stuck.opened;
        return outcomeOf(call, { facts: { by: 'late' } });
      }),
    });
    dying.start();
    const { runId } = await dying.startHealth();
    await expect.poll(() => dying.state(runId), soon).toBe('running');
    // The process goes on, but its heartbeat does not reach PostgreSQL: as after SIGSTOP.
    const silenced = await dying.database.sql(
      `UPDATE runs SET lease_until = clock_timestamp(), lease_owner = lease_owner || '?' WHERE id = $1`,
      [runId],
    );
    const alive = workbench({ store: dying.database.store(), redis: await redis.connections() });
    started.push(alive.start());
    expect(silenced).toEqual([]);

    await expect.poll(() => alive.runs.get(runId).then((run) => run?.state), soon).toBe('complete');
    stuck.open();

    const run = await alive.runs.get(runId);
    expect(run).toMatchObject({ attempt: 2 });
    await expect.poll(() => started[0]?.active(), soon).toBe(0);
    expect((await alive.runs.get(runId))?.outcomes.map(({ facts }) => facts)).toEqual([{}, {}, {}, {}]);
    expect(await dying.texts()).toEqual(['health prod complete 4/4']);
  });

  test('a worker that stops gives its unfinished run to the other one', async () => {
    const never = latch();
    const leaving = await bench({
      probes: plainProbes(async (call, signal) => {
        await Promise.race([never.opened, aborted(signal)]);
        return outcomeOf(call, { status: 'inconclusive' });
      }),
    });
    const worker = leaving.start();
    const { runId } = await leaving.startHealth();
    await expect.poll(() => leaving.state(runId), soon).toBe('running');
    const staying = workbench({ store: leaving.database.store(), redis: await redis.connections() });
    started.push(staying.start());

    const began = Date.now();
    const counts = await worker.stop(500);

    expect(counts).toEqual({ aborted: 1, left: 0 });
    expect(Date.now() - began).toBeLessThan(1500);
    await expect.poll(() => staying.runs.get(runId).then((run) => run?.state), soon).toBe('complete');
    expect(await leaving.texts()).toEqual(['health prod complete 4/4']);
  });
});

describe('when Redis forgets', () => {
  test('jobs that were waiting when it was flushed are found in PostgreSQL and run once', async () => {
    const one = await bench();
    for (let typed = 0; typed < 10; typed += 1) await one.startHealth();
    expect(await redis.call('LLEN', '{aetherius}:run-prod:wait')).toBe(10);

    await redis.call('FLUSHALL');
    one.start();

    await expect.poll(() => one.open(), { timeout: 30_000, interval: 200 }).toBe(0);
    expect(await one.database.sql('SELECT DISTINCT attempt FROM runs')).toEqual([{ attempt: 1 }]);
    expect(await one.texts()).toHaveLength(10);
  });

  test('a job that waits is not added a second time by the dispatcher', async () => {
    const one = await bench();
    const { runId } = await one.startHealth();

    const again = await one.courier.run({ environment: 'prod', runId, attempt: 1 });

    expect(again).toBe('ok');
    expect(await redis.call('LLEN', '{aetherius}:run-prod:wait')).toBe(1);
    await redis.call('FLUSHALL');
  });
});

describe('when a worker dies with a job in hand that it had not claimed yet', () => {
  /** Takes the next job and never begins it, as a process killed between Redis and PostgreSQL. */
  async function takeAndDie(): Promise<void> {
    const dead = new Worker('run-prod', null, {
      connection: (await redis.connections()).worker(),
      prefix: '{aetherius}',
      autorun: false,
      lockDuration: 30_000,
      skipStalledCheck: true,
    });
    const job = await dead.getNextJob('a token');
    await dead.close(true);
    expect(job?.name).toBe('run');
    expect(await redis.call('LLEN', '{aetherius}:run-prod:active')).toBe(1);
  }

  test('the run is done within seconds, not when BullMQ finds the job stalled', async () => {
    const one = await bench();
    const { runId } = await one.startHealth();
    await takeAndDie();

    one.start();

    // BullMQ would give the job back after one lock duration at the earliest: 30 s.
    await expect.poll(() => one.state(runId), { timeout: 15_000, interval: 20 }).toBe('complete');
    expect(await one.texts()).toEqual(['health prod complete 4/4']);
  });

  test('handing it over again and again adds one job, not many', async () => {
    const one = await bench();
    const { runId } = await one.startHealth();
    await takeAndDie();

    for (let n = 0; n < 5; n += 1)
      await one.courier.run({ environment: 'prod', runId, attempt: 1, unclaimed: true });

    expect(await redis.call('LLEN', '{aetherius}:run-prod:wait')).toBe(1);
  });
});

describe('when Redis is away', () => {
  test('a command is told so at once and health still answers from a worker', async () => {
    const one = await bench();
    one.start();
    await one.startHealth();
    await redis.kill();

    try {
      const began = Date.now();
      const { runId, courier } = await one.startHealth();

      expect(courier).toBe('down');
      expect(Date.now() - began).toBeLessThan(1500);
      await expect.poll(() => one.state(runId), soon).toBe('complete');
    } finally {
      await redis.start();
    }
  });

  test('a Redis that is paused costs a second, not the command', async () => {
    const one = await bench();
    one.start();
    const warm = await one.startHealth();
    await expect.poll(() => one.state(warm.runId), soon).toBe('complete');
    redis.server.pause();

    try {
      const began = Date.now();
      const { runId, courier } = await one.startHealth();

      expect(courier).toBe('down');
      expect(Date.now() - began).toBeLessThan(2000);
      await expect.poll(() => one.state(runId), soon).toBe('complete');
    } finally {
      redis.server.resume();
    }
  });

  test('a worker started without it works, and uses it when it comes', async () => {
    await redis.kill();
    const one = await bench();
    one.start();
    const without = await one.startHealth();
    expect(without.courier).toBe('down');
    await expect.poll(() => one.state(without.runId), soon).toBe('complete');

    await redis.start();

    await expect.poll(async () => (await one.startHealth()).courier, soon).toBe('ok');
    await expect
      .poll(() => one.database.sql(`SELECT count(*) AS n FROM runs WHERE state <> 'complete'`), soon)
      .toEqual([{ n: '0' }]);
  });

  test('a run in hand goes on without it', async () => {
    const slow = latch();
    const one = await bench({
      probes: plainProbes(async (call) => {
        await slow.opened;
        return outcomeOf(call);
      }),
    });
    one.start({ lockMs: 1000 });
    const { runId } = await one.startHealth();
    await expect.poll(() => one.state(runId), soon).toBe('running');

    await redis.kill();
    await redis.start();
    slow.open();

    await expect.poll(() => one.state(runId), soon).toBe('complete');
    expect((await one.runs.get(runId))?.attempt).toBe(1);
  });

  test('stopping a worker while it is away stays within the budget', async () => {
    const one = await bench();
    const worker = one.start();
    await redis.kill();

    try {
      const began = Date.now();
      await worker.stop(1000);

      expect(Date.now() - began).toBeLessThan(2500);
    } finally {
      await redis.start();
    }
  });
});

describe('when PostgreSQL restarts in the middle of a run', () => {
  test('the run ends in one complete answer', async () => {
    const slow = latch();
    const one = await bench({
      leaseMs: 1500,
      probes: plainProbes(async (call) => {
        if (call.probe === 'neo4j.ping') await slow.opened;
        return outcomeOf(call);
      }),
    });
    one.start();
    const { runId } = await one.startHealth();
    await expect.poll(() => one.texts(), soon).toEqual(['health prod looking 3/4']);

    await postgres.server.restart();
    slow.open();

    await expect.poll(() => one.state(runId).catch(() => 'away'), { timeout: 20_000 }).toBe('complete');
    expect(await one.texts()).toEqual(['health prod complete 4/4']);
  });
});

describe('executions', () => {
  test('R-X7: a lost lock aborts one, a stop does not', async () => {
    const seen: string[] = [];
    const done = latch();
    const one = await bench({
      executor: {
        async execute({ signal }) {
          seen.push('begun');
          signal.addEventListener('abort', () => seen.push('aborted'));
          await done.opened;
          seen.push('ended');
        },
      },
    });
    const worker = one.start({ lockMs: 600 });
    const job = { environment: 'prod', remediationId: '01901234-5678-7abc-8def-0123456789ab', attempt: 1 };
    await one.courier.execution(job);
    await expect.poll(() => seen, soon).toEqual(['begun']);

    const counts = await worker.stop(300);
    expect(counts).toEqual({ aborted: 0, left: 1 });
    expect(seen).toEqual(['begun']);

    await redis.call('FLUSHALL');
    await expect.poll(() => seen, soon).toEqual(['begun', 'aborted']);
    done.open();
    await expect.poll(() => seen, soon).toEqual(['begun', 'aborted', 'ended']);
  });
});

function latch() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
