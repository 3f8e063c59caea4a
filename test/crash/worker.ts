/** A worker in a process of its own, which comes to harm at one point. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../lab/components/process.ts';
import { type BuiltChild, buildChild } from '../support/built-child.ts';
import type { ActionName } from './actions.ts';
import type { Harm } from './harm.ts';
import type { Places } from './kinds.ts';
import type { Point } from './scenario.ts';

export type WorkerProgram = BuiltChild;

const source = join(import.meta.dirname, 'executor-child.ts');

/** The worker in one file: it starts in a third of the time, and it is started for every run. */
export const buildWorker = () => buildChild(source);

export interface WorkerOptions {
  readonly program: WorkerProgram;
  readonly databaseUrl: string;
  readonly places: Places;
  readonly id: string;
  readonly action: ActionName;
  readonly health: 'real' | 'unhealthy';
  readonly point: Point;
  readonly harm: Harm;
  readonly leaseMs: number;
  /** Where its job comes from; without it, it begins at once. */
  readonly courierUrl?: string;
}

export type WorkerProcess = ReturnType<typeof startWorkerProcess>;

export function startWorkerProcess(options: WorkerOptions) {
  const child = spawn(process.execPath, [...options.program.args], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: options.databaseUrl,
      TARGETS: JSON.stringify(options.places),
      REMEDIATION_ID: options.id,
      ACTION: options.action,
      KILL_POINT: options.point,
      HARM: options.harm,
      LEASE_MS: `${options.leaseMs}`,
      ...(options.health === 'unhealthy' ? { UNHEALTHY: '1' } : {}),
      ...(options.courierUrl === undefined ? {} : { COURIER_URL: options.courierUrl }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`${signal ?? `status ${code}`} ${errors}`.trim()));
  });
  const early = ended.then((end): never => {
    throw new Error(`it ended too early: ${end}`);
  });
  const reached = Promise.race([once(child, 'message'), early]);
  for (const promise of [early, reached]) promise.catch(() => undefined);
  const state = () => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0];
  };
  return {
    /** What ended it: a signal, or `status` and its number with what it said. */
    ended,
    /** Fails when it ends, with what ended it. */
    early,
    /** It is at its point, and has said so. */
    reached,
    /** It is at its point, and has stopped itself. */
    stopped: () =>
      Promise.race([waitFor(() => state() === 'T', { seconds: 120, what: 'the worker to stop' }), early]),
    wake: () => child.kill('SIGCONT'),
    say: (word: 'go' | 'stop') => child.send(word),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
