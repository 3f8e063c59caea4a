import { z } from 'zod';
import type { PartId } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { ownerOf, type Parsed, Pod, parseAll } from './schemas.ts';

const params = z.strictObject({
  graceSeconds: z.number().nonnegative().default(5).meta({
    description: 'A container that started at most this many seconds before the change is not reported.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesConfigAge = defineProbe({
  id: 'kubernetes.config-age',
  doc: `Finds Pods that run with a configuration older than their ConfigMap.
The programs of the platform read their configuration once, at start.
A container that uses a ConfigMap (as a volume or as environment) does not know of changes after its start.
Only Pods of the platform's parts count. CA bundles do not count: they are rotated, and programs reload them.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POD_OLDER_THAN_CONFIG'],
  async run({ graceSeconds }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const [rawPods, maps] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('configmaps', kubernetes.namespace, { signal }),
    ]);
    const changed = new Map(maps.map((map) => [map.metadata.name, lastChange(map)]));
    const findings = new Map<string, Finding>();
    const pods = new Map<string, number>();
    for (const pod of parseAll(Pod, rawPods)) {
      if (pod.metadata.deletionTimestamp !== undefined || pod.status.phase !== 'Running') continue;
      const owner = ownerOf(pod);
      // When other programs read their configuration is unknown here.
      const part = partOf(pod, owner.name, deps.platform);
      if (part === undefined) continue;
      for (const { container, map } of usedMaps(pod)) {
        const at = changed.get(map);
        const started = startOf(pod, container);
        if (at === undefined || started === undefined || started + graceSeconds * 1000 >= at) continue;
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
    return verdict(
      [...findings].map(([key, finding]) => ({
        ...finding,
        facts: { ...finding.facts, pods: pods.get(key) ?? 1 },
      })),
      { configMaps: maps.length },
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
  return [owner, labels['app.kubernetes.io/name'], labels['app']]
    .map((name) => (name === undefined ? undefined : partOfWorkload(name, platform)))
    .find((part) => part !== undefined);
}

interface ManagedField {
  readonly time?: string;
  readonly touches?: readonly string[];
}

/** When the data last changed, by field ownership; the creation when that is not kept. */
function lastChange(map: KubeObject): number | undefined {
  const fields = (map.metadata as { managedFields?: readonly ManagedField[] }).managedFields ?? [];
  const times = fields
    .filter((field) => field.touches?.some((name) => name === 'data' || name === 'binaryData') === true)
    .map((field) => Date.parse(field.time ?? ''))
    .filter(Number.isFinite);
  if (times.length > 0) return Math.max(...times);
  const created = Date.parse(map.metadata.creationTimestamp ?? '');
  return Number.isFinite(created) ? created : undefined;
}

function startOf(pod: Parsed<Pod>, container: string): number | undefined {
  const status = pod.status.containerStatuses.find((one) => one.name === container);
  const time = Date.parse(status?.state.running?.startedAt ?? '');
  return Number.isFinite(time) ? time : undefined;
}

/** Every ConfigMap a container reads, through its environment or a mounted volume. */
function usedMaps(pod: Parsed<Pod>): readonly { readonly container: string; readonly map: string }[] {
  const volumes = new Map<string, string[]>();
  for (const volume of pod.spec.volumes) {
    const names = [
      volume.configMap?.name,
      ...(volume.projected?.sources ?? []).map((source) => source.configMap?.name),
    ];
    volumes.set(
      volume.name,
      names.filter((name) => name !== undefined),
    );
  }
  return pod.spec.containers.flatMap((container) => {
    const names = new Set<string>([
      ...container.env.map((entry) => entry.valueFrom?.configMapKeyRef?.name ?? ''),
      ...container.envFrom.map((entry) => entry.configMapRef?.name ?? ''),
      ...container.volumeMounts.flatMap((mount) => volumes.get(mount.name) ?? []),
    ]);
    return [...names]
      .filter((map) => map !== '' && !caBundle.test(map))
      .map((map) => ({ container: container.name, map }));
  });
}
