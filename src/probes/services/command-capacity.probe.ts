import { z } from 'zod';
import { guide } from '../../domain/platform/table.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import {
  commandMetricsAbsent,
  meanBetween,
  rate,
  refuseFallen,
  round,
  type Scrape,
  scrape,
  scrapeAgain,
} from '../support/metrics.ts';

/** The lesser of a gauge's two values: what lasted. Undefined when a sample lacks it. */
function lasted(before: Scrape, after: Scrape, name: string): number | undefined {
  const [one, other] = [before.value(name), after.value(name)];
  return one === undefined || other === undefined ? undefined : Math.min(one, other);
}

export const servicesCommandCapacity = defineProbe({
  id: 'services.command-capacity',
  doc: `Can agent-manager run the commands it receives?

Reads \`${guide.paths.metrics}\` twice.
Commands are slow or saturated when all slots are taken while commands wait, or when commands reach the default timeout.
Samples of different replicas are not compared.
Where a deciding metric is absent, the answer is inconclusive.`,
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

    const max = after.value('command_max_concurrent');
    const inflight = lasted(before, after, 'command_inflight');
    const waiting = lasted(before, after, 'command_queue_size');
    // Only what happens between the samples counts: the total also remembers what is long over.
    const timeouts = rate(before, after, 'command_timeouts_total');
    const mean = meanBetween(before, after, 'command_duration_seconds', { phase: 'running' });
    const facts = {
      maxConcurrent: max ?? null,
      inflight: inflight ?? null,
      waiting: waiting ?? null,
      timeoutsTotal: after.value('command_timeouts_total') ?? null,
      timeoutsPerSecond: timeouts === undefined ? null : round(timeouts),
      defaultTimeoutSeconds: after.value('command_default_timeout_seconds') ?? null,
      meanSeconds: mean === undefined ? null : round(mean),
    };
    // A fact that is known and says no decides alone: nothing waits, or a slot is free.
    const free =
      waiting === 0 || max === 0 || (max !== undefined && inflight !== undefined && inflight < max);
    const absent = [
      ...(free || inflight !== undefined ? [] : ['command_inflight']),
      ...(free || waiting !== undefined ? [] : ['command_queue_size']),
      ...(free || max !== undefined ? [] : ['command_max_concurrent']),
      ...(timeouts === undefined ? ['command_timeouts_total'] : []),
    ];
    const finding = (code: FindingCode) =>
      ({ code, severity: 'warning', part: 'agent-manager', subject: 'commands', facts }) as const;
    // Not free for a reason that is known in full: every slot is taken and commands wait.
    if (!free && absent.every((name) => name === 'command_timeouts_total'))
      return { status: 'unhealthy', facts, findings: [finding('COMMANDS_SATURATED')] };
    if (timeouts !== undefined && timeouts > 0)
      return { status: 'unhealthy', facts, findings: [finding('COMMANDS_TIME_OUT')] };
    if (absent.length > 0) return { status: 'inconclusive', cause: commandMetricsAbsent(absent), facts };
    return { status: 'healthy', facts };
  },
});
