import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { HttpAnswer, ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { servicesEventPipeline } from '../../../../src/probes/services/event-pipeline.probe.ts';

interface Sample {
  readonly queue: number;
  readonly received: number;
  readonly stored: number;
  readonly busy: number;
  readonly enrich: readonly [sum: number, count: number];
  readonly write: readonly [sum: number, count: number];
  readonly batch: readonly [sum: number, count: number];
  readonly latency: readonly [sum: number, count: number];
  readonly connections?: number;
}

const page = (sample: Sample, limit = 100): string =>
  [
    `event_queue_size ${sample.queue}`,
    'event_queue_capacity 1000',
    'event_workers 4',
    `event_workers_busy ${sample.busy}`,
    `event_batch_limit ${limit}`,
    'event_batch_timeout_seconds 1',
    `event_processing_total{outcome="received"} ${sample.received}`,
    `event_processing_total{outcome="stored"} ${sample.stored}`,
    `event_processing_stage_seconds_sum{stage="enrich"} ${sample.enrich[0]}`,
    `event_processing_stage_seconds_count{stage="enrich"} ${sample.enrich[1]}`,
    `event_processing_stage_seconds_sum{stage="write"} ${sample.write[0]}`,
    `event_processing_stage_seconds_count{stage="write"} ${sample.write[1]}`,
    `event_batch_size_sum ${sample.batch[0]}`,
    `event_batch_size_count ${sample.batch[1]}`,
    `event_processing_seconds_sum ${sample.latency[0]}`,
    `event_processing_seconds_count ${sample.latency[1]}`,
    `database_connections_in_use ${sample.connections ?? 0}`,
    '',
  ].join('\n');

const start: Sample = {
  queue: 10,
  received: 0,
  stored: 0,
  busy: 4,
  enrich: [0, 0],
  write: [0, 0],
  batch: [0, 0],
  latency: [0, 0],
  connections: 1,
};

async function look(before: Sample, after: Sample, limit?: number) {
  const result = await run([page(before, limit), page(after, limit)]);
  return result.status === 'unhealthy' ? result.findings.map(({ code }) => code) : [];
}

async function run(pages: string[], seconds = 4) {
  const services: ServicesTarget = {
    find: (id) => ({ id, url: 'http://agent-manager', healthPaths: [], paths: asInGuide.paths }),
    request: async (): Promise<HttpAnswer> => {
      const text = pages.shift() ?? '';
      return { status: 200, headers: {}, body: Buffer.from(text), text: () => text, latencyMs: 1 };
    },
    overOneConnection: () => Promise.reject(new Error('not asked for')),
  };
  let at = 0;
  return servicesEventPipeline.run(
    { seconds },
    {
      deps: { environment: 'test', platform: asInGuide, services },
      signal: new AbortController().signal,
      now: () => new Date(at),
      async wait(ms) {
        at += ms;
      },
    },
  );
}

describe('the event pipeline', () => {
  it('is well when all that comes in is stored', async () => {
    const after = { ...start, queue: 0, received: 40, stored: 40, busy: 0, batch: [40, 4] as const };

    expect(await look(start, { ...after, enrich: [4, 40], write: [0.1, 4], latency: [30, 40] })).toEqual([]);
  });

  it('lacks workers when each event takes them long', async () => {
    const after = { ...start, queue: 170, received: 200, stored: 40, enrich: [16, 40] as const };

    expect(await look(start, { ...after, write: [0.1, 4], batch: [40, 4], latency: [160, 40] })).toEqual([
      'EVENT_LATENCY_HIGH',
      'EVENT_QUEUE_BACKLOG',
      'EVENT_WORKERS_SATURATED',
    ]);
  });

  it('has too small batches when every one is full', async () => {
    const after = { ...start, queue: 150, received: 160, stored: 20, enrich: [2, 20] as const };

    expect(await look(start, { ...after, write: [0.1, 4], batch: [20, 4], latency: [20, 20] }, 5)).toEqual([
      'EVENT_QUEUE_BACKLOG',
      'EVENT_BATCHES_FULL',
    ]);
  });

  it('waits for the database when a write takes longer than the pace', async () => {
    const after = { ...start, queue: 60, received: 60, stored: 10, enrich: [1, 10] as const };

    expect(await look(start, { ...after, write: [6, 2], batch: [10, 2], latency: [20, 10] })).toEqual([
      'EVENT_QUEUE_BACKLOG',
      'EVENT_WRITES_SLOW',
    ]);
  });

  it('waits for the database when slow, full batches and quick, small ones take turns', async () => {
    const after = { ...start, queue: 120, received: 160, stored: 60, enrich: [6, 60] as const };

    // Below the pace on average, and yet writing nearly all the time.
    expect(await look(start, { ...after, write: [3.4, 4], batch: [60, 4], latency: [300, 60] })).toEqual([
      'EVENT_LATENCY_HIGH',
      'EVENT_QUEUE_BACKLOG',
      'EVENT_WRITES_SLOW',
      'EVENT_WORKERS_BUSY',
    ]);
  });

  it('lacks workers where more comes in than they can take, though a batch takes longer than an event', async () => {
    const seen = {
      stored: 44,
      enrich: [4.4, 44],
      write: [2.4, 4],
      batch: [44, 4],
      latency: [220, 44],
    } as const;
    const codes = await look(start, { ...start, queue: 160, received: 180, ...seen });

    expect(codes).toContain('EVENT_WORKERS_SATURATED');
    expect(codes).not.toContain('EVENT_WRITES_SLOW');
  });

  it.each([
    ['more comes in than they can take', { received: 160 }, true],
    ['they can take what comes in', { received: 156 }, false],
    ['the queue is full, so that nobody sees how much would come', { received: 40, queue: 1000 }, true],
    ['one of them is idle', { received: 160, busy: 3 }, false],
  ])('says that the workers are busy beside slow writes where %s', async (_what, more, told) => {
    const slow = {
      stored: 60,
      enrich: [6, 60],
      write: [3.4, 4],
      batch: [60, 4],
      latency: [300, 60],
    } as const;
    const codes = await look(start, { ...start, queue: 120, ...slow, ...more });

    expect(codes).toContain('EVENT_WRITES_SLOW');
    expect(codes.includes('EVENT_WORKERS_BUSY')).toBe(told);
  });

  it('waits for the database when a statement lasts longer than the look', async () => {
    expect(await look(start, { ...start, queue: 18, received: 8 })).toEqual([
      'EVENT_LATENCY_HIGH',
      'EVENT_QUEUE_BACKLOG',
      'EVENT_WRITES_SLOW',
    ]);
  });

  it('waits for the database from the first batch on, before the queue grows', async () => {
    const empty = { ...start, queue: 0, busy: 0 };

    expect(await look(empty, { ...empty, received: 8 })).toEqual(['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW']);
  });

  describe('of which a metric is absent', () => {
    const without = (name: string, sample: Sample) =>
      page(sample)
        .split('\n')
        .filter((line) => !line.startsWith(name))
        .join('\n');
    const lookWithout = (name: string, before: Sample, after: Sample) =>
      run([without(name, before), without(name, after)]);
    const behind = {
      ...start,
      queue: 170,
      received: 200,
      stored: 40,
      write: [0.1, 4],
      batch: [40, 4],
    } as const;
    const slow: Sample = { ...behind, enrich: [16, 40], latency: [160, 40] };

    const writes = 'event_processing_stage_seconds_count{stage="write"';
    it.each(['event_workers ', 'event_workers_busy', 'event_processing_stage_seconds', writes])(
      'could not check when it is behind and nobody knows for want of %s why',
      async (name) => {
        expect(await lookWithout(name, start, slow)).toMatchObject({
          status: 'inconclusive',
          cause: { facts: { reason: 'metrics-absent' } },
        });
      },
    );

    it('could not check when full batches would be the cause and no limit is told', async () => {
      const quick: Sample = { ...slow, busy: 1, enrich: [2, 40] };

      expect(await lookWithout('event_batch_limit', start, quick)).toMatchObject({
        cause: { facts: { metrics: 'event_batch_limit' } },
      });
    });

    it('still names the cause that the others show', async () => {
      expect(await lookWithout('event_batch_limit', start, slow)).toMatchObject({ status: 'unhealthy' });
    });

    it('could not check when events wait and nobody knows how many are many', async () => {
      const full: Sample = { ...start, queue: 900, connections: 0 };

      expect(await lookWithout('event_queue_capacity', full, full)).toMatchObject({
        cause: { facts: { metrics: 'event_queue_capacity' } },
      });
      const empty: Sample = { ...start, queue: 0 };
      expect(await lookWithout('event_queue_capacity', empty, empty)).toMatchObject({ status: 'healthy' });
    });
  });

  it('is not judged by counters that fell: the samples are of two processes', async () => {
    const from = { ...start, queue: 170, received: 500, stored: 400 };

    await expect(look(from, { ...from, received: 90, stored: 40 })).rejects.toMatchObject({
      facts: { reason: 'another-replica' },
    });
  });

  describe('in which no batch comes to its end between two samples', () => {
    // Workers filled the next batch before the writer went into its statement.
    const between = { ...start, connections: 0, received: 40 };
    const inside: Sample = { ...between, connections: 1, queue: 100, received: 200, enrich: [1, 10] };
    const pages = (...samples: readonly Sample[]) => run(samples.map((sample) => page(sample)));

    it('waits for the database first, and perhaps for workers, when the first sample met the writer between two batches', async () => {
      const later: Sample = { ...inside, queue: 260, received: 360 };

      expect(await pages(between, inside, later)).toMatchObject({
        status: 'unhealthy',
        findings: [
          { code: 'EVENT_LATENCY_HIGH' },
          { code: 'EVENT_QUEUE_BACKLOG' },
          { code: 'EVENT_WRITES_SLOW' },
          { code: 'EVENT_WORKERS_BUSY' },
        ],
      });
    });

    /** A later sample, at which batches have come to their end. */
    const ended = (more: Partial<Sample>): Sample => ({
      ...{ ...inside, queue: 260, received: 360, connections: 0 },
      ...more,
    });

    it('waits for the database when the batch ends in the longer look', async () => {
      const slow = ended({ stored: 10, write: [6.5, 1], batch: [10, 1], latency: [70, 10] });
      const result = await pages(between, inside, slow);

      expect(result).toMatchObject({ status: 'unhealthy', facts: { seconds: 8, writeSeconds: 6.5 } });
      expect(JSON.stringify(result)).toContain('EVENT_WRITES_SLOW');
    });

    it('lacks workers when the longer look sees quick writes', async () => {
      const done = { stored: 20, write: [0.1, 2], batch: [20, 2], latency: [100, 20] } as const;
      const quick = ended({ ...done, enrich: [9, 20] });

      expect(JSON.stringify(await pages(between, { ...inside, connections: 0 }, quick))).toContain(
        'EVENT_WORKERS_SATURATED',
      );
    });

    it('waits for the database when one quick batch ended and the next is still being written', async () => {
      const quick = { stored: 2, write: [0.1, 1], batch: [2, 1], latency: [4, 2] } as const;
      const during = { ...inside, ...quick, connections: 1 };
      const slow = ended({ stored: 12, write: [6.6, 2], batch: [12, 2], latency: [74, 12] });

      expect(JSON.stringify(await pages(between, during, slow))).toContain('EVENT_WRITES_SLOW');
    });

    it('waits for the database when the batch behind a quick one does not end', async () => {
      const quick = { stored: 2, write: [0.1, 1], batch: [2, 1], latency: [4, 2] } as const;
      const during = { ...inside, ...quick, connections: 1 };

      const result = await pages(between, during, during);

      expect(result).toMatchObject({ status: 'unhealthy', facts: { seconds: 8, writeSeconds: 4 } });
      expect(JSON.stringify(result)).toContain('EVENT_WRITES_SLOW');
    });

    it('lacks workers when one quick batch ended and no connection is in use', async () => {
      const quick = { stored: 2, write: [0.1, 1], batch: [2, 1], latency: [4, 2] } as const;

      expect(JSON.stringify(await pages(between, { ...inside, ...quick, connections: 0 }))).toContain(
        'EVENT_WORKERS_SATURATED',
      );
    });

    it('is looked at no longer than the probe may take', async () => {
      const idle = { ...inside, connections: 0 };

      expect(
        await run(
          [between, idle, idle, idle].map((sample) => page(sample)),
          12,
        ),
      ).toMatchObject({
        facts: { seconds: 24 },
      });
      expect(
        await run(
          [between, idle, idle, idle].map((sample) => page(sample)),
          30,
        ),
      ).toMatchObject({
        facts: { seconds: 30 },
      });
    });

    it('blames nobody when the writer is never seen at work', async () => {
      const idle = { ...inside, connections: 0 };

      expect(await pages(between, idle, idle, idle)).toMatchObject({
        status: 'inconclusive',
        cause: { facts: { reason: 'no-batch-ended', seconds: 12, queue: 100 } },
      });
    });

    it('waits for the database when the queue is so full that nothing comes in any more', async () => {
      const full = { ...start, queue: 1000 };

      expect(JSON.stringify(await pages(full, full))).toContain('EVENT_WRITES_SLOW');
    });

    it('is not looked at for longer while nothing waits', async () => {
      const quiet = { ...start, queue: 0, busy: 0, connections: 0 };

      expect(await pages(quiet, quiet)).toMatchObject({ status: 'healthy', facts: { seconds: 4 } });
    });

    it('is not judged by a later sample of another process', async () => {
      const fallen = { ...inside, connections: 0, received: 3 };

      await expect(pages(between, { ...inside, connections: 0 }, fallen)).rejects.toMatchObject({
        facts: { reason: 'another-replica' },
      });
    });
  });
});

describe('the event pipeline, at its thresholds', () => {
  /** A metrics page of numbers by name; what is not said stands still. */
  const metrics = (values: Readonly<Record<string, number>>): string =>
    Object.entries({
      ...{ event_queue_size: 0, event_queue_capacity: 1000, event_workers: 4, event_workers_busy: 0 },
      ...{ event_batch_limit: 100, event_batch_timeout_seconds: 1 },
      'event_processing_total{outcome="received"}': 0,
      'event_processing_total{outcome="stored"}': 0,
      'event_processing_stage_seconds_sum{stage="enrich"}': 0,
      'event_processing_stage_seconds_count{stage="enrich"}': 0,
      'event_processing_stage_seconds_sum{stage="write"}': 0,
      'event_processing_stage_seconds_count{stage="write"}': 0,
      ...{ event_batch_size_sum: 0, event_batch_size_count: 0 },
      ...{ event_processing_seconds_sum: 0, event_processing_seconds_count: 0 },
      database_connections_in_use: 0,
      ...values,
    })
      .map(([name, value]) => `${name} ${value}\n`)
      .join('');
  const codes = async (
    before: Readonly<Record<string, number>>,
    ...after: readonly Readonly<Record<string, number>>[]
  ) => {
    const result = await run([before, ...after].map(metrics));
    return result.status === 'unhealthy' ? result.findings.map(({ code }) => code) : [];
  };
  /** Quick writes of half-full batches, so that no bottleneck is seen by itself. */
  const calm = {
    'event_processing_total{outcome="stored"}': 40,
    'event_processing_stage_seconds_sum{stage="write"}': 0.1,
    'event_processing_stage_seconds_count{stage="write"}': 4,
    ...{ event_batch_size_sum: 40, event_batch_size_count: 4, event_processing_seconds_count: 40 },
    'event_processing_stage_seconds_count{stage="enrich"}': 40,
  };

  it.each([
    [2.99, []],
    [3, ['EVENT_LATENCY_HIGH']],
    [3.01, ['EVENT_LATENCY_HIGH']],
  ])('is late from three seconds on: %f', async (mean, expected) => {
    expect(await codes({}, { ...calm, event_processing_seconds_sum: 40 * mean })).toEqual(expected);
  });

  it.each([
    [499, []],
    [500, ['EVENT_QUEUE_BACKLOG']],
    [501, ['EVENT_QUEUE_BACKLOG']],
  ])('has a backlog from half of the queue on: %i of 1000', async (size, expected) => {
    expect(await codes({ event_queue_size: size }, { ...calm, event_queue_size: size })).toEqual(expected);
  });

  it.each([
    [41, 40, ['EVENT_QUEUE_BACKLOG']],
    [40, 40, []],
    [39, 40, []],
  ])(
    'grows only while more comes in than is stored: %i in, %i stored',
    async (received, stored, expected) => {
      const totals = {
        'event_processing_total{outcome="received"}': received,
        'event_processing_total{outcome="stored"}': stored,
      };

      expect(await codes({}, { ...calm, ...totals, event_queue_size: 5 })).toEqual(expected);
      expect(await codes({ event_queue_size: 5 }, { ...calm, ...totals, event_queue_size: 5 })).toEqual([]);
    },
  );

  const late = { ...calm, event_processing_seconds_sum: 400 };

  it.each([
    [89, ['EVENT_LATENCY_HIGH']],
    [90, ['EVENT_LATENCY_HIGH', 'EVENT_BATCHES_FULL']],
    [91, ['EVENT_LATENCY_HIGH', 'EVENT_BATCHES_FULL']],
  ])('has full batches from nine tenths on: %i of 100 events', async (size, expected) => {
    expect(await codes({}, { ...late, event_batch_size_sum: 4 * size })).toEqual(expected);
  });

  const writes = (sum: number, count = 4) => ({
    'event_processing_stage_seconds_sum{stage="write"}': sum,
    'event_processing_stage_seconds_count{stage="write"}': count,
  });
  const slow = ['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW'];

  it.each([
    [2.99, ['EVENT_LATENCY_HIGH']],
    [3, slow],
    [3.01, slow],
  ])('waits for the writer that writes three quarters of the time: %f of 4 s', async (sum, expected) => {
    expect(await codes({}, { ...late, ...writes(sum) })).toEqual(expected);
  });

  it.each([
    [1, 0.99, ['EVENT_LATENCY_HIGH']],
    [1, 1, ['EVENT_LATENCY_HIGH']],
    [1, 1.01, slow],
    // No pace is quicker than a quarter of a second.
    [0.1, 0.24, ['EVENT_LATENCY_HIGH']],
    [0.1, 0.25, ['EVENT_LATENCY_HIGH']],
    [0.1, 0.26, slow],
    [0, 2, ['EVENT_LATENCY_HIGH']],
  ])(
    'or whose one write takes longer than the pace: pace %f s, write %f s',
    async (timeout, write, expected) => {
      const pace = { event_batch_timeout_seconds: timeout };

      expect(await codes(pace, { ...late, ...pace, ...writes(write, 1) })).toEqual(expected);
    },
  );

  it.each([
    [0.099, ['EVENT_LATENCY_HIGH']],
    [0.1, ['EVENT_LATENCY_HIGH', 'EVENT_WORKERS_SATURATED']],
    [0.101, ['EVENT_LATENCY_HIGH', 'EVENT_WORKERS_SATURATED']],
  ])('lacks workers when enriching takes half of the time: %f s beside 0.1 s', async (enrich, expected) => {
    const busy = { event_workers_busy: 4 };
    const stages = { ...writes(0.4), 'event_processing_stage_seconds_sum{stage="enrich"}': 40 * enrich };

    expect(await codes(busy, { ...late, ...stages, ...busy })).toEqual(expected);
    expect(await codes(busy, { ...late, ...stages, event_workers_busy: 3 })).toEqual(['EVENT_LATENCY_HIGH']);
  });

  it('lacks none when enriching takes no time at all', async () => {
    const busy = { event_workers_busy: 4 };

    expect(await codes(busy, { ...late, ...writes(0), ...busy })).toEqual(['EVENT_LATENCY_HIGH']);
  });

  it.each([
    [1.9, ['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW']],
    [2, []],
    [2.1, []],
  ])('takes a writer for stuck after twice the pace: %f s', async (timeout, expected) => {
    // A connection is held at both ends of the four seconds, and nothing is stored.
    const held = {
      database_connections_in_use: 1,
      event_batch_timeout_seconds: timeout,
      event_queue_size: 10,
    };

    expect(await codes(held, held)).toEqual(expected);
  });

  it.each([
    [{ database_connections_in_use: 0 }, []],
    [{ event_queue_size: 0 }, []],
  ])('and not without a connection or an event: %o', async (more, expected) => {
    const held = { database_connections_in_use: 1, event_queue_size: 10, ...more };

    expect(await codes(held, held)).toEqual(expected);
  });

  it.each([
    [4, 12],
    // Thirty seconds have room for two more looks of ten, one more of fifteen, and no more of sixteen.
    [10, 30],
    [15, 30],
    [15.1, 15.1],
    [30, 30],
  ])('looks on for thirty seconds at most: every %f s', async (every, seconds) => {
    const stands = { event_queue_size: 600, 'event_processing_stage_seconds_count{stage="write"}': 0 };
    const result = await run([stands, stands, stands, stands].map(metrics), every);

    expect(result).toMatchObject({ status: 'inconclusive', facts: { seconds } });
  });

  it('waits four seconds between two looks, half a minute at most', () => {
    expect(servicesEventPipeline.params.parse({})).toEqual({ seconds: 4 });
    expect([30, 31].map((seconds) => servicesEventPipeline.params.safeParse({ seconds }).success)).toEqual([
      ...[true, false],
    ]);
  });

  it('says what it has measured', async () => {
    const result = await run([metrics({}), metrics({ ...late, event_queue_size: 8, go_goroutines: 70 })]);

    expect(result.facts).toMatchObject({
      ...{ seconds: 4, queue: 8, queueCapacity: 1000, queueSlopePerSecond: 2, storedPerSecond: 10 },
      ...{ latencySeconds: 10, batchSize: 10, batchLimit: 100, batchTimeoutMs: 1000, goroutines: 70 },
      ...{ workers: 4, workersBusy: 0, enrichSeconds: 0, writeSeconds: 0.03, receivedPerSecond: 0 },
    });
  });
});
