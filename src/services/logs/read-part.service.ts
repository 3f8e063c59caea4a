import { z } from 'zod';
import { partIn } from '../../domain/diagnosis/symptom.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { createLogAnalysis, type LogInput } from '../../domain/logs/analysis.ts';
import { type PartId, partIds } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';
import { toCause } from '../run/probe-runner.service.ts';
import type { LogsHere } from './contract.ts';

export const HOUR_MS = 3_600_000;
/** Logs that are read at a time: each is a stream from a node through the API server. */
const AT_A_TIME = 4;
const MOST_INSTANCES = 20;
/** Of each container. */
const MOST_LINES = 20_000;
const MOST_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** A cut log is asked for again with fewer lines: `limitBytes` keeps the oldest, and the newest matter. */
const TRIES = 4;

/** One log of a part. */
export interface Source {
  readonly name: string;
  readonly part?: PartId;
  readonly read: (lines: number, signal: AbortSignal) => Promise<string>;
  /** Whether the text holds as many bytes as may be read: the end of it is missing. */
  readonly full: (text: string) => boolean;
  /** There is no such Pod or container. */
  readonly absent?: true;
}

/** What asks for the logs of all parts. */
const all = /^(?:all|\*|全部|所有)$/i;

export function createLogsHere({
  targets: factory,
  clock,
}: {
  readonly targets: TargetsFactory;
  readonly clock: Clock;
}): LogsHere {
  return {
    async read({ environment, part: named, query, container, redact, signal }) {
      const targets = await factory.forRun(environment, signal);
      const { platform } = targets;
      const part = partAsked(named, platform);
      const now = clock.now().getTime();
      const analysis = createLogAnalysis({ query, now, platform, redact, ...present({ part }) });
      // The hour before is what the groups are compared with.
      const sinceSeconds = Math.max(1, Math.ceil((now - query.since + HOUR_MS) / 1000));
      const wanted = { sinceSeconds, now, container, signal };
      const waiting = [...(await sourcesAsked(targets, part, wanted))];
      const reading = async (): Promise<void> => {
        for (let source = waiting.shift(); source !== undefined; source = waiting.shift())
          await readInto(analysis.source(source.name, source.part), source, signal);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, reading));
      signal.throwIfAborted();
      return { ...present({ part }), report: analysis.report(), platform };
    },
  };
}

/** Undefined: all parts. AppError NOT_FOUND `unknown-part`. */
export function partAsked(named: string, platform: Platform): PartId | undefined {
  if (all.test(named.trim())) return undefined;
  const part = partIn(named, platform);
  if (part === undefined)
    throw new AppError('NOT_FOUND', `there is no part ${named}`, {
      facts: { reason: 'unknown-part', part: named },
    });
  return part;
}

/** Of this part, or of all that run. */
export function sourcesAsked(
  targets: Targets,
  part: PartId | undefined,
  wanted: Wanted,
): Promise<readonly Source[]> {
  return part === undefined ? everySource(targets, wanted) : sourcesOf(targets, part, wanted);
}

async function readInto(input: LogInput, source: Source, signal: AbortSignal): Promise<void> {
  try {
    const { text, cut } = await newest(source, signal);
    input.bytes(Buffer.byteLength(text));
    input.text(text);
    input.end(cut ? { cut } : {});
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = toCause(error instanceof Error ? error : new Error(String(error)));
    input.end({ failed: `cause.${code}`, facts });
  }
}

/** The newest lines that fit; `cut` when older ones are missing. */
export async function newest(
  { read, full }: Source,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly cut?: true }> {
  let most = MOST_LINES;
  for (let left = TRIES; ; left -= 1) {
    const text = await read(most, signal);
    const lines = text.split('\n').length - 1;
    if (!full(text)) return lines >= most ? { text, cut: true } : { text };
    if (left === 1)
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'the lines of the log are too long', {
        facts: { reason: 'log-too-long' },
      });
    most = Math.max(1, Math.floor(lines * 0.7));
  }
}

interface Wanted {
  readonly sinceSeconds: number;
  readonly now: number;
  readonly container: string | undefined;
  readonly signal: AbortSignal;
}

export async function sourcesOf(targets: Targets, part: PartId, wanted: Wanted): Promise<readonly Source[]> {
  const { runtime, kubernetes, compose } = targets;
  if (runtime === undefined) return [missing(part, 'log-no-runtime', {})];
  const all = await runtime.instances(part, { signal: wanted.signal });
  const instances = all.slice(-MOST_INSTANCES);
  const unread = all.length - instances.length;
  const sources =
    kubernetes !== undefined
      ? (await Promise.all(instances.map((one) => ofPod(kubernetes, one, wanted)))).flat()
      : compose === undefined
        ? []
        : instances.map((one): Source => {
            const since = new Date(wanted.now - wanted.sinceSeconds * 1000);
            // One log over all lives of the container: the previous ones are in it.
            const read = (tail: number, signal: AbortSignal) =>
              compose.logs(one.id, { tail, since, signal, timeoutMs: TIMEOUT_MS });
            return { name: one.name, read, full: () => false };
          });
  if (sources.length === 0) return [{ ...missing(part, 'log-no-instance', {}), absent: true }];
  return unread === 0 ? sources : [...sources, missing(`+${unread}`, 'log-too-many', { instances: unread })];
}

/** Of all parts that run; a part without an instance has no log and is not missed here. */
async function everySource(targets: Targets, wanted: Wanted): Promise<readonly Source[]> {
  if (targets.runtime === undefined) return [missing('all', 'log-no-runtime', {})];
  const ofParts: (readonly Source[])[] = [];
  for (const part of partIds) {
    if (part === 'runtime') continue;
    const sources = await sourcesOf(targets, part, wanted).catch((error: unknown): readonly Source[] => {
      wanted.signal.throwIfAborted();
      return [{ name: part, read: () => Promise.reject(error), full: () => false }];
    });
    ofParts.push(sources.filter((source) => source.absent !== true).map((source) => ({ ...source, part })));
  }
  const sources = ofParts.flat();
  return sources.length === 0 ? [missing('all', 'log-no-instance', {})] : sources;
}

/** What is said of logs that cannot even be asked for. */
const missing = (name: string, reason: string, facts: Facts): Source => ({
  name,
  read: () => Promise.reject(new AppError('NOT_FOUND', reason, { facts: { reason, ...facts } })),
  full: () => false,
});

const Named = z.array(z.object({ name: z.string() })).default([]);
const Restarted = z.array(z.object({ name: z.string(), restartCount: z.number().default(0) })).default([]);
const PodLogs = z.object({
  spec: z.object({ containers: Named, initContainers: Named }),
  status: z.object({ containerStatuses: Restarted, initContainerStatuses: Restarted }).prefault({}),
});

/** Every container of a Pod, and the one before it where it was restarted. */
async function ofPod(
  kubernetes: KubernetesTarget,
  { name: pod, id, namespace = kubernetes.namespace }: Instance,
  { sinceSeconds, container, signal: listing }: Wanted,
): Promise<readonly Source[]> {
  const found = (await kubernetes.list('pods', namespace, { signal: listing })).find(
    ({ metadata }) => metadata.uid === id,
  );
  const { spec, status } = PodLogs.parse(found ?? { spec: {} });
  const restarted = [...status.containerStatuses, ...status.initContainerStatuses].filter(
    ({ restartCount }) => restartCount > 0,
  );
  const source = (name: string, previous: boolean): Source => ({
    name: `${pod}/${name}${previous ? ' (previous)' : ''}`,
    read: (tailLines, signal) =>
      kubernetes.logs(namespace, pod, name, {
        tailLines,
        sinceSeconds,
        limitBytes: MOST_BYTES,
        signal,
        timeoutMs: TIMEOUT_MS,
        ...present({ previous: previous ? true : undefined }),
      }),
    full: (text) => Buffer.byteLength(text) >= MOST_BYTES,
  });
  return [...spec.initContainers, ...spec.containers]
    .filter(({ name }) => container === undefined || name === container)
    .flatMap(({ name }) => [
      source(name, false),
      ...(restarted.some((one) => one.name === name) ? [source(name, true)] : []),
    ]);
}
