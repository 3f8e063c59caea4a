import { z } from 'zod';
import type { Context, Place } from '../object/workload.ts';

const Autoscaler = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().default(1),
    maxReplicas: z.number(),
  }),
});

const kindOf = { deployments: 'Deployment', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet' } as const;

export interface Autoscaled {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** The autoscaler that chooses the number of Pods of this workload; it rests while that is 0. */
export async function autoscalerOf(
  { kind, namespace, name }: Place,
  { deps, signal }: Context,
): Promise<Autoscaled | undefined> {
  const all = await deps.kubernetes.list('horizontalpodautoscalers', namespace, { signal });
  for (const object of all) {
    const { spec } = Autoscaler.parse(object);
    if (spec.scaleTargetRef.kind === kindOf[kind] && spec.scaleTargetRef.name === name)
      return { name: object.metadata.name, min: spec.minReplicas, max: spec.maxReplicas };
  }
  return undefined;
}
