import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { verdict } from '../support.ts';
import { isReady, Pod, parseAll } from './schemas.ts';

type Deps = Pick<With<'kubernetes'>, 'kubernetes'>;
const params = z.strictObject({
  namespace: z.string().min(1).default('kube-system').meta({ description: 'Where the cluster’s DNS runs.' }),
});
/** Label of CoreDNS and of kube-dns before it, in every distribution. */
const DNS_LABEL = 'kube-dns';

export const kubernetesDns = defineProbe({
  id: 'kubernetes.dns',
  doc: `Is the cluster's DNS running?
Looks for a ready Pod with the label k8s-app=kube-dns. A cluster without such a Pod has its DNS elsewhere or none: "no data", not a finding.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 10_000,
  emits: ['DNS_NOT_RUNNING'],
  async run({ namespace }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
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
