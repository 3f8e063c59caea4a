import { createConnection } from 'node:net';
import type { Stage } from '../../../domain/kernel/errors.ts';
import { socketStage } from '../failure.ts';

export interface ReachOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a bare TCP connection shows: `open`, or the stage at which it failed. */
export type Reach = 'open' | Extract<Stage, 'dns' | 'refused' | 'connect-timeout' | 'closed' | 'aborted'>;

/**
 * Opens a TCP connection and closes it again: tells a refused port from a silent one where a driver hides
 * the difference. A server that is stopped by SIGSTOP is `open`, because the kernel accepts for it.
 */
export function reach(host: string, port: number, options: ReachOptions): Promise<Reach> {
  return new Promise((resolve) => {
    if (options.signal?.aborted === true) return resolve('aborted');
    const socket = createConnection({ host, port });
    const finish = (answer: Reach) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = () => finish('aborted');
    const timer = setTimeout(() => finish('connect-timeout'), options.timeoutMs);
    options.signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => finish('open'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const stage = socketStage(error);
      finish(stage === 'dns' || stage === 'refused' || stage === 'closed' ? stage : 'connect-timeout');
    });
  });
}
