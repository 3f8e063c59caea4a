import { z } from 'zod';
import { TargetError } from '../../domain/errors.ts';
import { serviceIds } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { culprit, readProfile } from '../support/pprof.ts';

/** Share of all samples in one function of the program that names it as the cause. */
const HOT_SHARE = 0.35;
/** CPU time over wall time below which nothing is hot, whatever its share. */
const BUSY_CORES = 0.25;

export const servicesCpuProfile = defineProbe({
  id: 'services.cpu-profile',
  doc: `Which function of a Go service burns the CPU?

Takes a CPU profile from \`/debug/pprof/profile\` and sums it by function. A function of the program itself that holds most
of a busy profile is named with file and line.`,
  params: z.strictObject({
    service: z.enum(serviceIds).describe('The service to profile.'),
    seconds: z.number().int().min(1).max(30).default(5).describe('Length of the profile, in seconds.'),
  }),
  part: ({ service }) => service,
  needs: ['services'],
  timeoutMs: 45_000,
  emits: ['HOT_FUNCTION'],
  async run({ service: id, seconds }, { deps, signal }) {
    const { services } = deps as With<'services'>;
    const service = services.find(id);
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const answer = await services.request(`${service.url}/debug/pprof/profile?seconds=${seconds}`, {
      timeoutMs: (seconds + 10) * 1000,
      maxBytes: 32 << 20,
      signal,
    });
    // Python has no pprof: for it the question does not arise.
    if (answer.status === 404) {
      return { status: 'skipped', reason: id === 'reasoning-service' ? 'not-applicable' : 'not-installed' };
    }
    if (answer.status !== 200)
      throw new TargetError('protocol', 'profile cannot be taken', { facts: { status: answer.status } });
    const summary = readProfile(answer.body, 'cpu');
    const cores = summary.total / 1e9 / seconds;
    const hot = culprit(summary);
    const share = (value: number) => (summary.total === 0 ? 0 : value / summary.total);
    const top = summary.functions
      .slice(0, 5)
      .map((fn) => `${fn.name} ${Math.round(share(fn.flat) * 100)}%`)
      .join(', ');
    const facts = { seconds, cores: Math.round(cores * 100) / 100, top: top.slice(0, 400) };
    const held = hot === undefined ? 0 : Math.max(share(hot.flat), share(hot.cumulative));
    if (hot === undefined || cores < BUSY_CORES || held < HOT_SHARE) return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'HOT_FUNCTION',
          severity: 'warning',
          part: id,
          subject: hot.name,
          facts: {
            ...facts,
            function: hot.name,
            file: hot.file,
            line: hot.line,
            percent: Math.round(held * 100),
          },
        },
      ],
    };
  },
});
