import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { partIn } from '../../domain/diagnosis/symptom.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { wholeLines } from '../../domain/kernel/text.ts';
import { reportOf } from '../../domain/logs/analysis.ts';
import type { LogSource } from '../../domain/logs/report.ts';
import { type PartId, partIds } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { CountLogs, LogCounter } from '../../domain/ports/log-files.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';
import { toCause } from '../run/probe-runner.service.ts';
import type { LogsHere } from './contract.ts';

export const HOUR_MS = 3_600_000;
/** Logs that are read at a time: each is a stream from a node through the API server, and in memory as a whole. */
const AT_A_TIME = 3;
const MOST_INSTANCES = 20;
/** Of each container; a kubelet has 10 MiB, unless it was told to keep more. */
export const MOST_LINES = 200_000;
export const MOST_BYTES = 12 * 1024 * 1024;
/** Of a container of Docker, which takes no limit of bytes. */
const FIRST_LINES = 20_000;
/** Of what is given to the counting at a time. */
const PIECE_UNITS = 512 * 1024;
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
  /** It cannot be told how many bytes to give: by so many lines it is seen how long they are. */
  readonly firstLines?: number;
  /** There is no such Pod or container. */
  readonly absent?: true;
}

/** What asks for the logs of all parts. */
const all = /^(?:all|\*|全部|所有)$/i;

export function createLogsHere({
  targets: factory,
  clock,
  count,
}: {
  readonly targets: TargetsFactory;
  readonly clock: Clock;
  readonly count: CountLogs;
}): LogsHere {
  return {
    async read({ environment, part: named, query, container, redact, signal }) {
      const targets = await factory.forRun(environment, signal);
      const { platform } = targets;
      const part = partAsked(named, platform);
      const now = clock.now().getTime();
      // The hour before is what the groups are compared with.
      const sinceSeconds = Math.max(1, Math.ceil((now - query.since + HOUR_MS) / 1000));
      const wanted = { sinceSeconds, now, container, signal };
      const waiting = [...(await sourcesAsked(targets, part, wanted))];
      const counter = count({ query, now, platform, ...present({ part }) }, signal);
      // Read side by side, counted one after the other.
      let turn: Promise<void> = Promise.resolve();
      const reading = async (): Promise<void> => {
        for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
          const { name, part: of } = source;
          const read = await readOf(source, signal);
          turn = turn.then(() => countInto(counter.source(name, of), read));
          await turn;
        }
      };
      try {
        await Promise.all(Array.from({ length: AT_A_TIME }, reading));
        signal.throwIfAborted();
        const report = reportOf(await counter.tally(), { platform, redact });
        return { ...present({ part }), report, platform };
      } finally {
        await counter.stop();
      }
    },
  };
}

/** Whether a part is called so, or all of them. */
export function isPartAsked(named: string, platform: Platform): boolean {
  return all.test(named.trim()) || partIn(named, platform) !== undefined;
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

type Read = { readonly text: string; readonly cut?: true } | Pick<LogSource, 'failed' | 'facts'>;

async function readOf(source: Source, signal: AbortSignal): Promise<Read> {
  try {
    return await newest(source, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = toCause(error instanceof Error ? error : new Error(String(error)));
    return { failed: `cause.${code}`, facts };
  }
}

async function countInto(input: ReturnType<LogCounter['source']>, read: Read): Promise<void> {
  if (!('text' in read)) return input.end(read);
  for (const lines of wholeLines(read.text, PIECE_UNITS)) {
    await input.push(Buffer.from(lines));
    // What else this process does has its turn.
    await setImmediate();
  }
  await input.end(read.cut === true ? { cut: true } : {});
}

/** The newest lines that fit; `cut` when older ones are missing. */
export async function newest(
  { read, full, firstLines }: Source,
  signal: AbortSignal,
  mostLines = MOST_LINES,
): Promise<{ readonly text: string; readonly cut?: true }> {
  let most = Math.min(firstLines ?? mostLines, mostLines);
  let growing = most < mostLines;
  for (let left = TRIES; ; left -= 1) {
    const text = await read(most, signal);
    const lines = linesIn(text);
    if (!full(text)) {
      if (lines < most) return { text };
      const fitting = Math.floor((lines * MOST_BYTES) / Buffer.byteLength(text));
      if (!growing || fitting <= most) return { text, cut: true };
      growing = false;
      most = Math.min(fitting, mostLines);
      continue;
    }
    if (left === 1)
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'the lines of the log are too long', {
        facts: { reason: 'log-too-long' },
      });
    most = Math.max(1, Math.floor(lines * 0.7));
  }
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
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
            return { name: one.name, read, full: () => false, firstLines: FIRST_LINES };
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
