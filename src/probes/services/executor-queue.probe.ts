import { z } from 'zod';
import { guide } from '../../domain/platform/table.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import {
  lacking,
  metricsAbsent,
  rate,
  refuseFallen,
  round,
  scrape,
  scrapeAgain,
} from '../support/metrics.ts';

/** Share of the queue in use that leaves no room for a burst. */
const FULL_SHARE = 0.9;

/** Only these show why executions wait. */
const deciding = [['executor_workers'], ['executor_workers_busy'], ['executor_queue_capacity']] as const;

export const servicesExecutorQueue = defineProbe({
  id: 'services.executor-queue',
  doc: `Does the workflow executor have free workers and room in its queue?

Reads orchestrator-service's \`${guide.paths.metrics}\` twice.
The executor is starved when all workers are busy in both samples while executions wait, or when its queue is nearly full.
Samples of different replicas are not compared.
Where executions wait and a deciding metric is absent, the answer is inconclusive.`,
  params: z.strictObject({
    seconds: z.number().positive().max(30).default(3).describe('Time between the two samples, in seconds.'),
  }),
  part: 'orchestrator-service',
  needs: ['services'],
  timeoutMs: 40_000,
  emits: ['EXECUTOR_STARVED'],
  async run({ seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const before = await scrape(services, 'orchestrator-service', context);
    if (before === undefined) return { status: 'skipped', reason: 'no-data' };
    if (before.value('executor_queue_size') === undefined)
      return { status: 'skipped', reason: 'not-installed' };
    await context.wait(seconds * 1000);
    const after = await scrapeAgain(before, services, 'orchestrator-service', context);
    if (after === undefined) return { status: 'skipped', reason: 'no-data' };
    refuseFallen(before, after, 'orchestrator-service', [['executor_executions_total']]);

    const workers = after.value('executor_workers') ?? 0;
    const busy = Math.min(
      before.value('executor_workers_busy') ?? 0,
      after.value('executor_workers_busy') ?? 0,
    );
    const queue = Math.min(before.value('executor_queue_size') ?? 0, after.value('executor_queue_size') ?? 0);
    const capacity = after.value('executor_queue_capacity') ?? 0;
    const facts = {
      workers,
      workersBusy: busy,
      queue,
      queueCapacity: capacity,
      finishedPerSecond: round(rate(before, after, 'executor_executions_total') ?? 0),
    };
    const allBusy = workers > 0 && busy >= workers;
    const full = capacity > 0 && queue >= capacity * FULL_SHARE;
    if (!full && !(allBusy && queue > 0)) {
      const absent = queue > 0 ? lacking(after, deciding) : [];
      return absent.length === 0
        ? { status: 'healthy', facts }
        : { status: 'inconclusive', cause: metricsAbsent('orchestrator-service', absent), facts };
    }
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'EXECUTOR_STARVED',
          severity: 'warning',
          part: 'orchestrator-service',
          subject: 'executor',
          facts,
        },
      ],
    };
  },
});
