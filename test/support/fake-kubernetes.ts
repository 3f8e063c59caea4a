/** A Kubernetes target that refuses whatever a test does not give it. */

import type { KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';

const refuse = () => Promise.reject(new Error('not asked for in this test'));

/** What is told without asking the API server. */
export const toldAtOnce = {
  namespace: 'aetherius',
  agentNamespace: 'kube-system',
  hasListed: () => false,
  requests: () => 0,
  pages: () => 0,
  limit: () => undefined,
  left: () => Number.POSITIVE_INFINITY,
  quiet: () => Promise.resolve(),
  watchPods: () => Promise.resolve(),
} satisfies Partial<KubernetesTarget>;

export function fakeKubernetes(given: Partial<KubernetesTarget>): KubernetesTarget {
  return {
    ...toldAtOnce,
    list: refuse,
    get: refuse,
    logs: refuse,
    exec: refuse,
    podMetrics: refuse,
    can: refuse,
    patch: refuse,
    create: refuse,
    remove: refuse,
    endJob: refuse,
    jobPods: refuse,
    groups: refuse,
    ...given,
  };
}
