import { z } from 'zod';
import { canonicalJson, sha256 } from '../../../domain/kernel/canonical.ts';
import { own } from '../../../domain/kernel/own.ts';
import { wholeJson } from '../../../domain/kernel/text.ts';
import { repositoryOf } from '../../../domain/platform/ran-image.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { Context, Place, Seen } from '../object/workload.ts';

/** Written by the Deployment controller on its ReplicaSets. */
const revisionKey = 'deployment.kubernetes.io/revision';
/** A label that the controller adds to the template of a ReplicaSet, and to no Deployment. */
const hashLabel = 'pod-template-hash';

/** A rollout that is older than this has worked, and is not what broke just now, unless a person says so. */
export const recentHours = 24;
const hour = 3_600_000;

const Loose = z.record(z.string(), z.unknown());
const Container = z.looseObject({ name: z.string(), image: z.string().default('') });
const Template = z.looseObject({
  metadata: z
    .looseObject({
      labels: z.record(z.string(), z.string()).exactOptional(),
      annotations: z.record(z.string(), z.string()).exactOptional(),
    })
    .default({}),
  spec: z.looseObject({
    containers: z.array(Container),
    initContainers: z.array(Container).exactOptional(),
  }),
});
export type Template = z.output<typeof Template>;

export interface Revision {
  readonly number: number;
  readonly name: string;
  readonly uid: string;
  /** ISO time at which the template was first rolled out. */
  readonly since: string;
  readonly template: Template;
  /** Hash of the template, the same for a Deployment and for its ReplicaSet. */
  readonly hash: string;
}

/** The template of a Deployment or a ReplicaSet, without what the controller adds. */
export function templateOf(object: KubeObject): Template {
  const { template } = z.object({ template: Template }).parse(object.spec);
  const { [hashLabel]: _, ...labels } = template.metadata.labels ?? {};
  const { creationTimestamp: _none, annotations = {}, ...metadata } = template.metadata;
  return { ...template, metadata: { ...metadata, labels, annotations } };
}

export const hashOf = (template: Template): string => sha256(wholeJson(template)).slice(0, 16);

/** The revisions that the cluster still keeps of a Deployment, the newest first. */
export async function revisionsOf(
  { namespace }: Place,
  uid: string,
  { deps, signal }: Context,
): Promise<readonly Revision[]> {
  const sets = await deps.kubernetes.list('replicasets', namespace, { signal });
  return sets
    .filter(({ metadata: { ownerReferences = [] } }) => ownerReferences.some((one) => one.uid === uid))
    .map((set) => {
      const template = templateOf(set);
      return {
        number: Number(own(set.metadata.annotations, revisionKey) ?? 0),
        name: set.metadata.name,
        uid: set.metadata.uid,
        since: set.metadata.creationTimestamp ?? '',
        template,
        hash: hashOf(template),
      };
    })
    .toSorted((a, b) => b.number - a.number);
}

/** The revision that a Deployment is gone back to where nobody names one. */
export const before = (all: readonly Revision[], current: Revision): Revision | undefined =>
  all.find(({ number, hash }) => number < current.number && hash !== current.hash);

/** By the last progress that the controller has noted, for a revision that was gone back to is older than its rollout. */
export function isRecent({ object }: Seen, current: Revision, now: Date): boolean {
  const { conditions = [] } = object.status as {
    conditions?: readonly { type: string; lastUpdateTime?: string }[];
  };
  const progress = conditions.find(({ type }) => type === 'Progressing')?.lastUpdateTime;
  return now.getTime() - Date.parse(progress ?? current.since) < recentHours * hour;
}

/** Of a container these may differ between two revisions; what else differs is a matter for people. */
export const containerFields = [
  'image',
  'env',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
] as const;
export const templateFields = ['labels', 'annotations'] as const;
export const lists = ['containers', 'initContainers'] as const;

export interface Difference {
  readonly container: string;
  readonly field: (typeof containerFields)[number];
  readonly now: unknown;
  readonly former: unknown;
}

/** A volume that is of another ConfigMap, and of nothing else that differs. */
export interface MapDifference {
  readonly volume: string;
  readonly now: string;
  readonly former: string;
}

const same = (one: unknown, other: unknown) =>
  canonicalJson(wholeJson(one ?? null)) === canonicalJson(wholeJson(other ?? null));

/**
 * What differs between two templates: the fields of containers that may be taken back, and the names of those that may
 * not, such as `volumes` or `main.command`.
 */
export function differences(
  now: Template,
  then: Template,
): {
  readonly changes: readonly Difference[];
  readonly maps: readonly MapDifference[];
  readonly others: readonly string[];
} {
  const changes: Difference[] = [];
  const others = [...otherKeys(now, then, ['metadata', 'spec'])];
  others.push(...otherKeys(now.metadata, then.metadata, [...templateFields]));
  const maps = mapDifferences(now, then);
  others.push(...otherKeys(now.spec, then.spec, [...lists, ...(maps === undefined ? [] : ['volumes'])]));
  for (const list of lists) {
    const [before, after] = [now.spec[list] ?? [], then.spec[list] ?? []];
    if (
      !same(
        before.map(({ name }) => name),
        after.map(({ name }) => name),
      )
    ) {
      others.push(list);
      continue;
    }
    for (const [index, container] of before.entries()) {
      const former = after[index] ?? container;
      const { name } = container;
      others.push(...otherKeys(container, former, [...containerFields]).map((key) => `${name}.${key}`));
      for (const field of containerFields)
        if (!same(container[field], former[field]))
          changes.push({ container: name, field, now: container[field], former: former[field] });
      if (repositoryOf(container.image) !== repositoryOf(former.image)) others.push(`${name}.image`);
    }
  }
  return { changes, maps: maps ?? [], others };
}

const Volumes = z.array(
  z.looseObject({ name: z.string(), configMap: z.looseObject({ name: z.string() }).nullish() }),
);

/** Undefined where the volumes differ in more than the names of their ConfigMaps. */
function mapDifferences(now: Template, then: Template): readonly MapDifference[] | undefined {
  const [before, after] = [Volumes.parse(now.spec.volumes ?? []), Volumes.parse(then.spec.volumes ?? [])];
  if (before.length !== after.length) return undefined;
  const found: MapDifference[] = [];
  for (const [index, volume] of before.entries()) {
    const former = after[index];
    if (same(volume, former)) continue;
    const { configMap } = volume;
    if (configMap == null || former?.configMap == null) return undefined;
    const { name } = former.configMap;
    if (!same({ ...volume, configMap: { ...configMap, name } }, former)) return undefined;
    found.push({ volume: volume.name, now: configMap.name, former: name });
  }
  return found;
}

function otherKeys(one: object, other: object, but: readonly string[]): readonly string[] {
  const [a, b] = [Loose.parse(one), Loose.parse(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (key) => !but.includes(key) && !same(a[key], b[key]),
  );
}

/** The merge patch that makes one template the other, as far as `differences` allows it. */
export function patchTo(now: Template, then: Template) {
  const map = (field: (typeof templateFields)[number]) => {
    const [a, b] = [now.metadata[field] ?? {}, then.metadata[field] ?? {}];
    return Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])]
        .filter((key) => a[key] !== b[key])
        .map((key) => [key, b[key] ?? null]),
    );
  };
  const spec = Object.fromEntries(
    [...lists, ...(same(now.spec.volumes, then.spec.volumes) ? [] : ['volumes'])].flatMap((list) =>
      then.spec[list] === undefined ? [] : [[list, then.spec[list]]],
    ),
  );
  return {
    spec: { template: { metadata: { labels: map('labels'), annotations: map('annotations') }, spec } },
  };
}
