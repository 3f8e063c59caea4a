import type { Agent as HttpAgent } from 'node:http';
import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { present } from '../../../domain/kernel/present.ts';
import { bounded, DeadlinePassed, socketStage, type Timeouts, targetError } from '../failure.ts';
import type { KubeAccess } from './kube-config.ts';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** What gives the right, for the error that says it is lacking. */
  readonly allowedBy?: string;
}

const maxOutput = 4 * 1024 * 1024;

/**
 * Runs a command in a container over client-node's websocket, which is loaded only here. A connection that `agent`
 * keeps is used where one is free: a TLS handshake with certificates is the dearest part of a short command.
 */
export async function execInPod(
  { access, agent }: { readonly access: KubeAccess; readonly agent: HttpAgent },
  request: ExecRequest,
  options: CallOptions & Timeouts,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const address = {
    what: 'Kubernetes API',
    host: access.server.hostname,
    port: Number(access.server.port || 443),
  };
  // The package's entry brings every API of Kubernetes with it: 70 MB and half a second, for one websocket.
  const { Exec } = await import('@kubernetes/client-node/dist/exec.js');
  const config = await connectionOf(access, agent);
  const stdout = sink();
  const stderr = sink();
  try {
    return await bounded({ ...options, timeoutMs: options.timeoutMs ?? 15_000 }, async (signal) => {
      const exec = new Exec(config);
      return new Promise((resolve, reject) => {
        exec
          .exec(
            request.namespace,
            request.pod,
            request.container,
            [...request.command],
            stdout.stream,
            stderr.stream,
            null,
            false,
            (status) => {
              const code =
                status.status === 'Success'
                  ? 0
                  : Number(
                      status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message ?? 126,
                    );
              const detail = status.status === 'Success' || code !== 126 ? '' : (status.message ?? '');
              resolve({ code, stdout: stdout.text(), stderr: stderr.text() || detail });
            },
          )
          .then((socket) => {
            signal.addEventListener('abort', () => socket.close(), { once: true });
            socket.on('error', reject);
          }, reject);
      });
    });
  } catch (error) {
    if (error instanceof DeadlinePassed) throw targetError('no-answer', address);
    const response = (error as { message?: unknown }).message;
    // The websocket library reports an HTTP refusal only as "Unexpected server response: 403".
    const status = typeof response === 'string' ? /server response: (\d+)/.exec(response)?.[1] : undefined;
    const facts = { verb: 'create', resource: 'pods/exec', namespace: request.namespace };
    if (status === '403')
      throw targetError('forbidden', address, {
        facts: { ...facts, ...present({ allowedBy: request.allowedBy }) },
      });
    if (status === '401') throw targetError('auth', address, { facts });
    // The API server answered, perhaps for a kubelet that does not: it is not the one that is gone.
    if (status !== undefined)
      throw targetError('protocol', address, { facts: { ...facts, status: Number(status) } });
    if (error instanceof Error && error.name === 'TargetError') throw error;
    throw targetError(socketStage(error) ?? 'closed', address, {
      cause: error,
      facts,
      secrets: access.secrets(),
    });
  }
}

/** What of client-node's configuration its websocket asks for. */
async function connectionOf(access: KubeAccess, agent: HttpAgent): Promise<KubeConfig> {
  const headers = await access.headers();
  const connection: Pick<KubeConfig, 'getCurrentCluster' | 'applyToHTTPSOptions'> = {
    getCurrentCluster: () => ({
      name: 'target',
      server: access.server.href.replace(/\/$/, ''),
      skipTLSVerify: access.tls.rejectUnauthorized === false,
    }),
    applyToHTTPSOptions: (options) => {
      Object.assign(options, access.tls, { headers, agent });
      return Promise.resolve();
    },
  };
  return connection as KubeConfig;
}

function sink() {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    if (size < maxOutput) parts.push(part);
    size += part.length;
  });
  return { stream, text: () => Buffer.concat(parts).toString('utf8') };
}
