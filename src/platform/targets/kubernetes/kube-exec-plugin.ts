import { execFile } from 'node:child_process';
import { z } from 'zod';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { KubeCluster, KubeExecPlugin } from './kubeconfig-files.ts';

/** What a login program answered: a token, a client certificate with its key, or both. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer };
  /** On the clock of this machine; without it the answer is asked for again soon. */
  readonly expires?: Date;
}

const versions: readonly (string | undefined)[] = [
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
];

const Answer = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

const answerWithinMs = 15_000;

export interface ExecPluginCall {
  /** Of the kubeconfig, for words. */
  readonly path: string;
  readonly plugin: KubeExecPlugin;
  readonly cluster: KubeCluster;
  /** The environment that the program gets; what the kubeconfig sets for it is stronger. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the login program of a kubeconfig as client-go does (k8s.io/client-go, plugin/pkg/client/auth/exec): the request
 * stands in KUBERNETES_EXEC_INFO, nothing can be typed, the credential is read from standard output. AppError
 * INVALID_INPUT for a plugin that cannot work here, DEPENDENCY_UNAVAILABLE for one that fails. What the program says on
 * its error output is left out: it may quote a token.
 */
export async function runExecPlugin({
  path,
  plugin,
  cluster,
  variables,
}: ExecPluginCall): Promise<ExecCredential> {
  const fault = (detail: string): AppError =>
    new AppError('INVALID_INPUT', 'the login program of a kubeconfig cannot be used', {
      facts: { reason: 'kubeconfig-login', path, command: plugin.command, detail },
    });
  if (!versions.includes(plugin.apiVersion))
    throw fault(`its apiVersion must be one of ${versions.join(', ')}`);
  if (plugin.interactiveMode === 'Always') throw fault('it wants somebody at a terminal');
  const request = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(plugin.provideClusterInfo === true ? { cluster: clusterInfo(cluster) } : {}),
    },
  };
  const env = {
    ...variables,
    KUBERNETES_EXEC_INFO: JSON.stringify(request),
    ...Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value])),
  };
  const answer = Answer.safeParse(asJson(await outputOf({ path, plugin }, env)));
  if (!answer.success || answer.data.apiVersion !== plugin.apiVersion)
    throw failed({ path, plugin }, 'its answer is no ExecCredential of the version that was asked for');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = answer.data.status;
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined))
    throw failed({ path, plugin }, 'it gave a certificate without its key, or a key without its certificate');
  if (token === undefined && clientCertificateData === undefined)
    throw failed({ path, plugin }, 'it returned no token and no certificate');
  return present({
    token,
    certificate:
      clientCertificateData === undefined || clientKeyData === undefined
        ? undefined
        : { cert: Buffer.from(clientCertificateData), key: Buffer.from(clientKeyData) },
    expires: expirationTimestamp == null ? undefined : new Date(expirationTimestamp),
  });
}

type Named = Pick<ExecPluginCall, 'path' | 'plugin'>;

function outputOf(named: Named, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { command, args } = named.plugin;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...(args ?? [])],
      { env, timeout: answerWithinMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, encoding: 'utf8' },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(failed(named, why(error)));
      },
    );
    child.stdin?.end();
  });
}

function why(error: Error & { readonly code?: unknown; readonly killed?: boolean }): string {
  if (error.code === 'ENOENT') return 'it is not installed';
  if (error.killed === true) return 'it did not answer in time';
  return typeof error.code === 'number' ? `it ended with code ${error.code}` : 'it could not be run';
}

function failed({ path, plugin }: Named, detail: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'the login program of a kubeconfig failed', {
    facts: { reason: 'kubeconfig-login', path, command: plugin.command, detail },
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `provideClusterInfo` promises: where the request goes, and the plugin's own settings for this cluster. */
function clusterInfo(cluster: KubeCluster) {
  return present({
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    config: cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension,
  });
}
