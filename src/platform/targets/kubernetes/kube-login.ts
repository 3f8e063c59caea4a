import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { present } from '../../../domain/kernel/present.ts';
import { type ExecCredential, runExecPlugin } from './kube-exec-plugin.ts';
import {
  invalid,
  type KubeCluster,
  type KubeExecPlugin,
  type KubeUser,
  unreadable,
} from './kubeconfig-files.ts';

/** Who somebody is towards one API server. */
export interface KubeLogin {
  /** Client certificate and key, PEM. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Fresh for every request: tokens rotate. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Tokens and passwords that were used, to blot out of messages. */
  secrets(): readonly string[];
  /** The API server did not take it (401): the next request asks anew. */
  refused(): void;
}

/** A credential without an end is asked for again after this time; one with an end a little before it. */
const keepMs = 60_000;
const earlyMs = 10_000;

/** What login programs answered: such a program takes a second, and is asked once a credential. */
export class ExecCredentials {
  readonly #known = new Map<string, { readonly credential: Promise<ExecCredential>; until: number }>();

  async get(id: string, ask: () => Promise<ExecCredential>, now: () => number): Promise<ExecCredential> {
    const known = this.#known.get(id);
    if (known !== undefined && now() < known.until) return known.credential;
    // Whoever comes while it runs waits for the same answer.
    const asked = { credential: ask(), until: Number.POSITIVE_INFINITY };
    this.#known.set(id, asked);
    try {
      const { expires } = await asked.credential;
      asked.until = expires === undefined ? now() + keepMs : expires.getTime() - earlyMs;
    } catch (error) {
      if (this.#known.get(id) === asked) this.#known.delete(id);
      throw error;
    }
    return asked.credential;
  }

  forget(id: string): void {
    this.#known.delete(id);
  }
}

export interface LoginOptions {
  readonly path: string;
  readonly userName: string;
  readonly user: KubeUser;
  readonly cluster: KubeCluster;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly credentials: ExecCredentials;
  /** Milliseconds of this machine's clock. */
  readonly now: () => number;
}

/** The login of a kubeconfig's user, whichever way it goes. Throws when a file or a program of it cannot be used. */
export async function loginOf(options: LoginOptions): Promise<KubeLogin> {
  const { path, user } = options;
  const acting = impersonation(path, user);
  const own = await ownLogin(options);
  return { ...own, headers: async () => ({ ...acting, ...(await own.headers()) }) };
}

function ownLogin(options: LoginOptions): Promise<KubeLogin> {
  const { exec, 'auth-provider': provider } = options.user;
  if (exec != null) return execLogin(options, exec);
  return provider == null ? plainLogin(options) : providerLogin(options, provider);
}

async function plainLogin({ user }: LoginOptions): Promise<KubeLogin> {
  const [cert, key] = await Promise.all([
    material(user['client-certificate-data'], user['client-certificate']),
    material(user['client-key-data'], user['client-key']),
  ]);
  const { username, password, tokenFile } = user;
  const basic =
    username === undefined ? undefined : Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  let token = user.token;
  return {
    ...present({ cert, key }),
    async headers(): Promise<Record<string, string>> {
      if (tokenFile !== undefined) token = await tokenIn(tokenFile, token);
      if (token !== undefined) return { authorization: `Bearer ${token}` };
      return basic === undefined ? {} : { authorization: `Basic ${basic}` };
    },
    secrets: () => [token, password].filter((secret) => secret !== undefined),
    refused: () => undefined,
  };
}

/** The file is stronger than the token beside it; what was read last stays while the file is being replaced. */
async function tokenIn(path: string, last: string | undefined): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (last === undefined) throw unreadable(path, error);
    return last;
  }
}

async function execLogin(options: LoginOptions, plugin: KubeExecPlugin): Promise<KubeLogin> {
  const { path, userName, cluster, variables, credentials, now } = options;
  const id = JSON.stringify([path, userName, plugin, cluster.server]);
  const ask = () => credentials.get(id, () => runExecPlugin({ path, plugin, cluster, variables }), now);
  const { token: first, certificate } = await ask();
  let token = first;
  return {
    ...certificate,
    async headers(): Promise<Record<string, string>> {
      ({ token } = await ask());
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    secrets: () => (token === undefined ? [] : [token]),
    refused: () => credentials.forget(id),
  };
}

/** Providers from before there were login programs (`oidc`, …): client-node knows them, and is loaded only for them. */
async function providerLogin(
  { userName, cluster }: LoginOptions,
  provider: NonNullable<KubeUser['auth-provider']>,
): Promise<KubeLogin> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'target', server: cluster.server, skipTLSVerify: false }],
    users: [{ name: userName, authProvider: provider }],
    contexts: [{ name: 'target', cluster: 'target', user: userName }],
    currentContext: 'target',
  });
  let token = '';
  return {
    async headers(): Promise<Record<string, string>> {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const value = new Headers(options.headers as Record<string, string>).get('authorization');
      token = value?.replace(/^Bearer /, '') ?? '';
      return value === null ? {} : { authorization: value };
    },
    secrets: () => [token],
    refused: () => undefined,
  };
}

/** `as` and its companions: the API server checks that we may act for somebody else. */
function impersonation(path: string, user: KubeUser): Readonly<Record<string, string>> {
  const [group, ...more] = user['as-groups'] ?? [];
  if (more.length > 0 || Object.keys(user['as-user-extra'] ?? {}).length > 0)
    throw invalid(path, 'as-user-extra, and more than one of as-groups, are not supported');
  return present({
    'impersonate-user': user.as,
    'impersonate-uid': user['as-uid'],
    'impersonate-group': group,
  });
}

/** A certificate or key that stands in the kubeconfig, or in a file that it names. */
export async function material(
  data: string | undefined,
  file: string | undefined,
): Promise<Buffer | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64');
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}
