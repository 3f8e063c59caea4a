import { z } from 'zod';
import type { ObjectIdentity, PartSigns } from '../../../domain/fix/object.ts';
import type { KubeKind, KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';

const Pod = z.object({
  status: z.object({ phase: z.string().exactOptional(), podIP: z.string().exactOptional() }).default({}),
});

const Template = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).exactOptional() }).exactOptional(),
      spec: z.object({
        containers: z.array(
          z.object({
            image: z.string(),
            ports: z
              .array(z.object({ containerPort: z.number(), protocol: z.string().exactOptional() }))
              .exactOptional(),
          }),
        ),
      }),
    }),
  }),
});

/** Labels in which people write what a thing is. */
const nameLabels = ['app.kubernetes.io/name', 'app', 'k8s-app'] as const;

/** What a workload shows of the part that it is. */
export function signsOf(object: KubeObject): PartSigns {
  const { metadata, spec } = Template.parse(object).spec.template;
  const labels = { ...metadata?.labels, ...object.metadata.labels };
  return {
    names: [object.metadata.name, ...nameLabels.flatMap((label) => labels[label] ?? [])],
    images: spec.containers.map(({ image }) => image),
    ports: spec.containers.flatMap(({ ports = [] }) =>
      ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort),
    ),
  };
}

/**
 * A workload with its Pods, found by owner references and not by labels or names. Pods that run and have no address
 * yet, or that the workload counts and the API does not list, cannot be compared with what the bot stands on.
 */
export async function objectOf(
  kind: Extract<KubeKind, 'deployments' | 'statefulsets' | 'daemonsets'>,
  namespace: string,
  object: KubeObject,
  ready: number,
  kubernetes: With<'kubernetes'>['kubernetes'],
  signal: AbortSignal,
): Promise<ObjectIdentity> {
  const { uid, ownerReferences = [], labels = {} } = object.metadata;
  const pods = await podsOf(kind, namespace, uid, kubernetes, signal);
  const seen = pods.map((pod) => Pod.parse(pod).status);
  const running = seen.filter(({ phase }) => phase === 'Running');
  const release = labels['app.kubernetes.io/instance'];
  return {
    claims: [
      ...[uid, ...ownerReferences.map((owner) => owner.uid), ...pods.map((pod) => pod.metadata.uid)].map(
        (one) => `uid=${one}`,
      ),
      ...(release === undefined ? [] : [`release=${namespace}/${release}`]),
      ...seen.flatMap(({ podIP }) => (podIP === undefined ? [] : [`address=${podIP.toLowerCase()}`])),
    ],
    comparable: running.every(({ podIP }) => podIP !== undefined) && running.length >= ready,
  };
}

/** Pods of a workload, by owner references. */
export async function podsOf(
  kind: KubeKind,
  namespace: string,
  uid: string,
  kubernetes: With<'kubernetes'>['kubernetes'],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const [pods, sets] = await Promise.all([
    kubernetes.list('pods', namespace, { signal }),
    kind === 'deployments' ? kubernetes.list('replicasets', namespace, { signal }) : [],
  ]);
  const owners = new Set([uid, ...sets.filter((set) => isOf(set, uid)).map((set) => set.metadata.uid)]);
  return pods.filter(({ metadata: { ownerReferences = [] } }) =>
    ownerReferences.some(({ uid: owner }) => owners.has(owner)),
  );
}

function isOf({ metadata: { ownerReferences = [] } }: KubeObject, owner: string): boolean {
  return ownerReferences.some((reference) => reference.uid === owner);
}
