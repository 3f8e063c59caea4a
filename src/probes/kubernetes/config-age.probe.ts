import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { PartId } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { ownerOf, type Parsed, Pod, parseAll } from './schemas.ts';

/**
 * So old at most is what the kubelet hands to a container that it starts again: it renews mounted files at each sync of
 * the Pod, 60 to 90 s apart (`workerResyncIntervalJitterFactor` in its pod_workers.go), from a cache of one minute
 * where it does not watch (https://kubernetes.io/docs/concepts/configuration/configmap/, "updated automatically").
 */
const KUBELET_DELAY_MS = 150_000;

const params = z.strictObject({
  graceSeconds: z.number().nonnegative().default(5).meta({
    description: 'A container that started at most this many seconds before the change is not reported.',
  }),
  strict: z.boolean().default(false).meta({
    description:
      'Whether the answer is "could not check" where a change came too close to a start. A health check takes such a change for read.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesConfigAge = defineProbe({
  id: 'kubernetes.config-age',
  doc: `Finds Pods that run with a configuration older than their ConfigMap.
The programs of the platform read their configuration once, at start.
A container that uses a ConfigMap (as a volume or as environment) does not know of changes after its start.
Kubernetes mounts the ConfigMap, and the program reads it, at some time between the creation of the Pod and the first seconds of the container.
Whether a change in that time was read is unknown.
With \`strict\`, the probe could not check then.
Only Pods of the platform's parts count. CA bundles do not count: they are rotated, and programs reload them.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POD_OLDER_THAN_CONFIG'],
  async run({ graceSeconds, strict }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const [rawPods, maps] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('configmaps', kubernetes.namespace, { signal }),
    ]);
    const changes = new Map(maps.map((map) => [map.metadata.name, lastChange(map)]));
    const unsure = new Set<string>();
    const findings = new Map<string, Finding>();
    const pods = new Map<string, number>();
    for (const pod of parseAll(Pod, rawPods)) {
      if (pod.metadata.deletionTimestamp !== undefined || pod.status.phase !== 'Running') continue;
      const owner = ownerOf(pod);
      // When other programs read their configuration is unknown here.
      const part = partOf(pod, owner.name, deps.platform);
      if (part === undefined) continue;
      for (const { container, map, optional } of usedMaps(pod)) {
        const change = changes.get(map);
        const started = startOf(pod, container);
        if (change === undefined || started === undefined) continue;
        const { at } = change;
        if (at <= started + graceSeconds * 1000) {
          if (mayBeUnread(change, { pod, container, optional, started }))
            unsure.add(`${owner.kind.toLowerCase()}/${owner.name} (${map})`);
          continue;
        }
        const key = `${owner.kind}/${owner.name}/${map}`;
        pods.set(key, (pods.get(key) ?? 0) + 1);
        if (findings.has(key)) continue;
        findings.set(key, {
          code: 'POD_OLDER_THAN_CONFIG',
          severity: 'warning',
          part,
          subject: `${owner.kind.toLowerCase()}/${owner.name}`,
          since: new Date(at).toISOString(),
          facts: {
            kind: owner.kind,
            name: owner.name,
            namespace: kubernetes.namespace,
            configMap: map,
            container,
            pod: pod.metadata.name,
            startedAt: new Date(started).toISOString(),
            changedAt: new Date(at).toISOString(),
            behindSeconds: Math.round((at - started) / 1000),
          },
        });
      }
    }
    const facts = { configMaps: maps.length };
    if (strict && findings.size === 0 && unsure.size > 0) {
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'a ConfigMap changed while Pods that use it started', {
          facts: { reason: 'changed-while-starting', uses: [...unsure].join(', ') },
        }),
        facts,
      };
    }
    return verdict(
      [...findings].map(([key, finding]) => ({
        ...finding,
        facts: { ...finding.facts, pods: pods.get(key) ?? 1 },
      })),
      facts,
    );
  },
});

/**
 * CA bundles, rotated by the cluster or a mesh and reloaded by their users: `kube-root-ca.crt`,
 * `openshift-service-ca.crt`, `istio-ca-root-cert`, `linkerd-identity-trust-roots`.
 */
const caBundle =
  /(?:root-?ca|ca-?root|ca-?certs?|ca-?certificates?|ca-?bundle|trusted-ca|service-ca|trust-(?:roots|bundle))(?![a-z])|\.crt$/i;

/** The part a Pod is, by the name of its workload or else by its labels. */
function partOf({ metadata }: Parsed<Pod>, owner: string, platform: Platform): PartId | undefined {
  const labels = metadata.labels ?? {};
  return [owner, labels['app.kubernetes.io/name'], labels.app]
    .map((name) => (name === undefined ? undefined : partOfWorkload(name, platform)))
    .find((part) => part !== undefined);
}

interface ManagedField {
  readonly time?: string;
  readonly touches?: readonly string[];
}

interface Change {
  readonly at: number;
  /** The ConfigMap has been as it is since it was made. */
  readonly first: boolean;
}

/** When the data last changed, by field ownership; the creation when that is not kept. */
function lastChange(map: KubeObject): Change | undefined {
  const fields = (map.metadata as { managedFields?: readonly ManagedField[] }).managedFields ?? [];
  const times = fields
    .filter((field) => field.touches?.some((name) => name === 'data' || name === 'binaryData') === true)
    .map((field) => Date.parse(field.time ?? ''))
    .filter(Number.isFinite);
  const created = Date.parse(map.metadata.creationTimestamp ?? '');
  const at = times.length > 0 ? Math.max(...times) : created;
  return Number.isFinite(at) ? { at, first: at === created } : undefined;
}

/**
 * Whether a container that started at about the time of a change, or later, may still have what was before. It has what
 * the kubelet had read between the creation of the Pod and this start: while an image is pulled nothing is read again.
 * Times have whole seconds, so that one and the same second leaves open what was first. A ConfigMap that was made in the
 * second of its Pod is a new installation: the Pod waits until there is one, unless it is optional.
 */
function mayBeUnread(
  { at, first }: Change,
  { pod, container, optional, started }: Use & { readonly pod: Parsed<Pod>; readonly started: number },
): boolean {
  const created = Date.parse(pod.metadata.creationTimestamp ?? '');
  const again = (statusOf(pod, container)?.restartCount ?? 0) > 0;
  if (at < created || (again && at < started - KUBELET_DELAY_MS)) return false;
  return at !== created || !first || optional;
}

const statusOf = (pod: Parsed<Pod>, container: string) =>
  pod.status.containerStatuses.find((one) => one.name === container);

function startOf(pod: Parsed<Pod>, container: string): number | undefined {
  const time = Date.parse(statusOf(pod, container)?.state.running?.startedAt ?? '');
  return Number.isFinite(time) ? time : undefined;
}

interface Use {
  readonly container: string;
  /** It starts without the ConfigMap as well. */
  readonly optional: boolean;
}

/** Every ConfigMap a container reads, through its environment or a mounted volume. */
function usedMaps(pod: Parsed<Pod>): readonly (Use & { readonly map: string })[] {
  const volumes = new Map(
    pod.spec.volumes.map(({ name, configMap, projected }) => [
      name,
      [configMap, ...(projected?.sources ?? []).map((source) => source.configMap)],
    ]),
  );
  return pod.spec.containers.flatMap((container) => {
    const uses = [
      ...container.env.map((entry) => entry.valueFrom?.configMapKeyRef),
      ...container.envFrom.map((entry) => entry.configMapRef),
      ...container.volumeMounts.flatMap((mount) => volumes.get(mount.name) ?? []),
    ];
    const names = new Set(uses.map((use) => use?.name ?? ''));
    return [...names]
      .filter((map) => map !== '' && !caBundle.test(map))
      .map((map) => ({
        ...{ container: container.name, map },
        optional: uses.every((use) => use?.name !== map || use.optional === true),
      }));
  });
}
