import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { dependenciesSaid, firstAnswer, type Get, judged } from './health-answer.ts';

const params = z.strictObject({
  service: z.enum(serviceIds).meta({ description: 'The service to ask.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'services' | 'runtime'>, 'services' | 'runtime' | 'platform'>;

const patienceMs = 3_000;

export const ownHealth = defineProbe({
  id: 'http.own-health',
  doc: `Asks a service of which no Pod is ready for its health, at the address of its Pod.
No Service of Kubernetes leads to such a Pod.
What it says of itself is then heard here alone.
Where a Pod is ready, and on Compose, \`http.service-health\` hears it.`,
  params,
  part: (given: Params) => given.service,
  needs: ['services', 'runtime'],
  ofHttp: true,
  timeoutMs: 15_000,
  emits: ['SERVICE_UNHEALTHY'],
  async run({ service }: Params, { deps, signal }: ProbeContext<Deps>) {
    if (deps.runtime.kind !== 'kubernetes') return { status: 'skipped', reason: 'not-applicable' };
    const target = deps.services.find(service);
    if (target === undefined) return { status: 'skipped', reason: 'not-configured' };
    const instances = await deps.runtime.instances(service, { signal });
    // One that has only begun need not answer yet.
    const unready = instances.findLast(
      ({ phase, ready, readinessPending }) => phase === 'running' && !ready && readinessPending !== true,
    );
    // Nothing is there that could be heard only so.
    if (unready === undefined || instances.some(({ ready }) => ready))
      return { status: 'healthy', facts: { instances: instances.length } };
    const host = hostOf(unready, factsOf(deps.platform, service).port);
    if (host === undefined) return { status: 'skipped', reason: 'no-data' };
    const url = `${new URL(target.url).protocol}//${host}`;
    const get: Get = (path, timeoutMs = patienceMs) =>
      deps.services.request(`${url}${path}`, { signal, timeoutMs, maxBytes: 256 * 1024 });
    const dependencies = dependenciesSaid(target, get, deps.platform);
    const found = await firstAnswer(target, get);
    if (found === undefined)
      throw new AppError('NOT_FOUND', 'no health path is there', {
        facts: { reason: 'health-path-not-recognised', part: service, paths: target.healthPaths.join(' ') },
      });
    const { facts, unhealthy } = await judged(found, service, deps.platform, dependencies);
    if (unhealthy === undefined) return { status: 'healthy', facts };
    const { excerpts } = unhealthy;
    return verdict(
      [
        {
          ...{ code: 'SERVICE_UNHEALTHY', severity: 'critical', part: service, subject: unready.name },
          ...{ facts: { url, ...unhealthy.facts }, ...present({ excerpts }) },
        },
      ],
      facts,
    );
  },
});

/** Its usual port, or the one that it declares. Undefined: it has no address of its own. */
function hostOf({ address }: Instance, usual: number | undefined): string | undefined {
  const ports = address?.ports ?? [];
  const port = usual !== undefined && ports.includes(usual) ? usual : (ports[0] ?? usual);
  if (address === undefined || address.shared === true || port === undefined) return undefined;
  return address.host.includes(':') ? `[${address.host}]:${port}` : `${address.host}:${port}`;
}
