import { describe, expect, it } from 'vitest';
import type { HttpAnswer, ServicesTarget } from '../../../../src/domain/look/targets/http.ts';
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
    find: (id) => ({ id, url: 'http://agent-manager', healthPaths: [] }),
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
      deps: { environment: 'test', services },
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
    ]);
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
      'could not look when it is behind and nobody knows for want of %s why',
      async (name) => {
        expect(await lookWithout(name, start, slow)).toMatchObject({
          status: 'inconclusive',
          cause: { facts: { reason: 'metrics-absent' } },
        });
      },
    );

    it('could not look when full batches would be the cause and no limit is told', async () => {
      const quick: Sample = { ...slow, busy: 1, enrich: [2, 40] };

      expect(await lookWithout('event_batch_limit', start, quick)).toMatchObject({
        cause: { facts: { metrics: 'event_batch_limit' } },
      });
    });

    it('still names the cause that the others show', async () => {
      expect(await lookWithout('event_batch_limit', start, slow)).toMatchObject({ status: 'unhealthy' });
    });

    it('could not look when events wait and nobody knows how many are many', async () => {
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

    it('waits for the database, not for workers, when the first sample met the writer between two batches', async () => {
      const later: Sample = { ...inside, queue: 260, received: 360 };

      expect(await pages(between, inside, later)).toMatchObject({
        status: 'unhealthy',
        findings: [
          { code: 'EVENT_LATENCY_HIGH' },
          { code: 'EVENT_QUEUE_BACKLOG' },
          { code: 'EVENT_WRITES_SLOW' },
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
