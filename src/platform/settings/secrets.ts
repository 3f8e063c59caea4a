import { readFile } from 'node:fs/promises';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { own } from '../../domain/kernel/own.ts';
import { present } from '../../domain/kernel/present.ts';
import type { SecretReference, SecretResolver } from '../../domain/kernel/secret.ts';
import { within } from '../../domain/kernel/within.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { RuntimeConfig } from '../../domain/settings/environment.ts';
import type { Role } from '../../domain/settings/process-env.ts';
import type { KubeLogins } from '../targets/kubernetes/kube-config.ts';

/**
 * Reads one key of a Kubernetes Secret, decoded. AppError NOT_FOUND, NOT_ALLOWED or DEPENDENCY_UNAVAILABLE, or what
 * `loadKubeAccess` says of the kubeconfig.
 */
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
            facts: { reason: 'secret-unreadable', variable: reference.name, unsetVariable: true },
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
    const text = await readFile(path, { encoding: 'utf8', ...present({ signal }) });
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    throw new AppError('NOT_FOUND', 'a file with a secret cannot be read', {
      facts: { reason: 'secret-unreadable', path, unreadFile: true },
      cause: error,
    });
  }
}

/** How long a Secret that was read is used again: long enough for one run, short enough for a rotation. */
const keepMs = 30_000;

/**
 * Reads Secrets of the cluster that the environment's runtime is looked at in, with the same login; without one, of the
 * cluster that kubectl would talk to here. The client is loaded at the first read.
 */
export function kubernetesSecrets(
  runtime: RuntimeConfig,
  logins: KubeLogins,
  now: () => number = () => Date.now(),
): ReadKubernetesSecret {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  return async (reference, signal) => {
    const id = `${reference.namespace}/${reference.name}/${reference.key}`;
    const known = kept.get(id);
    if (known !== undefined && known.until > now()) return known.value;
    const value = await within(answerWithinMs, (ends) => readFromCluster(runtime, logins, reference, ends), {
      signal,
      late: () => {
        throw unanswered(factsOf(reference));
      },
    });
    kept.set(id, { value, until: now() + keepMs });
    return value;
  };
}

/** An API server that takes the connection and never answers must not keep a run waiting. */
const answerWithinMs = 5000;

type KubernetesReference = Extract<SecretReference, { kind: 'kubernetes' }>;

const factsOf = ({ namespace, name, key }: KubernetesReference): Facts => ({ namespace, secret: name, key });

function unanswered(facts: Facts): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'a Secret cannot be read: the API server does not answer', {
    facts,
  });
}

async function readFromCluster(
  runtime: RuntimeConfig,
  logins: KubeLogins,
  reference: KubernetesReference,
  signal: AbortSignal,
): Promise<string> {
  const { createKubernetesTarget } = await import('../targets/kubernetes/kubernetes.ts');
  const { namespace, name, key } = reference;
  const { kubeconfig, context } = runtime.kind === 'kubernetes' ? runtime : {};
  const settings = { namespace, agentNamespace: namespace, ...present({ kubeconfig, context }) };
  const facts = factsOf(reference);
  try {
    const target = createKubernetesTarget(settings, undefined, logins);
    const found = await target.get('secrets', namespace, name, { signal, timeoutMs: answerWithinMs });
    const encoded = own(dataOf(found), key);
    if (encoded === undefined) throw new AppError('NOT_FOUND', 'a Secret has no such key', { facts });
    return Buffer.from(encoded, 'base64').toString('utf8');
  } catch (error) {
    throw readingFault(error, facts);
  }
}

/** What the API server, or the way to it, said; its own words stay out, because they may quote the object. */
function readingFault(error: unknown, facts: Facts): Error {
  if (!(error instanceof AppError)) return unanswered(facts);
  const { status, reason } = error.facts;
  if (status === 404) return new AppError('NOT_FOUND', 'a Secret does not exist', { facts });
  if (status === 401 || status === 403)
    return new AppError('NOT_ALLOWED', 'a Secret may not be read', {
      facts: { ...facts, verb: 'get', resource: 'secrets' },
    });
  // Of the kubeconfig, or of ourselves.
  if (error.facts.secret !== undefined || String(reason).startsWith('kubeconfig-')) return error;
  return unanswered({ ...facts, ...present({ status }) });
}

function dataOf(object: KubeObject): Readonly<Record<string, string>> | undefined {
  return object.data as Readonly<Record<string, string>> | undefined;
}
