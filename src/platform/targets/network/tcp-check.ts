import { createConnection } from 'node:net';
import type { Stage } from '../../../domain/kernel/errors.ts';
import { within } from '../../../domain/kernel/within.ts';
import { socketStage } from '../failure.ts';

export interface TcpCheckOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a bare TCP connection shows: `open`, or the stage at which it failed. */
export type TcpAnswer = 'open' | Extract<Stage, 'dns' | 'refused' | 'connect-timeout' | 'closed' | 'aborted'>;

/**
 * Opens a TCP connection and closes it again: tells a refused port from a silent one where a driver hides
 * the difference. A server that is stopped by SIGSTOP is `open`, because the kernel accepts for it.
 */
export async function tcpCheck(host: string, port: number, options: TcpCheckOptions): Promise<TcpAnswer> {
  const { timeoutMs, signal } = options;
  if (signal?.aborted === true) return 'aborted';
  const socket = createConnection({ host, port });
  const answer = new Promise<TcpAnswer>((resolve) => {
    socket.once('connect', () => resolve('open'));
    // Also what comes after the end must be listened to, or it would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const stage = socketStage(error);
      resolve(stage === 'dns' || stage === 'refused' || stage === 'closed' ? stage : 'connect-timeout');
    });
  });
  try {
    return await within(timeoutMs, answer, { signal, late: () => 'connect-timeout' as const });
  } catch {
    return 'aborted';
  } finally {
    socket.destroy();
  }
}
