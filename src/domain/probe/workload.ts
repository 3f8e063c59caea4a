import { type PartId, partIds } from '../platform/part.ts';
import { partOfWorkload } from '../platform/part-names.ts';
import type { Platform } from '../platform/platform.ts';
import type { KubeObject } from './targets/kubernetes.ts';

/** The workload a Pod belongs to: its StatefulSet or DaemonSet, or the Deployment behind its ReplicaSet. */
export function ownerOf(pod: { readonly metadata: KubeObject['metadata'] }): {
  readonly kind: string;
  readonly name: string;
} {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return { kind: 'Pod', name: pod.metadata.name };
  if (owner.kind !== 'ReplicaSet') return { kind: owner.kind, name: owner.name };
  // A Deployment names its ReplicaSets `<deployment>-<pod-template-hash>`.
  const hash = pod.metadata.labels?.['pod-template-hash'];
  const name =
    hash !== undefined && owner.name.endsWith(`-${hash}`)
      ? owner.name.slice(0, -hash.length - 1)
      : owner.name.replace(/-[a-z0-9]+$/, '');
  return { kind: 'Deployment', name };
}

/** What stands beside a part, is named after it and often labelled as it is: it is not the part. */
const beside =
  /-(?:box|exporter|metrics|backups?|restore|ui|console|browser|admin|proxy|pooler|pgbouncer|init|migrat(?:e|ions?)|setup|seed|tests?|cli|tools|cron|jobs?|operator|surveyor|insight|commander)(?:-|$)/;

/** Names of workloads, Services or containers that are no part's and are not what stands beside a part. */
export function strangersAmong(names: readonly string[], platform: Platform): readonly string[] {
  const strange = (name: string) => partOfWorkload(name, platform) === undefined && !beside.test(name);
  return [...new Set(names.filter(strange))].toSorted();
}

/**
 * The part a Pod belongs to: by the name of what controls it, else by its labels `app`, `app.kubernetes.io/name` and
 * `app.kubernetes.io/component`. Pods of Jobs (migrations, backups) belong to no part. Helpers beside a part
 * (`nats-box`, `redis-exporter`) belong to no part either, although charts give them the same labels.
 */
export function partOfPod(
  pod: { readonly metadata: KubeObject['metadata'] },
  platform: Platform,
): PartId | undefined {
  const { kind, name } = ownerOf(pod);
  if (kind === 'Job') return undefined;
  const byName = partOfWorkload(name, platform);
  if (byName !== undefined) return byName;
  if (beside.test(name)) return undefined;
  const { labels = {} } = pod.metadata;
  const labelled = [labels.app, labels['app.kubernetes.io/name'], labels['app.kubernetes.io/component']];
  return (
    labelled
      .map((label) => (label === undefined ? undefined : partOfWorkload(label, platform)))
      .find((part) => part) ?? partIds.find((part) => name.startsWith(`${part}-`))
  );
}
