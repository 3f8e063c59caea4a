import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../../domain/kernel/errors.ts';

/** How to talk to one API server. */
export interface KubeAccess {
  readonly server: URL;
  /** Certificates and key stand in the one `secureContext`: reading them for each connection would cost a millisecond each. */
  readonly tls: Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'servername'>;
  /** Fresh for every request: service account tokens rotate. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Bearer token and key, to blot out of messages. */
  secrets(): readonly string[];
}

export interface KubeConfigSettings {
  readonly kubeconfig?: string;
  readonly context?: string;
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const KubeConfigFile = z.object({
  'current-context': z.string().optional(),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.string(),
        'certificate-authority': z.string().optional(),
        'certificate-authority-data': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().optional(),
        'tls-server-name': z.string().optional(),
      }),
    }),
  ),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z
        .object({
          'client-certificate': z.string().optional(),
          'client-certificate-data': z.string().optional(),
          'client-key': z.string().optional(),
          'client-key-data': z.string().optional(),
          token: z.string().optional(),
          tokenFile: z.string().optional(),
          exec: z.unknown().optional(),
          'auth-provider': z.unknown().optional(),
          username: z.string().optional(),
          password: z.string().optional(),
        })
        .nullable(),
    }),
  ),
});

type KubeConfigFile = z.output<typeof KubeConfigFile>;

/**
 * What was made of files the last time: reading them each run is cheap, parsing them and their certificates again costs
 * 4 ms in which nothing is asked yet. A file that changed is a new one.
 */
export class KubeAccessMemory {
  readonly #parsed = new Map<string, { readonly text: string; readonly file: KubeConfigFile }>();
  readonly #contexts = new Map<string, { readonly digest: string; readonly context: SecureContext }>();

  parsed(path: string, text: string, parse: () => KubeConfigFile): KubeConfigFile {
    const known = this.#parsed.get(path);
    if (known?.text === text) return known.file;
    const file = parse();
    this.#parsed.set(path, { text, file });
    return file;
  }

  /** `user`: the kubeconfig's context, for a file may hold several. */
  secureContext(path: string, user: string, { ca, cert, key }: Material): SecureContext {
    const digest = digestOf(ca, cert, key);
    const known = this.#contexts.get(`${path}#${user}`);
    if (known?.digest === digest) return known.context;
    const context = secureContext(path, { ca, cert, key });
    this.#contexts.set(`${path}#${user}`, { digest, context });
    return context;
  }
}

type Material = { readonly [Name in 'ca' | 'cert' | 'key']?: Buffer | undefined };

function digestOf(...parts: readonly (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? 'none'}:`).update(part ?? '');
  return hash.digest('base64');
}

/**
 * Access from a kubeconfig, else from the Pod's service account, else from `~/.kube/config`. Certificates and
 * tokens are read here; users with `exec` or an auth provider go through client-node, which costs a second
 * and 60 MB and is therefore loaded only for them.
 */
export async function loadKubeAccess(
  settings: KubeConfigSettings,
  memory = new KubeAccessMemory(),
): Promise<KubeAccess> {
  if (settings.kubeconfig !== undefined) return fromFile(settings.kubeconfig, settings.context, memory);
  if (existsSync(join(accountFolder, 'token'))) return fromServiceAccount(memory);
  return fromFile(join(homedir(), '.kube', 'config'), settings.context, memory);
}

async function fromServiceAccount(memory: KubeAccessMemory): Promise<KubeAccess> {
  const path = join(accountFolder, 'ca.crt');
  const ca = await readFile(path);
  let token = '';
  return {
    // The name is in every API server's certificate and resolves in every Pod.
    server: new URL('https://kubernetes.default.svc'),
    tls: { secureContext: memory.secureContext(path, '', { ca }) },
    async headers() {
      token = (await readFile(join(accountFolder, 'token'), 'utf8')).trim();
      return { authorization: `Bearer ${token}` };
    },
    secrets: () => [token],
  };
}

async function fromFile(
  path: string,
  contextName: string | undefined,
  memory: KubeAccessMemory,
): Promise<KubeAccess> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('NOT_FOUND', 'kubeconfig cannot be read', {
      cause: error,
      facts: { reason: 'kubeconfig-unreadable', path },
    });
  }
  const file = memory.parsed(path, text, () => {
    const parsed = KubeConfigFile.safeParse(parse(text));
    if (!parsed.success) throw invalid(path, 'not a kubeconfig');
    return parsed.data;
  });
  const wanted = contextName ?? file['current-context'];
  const context = file.contexts.find((one) => one.name === wanted)?.context;
  const cluster = file.clusters.find((one) => one.name === context?.cluster)?.cluster;
  if (context === undefined || cluster === undefined) throw invalid(path, `no context ${wanted ?? ''}`);
  const user = file.users.find((one) => one.name === context.user)?.user ?? {};
  if ('exec' in user || 'auth-provider' in user) return throughClientNode(path, wanted);

  const [ca, cert, key] = await Promise.all([
    material(cluster['certificate-authority-data'], cluster['certificate-authority']),
    material(user['client-certificate-data'], user['client-certificate']),
    material(user['client-key-data'], user['client-key']),
  ]);
  const basic =
    user.username === undefined
      ? undefined
      : Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
  let token = user.token;
  return {
    server: new URL(cluster.server),
    tls: {
      secureContext: memory.secureContext(path, wanted ?? '', { ca, cert, key }),
      ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
      ...(cluster['tls-server-name'] === undefined ? {} : { servername: cluster['tls-server-name'] }),
    },
    async headers(): Promise<Record<string, string>> {
      if (user.tokenFile !== undefined) token = (await readFile(user.tokenFile, 'utf8')).trim();
      if (token !== undefined) return { authorization: `Bearer ${token}` };
      return basic === undefined ? {} : { authorization: `Basic ${basic}` };
    },
    secrets: () => [token, user.password].filter((secret) => secret !== undefined),
  };
}

async function throughClientNode(path: string, context: string | undefined): Promise<KubeAccess> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(path);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw invalid(path, 'no cluster');
  const read = async () => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return options;
  };
  const first = await read();
  let token = '';
  return {
    server: new URL(cluster.server),
    tls: {
      secureContext: secureContext(path, first),
      ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    },
    async headers(): Promise<Record<string, string>> {
      const { headers } = await read();
      const value = new Headers(headers as Record<string, string>).get('authorization');
      token = value ?? '';
      return value === null ? {} : { authorization: value };
    },
    secrets: () => [token],
  };
}

async function material(data: string | undefined, path: string | undefined): Promise<Buffer | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  return path === undefined ? undefined : readFile(path);
}

function secureContext(path: string, { ca, cert, key }: SecureContextOptions) {
  try {
    return createSecureContext({ ca, cert, key });
  } catch {
    // OpenSSL's own words may quote what it was given.
    throw invalid(path, 'a certificate or a key in it is not usable');
  }
}

function invalid(path: string, detail: string): AppError {
  return new AppError('INVALID_INPUT', 'kubeconfig is not usable', {
    facts: { reason: 'kubeconfig-invalid', path, detail },
  });
}
