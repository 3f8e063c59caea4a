import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { nameIsKnown, nameWhereServed } from '../support/names.ts';
import { verdict } from '../support.ts';
import { isReady, Pod, parseAll } from './schemas.ts';

type Deps = Pick<With<'kubernetes' | 'runtime'>, 'kubernetes' | 'runtime'>;
const params = z.strictObject({
  namespace: z
    .string()
    .min(1)
    .default('kube-system')
    .meta({ description: 'Namespace of the cluster’s DNS.' }),
});
/** Label of CoreDNS and of kube-dns before it, in every distribution. */
const DNS_LABEL = 'kube-dns';

export const kubernetesDns = defineProbe({
  id: 'kubernetes.dns',
  doc: `Is the cluster's DNS running?
It is when a service can look up a name of the cluster.
Otherwise the probe looks for a ready Pod with the label k8s-app=kube-dns.
A cluster without such a Pod may have its DNS elsewhere: the answer is then "no data", not a finding.`,
  params,
  part: 'runtime',
  needs: ['kubernetes', 'runtime'],
  timeoutMs: 24_000,
  emits: ['DNS_NOT_RUNNING'],
  async run({ namespace }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, runtime } = deps;
    // Pods that are not ready where names are known are no fault, and need no request.
    if (await namesAreServed(runtime, signal)) return verdict([], { namespace });
    const rawPods = await kubernetes.list('pods', namespace, { signal });
    const pods = parseAll(Pod, rawPods).filter((pod) => pod.metadata.labels?.['k8s-app'] === DNS_LABEL);
    // Its Service alone says nothing: a cloud's resolver outside of the cluster leaves it behind without Pods.
    if (pods.length === 0) return { status: 'skipped', reason: 'no-data' };
    const ready = pods.filter(isReady).length;
    const facts = { namespace, pods: pods.length, ready };
    if (ready > 0) return verdict([], facts);
    return verdict(
      [
        {
          code: 'DNS_NOT_RUNNING',
          severity: 'critical',
          part: 'runtime',
          subject: `${namespace}/${DNS_LABEL}`,
          facts,
        },
      ],
      facts,
    );
  },
});

/** What services of the platform ask by name anyway, in the same requests. */
async function namesAreServed(runtime: RuntimeTarget, signal: AbortSignal): Promise<boolean> {
  const known = await Promise.allSettled(
    (['agent-manager', 'orchestrator-service'] as const).map(async (part) => {
      const running = (await runtime.instances(part, { signal })).filter(({ phase }) => phase === 'running');
      const instance = running.at(-1);
      return instance !== undefined && (await nameIsKnown(runtime, instance, nameWhereServed(), signal));
    }),
  );
  return known.some((answer) => answer.status === 'fulfilled' && answer.value);
}
