import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { present } from '../../../domain/kernel/present.ts';
import { type ExecCredential, runExecPlugin } from './kube-exec-plugin.ts';
import { type OidcCredential, oidcCredential } from './kube-oidc.ts';
import {
  invalid,
  type KubeAuthProvider,
  type KubeCluster,
  type KubeExecPlugin,
  type KubeUser,
  material,
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
  /** The API server did not take it (401): the next request asks again. */
  refused(): void;
}

/** A credential without an end is asked for again after this time; one with an end a little before it. */
const keepMs = 60_000;
const earlyMs = 10_000;

type Credential = ExecCredential & Partial<OidcCredential>;

interface Known {
  readonly credential: Promise<Credential>;
  /** What it became. */
  value?: Credential;
  until: number;
}

/** What login programs and issuers answered: they take a second, and are asked once a credential. */
export class Credentials {
  readonly #known = new Map<string, Known>();

  /** `ask` is told what was used before. */
  async get(
    id: string,
    ask: (last: Credential | undefined) => Promise<Credential>,
    now: () => number,
  ): Promise<Credential> {
    const known = this.#known.get(id);
    if (known !== undefined && now() < known.until) return known.credential;
    // A caller that comes while it runs waits for the same answer.
    const asked: Known = { credential: ask(known?.value), until: Number.POSITIVE_INFINITY };
    this.#known.set(id, asked);
    try {
      asked.value = await asked.credential;
      const { expires } = asked.value;
      asked.until = expires === undefined ? now() + keepMs : expires.getTime() - earlyMs;
    } catch (error) {
      // What it would have replaced is no good either, but the next one may be asked for with it.
      if (this.#known.get(id) === asked) {
        if (known === undefined) this.#known.delete(id);
        else this.#known.set(id, { ...known, until: 0 });
      }
      throw error;
    }
    return asked.credential;
  }

  forget(id: string): void {
    const known = this.#known.get(id);
    if (known !== undefined) this.#known.set(id, { ...known, until: 0 });
  }
}

export interface LoginOptions {
  readonly path: string;
  readonly userName: string;
  readonly user: KubeUser;
  readonly cluster: KubeCluster;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly credentials: Credentials;
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
  if (provider == null) return plainLogin(options);
  return provider.name === 'oidc' ? oidcLogin(options, provider) : providerLogin(options, provider);
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

async function oidcLogin(options: LoginOptions, provider: KubeAuthProvider): Promise<KubeLogin> {
  const { path, userName, credentials, now } = options;
  const id = JSON.stringify([path, userName, provider]);
  const ask = () => credentials.get(id, (last) => oidcCredential({ path, provider, last, now }), now);
  let { token, refreshToken } = await ask();
  return {
    async headers(): Promise<Record<string, string>> {
      ({ token, refreshToken } = await ask());
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    secrets: () => [token, refreshToken].filter((secret) => secret !== undefined),
    refused: () => credentials.forget(id),
  };
}

/** The other providers from before there were login programs: client-node knows them, and is loaded only for them. */
async function providerLogin(
  { userName, cluster }: LoginOptions,
  provider: KubeAuthProvider,
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
