import type { Stage } from '../kernel/errors.ts';
import { present } from '../kernel/present.ts';
import type { Finding } from './finding.ts';
import { traitsOf } from './findings.ts';
import type { ProbeResult } from './probe.ts';

/** Milliseconds by which a process is late, from which a judgement by its clock is not made. */
export const starvedMs = 250;
/** Those from which a measured time counts without them: what is then within its limit is not called slow. */
export const lateFromMs = 50;

/** Stages at which a call ends for want of time, or with a server that had waited for us. */
export const outOfTime: ReadonlySet<string> = new Set<Stage>(['no-answer', 'connect-timeout', 'closed']);

/** Why a look came to nothing that was late only because whoever looked was. */
export class WorkerBusy extends Error {
  readonly lagMs: number;
  constructor(lagMs: number) {
    super('this worker was too busy to judge by the clock');
    this.name = 'WorkerBusy';
    this.lagMs = lagMs;
  }
}

/** Whether a finding says more about the process that looked, which was late itself, than about the target. */
export const isByOwnLag = (result: ProbeResult, lagMs: number): boolean =>
  lagMs >= lateFromMs &&
  result.status === 'unhealthy' &&
  result.findings.some(
    (finding) =>
      traitsOf(finding.code).byOwnClock === true && (lagMs >= starvedMs || isWithin(finding, lagMs)),
  );

/** Whether what it measured stays within its limit without what the process was late by. */
function isWithin({ facts }: Finding, lagMs: number): boolean {
  const limit = facts['thresholdMs'];
  const measured = facts['latencyMs'] ?? facts['handshakeMs'];
  return typeof limit === 'number' && typeof measured === 'number' && measured - lagMs <= limit;
}

/** Takes a finding back that is there by the lag of whoever looked: it could not check then. */
export function trusted(result: ProbeResult, lagMs: number): ProbeResult {
  if (!isByOwnLag(result, lagMs)) return result;
  return {
    status: 'inconclusive',
    cause: new WorkerBusy(Math.round(lagMs)),
    ...present({ facts: result.facts }),
  };
}
