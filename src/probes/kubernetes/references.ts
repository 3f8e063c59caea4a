import { AppError } from '../../domain/kernel/errors.ts';
import { similarTo } from '../../domain/kernel/similar.ts';
import type { KubeObject, KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { Parsed, Pod } from './schemas.ts';

/** A ConfigMap or Secret that a Pod cannot start without. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key?: string;
}
export interface Missing extends Reference {
  /** The closest name (or key) that does exist, as far as that is known. */
  readonly similar?: string;
}

/** What the Pod refers to and must have; optional references do not count. */
export function referencesOf(pod: Parsed<Pod>): readonly Reference[] {
  const found: Reference[] = [];
  const add = (
    kind: Reference['kind'],
    from:
      | { readonly name?: string | undefined; readonly key?: string; readonly optional?: boolean | undefined }
      | undefined,
  ) => {
    if (from?.name === undefined || from.optional === true) return;
    found.push({
      kind,
      name: from.name,
      ...(from.key === undefined || from.key === '' ? {} : { key: from.key }),
    });
  };
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const { valueFrom } of container.env) {
      add('ConfigMap', valueFrom?.configMapKeyRef);
      add('Secret', valueFrom?.secretKeyRef);
    }
    for (const from of container.envFrom) {
      add('ConfigMap', from.configMapRef);
      add('Secret', from.secretRef);
    }
  }
  for (const volume of pod.spec.volumes) {
    add('ConfigMap', volume.configMap);
    add('Secret', { name: volume.secret?.secretName, optional: volume.secret?.optional });
    for (const { configMap, secret } of volume.projected?.sources ?? []) {
      add('ConfigMap', configMap);
      add('Secret', secret);
    }
  }
  return found;
}

/**
 * At most this many Secrets are asked for by name in one look, however many Pods and workloads name one. Those that the
 * kubelet itself says are missing cost no question, and any number of them is named.
 */
const maxSecrets = 2;

/** Keys of a Secret; `absent`: the Secret does not exist; undefined: unknown (not allowed, or limit reached). */
type SecretKeys = readonly string[] | 'absent' | undefined;

/** The kubelet's own words: they save a request. */
const absentSecret = /\bsecret "([^"]+)" not found/g;
/** Said of a volume, not of the object behind it (kubernetes/pkg/volume, `MakePayload`). */
const absentKey = /for volume "([^"]+)" : .*references non-existent (?:secret|config) key: (\S+)/;

/**
 * The first thing a Pod names that is not there; `said` is what the kubelet says of its containers and volumes, one
 * sentence a line.
 */
export type ReferenceCheck = (pod: Parsed<Pod>, said: string) => Promise<Missing | undefined>;

/** What the kubelet says of a volume whose object has no such key. */
function keyOfVolume(pod: Parsed<Pod>, said: string): Missing | undefined {
  const [, name, key] = absentKey.exec(said) ?? [];
  const volume = pod.spec.volumes.find((one) => one.name === name);
  if (volume === undefined || key === undefined) return undefined;
  if (volume.configMap?.name !== undefined) return { kind: 'ConfigMap', name: volume.configMap.name, key };
  if (volume.secret?.secretName !== undefined) return { kind: 'Secret', name: volume.secret.secretName, key };
  return undefined;
}

/**
 * Finds the first thing a Pod names that is not there. ConfigMaps are known from the run's LIST; a Secret is asked
 * for by name, once, its values are not kept, and where that is not allowed nothing is said about it. Names that
 * other Pods use are what a misspelt one is compared with, so that no right to list Secrets is needed.
 */
export function createReferenceCheck(
  all: readonly Parsed<Pod>[],
  maps: readonly KubeObject[],
  kubernetes: KubernetesTarget,
  signal: AbortSignal,
): ReferenceCheck {
  const mapByName = new Map(maps.map((map) => [map.metadata.name, map]));
  const secrets = new Map<string, Promise<SecretKeys>>();
  let used: readonly string[] | undefined;
  const namesInUse = () => {
    used ??= secretNamesOf(all.filter((pod) => pod.status.phase === 'Running'));
    return used;
  };
  const secretKeys = (name: string): Promise<SecretKeys> => {
    const known = secrets.get(name);
    if (known !== undefined) return known;
    if (secrets.size >= maxSecrets) return Promise.resolve(undefined);
    const asked = askForKeys(kubernetes, name, signal);
    secrets.set(name, asked);
    return asked;
  };
  return async (pod, said) => {
    const references = referencesOf(pod);
    for (const reference of references.filter((one) => one.kind === 'ConfigMap')) {
      const map = mapByName.get(reference.name);
      if (map === undefined) return { ...whole(reference), ...similarTo(reference.name, mapByName.keys()) };
      const missing = missingKey(reference, keysOf(map, 'data', 'binaryData'));
      if (missing !== undefined) return missing;
    }
    const absent = new Set([...said.matchAll(absentSecret)].map(([, name]) => name));
    const keyless = keyOfVolume(pod, said);
    if (keyless !== undefined) return keyless;
    for (const reference of references.filter((one) => one.kind === 'Secret')) {
      const keys = absent.has(reference.name) ? 'absent' : await secretKeys(reference.name);
      if (keys === undefined) continue;
      if (keys === 'absent')
        return {
          ...whole(reference),
          ...similarTo(
            reference.name,
            namesInUse().filter((name) => name !== reference.name),
          ),
        };
      const missing = missingKey(reference, keys);
      if (missing !== undefined) return missing;
    }
    return undefined;
  };
}

async function askForKeys(
  kubernetes: KubernetesTarget,
  name: string,
  signal: AbortSignal,
): Promise<SecretKeys> {
  try {
    return keysOf(await kubernetes.get('secrets', kubernetes.namespace, name, { signal }), 'data');
  } catch (error) {
    return error instanceof AppError && error.code === 'NOT_FOUND' ? 'absent' : undefined;
  }
}

function secretNamesOf(pods: readonly Parsed<Pod>[]): readonly string[] {
  const names = pods.flatMap((pod) => referencesOf(pod)).filter((one) => one.kind === 'Secret');
  return [...new Set(names.map((one) => one.name))];
}

function missingKey(reference: Reference, keys: readonly string[]): Missing | undefined {
  if (reference.key === undefined || keys.includes(reference.key)) return undefined;
  return { ...reference, ...similarTo(reference.key, keys) };
}

/** Without the object its key is not what is missing. */
function whole({ kind, name }: Reference): Reference {
  return { kind, name };
}

function keysOf(object: KubeObject, ...fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => Object.keys((object[field] as object | undefined) ?? {}));
}
