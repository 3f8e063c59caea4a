import { z } from 'zod';
import type { Plan } from '../../../domain/fix/remediation.ts';
import { TargetError } from '../../../domain/kernel/errors.ts';
import type { KubeObject, KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { amount, type Resources } from '../object/resources.ts';

const quantities = z.record(z.string(), z.union([z.string(), z.number()])).default({});
const Quota = z.object({
  spec: z
    .object({ scopes: z.array(z.unknown()).default([]), scopeSelector: z.unknown().optional() })
    .prefault({}),
  status: z.object({ hard: quantities, used: quantities }).prefault({}),
});

/** What Pods take of a quota, by the names that it has for it (Kubernetes, "Resource Quotas"). */
export type Needed = Readonly<Record<string, number>>;

/** What one Pod takes. Without a request its limit is the request. */
export function neededByPod(containers: readonly Resources[]): Needed {
  const sum = (of: (one: Resources) => string | null) =>
    containers.reduce((all, one) => all + (of(one) === null ? 0 : amount(of(one) ?? '')), 0);
  return {
    'limits.memory': sum((one) => one.memory),
    'limits.cpu': sum((one) => one.cpu),
    'requests.memory': sum((one) => one.memoryRequest ?? one.memory),
    'requests.cpu': sum((one) => one.cpuRequest ?? one.cpu),
  };
}

/** The same for so many Pods. */
export const times = (pods: number, one: Needed): Needed => ({
  ...Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value * pods])),
  pods,
});

/** How much more the one takes than the other, of each. */
export const moreThan = (one: Needed, other: Needed): Needed =>
  Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value - (other[name] ?? 0)]));

/** Other names for the same. */
const alias: Readonly<Record<string, string>> = {
  memory: 'requests.memory',
  cpu: 'requests.cpu',
  'count/pods': 'pods',
};

const Rollout = z.object({
  spec: z.object({
    strategy: z
      .object({
        type: z.string().exactOptional(),
        rollingUpdate: z
          .object({ maxUnavailable: z.union([z.string(), z.number()]).exactOptional() })
          .nullish(),
      })
      .nullish(),
  }),
});

/** Whether a new Pod has to be made before an old one may go: Deployment, "Max Unavailable", rounded down. */
export function isBesideOld(kind: string, object: KubeObject, desired: number): boolean {
  if (kind !== 'deployments') return false;
  const { strategy } = Rollout.parse(object).spec;
  if (strategy?.type === 'Recreate') return false;
  const most = strategy?.rollingUpdate?.maxUnavailable ?? '25%';
  return (typeof most === 'number' ? most : Math.floor((desired * Number.parseFloat(most)) / 100)) < 1;
}

/**
 * A Pod that a quota forbids is never made, and the controller tries for ever. Refused where a quota of the namespace has
 * not so much left; a note where quotas may not be read.
 */
export async function mustFitQuota(
  namespace: string,
  needed: Needed,
  kubernetes: KubernetesTarget,
  signal: AbortSignal,
): Promise<NonNullable<Plan['notes']>> {
  let quotas: readonly KubeObject[];
  try {
    quotas = await kubernetes.list('resourcequotas', namespace, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TargetError) return [{ key: 'quota-unseen', facts: {} }];
    throw error;
  }
  for (const object of quotas) {
    const { spec, status } = Quota.parse(object);
    // It is for some Pods alone.
    if (spec.scopes.length > 0 || spec.scopeSelector != null) continue;
    for (const [name, hard] of Object.entries(status.hard)) {
      const more = needed[alias[name] ?? name];
      const left = amount(String(hard)) - amount(String(status.used[name] ?? '0'));
      if (more !== undefined && more > 0 && more > left)
        throw refused('quota-too-small', {
          ...{ quota: object.metadata.name, resource: name, hard: String(hard) },
          used: String(status.used[name] ?? '0'),
        });
    }
  }
  return [];
}
