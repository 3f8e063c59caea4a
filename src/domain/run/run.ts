import type { Facts } from '../kernel/facts.ts';
import type { Person } from '../kernel/person.ts';
import type { ProbeOutcome } from '../probe/probe.ts';

export const runKinds = ['health', 'diagnose', 'digest', 'propose', 'report', 'logs', 'collect'] as const;
export type RunKind = (typeof runKinds)[number];

export const runStates = ['queued', 'running', 'complete', 'failed', 'expired'] as const;
export type RunState = (typeof runStates)[number];

export type Language = 'en' | 'zh-CN';

/** Where the answer goes. Without a channel (command line) nothing is posted. */
export interface Surface {
  readonly teamId: string;
  readonly channel: string;
  /** Set when the run was asked for inside a thread: the answer stays there. */
  readonly threadTs?: string;
  readonly language: Language;
}

export type RunSource = 'slash' | 'mention' | 'shortcut' | 'button' | 'command-line' | 'digest' | 'webhook';

export interface Run {
  readonly id: string;
  readonly kind: RunKind;
  readonly environment: string;
  readonly params: Facts;
  readonly state: RunState;
  readonly attempt: number;
  readonly source: RunSource;
  readonly requestedBy?: Person;
  readonly surface?: Surface;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly summary?: unknown;
  /** When what it found was seen to be mended. */
  readonly mendedAt?: Date;
}

/** That what an answer found is mended, as the answer says it. */
export interface Mended {
  readonly at: Date;
  readonly environment: string;
  readonly language: Language;
  /** Handle of the fix; absent: a newer look saw it well. */
  readonly handle?: string;
}

export interface RunWithOutcomes extends Run {
  readonly outcomes: readonly ProbeOutcome[];
}
