import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened, withoutColours } from '../../domain/kernel/text.ts';
import { type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { HttpAnswer, ServiceTarget } from '../../domain/probe/targets/http.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, verdict } from '../support.ts';
import { dependencyFacts, healthWord } from './health-body.ts';

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
/** Characters of a body that are shown. */
const LONGEST_BODY = 300;
type Params = z.output<typeof params>;
type Deps = Pick<With<'services'>, 'services' | 'platform'>;

/** `/live` of `/health/live`: health paths may have something of their own before it. */
const lastStep = (path: string) => path.slice(path.lastIndexOf('/'));
/** A path that only says the process runs; it cannot tell that a dependency is gone. */
const isLiveness = (path: string, { paths }: ServiceTarget) => path.endsWith(lastStep(paths.live));
/** Always 200, even when it lists failures. */
const isStatus = (path: string, { paths }: ServiceTarget) => path.endsWith(lastStep(paths.status));

export const serviceHealth = defineProbe({
  id: 'http.service-health',
  doc: `Asks a service for its health over HTTP.
Tries the configured paths in turn until one does not answer 404.
The health words ok, healthy, alive, ready and up, or a bare 200, mean healthy.
What the service reports about its own dependencies is kept as a witness.`,
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
    // What it says of its dependencies; its absence or failure means nothing.
    const dependencies = get(target.paths.status, 3_000).then(
      (answer) => (answer.status < 500 ? dependencyFacts(answer.text(), deps.platform) : {}),
      () => ({}),
    );
    const base = (code: FindingCode, severity: Finding['severity'], facts: Finding['facts']): Finding => ({
      code,
      severity,
      part: service,
      subject: service,
      facts: { url: target.url, ...facts },
    });
    let found: { readonly path: string; readonly answer: HttpAnswer } | undefined;
    try {
      found = await firstAnswer(target, get).catch((error: unknown) => {
        // Between two lives of a container its network is made anew and drops the attempt: the next one tells.
        const silent = error instanceof TargetError && error.stage === 'connect-timeout';
        if (patienceMs === undefined || !silent) throw error;
        return firstAnswer(target, request(true));
      });
    } catch (error) {
      if (error instanceof TargetError && error.stage === 'no-answer' && (await lives(target, get))) {
        const path = target.healthPaths[0] ?? '';
        const named = await dependencies;
        return verdict(
          [base('SERVICE_HEALTH_STALLED', 'critical', { path, ...blamedOf(named, service) })],
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
    if (answer.status === 401 || answer.status === 403)
      throw new TargetError('forbidden', 'the health path wants credentials', {
        facts: { verb: 'GET', resource: path, status: answer.status },
      });
    const word = healthWord(answer.text());
    const seen = { path, httpStatus: answer.status, ...present({ word: word.text }) };
    const named = { ...dependencyFacts(answer.text(), deps.platform), ...(await dependencies) };
    if (answer.status < 200 || answer.status > 299 || !word.healthy) {
      const said = bodyLine(answer.text());
      const unhealthy = {
        ...base('SERVICE_UNHEALTHY', 'critical', { ...seen, ...blamedOf(named, service) }),
        ...present({
          excerpts: said === undefined ? undefined : [{ source: `GET ${path}`, lines: [said] }],
        }),
      };
      return verdict([unhealthy], {
        ...seen,
        ...named,
        latencyMs: answer.latencyMs,
      });
    }
    const { latencyMs, slow } = await confirmedLatency(
      answer.latencyMs,
      slowMs,
      async () => (await get(path)).latencyMs,
    );
    return verdict(slow ? [base('SERVICE_SLOW', 'warning', { latencyMs, thresholdMs: slowMs, path })] : [], {
      ...seen,
      ...named,
      latencyMs,
    });
  },
});

/** The parts that it says are down, for its finding; what it calls by its own name is no other part. */
function blamedOf(named: Facts, service: ServiceId): { readonly dependencies?: string } {
  const down = Object.entries(named).flatMap(([name, state]) => {
    const part = name.replace('dependency.', '');
    return state === 'down' && part !== service ? [part] : [];
  });
  return down.length === 0 ? {} : { dependencies: down.join(', ') };
}

/** What an unhealthy body says, in one line; undefined for none, and for a page made for browsers. */
function bodyLine(body: string): string | undefined {
  const line = withoutColours(body).trim().replace(/\s+/g, ' ');
  return line === '' || line.startsWith('<') ? undefined : shortened(line, LONGEST_BODY);
}

type Get = (path: string, timeoutMs?: number) => Promise<HttpAnswer>;

/** The first path that is not 404; a mere liveness path is passed over when one that knows more answers too. */
async function firstAnswer(target: ServiceTarget, get: Get) {
  let lively: { readonly path: string; readonly answer: HttpAnswer } | undefined;
  for (const path of target.healthPaths) {
    if (lively !== undefined && isStatus(path, target)) continue;
    const answer = await get(path);
    if (answer.status === 404) continue;
    if (!isLiveness(path, target)) return { path, answer };
    lively ??= { path, answer };
  }
  return lively;
}

/** True when the liveness path answers although the health path was silent: the process runs, something it needs hangs. */
async function lives(target: ServiceTarget, get: Get): Promise<boolean> {
  const path = target.healthPaths.find((one) => isLiveness(one, target)) ?? target.paths.live;
  if (path === target.healthPaths[0]) return false;
  try {
    return (await get(path, 1_500)).status < 500;
  } catch {
    return false;
  }
}
