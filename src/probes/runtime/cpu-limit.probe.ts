import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { partIds } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';

/** Share of the limit from which the kernel throttles every burst. */
const NEAR_SHARE = 0.85;
/** Millicores in use above which a part without a limit is called busy. */
const BUSY_MILLICORES = 700;

export const runtimeCpuLimit = defineProbe({
  id: 'runtime.cpu-limit',
  doc: `Does a part use all the CPU it may use?

Compares the CPU in use, as the metrics API or the Docker engine measures it, with the limit of the container.`,
  params: z.strictObject({ part: z.enum(partIds).describe('The part to look at.') }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['CPU_AT_LIMIT', 'CPU_BUSY_WITHOUT_LIMIT'],
  async run({ part }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const running = (await deps.runtime.instances(part, { signal })).filter(
      (instance) => instance.phase === 'running',
    );
    if (running.length === 0) return { status: 'skipped', reason: 'no-data' };
    const findings: Finding[] = [];
    let most = 0;
    for (const instance of running) {
      const { cpuMillicores: used } = await deps.runtime.usage(instance, { signal });
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
