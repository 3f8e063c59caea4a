import { present } from '../../../domain/kernel/present.ts';
import type { KubeKind, KubeObject } from '../../../domain/probe/targets/kubernetes.ts';

type Loose = Record<string, unknown>;

const unedited: ReadonlySet<KubeKind> = new Set(['pods', 'events', 'endpointslices']);

/** Whether the slimmer keeps something of who owns which fields of such an object. */
export const keepsOwnership = (kind: KubeKind): boolean => !unedited.has(kind);

/**
 * Makes the objects of a LIST small while its pages arrive: 5,000 Pods are 27 MB of JSON, mostly field
 * ownership and the same template over and over. What stays is exact; what goes:
 * `fieldsV1` (replaced by `touches`, the names of what each manager set; of Pods and events also that, for they
 * are not edited), the last-applied annotation, the service account volume that every Pod gets, of a Pod's status
 * what holds and what only repeats it, and values of Secrets.
 * Equal `containers`, `volumes`, `labels` … of different objects become one object.
 */
export function createSlimmer(kind: KubeKind): (item: unknown) => KubeObject {
  const shared = new Map<string, unknown>();
  const share = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const key = JSON.stringify(value);
    const known = shared.get(key);
    if (known !== undefined) return known;
    shared.set(key, value);
    return value;
  };
  return (item) => {
    const object = item as Loose & { metadata: Loose };
    if (!keepsOwnership(kind)) delete object.metadata.managedFields;
    slimMetadata(object.metadata);
    for (const field of ['labels', 'annotations', 'ownerReferences', 'managedFields'])
      if (object.metadata[field] !== undefined) object.metadata[field] = share(object.metadata[field]);
    if (kind === 'pods') slimPod(object, share);
    else if (isLoose(object.spec)) object.spec = share(object.spec);
    return object as unknown as KubeObject;
  };
}

function slimMetadata(metadata: Loose): void {
  delete metadata.selfLink;
  if (Array.isArray(metadata.managedFields))
    metadata.managedFields = metadata.managedFields.filter(isLoose).map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      time: entry.time,
      ...present({ subresource: entry.subresource }),
      touches: touched(entry.fieldsV1),
    }));
  if (isLoose(metadata.annotations))
    delete metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
}

/** `data`, `metadata`, `spec`, `spec.template` …: two levels of field ownership are enough to say what changed. */
function touched(fields: unknown): readonly string[] {
  if (!isLoose(fields)) return [];
  const names: string[] = [];
  for (const [first, inner] of Object.entries(fields)) {
    if (!first.startsWith('f:')) continue;
    const name = first.slice(2);
    names.push(name);
    if (name === 'spec' && isLoose(inner))
      for (const second of Object.keys(inner))
        if (second.startsWith('f:')) names.push(`spec.${second.slice(2)}`);
  }
  return names;
}

function slimPod(pod: Loose, share: (value: unknown) => unknown): void {
  const spec = pod.spec;
  if (isLoose(spec)) {
    const account = new Set<unknown>();
    if (Array.isArray(spec.volumes)) {
      for (const volume of spec.volumes)
        if (isLoose(volume) && String(volume.name).startsWith('kube-api-access-')) account.add(volume.name);
      spec.volumes = share(spec.volumes.filter((volume) => !isLoose(volume) || !account.has(volume.name)));
    }
    for (const list of ['containers', 'initContainers'])
      if (Array.isArray(spec[list])) {
        for (const container of spec[list])
          if (isLoose(container) && Array.isArray(container.volumeMounts))
            container.volumeMounts = container.volumeMounts.filter(
              (mount) => !isLoose(mount) || !account.has(mount.name),
            );
        spec[list] = spec[list].map(share);
      }
    for (const field of ['tolerations', 'securityContext', 'affinity', 'nodeSelector'])
      if (spec[field] !== undefined) spec[field] = share(spec[field]);
  }
  if (isLoose(pod.status)) slimStatus(pod.status);
}

/** Of the conditions that hold, those that probes ask for. */
const asked: ReadonlySet<unknown> = new Set(['Ready', 'PodScheduled']);
const repeated = ['hostIP', 'hostIPs', 'podIPs', 'qosClass'] as const;
const ofContainer = ['containerID', 'volumeMounts', 'allocatedResources', 'resources', 'user'] as const;

function slimStatus(status: Loose): void {
  for (const field of repeated) delete status[field];
  if (Array.isArray(status.conditions))
    status.conditions = status.conditions.filter(
      (condition) => isLoose(condition) && (condition.status !== 'True' || asked.has(condition.type)),
    );
  for (const list of ['containerStatuses', 'initContainerStatuses'])
    for (const container of Array.isArray(status[list]) ? status[list] : [])
      if (isLoose(container)) for (const field of ofContainer) delete container[field];
}

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
