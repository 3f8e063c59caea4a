import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { isSecretName } from '../../../domain/kernel/redact.ts';
import type { KubeObject, KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import type { ObjectKey, ReferredVariable } from '../../../domain/probe/targets/runtime.ts';
import type { KubeContainer, KubePod } from './runtime-pod.ts';

/** What gives a variable its value; `value` is for adapters alone where it comes from a Secret. */
export type PodVariable =
  /** No value: an optional reference to something that is not there. */
  | { readonly value?: string; readonly from?: ObjectKey }
  /** It may be set there, but that could not be read; `whole`: no entry names it, a whole object may hold it. */
  | { readonly unread: Error; readonly from: ObjectKey; readonly whole?: true };

type Data = ReadonlyMap<string, string>;

/** Reads the ConfigMaps and Secrets that Pods name, each once a run. */
export interface ReferenceReader {
  /** AppError NOT_FOUND when there is no such object; `forbidden` names it. */
  data(kind: ObjectKey['kind'], namespace: string, name: string, options?: CallOptions): Promise<Data>;
}

function textsOf(kind: ObjectKey['kind'], object: KubeObject): Data {
  const data = object.data;
  const entries = data !== null && typeof data === 'object' ? Object.entries(data as object) : [];
  return new Map(
    entries.map(([key, value]) => [
      key,
      kind === 'Secret' ? Buffer.from(String(value), 'base64').toString('utf8') : String(value),
    ]),
  );
}

const isNotFound = (error: unknown) => error instanceof AppError && error.code === 'NOT_FOUND';
const isRefusal = (error: unknown): error is TargetError =>
  error instanceof TargetError && error.stage === 'forbidden';

/** The same refusal, saying of which object: a right may be given for it alone. */
function naming(error: unknown, name: string): unknown {
  if (!isRefusal(error)) return error;
  return new TargetError('forbidden', error.message, {
    facts: { ...error.facts, resource: `${String(error.facts.resource)}/${name}` },
  });
}

export function createReferenceReader(
  kubernetes: KubernetesTarget,
  learn: (secret: string) => void = () => undefined,
): ReferenceReader {
  const known = new Map<string, Promise<Data>>();
  async function read(kind: ObjectKey['kind'], namespace: string, name: string, options?: CallOptions) {
    if (kind === 'ConfigMap' && kubernetes.hasListed('configmaps', namespace)) {
      const all = await kubernetes.list('configmaps', namespace, options);
      const one = all.find(({ metadata }) => metadata.name === name);
      if (one === undefined) throw new AppError('NOT_FOUND', 'no such ConfigMap', { facts: { name } });
      return textsOf(kind, one);
    }
    const plural = kind === 'Secret' ? 'secrets' : 'configmaps';
    const data = textsOf(kind, await kubernetes.get(plural, namespace, name, options));
    // Secrets hold host names, too; those have to be seen.
    if (kind === 'Secret')
      for (const [key, value] of data) if (isSecretName(key) || value.includes('://')) learn(value);
    return data;
  }
  return {
    data(kind, namespace, name, options) {
      const key = `${kind}/${namespace}/${name}`;
      const asked =
        known.get(key) ??
        read(kind, namespace, name, options).catch((error: unknown) => {
          // An answer stays; a failure of the way, or of the asker, may be gone at the next look.
          if (!isNotFound(error) && !isRefusal(error)) known.delete(key);
          throw naming(error, name);
        });
      known.set(key, asked);
      return asked;
    },
  };
}

/** Why a reference that must be there came to nothing. */
function gone(from: ObjectKey): AppError {
  return new AppError('NOT_FOUND', 'the source of the environment does not exist', {
    facts: { reason: 'reference-gone', kind: from.kind, name: from.name, key: from.key },
  });
}

/** The reader for one look at many variables: what cannot be read is not asked for again for each of them. */
export function oncePerLook(reader: ReferenceReader): ReferenceReader {
  const asked = new Map<string, Promise<Data>>();
  return {
    data(kind, namespace, name, options) {
      const key = `${kind}/${namespace}/${name}`;
      const answer = asked.get(key) ?? reader.data(kind, namespace, name, options);
      asked.set(key, answer);
      return answer;
    },
  };
}

/**
 * The variable as a container gets it: of `env` the last one with that name, else of `envFrom` the last source that has
 * it. Undefined: it is not set.
 */
export async function variableOf(
  container: KubeContainer,
  name: string,
  namespace: string,
  reader: ReferenceReader,
  options?: CallOptions,
): Promise<PodVariable | undefined> {
  const look = async (
    from: ObjectKey,
    optional: boolean,
  ): Promise<{ readonly value?: string; readonly absent?: true } | { readonly unread: Error }> => {
    try {
      const value = (await reader.data(from.kind, namespace, from.name, options)).get(from.key);
      return value === undefined ? {} : { value };
    } catch (error) {
      options?.signal?.throwIfAborted();
      if (isNotFound(error)) return optional ? { absent: true } : { unread: gone(from) };
      return { unread: error instanceof Error ? error : gone(from) };
    }
  };

  const own = container.env.findLast((entry) => entry.name === name);
  if (own !== undefined) {
    if (own.value !== undefined) return { value: own.value };
    const [kind, reference] =
      own.valueFrom?.secretKeyRef === undefined
        ? (['ConfigMap', own.valueFrom?.configMapKeyRef] as const)
        : (['Secret', own.valueFrom.secretKeyRef] as const);
    // Of the Pod's own fields nothing is asked; an empty entry is an empty value.
    if (reference?.name === undefined) return own.valueFrom === undefined ? { value: '' } : undefined;
    const from = { kind, name: reference.name, key: reference.key };
    const seen = await look(from, reference.optional === true);
    if ('unread' in seen) return { unread: seen.unread, from };
    if (seen.value !== undefined) return { value: seen.value, from };
    return reference.optional === true ? { from } : { unread: gone(from), from };
  }
  for (const source of container.envFrom.toReversed()) {
    const [kind, reference] =
      source.secretRef === undefined
        ? (['ConfigMap', source.configMapRef] as const)
        : (['Secret', source.secretRef] as const);
    if (reference?.name === undefined || !name.startsWith(source.prefix)) continue;
    const from = { kind, name: reference.name, key: name.slice(source.prefix.length) };
    const seen = await look(from, reference.optional === true);
    if ('unread' in seen) return { unread: seen.unread, from, whole: true };
    if (seen.value !== undefined) return { value: seen.value, from };
  }
  return undefined;
}

/** See `RuntimeTarget.referred`. */
export async function referredVariables(
  container: KubeContainer,
  against: ReadonlyMap<string, string | undefined>,
  namespace: string,
  reader: ReferenceReader,
  options?: CallOptions,
): Promise<ReadonlyMap<string, ReferredVariable>> {
  const found = new Map<string, ReferredVariable>();
  const once = oncePerLook(reader);
  for (const [name, other] of against) {
    const variable = await variableOf(container, name, namespace, once, options);
    if (variable?.from === undefined) continue;
    const { from } = variable;
    if ('unread' in variable) {
      const { unread, whole } = variable;
      found.set(name, { from, unread, ...present({ whole }) });
    } else if (variable.value !== undefined)
      found.set(
        name,
        from.kind === 'Secret'
          ? { from, equal: variable.value.trim() === other?.trim() }
          : { from, value: variable.value },
      );
  }
  return found;
}

/** See `RuntimeTarget.referredNames`. */
export async function referredNames(
  container: KubeContainer,
  namespace: string,
  reader: ReferenceReader,
  options?: CallOptions,
): Promise<readonly string[]> {
  const named = container.env.flatMap(({ name, valueFrom }) =>
    valueFrom?.configMapKeyRef === undefined && valueFrom?.secretKeyRef === undefined ? [] : [name],
  );
  const whole = await Promise.all(
    container.envFrom.map(async ({ prefix, secretRef, configMapRef }) => {
      const [kind, name] =
        secretRef === undefined
          ? (['ConfigMap', configMapRef?.name] as const)
          : (['Secret', secretRef.name] as const);
      if (name === undefined) return [];
      try {
        return [...(await reader.data(kind, namespace, name, options)).keys()].map((key) => prefix + key);
      } catch {
        options?.signal?.throwIfAborted();
        return [];
      }
    }),
  );
  return [...new Set([...named, ...whole.flat()])];
}

/** The key of a Secret behind a file of this container; a mount inside of another hides what that one has there. */
export function mountedSecret(
  container: KubeContainer,
  volumes: KubePod['spec']['volumes'],
  path: string,
): ObjectKey | undefined {
  const deepestFirst = container.volumeMounts.toSorted((a, b) => b.mountPath.length - a.mountPath.length);
  for (const mount of deepestFirst) {
    const folder = `${mount.mountPath.replace(/\/$/, '')}/`;
    const exact = mount.subPath !== undefined && mount.mountPath === path;
    if (!exact && (mount.subPath !== undefined || !path.startsWith(folder))) continue;
    const file = exact ? (mount.subPath ?? '') : path.slice(folder.length);
    const volume = volumes.find(({ name }) => name === mount.name);
    const sources = [
      { name: volume?.secret?.secretName, items: volume?.secret?.items },
      ...(volume?.projected?.sources ?? []).map(({ secret }) => ({
        name: secret?.name,
        items: secret?.items,
      })),
    ];
    for (const { name, items } of sources) {
      if (name === undefined) continue;
      const key = items === undefined ? file : items.find((item) => item.path === file)?.key;
      if (key !== undefined) return { kind: 'Secret', name, key };
    }
    return undefined;
  }
  return undefined;
}
