/** A Kubernetes target that refuses whatever a test does not give it. */

import type { KubernetesTarget } from '../../src/domain/targets.ts';

const refuse = () => Promise.reject(new Error('not asked for in this test'));

export function fakeKubernetes(given: Partial<KubernetesTarget>): KubernetesTarget {
  return {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    hasListed: () => false,
    list: refuse,
    get: refuse,
    logs: refuse,
    exec: refuse,
    podMetrics: refuse,
    can: refuse,
    patch: refuse,
    requests: () => 0,
    pages: () => 0,
    limit: () => undefined,
    left: () => Number.POSITIVE_INFINITY,
    quiet: () => Promise.resolve(),
    watchPods: () => Promise.resolve(),
    ...given,
  };
}
