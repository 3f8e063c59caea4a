import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { type PartId, partIds, type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { HttpAnswer, ServiceTarget } from '../../domain/probe/targets/http.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, verdict } from '../support.ts';
import { blamedOf, dependenciesSaid, firstAnswer, type Get, isLiveness, judged } from './health-answer.ts';

const params = z.strictObject({
  service: z.enum(serviceIds).meta({ description: 'The service to ask.' }),
  slowMs: z
    .number()
    .positive()
    .default(2_000)
    .meta({ description: 'Latency above which it is degraded, in milliseconds.' }),
  patienceMs: z.number().positive().max(10_000).optional().meta({
    description:
      'Timeout for its answer in milliseconds, after which it is unresponsive; default: the usual timeout.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'services'>, 'services' | 'platform' | 'configured'>;

export const serviceHealth = defineProbe({
  id: 'http.service-health',
  doc: `Asks a service for its health over HTTP.
Tries the configured paths in turn until one does not answer 404.
The health words ok, healthy, alive, ready and up, or a bare 200, mean healthy.
What the service reports about its own dependencies is kept as a witness; one that it calls down is a finding of its own.`,
  params,
  part: (given: Params) => given.service,
  needs: ['services'],
  ofHttp: true,
  // With the most patience, and a second look at a slow answer.
  timeoutMs: 22_000,
  emits: [
    ...endpointCodes,
    'SERVICE_UNHEALTHY',
    'SERVICE_HEALTH_STALLED',
    'SERVICE_SLOW',
    'SERVICE_MISSES_DEPENDENCY',
    'SERVICE_NO_HEALTH_PATH',
  ],
  async run({ service, slowMs, patienceMs }: Params, { deps, signal }: ProbeContext<Deps>) {
    const target = deps.services.find(service);
    if (target === undefined) return { status: 'skipped', reason: 'not-configured' };
    const request =
      (anew: boolean): Get =>
      (path, timeoutMs = patienceMs) =>
        deps.services.request(`${target.url}${path}`, {
          signal,
          maxBytes: 256 * 1024,
          ...present({ timeoutMs, anew: anew ? true : undefined }),
        });
    const get = request(false);
    const dependencies = dependenciesSaid(target, get, deps.platform);
    const base = (code: FindingCode, severity: Finding['severity'], facts: Finding['facts']): Finding => ({
      code,
      severity,
      part: service,
      subject: service,
      facts: { url: target.url, ...facts },
    });
    let found: { readonly path: string; readonly answer: HttpAnswer } | undefined;
    const asked = { last: '', answered: false };
    const telling =
      (one: Get): Get =>
      async (path, timeoutMs) => {
        asked.last = path;
        const answer = await one(path, timeoutMs);
        asked.answered = true;
        return answer;
      };
    try {
      found = await firstAnswer(target, telling(get)).catch((error: unknown) => {
        // Between two lives of a container its network is made anew and drops the attempt: the next one tells.
        const silent = error instanceof TargetError && error.stage === 'connect-timeout';
        if (patienceMs === undefined || !silent) throw error;
        return firstAnswer(target, telling(request(true)));
      });
    } catch (error) {
      const hangs = error instanceof TargetError && error.stage === 'no-answer';
      // One path that is not there, and says so at once, shows that it lives as well as one that is.
      if (hangs && (asked.answered || (await lives(target, get, asked.last)))) {
        const named = await dependencies;
        return verdict(
          [base('SERVICE_HEALTH_STALLED', 'critical', { path: asked.last, ...blamedOf(named, service) })],
          named,
        );
      }
      return verdict([endpointFinding(error, service, { url: target.url })]);
    }
    if (found === undefined && target.healthPathsSource === 'documented')
      throw new AppError('NOT_FOUND', 'no path of the guide is there', {
        facts: { reason: 'health-path-not-recognised', part: service, paths: target.healthPaths.join(' ') },
      });
    if (found === undefined)
      return verdict([base('SERVICE_NO_HEALTH_PATH', 'warning', { paths: target.healthPaths.join(' ') })]);

    const { path, answer } = found;
    const { facts: seen, unhealthy } = await judged(found, service, deps.platform, dependencies);
    if (unhealthy !== undefined) {
      const { excerpts } = unhealthy;
      return verdict(
        [{ ...base('SERVICE_UNHEALTHY', 'critical', unhealthy.facts), ...present({ excerpts }) }],
        { ...seen, latencyMs: answer.latencyMs },
      );
    }
    const { latencyMs, slow } = await confirmedLatency(
      answer.latencyMs,
      slowMs,
      async () => (await get(path)).latencyMs,
    );
    return verdict(
      [
        ...(slow ? [base('SERVICE_SLOW', 'warning', { latencyMs, thresholdMs: slowMs, path })] : []),
        ...missing(seen, service, deps.configured).map((facts) =>
          base('SERVICE_MISSES_DEPENDENCY', 'warning', facts),
        ),
      ],
      { ...seen, latencyMs },
    );
  },
});

/** What a service that calls itself healthy says of what it needs; a part that this platform has not is no part it misses. */
function missing(
  seen: Facts,
  service: ServiceId,
  configured: ReadonlySet<PartId> | undefined,
): readonly { readonly dependencies: string }[] {
  const { dependencies } = blamedOf(
    Object.fromEntries(
      partIds.flatMap((part) => {
        const said = seen[`dependency.${part}`];
        return said === undefined || configured?.has(part) === false ? [] : [[`dependency.${part}`, said]];
      }),
    ),
    service,
  );
  return dependencies === undefined ? [] : [{ dependencies }];
}

/** True when the liveness path answers although the health path was silent: the process runs, something it needs hangs. */
async function lives(target: ServiceTarget, get: Get, hung: string): Promise<boolean> {
  const path = target.healthPaths.find((one) => isLiveness(one, target)) ?? target.paths.live;
  if (path === hung) return false;
  try {
    return (await get(path, 1_500)).status < 500;
  } catch {
    return false;
  }
}
