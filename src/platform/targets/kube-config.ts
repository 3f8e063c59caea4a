import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from 'node:tls';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';

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

/**
 * Access from a kubeconfig, else from the Pod's service account, else from `~/.kube/config`. Certificates and
 * tokens are read here; users with `exec` or an auth provider go through client-node, which costs a second
 * and 60 MB and is therefore loaded only for them.
 */
export async function loadKubeAccess(settings: KubeConfigSettings): Promise<KubeAccess> {
  if (settings.kubeconfig !== undefined) return fromFile(settings.kubeconfig, settings.context);
  if (existsSync(join(accountFolder, 'token'))) return fromServiceAccount();
  return fromFile(join(homedir(), '.kube', 'config'), settings.context);
}

async function fromServiceAccount(): Promise<KubeAccess> {
  const path = join(accountFolder, 'ca.crt');
  const ca = await readFile(path);
  let token = '';
  return {
    // The name is in every API server's certificate and resolves in every Pod.
    server: new URL('https://kubernetes.default.svc'),
    tls: { secureContext: secureContext(path, { ca }) },
    async headers() {
      token = (await readFile(join(accountFolder, 'token'), 'utf8')).trim();
      return { authorization: `Bearer ${token}` };
    },
    secrets: () => [token],
  };
}

async function fromFile(path: string, contextName: string | undefined): Promise<KubeAccess> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('NOT_FOUND', 'kubeconfig cannot be read', {
      cause: error,
      facts: { reason: 'kubeconfig-unreadable', path },
    });
  }
  const parsed = KubeConfigFile.safeParse(parse(text));
  if (!parsed.success) throw invalid(path, 'not a kubeconfig');
  const file = parsed.data;
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
      secureContext: secureContext(path, { ca, cert, key }),
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
