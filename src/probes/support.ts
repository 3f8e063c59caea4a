import { AppError, type Stage, TargetError } from '../domain/kernel/errors.ts';
import type { Facts } from '../domain/kernel/facts.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Platform } from '../domain/platform/platform.ts';
import { mayDecide, partFactOf } from '../domain/platform/source.ts';
import type { Finding } from '../domain/probe/finding.ts';
import type { ProbeResult } from '../domain/probe/probe.ts';

/** Codes of a connection that fails for a reason that lies with the target itself. */
export const endpointCodes = [
  'ENDPOINT_REFUSED',
  'ENDPOINT_HUNG',
  'ENDPOINT_CLOSED',
  'ENDPOINT_AT_LIMIT',
  'ENDPOINT_STARTING',
  'ENDPOINT_BUSY',
  'ENDPOINT_READ_ONLY',
  'ENDPOINT_FULL',
  'ENDPOINT_FAULT',
] as const;
export type EndpointCode = (typeof endpointCodes)[number];

const codeOfStage: Readonly<Partial<Record<Stage, EndpointCode>>> = {
  refused: 'ENDPOINT_REFUSED',
  'no-answer': 'ENDPOINT_HUNG',
  closed: 'ENDPOINT_CLOSED',
  limit: 'ENDPOINT_AT_LIMIT',
  starting: 'ENDPOINT_STARTING',
  busy: 'ENDPOINT_BUSY',
  'read-only': 'ENDPOINT_READ_ONLY',
  full: 'ENDPOINT_FULL',
  fault: 'ENDPOINT_FAULT',
};

/**
 * A failed connection as a finding when it says something about the target; otherwise throws it again, for then
 * the probe could not check (no DNS, firewall, TLS, RBAC, our own credentials refused: R-PLAT2; an error that no list has).
 */
export function endpointFinding(error: unknown, part: PartId, facts: Facts = {}): Finding {
  const code = error instanceof TargetError ? codeOfStage[error.stage] : undefined;
  if (!(error instanceof TargetError) || code === undefined) throw error;
  const { host, port } = error.facts;
  return {
    code,
    severity: 'critical',
    part,
    subject: host === undefined ? part : `${host}:${port}`,
    facts: { stage: error.stage, ...error.facts, ...facts },
  };
}

/** `healthy` without findings, else `unhealthy` with them. */
export function verdict(findings: readonly Finding[], facts: Facts = {}): ProbeResult {
  const [first, ...rest] = findings;
  return first === undefined
    ? { status: 'healthy', facts }
    : { status: 'unhealthy', findings: [first, ...rest], facts };
}

const mostNamed = 5;

/**
 * That no workload or container of a part is there, where that cannot be told from one under another name: its own name
 * stands in the guide alone, and `strangers` run that nobody knows (R-PLAT1). Undefined: it really is not there.
 */
export function notRecognised(
  { part, field, platform }: { part: PartId; field: 'workload' | 'composeService'; platform: Platform },
  strangers: readonly string[],
): ProbeResult | undefined {
  if (part === 'runtime' || strangers.length === 0) return undefined;
  const name = partFactOf(platform, part, field);
  if (name !== undefined && mayDecide(name)) return undefined;
  return {
    status: 'inconclusive',
    cause: new AppError('NOT_FOUND', 'what runs here was not recognised as the part', {
      facts: {
        reason: 'part-not-recognised',
        part,
        setting: `platform.parts.${part}`,
        strangers: strangers.slice(0, mostNamed).join(', '),
        count: strangers.length,
      },
    }),
  };
}

/** What runs, by the images of its containers, each once: a version that people know a part by. */
export function imageFacts(images: readonly string[]): Facts {
  const known = [...new Set(images.filter((image) => image !== ''))];
  return known.length === 0 ? {} : { images: known.join(', ') };
}

/**
 * A latency above the threshold, measured again before it is believed: the first call of a run also pays for
 * name lookup, connection and whatever else the machine did at that moment.
 */
export async function confirmedLatency(
  firstMs: number,
  thresholdMs: number,
  again: () => Promise<number>,
): Promise<{ readonly latencyMs: number; readonly slow: boolean }> {
  if (firstMs <= thresholdMs) return { latencyMs: round(firstMs), slow: false };
  // A second look that comes to nothing does not take back the first.
  const latencyMs = Math.min(firstMs, await again().catch(() => firstMs));
  return { latencyMs: round(latencyMs), slow: latencyMs > thresholdMs };
}

/** By the watch of the context, so that a recording tells the time that was measured. */
export async function timed<T>(
  work: () => Promise<T>,
  { watch = () => performance.now() }: { readonly watch: (() => number) | undefined },
): Promise<{ readonly ms: number; readonly value: T }> {
  const started = watch();
  const value = await work();
  return { ms: watch() - started, value };
}

export function round(value: number, digits = 0): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Counts of sessions by part, as facts `sessions.<part>`; a part in `always` also gets a count of 0. */
export function sessionFacts(
  counts: ReadonlyMap<PartId, number>,
  always: readonly PartId[] = [],
): Record<string, number> {
  const facts: Record<string, number> = {};
  for (const part of always) facts[`sessions.${part}`] = counts.get(part) ?? 0;
  for (const [part, count] of counts) facts[`sessions.${part}`] = count;
  return facts;
}

export function count(counts: Map<PartId, number>, part: PartId | undefined, by = 1): void {
  if (part !== undefined) counts.set(part, (counts.get(part) ?? 0) + by);
}
