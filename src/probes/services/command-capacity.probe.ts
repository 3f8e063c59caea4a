import { z } from 'zod';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { meanBetween, rate, refuseFallen, round, scrape, scrapeAgain } from '../support/metrics.ts';

export const servicesCommandCapacity = defineProbe({
  id: 'services.command-capacity',
  doc: `Can agent-manager run the commands it is asked to run?

Takes \`/metrics\` twice: all command slots taken with commands waiting, or commands running into the default timeout,
means that commands are slow or saturated. Samples of different replicas are not compared.`,
  params: z.strictObject({
    seconds: z.number().positive().max(30).default(3).describe('Time between the two samples, in seconds.'),
  }),
  part: 'agent-manager',
  needs: ['services'],
  timeoutMs: 40_000,
  emits: ['COMMANDS_SATURATED', 'COMMANDS_TIME_OUT'],
  async run({ seconds }, context) {
    const { services } = context.deps as With<'services'>;
    const before = await scrape(services, 'agent-manager', context);
    if (before === undefined) return { status: 'skipped', reason: 'no-data' };
    if (before.value('command_max_concurrent') === undefined)
      return { status: 'skipped', reason: 'not-installed' };
    await context.wait(seconds * 1000);
    const after = await scrapeAgain(before, services, 'agent-manager', context);
    if (after === undefined) return { status: 'skipped', reason: 'no-data' };
    refuseFallen(before, after, 'agent-manager', [
      ['command_timeouts_total'],
      ['command_duration_seconds_count', { phase: 'running' }],
    ]);

    const max = after.value('command_max_concurrent') ?? 0;
    const inflight = Math.min(before.value('command_inflight') ?? 0, after.value('command_inflight') ?? 0);
    const waiting = Math.min(before.value('command_queue_size') ?? 0, after.value('command_queue_size') ?? 0);
    // Only what happens between the samples counts: the total also remembers what is long over.
    const timeoutsPerSecond = round(rate(before, after, 'command_timeouts_total') ?? 0);
    const facts = {
      maxConcurrent: max,
      inflight,
      waiting,
      timeoutsTotal: after.value('command_timeouts_total') ?? 0,
      timeoutsPerSecond,
      defaultTimeoutSeconds: after.value('command_default_timeout_seconds') ?? null,
      meanSeconds: round(meanBetween(before, after, 'command_duration_seconds', { phase: 'running' }) ?? 0),
    };
    const finding = (code: string) =>
      ({ code, severity: 'warning', part: 'agent-manager', subject: 'commands', facts }) as const;
    if (max > 0 && inflight >= max && waiting > 0)
      return { status: 'unhealthy', facts, findings: [finding('COMMANDS_SATURATED')] };
    if (timeoutsPerSecond > 0)
      return { status: 'unhealthy', facts, findings: [finding('COMMANDS_TIME_OUT')] };
    return { status: 'healthy', facts };
  },
});
