import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { type PartId, partIds, serviceIds } from '../../domain/part.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { Targets, With } from '../../domain/targets.ts';
import { rate, scrape } from '../support/metrics.ts';

/**
 * Share of the limit, on average over seconds, from which bursts are throttled: the kernel counts by tenths of a
 * second, so that a third of the periods can be at the limit long before the mean is.
 */
const NEAR_SHARE = 0.7;
/** Millicores in use above which a part without a limit is called busy. */
const BUSY_MILLICORES = 700;

type Deps = Pick<Targets, 'services'> & Pick<With<'runtime'>, 'runtime'>;

/** Millicores by the service's own `process_cpu_seconds_total`; undefined when it does not say. */
async function ownMillicores(
  part: PartId,
  seconds: number,
  context: ProbeContext<Deps>,
): Promise<number | undefined> {
  const { services } = context.deps;
  const id = serviceIds.find((candidate) => candidate === part);
  if (services === undefined || id === undefined) return undefined;
  const look = () => scrape(services, id, context).catch(() => undefined);
  const before = await look();
  if (before?.value('process_cpu_seconds_total') === undefined) return undefined;
  await context.wait(seconds * 1000);
  const after = await look();
  const cores = after && rate(before, after, 'process_cpu_seconds_total');
  return cores === undefined ? undefined : Math.round(cores * 1000);
}

export const runtimeCpuLimit = defineProbe({
  id: 'runtime.cpu-limit',
  doc: `Does a part use all the CPU it may use?

Compares the CPU in use with the limit of the container: by the service's own counter of CPU seconds, sampled twice, or
as the metrics API or the Docker engine measures it.`,
  params: z.strictObject({
    part: z.enum(partIds).describe('The part to look at.'),
    seconds: z.number().positive().max(30).default(5).describe('Time between two samples, in seconds.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 20_000,
  emits: ['CPU_AT_LIMIT', 'CPU_BUSY_WITHOUT_LIMIT'],
  async run({ part, seconds }, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    const running = (await deps.runtime.instances(part, { signal })).filter(
      (instance) => instance.phase === 'running',
    );
    if (running.length === 0) return { status: 'skipped', reason: 'no-data' };
    // One instance says itself what it uses, at once; the metrics API is half a minute behind.
    const own = running.length === 1 ? await ownMillicores(part, seconds, context) : undefined;
    const findings: Finding[] = [];
    let most = 0;
    for (const instance of running) {
      const used = own ?? (await deps.runtime.usage(instance, { signal })).cpuMillicores;
      most = Math.max(most, used);
      const limit = instance.cpuLimitMillicores;
      const atLimit = limit !== undefined && used >= limit * NEAR_SHARE;
      if (!atLimit && !(limit === undefined && used >= BUSY_MILLICORES)) continue;
      findings.push({
        code: atLimit ? 'CPU_AT_LIMIT' : 'CPU_BUSY_WITHOUT_LIMIT',
        severity: 'warning',
        part,
        subject: instance.name,
        facts: {
          usedMillicores: used,
          limitMillicores: limit ?? null,
          requestMillicores: instance.cpuRequestMillicores ?? null,
        },
      });
    }
    const [first, ...more] = findings;
    const facts = { usedMillicores: most };
    return first === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', facts, findings: [first, ...more] };
  },
});
