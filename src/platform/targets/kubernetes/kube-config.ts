import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { present } from '../../../domain/kernel/present.ts';
import { Credentials, loginOf } from './kube-login.ts';
import {
  invalid,
  type KubeCluster,
  type Kubeconfig,
  material,
  type ParsedFiles,
  readKubeconfigs,
  unreadable,
} from './kubeconfig-files.ts';

/** How to talk to one API server. */
export interface KubeAccess {
  readonly server: URL;
  /** Certificates and key stand in the one `secureContext`: reading them for each connection would cost a millisecond each. */
  readonly tls: Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'servername'>;
  /** Fresh for every request: service account tokens rotate. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Bearer token and key, to blot out of messages. */
  secrets(): readonly string[];
  /** The API server did not take the credentials (401): the next request asks for new ones. */
  refused(): void;
}

export interface KubeConfigSettings {
  /** One file; stronger than KUBECONFIG and everything else. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Where the process runs, as far as kubectl looks at it. */
export interface KubeSurroundings {
  /** `KUBECONFIG`, `KUBERNETES_SERVICE_HOST` and `_PORT` are read; login programs get all of them. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Default: that of the user. */
  readonly home?: string;
  /** Where the Pod's service account is mounted. */
  readonly accountFolder?: string;
  /** Milliseconds, for credentials that end. */
  readonly now?: () => number;
  /** Told each token and password before it is used, so that it is not shown. */
  readonly learn?: (secret: string) => void;
}

/**
 * The logins of a process: probes of a cluster and readers of its Secrets share one, so that both mean the same
 * cluster. Keeps what was made of files the last time, because parsing them and their certificates again costs
 * 4 ms in which nothing is asked yet; a file that changed is a new one.
 */
export class KubeLogins {
  readonly around: Required<KubeSurroundings>;
  readonly parsed: ParsedFiles = new Map();
  readonly credentials = new Credentials();
  readonly #contexts = new Map<string, { readonly digest: string; readonly context: SecureContext }>();

  constructor(around: KubeSurroundings = {}) {
    this.around = {
      variables: {},
      home: homedir(),
      accountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
      now: () => Date.now(),
      learn: () => undefined,
      ...around,
    };
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
 * Access to the cluster that kubectl would talk to here: that of the file in the settings, else of the files in
 * `KUBECONFIG`, else of `~/.kube/config`, else of the Pod's own service account. AppError NOT_FOUND (a file cannot be
 * read), INVALID_INPUT (it is not usable; the facts say which and why) or DEPENDENCY_UNAVAILABLE (a login program).
 */
export async function loadKubeAccess(
  settings: KubeConfigSettings,
  logins = new KubeLogins(),
): Promise<KubeAccess> {
  const access = await accessOf(settings, logins);
  return {
    ...access,
    async headers() {
      const headers = await access.headers();
      for (const secret of access.secrets()) logins.around.learn(secret);
      return headers;
    },
  };
}

async function accessOf(settings: KubeConfigSettings, logins: KubeLogins): Promise<KubeAccess> {
  const { variables, home } = logins.around;
  const listed = (variables.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const usual = [join(home, '.kube', 'config')];
  const mustExist = settings.kubeconfig !== undefined;
  const paths =
    settings.kubeconfig === undefined ? (listed.length > 0 ? listed : usual) : [settings.kubeconfig];
  const files = await readKubeconfigs(paths, { mustExist, parsed: logins.parsed });
  if (!isEmpty(files)) return fromFiles(files, settings.context, logins);
  if (settings.context === undefined && !mustExist) {
    const own = await fromServiceAccount(logins);
    if (own !== undefined) return own;
  }
  if (files.path === '') throw unreadable(paths.join(delimiter));
  throw invalid(files.path, 'it names no cluster');
}

function isEmpty({ clusters, contexts, users }: Kubeconfig): boolean {
  return clusters.size + contexts.size + users.size === 0;
}

/** Undefined: this is no Pod, or one without a service account. */
async function fromServiceAccount(logins: KubeLogins): Promise<KubeAccess | undefined> {
  const { accountFolder, variables } = logins.around;
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = variables;
  const tokenFile = join(accountFolder, 'token');
  if (host === '' || port === '' || !existsSync(tokenFile)) return undefined;
  const path = join(accountFolder, 'ca.crt');
  const ca = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  let token = '';
  return {
    // The address and not the name: it is reached while DNS is down, and stands in every API server's certificate.
    server: serverOf(path, `https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    tls: { secureContext: logins.secureContext(path, '', { ca }) },
    async headers() {
      token = (
        await readFile(tokenFile, 'utf8').catch((error: unknown) => {
          if (token === '') throw unreadable(tokenFile, error);
          return token;
        })
      ).trim();
      return { authorization: `Bearer ${token}` };
    },
    secrets: () => [token],
    refused: () => undefined,
  };
}

async function fromFiles(
  files: Kubeconfig,
  contextName: string | undefined,
  logins: KubeLogins,
): Promise<KubeAccess> {
  const { path } = files;
  const wanted = contextName ?? files.currentContext;
  if (wanted === undefined) throw invalid(path, 'it has no current-context, and no context is configured');
  const context = files.contexts.get(wanted);
  if (context === undefined) throw invalid(path, `it has no context ${wanted}`);
  const cluster = files.clusters.get(context.cluster);
  if (cluster === undefined) throw invalid(path, `it has no cluster ${context.cluster}`);
  const user = context.user === '' ? {} : files.users.get(context.user);
  if (user === undefined) throw invalid(path, `it has no user ${context.user}`);
  if (cluster['proxy-url'] !== undefined && cluster['proxy-url'] !== '')
    throw invalid(path, `proxy-url of cluster ${context.cluster} is not supported`);

  const server = serverOf(path, cluster.server);
  const [ca, login] = await Promise.all([
    authorityOf(path, cluster),
    loginOf({
      path,
      userName: context.user,
      user,
      cluster,
      variables: logins.around.variables,
      credentials: logins.credentials,
      now: logins.around.now,
    }),
  ]);
  const { cert, key, ...rest } = login;
  if (key !== undefined) logins.around.learn(key.toString());
  return {
    ...rest,
    server,
    tls: {
      secureContext: logins.secureContext(path, wanted, { ca, cert, key }),
      ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
      ...present({ servername: cluster['tls-server-name'] }),
    },
  };
}

function authorityOf(path: string, cluster: KubeCluster): Promise<Buffer | undefined> {
  const { 'certificate-authority-data': data, 'certificate-authority': file } = cluster;
  if (cluster['insecure-skip-tls-verify'] === true && (data ?? file) !== undefined)
    throw invalid(path, 'a certificate authority and insecure-skip-tls-verify contradict each other');
  return material(data, file);
}

function serverOf(path: string, server: string): URL {
  const address = server.includes('://') ? server : `https://${server}`;
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw invalid(path, 'the address of the server is no URL');
  return new URL(address);
}

function secureContext(path: string, { ca, cert, key }: Material): SecureContext {
  try {
    return createSecureContext(present({ ca, cert, key }));
  } catch {
    // OpenSSL's own words may quote what it was given.
    throw invalid(path, 'a certificate or a key in it is not usable');
  }
}
