import type { KubeKind, KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import { fakeKubernetes } from './fake-kubernetes.ts';

export type Lists = Readonly<Partial<Record<KubeKind, readonly object[]>>>;

/** A cluster that holds these objects. */
export function kubernetes(lists: Lists): KubernetesTarget {
  return fakeKubernetes({
    list: (kind, namespace) =>
      Promise.resolve(
        ((lists[kind] ?? []) as readonly KubeObject[]).filter(
          (object) => object.metadata.namespace === namespace,
        ),
      ),
  });
}

/** Name, namespace and labels of an object. */
export const meta = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1', labels },
});
/** A ready Pod of the platform with one container and one port. */
export const pod = (app: string, more: object = {}) => ({
  ...meta(`${app}-1`, 'aetherius', { app }),
  spec: { containers: [{ name: app, ports: [{ name: 'http', containerPort: 8081 }] }] },
  status: { phase: 'Running', podIP: '10.0.0.9', conditions: [{ type: 'Ready', status: 'True' }], ...more },
});
