import { readFile } from 'node:fs/promises';
import { AppError } from '../../domain/kernel/errors.ts';
import type { SecretReference, SecretResolver } from '../../domain/kernel/secret.ts';
import type { RuntimeConfig } from '../../domain/settings/environment.ts';
import type { Role } from '../../domain/settings/process-env.ts';

/** Reads one key of a Kubernetes Secret, decoded. AppError NOT_FOUND, NOT_ALLOWED or DEPENDENCY_UNAVAILABLE. */
export type ReadKubernetesSecret = (
  reference: Extract<SecretReference, { kind: 'kubernetes' }>,
  signal?: AbortSignal,
) => Promise<string>;

export interface SecretSources {
  readonly role: Role;
  readonly allowed: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readKubernetes: ReadKubernetesSecret;
}

/** Resolves references; a role that may not is refused before anything is read. */
export function createSecretResolver(sources: SecretSources): SecretResolver {
  return async (reference, signal) => {
    if (!sources.allowed)
      throw new AppError('NOT_ALLOWED', 'this role may not read this secret', {
        facts: { role: sources.role },
      });
    switch (reference.kind) {
      case 'literal':
        return reference.value;
      case 'env': {
        const value = sources.env[reference.name];
        if (value === undefined || value === '')
          throw new AppError('NOT_FOUND', 'an environment variable with a secret is not set', {
            facts: { variable: reference.name },
          });
        return value;
      }
      case 'file':
        return readSecretFile(reference.path, signal);
      case 'kubernetes':
        return sources.readKubernetes(reference, signal);
    }
  };
}

/** The file without its last line end, as mounted secrets often carry one. */
async function readSecretFile(path: string, signal?: AbortSignal): Promise<string> {
  try {
    const text = await readFile(path, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    throw new AppError('NOT_FOUND', 'a file with a secret cannot be read', { facts: { path }, cause: error });
  }
}

/** How long a Secret that was read is used again: long enough for one run, short enough for a rotation. */
const keepMs = 30_000;

/** Reads Secrets with the credentials of the environment's runtime; the client is loaded at the first read. */
export function kubernetesSecrets(
  runtime: RuntimeConfig,
  now: () => number = () => Date.now(),
): ReadKubernetesSecret {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  return async (reference, signal) => {
    const id = `${reference.namespace}/${reference.name}/${reference.key}`;
    const known = kept.get(id);
    if (known !== undefined && known.until > now()) return known.value;
    signal?.throwIfAborted();
    const value = await withinTime(readFromCluster(runtime, reference), reference, signal);
    kept.set(id, { value, until: now() + keepMs });
    return value;
  };
}

/** An API server that takes the connection and never answers must not keep a run waiting. */
const answerWithinMs = 5000;

async function withinTime<T>(
  work: Promise<T>,
  { namespace, name, key }: Extract<SecretReference, { kind: 'kubernetes' }>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const late = AbortSignal.timeout(answerWithinMs);
  const given = AbortSignal.any([late, ...(signal === undefined ? [] : [signal])]);
  let stop = (): void => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stop = () =>
      reject(
        late.aborted
          ? new AppError(
              'DEPENDENCY_UNAVAILABLE',
              'a Secret cannot be read: the API server does not answer',
              {
                facts: { namespace, secret: name, key },
              },
            )
          : (signal?.reason as Error),
      );
    given.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, over]);
  } finally {
    given.removeEventListener('abort', stop);
  }
}

async function readFromCluster(
  runtime: RuntimeConfig,
  reference: Extract<SecretReference, { kind: 'kubernetes' }>,
): Promise<string> {
  const { KubeConfig, CoreV1Api, ApiException } = await import('@kubernetes/client-node');
  const kube = new KubeConfig();
  if (runtime.kind === 'kubernetes' && runtime.kubeconfig !== undefined)
    kube.loadFromFile(runtime.kubeconfig);
  else kube.loadFromDefault();
  if (runtime.kind === 'kubernetes' && runtime.context !== undefined) kube.setCurrentContext(runtime.context);
  const facts = { namespace: reference.namespace, secret: reference.name, key: reference.key };
  try {
    const { namespace, name } = reference;
    const found = await kube.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name });
    const encoded = found.data?.[reference.key];
    if (encoded === undefined) throw new AppError('NOT_FOUND', 'a Secret has no such key', { facts });
    return Buffer.from(encoded, 'base64').toString('utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    const status = error instanceof ApiException ? error.code : undefined;
    // The cause stays out: an API error's body may quote the object.
    if (status === 404) throw new AppError('NOT_FOUND', 'a Secret does not exist', { facts });
    if (status === 401 || status === 403)
      throw new AppError('NOT_ALLOWED', 'a Secret may not be read', {
        facts: { ...facts, verb: 'get', resource: 'secrets' },
      });
    throw new AppError('DEPENDENCY_UNAVAILABLE', 'a Secret cannot be read: the API server does not answer', {
      facts: { ...facts, ...(status === undefined ? {} : { status }) },
    });
  }
}
