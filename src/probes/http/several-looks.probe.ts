import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  service: z.enum(serviceIds).meta({ description: 'The service to ask.' }),
  looks: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(8)
    .meta({ description: 'How often it is asked, each time by a new connection.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'services'>, 'services'>;
type Look = number | 'refused' | 'silent';

/** One bad look may be a replica that was just replaced. */
const LEAST = 2;

export const severalLooks = defineProbe({
  id: 'http.several-looks',
  doc: `Does a service answer each new connection alike?
Asks its health path several times, each by a new connection, which a Service of Kubernetes or a proxy may lead to another
instance. Counts the looks that were refused or closed, and those with another status than most.
Where some are, it asks as often again. A service that always refuses is left to other probes.`,
  params,
  part: (given: Params) => given.service,
  needs: ['services'],
  ofHttp: true,
  timeoutMs: 12_000,
  emits: ['SERVICE_ANSWERS_IN_PART'],
  async run({ service, looks }: Params, { deps, signal }: ProbeContext<Deps>) {
    const target = deps.services.find(service);
    if (target === undefined) return { status: 'skipped', reason: 'not-configured' };
    const [path = target.paths.live] = target.healthPaths;
    let failure: TargetError | undefined;
    const look = async (): Promise<Look> => {
      try {
        const options = { signal, timeoutMs: 1_500, maxBytes: 64 * 1024, anew: true };
        return (await deps.services.request(`${target.url}${path}`, options)).status;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TargetError)) throw error;
        failure = error;
        return error.stage === 'refused' || error.stage === 'closed' ? 'refused' : 'silent';
      }
    };
    const all: Look[] = [];
    const ask = async () => {
      // What is slow or hangs is told by others, and would be waited for each time.
      for (let n = 0; n < looks && !all.includes('silent'); n += 1) all.push(await look());
    };
    await ask();
    if (all.some((one) => one !== all[0])) await ask();
    const answers = all.filter((one) => typeof one === 'number');
    const usual = mostOf(answers);
    const refused = all.filter((one) => one === 'refused').length;
    const others = answers.filter((one) => one !== usual);
    const facts = { path, looks: all.length, answered: answers.length, refused, other: others.length };
    // Nobody answers: other probes say why.
    if (usual === undefined && failure !== undefined) throw failure;
    if (usual === undefined || refused + others.length < LEAST) return verdict([], facts);
    return verdict(
      [
        {
          code: 'SERVICE_ANSWERS_IN_PART',
          severity: (refused + others.length) * 4 >= all.length ? 'critical' : 'warning',
          part: service,
          subject: service,
          facts: { ...facts, url: target.url, httpStatus: usual, otherStatus: mostOf(others) ?? null },
        },
      ],
      facts,
    );
  },
});

/** The most frequent one, the lowest of several. */
function mostOf(statuses: readonly number[]): number | undefined {
  const counted = [...new Set(statuses)].map(
    (status) => [status, statuses.filter((one) => one === status).length] as const,
  );
  return counted.toSorted(([a, m], [b, n]) => n - m || a - b)[0]?.[0];
}
