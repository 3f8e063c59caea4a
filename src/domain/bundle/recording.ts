import { z } from 'zod';
import type { Place } from '../diagnosis/place.ts';
import type { EnvironmentShape } from '../health/health-calls.ts';
import { canonicalJson, sha256 } from '../kernel/canonical.ts';
import { AppError } from '../kernel/errors.ts';
import type { Facts } from '../kernel/facts.ts';
import { isPlainObject } from '../kernel/text.ts';
import type { PlatformChanges } from '../platform/platform.ts';
import type { Probe } from '../probe/probe.ts';
import type { TargetName } from '../probe/targets/targets.ts';
import { type Coded, encode } from './coded.ts';

/**
 * What the targets of a run answered, line by line. A *lane* is one probe with its parameters: what it was answered, in
 * its order. Each answer stands once, however many asked for it.
 */
export interface RecordedEnvironment {
  readonly environment: string;
  /** ISO time. */
  readonly at: string;
  readonly shape: EnvironmentShape;
  readonly place: Place;
  readonly configured: PlatformChanges;
  readonly seen: PlatformChanges;
  readonly withoutHttp: readonly string[];
  /** Those that are configured, each with what it says without being asked. */
  readonly targets: { readonly [Name in RecordedTarget]?: Readonly<Record<string, unknown>> };
}

/** Folders that somebody gives us are asked as a target is. */
export type RecordedTarget = TargetName | 'manifests' | 'operator';
export const recordedTargets = [
  'services',
  'postgres',
  'redis',
  'nats',
  'neo4j',
  'kubernetes',
  'compose',
  'runtime',
  'network',
  'manifests',
  'operator',
] as const satisfies readonly RecordedTarget[];

export type RecordedRow =
  | { readonly t: 'environment'; readonly v: Coded }
  | { readonly t: 'answer'; readonly n: number; readonly v: Coded }
  | {
      readonly t: 'asked';
      /** In the order in which it was asked. */
      readonly i: number;
      readonly lane: string;
      readonly to: string;
      readonly method: string;
      /** Digest of what was asked. */
      readonly key: string;
      /** What was asked, where it is short: for people. */
      readonly args?: Coded;
      /** The answer with this number. */
      readonly n?: number;
      readonly error?: Coded;
    }
  | {
      readonly t: 'lane';
      readonly lane: string;
      /** What the clock said to it, in milliseconds since 1970. */
      readonly now: readonly number[];
      /** And its watch. */
      readonly watch: readonly number[];
      /** By how many milliseconds the process that looked was late itself. */
      readonly late?: number;
    }
  | { readonly t: 'ended'; readonly lane: string; readonly code: string; readonly facts: Facts };

/** Rows of a file are what the code above wrote, or nothing. */
export const RecordedRow = z.looseObject({
  t: z.enum(['environment', 'answer', 'asked', 'lane', 'ended']),
});

/** Why a probe was cut off while it was recorded: what it would have been answered is not known. */
export const cutOff: ReadonlySet<string> = new Set(['timed-out', 'aborted', 'worker-busy']);

/** Of a probe and its parameters, as the probe gets them. */
export function laneOf(probe: Pick<Probe, 'id'>, params: unknown): string {
  return `${probe.id} ${canonicalJson(params ?? {})}`;
}

/** What was asked, without what only says how long to wait. */
export function questionOf(args: readonly unknown[]): readonly Coded[] {
  const asked = args.map((arg) => {
    if (typeof arg !== 'object' || arg === null || !isPlainObject(arg)) return encode(arg);
    const { signal: _signal, timeoutMs: _timeout, ...rest } = arg as Record<string, unknown>;
    return encode(rest);
  });
  while (asked.length > 0 && isNothing(asked.at(-1))) asked.pop();
  return asked;
}

const isNothing = (coded: Coded | undefined): boolean =>
  typeof coded === 'object' && coded !== null && ['{}', '{"$":"undefined"}'].includes(JSON.stringify(coded));

export const keyOf = (question: unknown): string => sha256(canonicalJson(question)).slice(0, 32);

export function notRecorded(what: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'the bundle has no answer to this', {
    facts: { reason: 'not-recorded', what },
    retryable: false,
  });
}
