import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { ServiceTarget } from '../../domain/probe/targets/http.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { hostOf } from '../support/own-address.ts';
import { endpointFinding, verdict } from '../support.ts';
import { dependenciesSaid, firstAnswer, type Get, judged } from './health-answer.ts';

const params = z.strictObject({
  service: z.enum(serviceIds).meta({ description: 'The service to ask.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'services' | 'runtime'>, 'services' | 'runtime' | 'platform'>;

const patienceMs = 3_000;
/** An answer that is only late shows no program that hangs. */
const hungMs = 8_000;
/** Of many replicas these are asked. */
const MOST_ASKED = 5;
/** No connection comes about: no Pod stands behind the Service, or the way to it is closed. */
const leadsNowhere: ReadonlySet<string> = new Set(['refused', 'connect-timeout']);

export const ownHealth = defineProbe({
  id: 'http.own-health',
  doc: `Asks a service of which no Pod is ready for its health, at the address of its Pod.
No Service of Kubernetes leads to such a Pod.
What it says of itself is then heard here alone.
Where a Pod is ready, and on Compose, \`http.service-health\` hears it.
If its Service takes no connection although Pods are ready, these are asked as well: whether they answer at all.`,
  params,
  part: (given: Params) => given.service,
  needs: ['services', 'runtime'],
  ofHttp: true,
  timeoutMs: 15_000,
  emits: ['SERVICE_UNHEALTHY', 'ENDPOINT_HUNG'],
  async run({ service }: Params, { deps, signal }: ProbeContext<Deps>) {
    if (deps.runtime.kind !== 'kubernetes') return { status: 'skipped', reason: 'not-applicable' };
    const target = deps.services.find(service);
    if (target === undefined) return { status: 'skipped', reason: 'not-configured' };
    const instances = await deps.runtime.instances(service, { signal });
    // One that has only begun need not answer yet.
    const unready = instances.findLast(
      ({ phase, ready, readinessPending }) => phase === 'running' && !ready && readinessPending !== true,
    );
    const { port } = factsOf(deps.platform, service);
    const urlOf = (instance: Instance): string | undefined => {
      const host = hostOf(instance, port);
      return host === undefined ? undefined : `${new URL(target.url).protocol}//${host}`;
    };
    const from =
      (url: string): Get =>
      (path, timeoutMs = patienceMs) =>
        deps.services.request(`${url}${path}`, { signal, timeoutMs, maxBytes: 256 * 1024 });
    const ready = instances.filter((one) => one.ready && one.phase === 'running');
    if (ready.length > 0) {
      // Another port that it declares may speak another protocol: then its silence says nothing.
      const known = ready.filter(({ address }) => port !== undefined && address?.ports?.includes(port));
      const urls = known.slice(0, MOST_ASKED).flatMap((one) => urlOf(one) ?? []);
      const leads = await from(target.url)(target.healthPaths[0] ?? '/').then(
        () => true,
        (error: unknown) => !(error instanceof TargetError && leadsNowhere.has(error.stage)),
      );
      const hung = leads ? undefined : await hungOf(urls.map(from), target, service);
      return verdict(hung === undefined ? [] : [hung], { instances: instances.length });
    }
    // Nothing is there that could be heard only so.
    if (unready === undefined) return { status: 'healthy', facts: { instances: instances.length } };
    const url = urlOf(unready);
    if (url === undefined) return { status: 'skipped', reason: 'no-data' };
    const get = from(url);
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

/** Each takes the connection, and none answers; undefined where one does, or cannot be reached from here. */
async function hungOf(
  pods: readonly Get[],
  { healthPaths }: ServiceTarget,
  service: ServiceId,
): Promise<Finding | undefined> {
  const errors = await Promise.all(
    pods.map((get) =>
      get(healthPaths[0] ?? '/', hungMs).then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  const hangs = (error: unknown) => error instanceof TargetError && error.stage === 'no-answer';
  return errors.length > 0 && errors.every(hangs) ? endpointFinding(errors[0], service) : undefined;
}
