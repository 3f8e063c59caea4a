import { setMaxListeners } from 'node:events';
import { type BundleManifest, manifestPath, pagePath, safeName } from '../../domain/bundle/manifest.ts';
import { reportOf } from '../../domain/logs/analysis.ts';
import type { LogReport } from '../../domain/logs/report.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { CountLogs } from '../../domain/ports/log-files.ts';
import { callKey } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { type Source, sourcesOf } from '../logs/read-part.service.ts';
import type { CollectHere } from './contract.ts';
import { eventsOf } from './events.ts';
import { Bundle } from './growing-bundle.ts';
import { look } from './look.ts';
import type { CollectOptions } from './options.ts';
import { notHere, plainSources, runningParts } from './sources.ts';

/** Sources of a lane that are read at a time. */
const AT_A_TIME = 4;
/** Logs: to clean them is the work, and that is done one after the other. */
const LOGS_AT_A_TIME = 3;
const LIST_MS = 20_000;
/** What is given to the counting at a time. */
const PIECE_BYTES = 512 * 1024;

export function createCollectHere(options: CollectOptions): CollectHere {
  const { clock, rules } = options;
  return {
    async collect({ id, environment, since, redactor, writer, page, mostBytes, signal, onProgress }) {
      // Every source listens to it while it is read; that is no leak.
      setMaxListeners(0, signal);
      try {
        const startedAt = clock.now();
        const targets = await options.targets.forRun(environment, signal);
        const bundle = new Bundle(writer, redactor, clock, signal, onProgress, mostBytes);
        const logs: { part: PartId; report: LogReport }[] = [];
        const plain = plainSources(targets, options.version).map((source) => ({
          lane: source.lane,
          work: () => bundle.json(source.path, source.timeoutMs, source.read),
        }));
        bundle.expect(plain.length + 1 + runningParts.length);
        // Alone: to clean texts keeps this process from its turn, and probes measure by its clock.
        const seen = await bundle.counted(() => look(options, { environment, targets, bundle, id, signal }));
        await Promise.all([
          lanes(plain, ({ work }) => bundle.counted(work)),
          lanes(
            runningParts.map((part) => ({ lane: 'logs', part })),
            ({ part }) =>
              bundle.counted(async () => {
                const report = await logsOfPart(part, {
                  ...{ targets, bundle, since, now: startedAt, signal, count: options.count },
                });
                if (report !== undefined) logs.push({ part, report });
              }),
            1,
          ),
        ]);
        signal.throwIfAborted();
        const calls = rules.calls(environment);
        const own = new Set(calls.map(callKey));
        // What only diagnoses ask is no part of a health report.
        const outcomes = seen.outcomes.filter(({ key }) => own.has(key));
        const report = rules.judge({ environment, calls, outcomes });
        await bundle.json('health.json', Number.POSITIVE_INFINITY, () => Promise.resolve(report));
        await bundle.json('diagnoses.json', Number.POSITIVE_INFINITY, () =>
          Promise.resolve(
            seen.judgements.map(({ diagnosis, overall, causes, handOver }) => ({
              ...{ id: diagnosis.id, part: diagnosis.part, overall, handOver },
              causes: causes.map((cause) => ({
                ...{ id: cause.cause.id, verdict: cause.verdict, for: cause.for },
                against: cause.against.map(({ key }) => key),
                missing: cause.missing.map(({ key }) => key),
              })),
            })),
          ),
        );
        await bundle.json('probes.json', Number.POSITIVE_INFINITY, () => Promise.resolve(seen.outcomes));
        const manifest = (): BundleManifest => ({
          ...{ format: 'aetherius-bundle', version: 1, id, environment, bot: options.version },
          ...{ startedAt: startedAt.toISOString(), endedAt: clock.now().toISOString() },
          since: new Date(since).toISOString(),
          redacted: { ...redactor.counts() },
          entries: bundle.entries(),
        });
        const content = {
          ...{ manifest: manifest(), platform: targets.platform, health: report },
          ...{ outcomes: seen.outcomes, judgements: seen.judgements, logs },
          events: await eventsOf(targets, { since, redactor, signal }),
        };
        // What a page says was clean before, and words of the catalogue; it is cleaned again as any other text.
        await bundle.text(pagePath, page(content));
        const whole = manifest();
        await writer.add(manifestPath, `${JSON.stringify(whole, null, 2)}\n`);
        return { manifest: whole, archive: await writer.end() };
      } catch (error) {
        await writer.drop();
        throw error;
      }
    },
  };
}

/** Reads all logs of a part, and what they say. */
async function logsOfPart(
  part: PartId,
  about: {
    readonly targets: Targets;
    readonly bundle: Bundle;
    readonly since: number;
    readonly now: Date;
    readonly signal: AbortSignal;
    readonly count: CountLogs;
  },
): Promise<LogReport | undefined> {
  const { targets, bundle, since } = about;
  const now = about.now.getTime();
  if (targets.runtime === undefined) return undefined;
  const folder = `logs/${part}`;
  const sinceSeconds = Math.max(1, Math.ceil((now - since) / 1000));
  const listed = await bundle.attempt(folder, LIST_MS, async (until) => {
    const found = await sourcesOf(targets, part, { sinceSeconds, now, container: undefined, signal: until });
    const { runtime, configured } = targets;
    const none = (await runtime?.instances(part, { signal: until }))?.length === 0;
    // A part that nobody speaks of, and that is nowhere, lacks in no bundle.
    if (none && configured?.has(part) !== true) return undefined;
    if (none) throw notHere(part);
    return found;
  });
  if (listed === undefined) return undefined;
  // In a thread: to clean the texts keeps this one busy.
  const counter = about.count(
    { query: { since, level: 'warning' }, ...{ now, platform: targets.platform, part } },
    about.signal,
  );
  // Two are read and cleaned at a time, and counted one after the other.
  let turn: Promise<void> = Promise.resolve();
  const count = (name: string, log: Uint8Array): Promise<void> => {
    turn = turn
      .then(async () => {
        const input = counter.source(name);
        for (let at = 0; at < log.length; at += PIECE_BYTES)
          await input.push(log.subarray(at, at + PIECE_BYTES));
        await input.end();
      })
      // Told by the tally.
      .catch(() => undefined);
    return turn;
  };
  try {
    await lanes(
      listed.map((source) => ({ lane: 'logs', source })),
      ({ source }) =>
        bundle.log(`${folder}/${logName(source)}.log`, source, (log) => count(source.name, log)),
      LOGS_AT_A_TIME,
    );
    // Without what they say the logs are still worth having, and the manifest names what lacks.
    const tally = await bundle.attempt(`${folder} (counts)`, LIST_MS, () => counter.tally());
    if (tally === undefined) return undefined;
    return reportOf(tally, { platform: targets.platform, redact: (text) => text });
  } finally {
    await counter.stop();
  }
}

const logName = ({ name }: Source): string =>
  safeName(name.replace(' (previous)', '.previous').replace('/', '_'));

/** Does the tasks of each lane a few at a time; the lanes do not wait for each other. */
async function lanes<T extends { readonly lane: string }>(
  tasks: readonly T[],
  work: (task: T) => Promise<unknown>,
  atATime = AT_A_TIME,
): Promise<void> {
  const byLane = new Map<string, T[]>();
  for (const task of tasks) byLane.set(task.lane, [...(byLane.get(task.lane) ?? []), task]);
  await Promise.all(
    [...byLane.values()].flatMap((queue) =>
      Array.from({ length: Math.min(atATime, queue.length) }, async () => {
        for (let task = queue.shift(); task !== undefined; task = queue.shift()) await work(task);
      }),
    ),
  );
}
