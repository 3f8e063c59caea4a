import { z } from 'zod';
import { present } from '../../../domain/kernel/present.ts';

/** A change of a workload, as far as charts have usual names for it. */
const Change = z.strictObject({
  spec: z.strictObject({
    replicas: z.number().exactOptional(),
    template: z
      .strictObject({
        spec: z.strictObject({
          nodeSelector: z.record(z.string(), z.unknown()).exactOptional(),
          containers: z
            .tuple([
              z.strictObject({
                name: z.string(),
                image: z.string().exactOptional(),
                resources: z.record(z.string(), z.unknown()).exactOptional(),
                readinessProbe: z.unknown().exactOptional(),
                livenessProbe: z.unknown().exactOptional(),
              }),
            ])
            .exactOptional(),
        }),
      })
      .exactOptional(),
  }),
});

/**
 * The same change in the values of a chart, by the names that `helm create` gives and most charts keep; undefined where
 * there are no such names, as with several containers or a ConfigMap.
 */
export function chartValues(change: object): Readonly<Record<string, unknown>> | undefined {
  const read = Change.safeParse(change);
  if (!read.success) return undefined;
  const { replicas, template } = read.data.spec;
  const { nodeSelector, containers: [container] = [] } = template?.spec ?? {};
  const { image: reference, name: _, ...rest } = container ?? { name: '' };
  const image = reference === undefined ? undefined : imageValues(reference);
  // By its digest it has no tag that could be named.
  if (reference !== undefined && image === undefined) return undefined;
  return present({ replicaCount: replicas, image, nodeSelector, ...rest });
}

/** `registry:5000/shop/web:1.2` has the repository `registry:5000/shop/web` and the tag `1.2`. */
function imageValues(reference: string): { readonly repository: string; readonly tag: string } | undefined {
  const [, repository, tag] = /^([^@]+):([^:/@]+)$/.exec(reference) ?? [];
  return repository === undefined || tag === undefined ? undefined : { repository, tag };
}
