import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { configuredIds, type PartId, serviceIds } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { ProbeContext } from '../../domain/probe/probe.ts';
import type { ServicesTarget } from '../../domain/probe/targets/http.ts';
import type { Instance, RuntimeTarget, Termination } from '../../domain/probe/targets/runtime.ts';

/** A service that has run for this long did start; what ends it later is another matter. */
const STARTED_AFTER_MS = 60_000;
const SECOND_LOOK_MS = 3_000;

const isYoung = (instance: Instance, now: Date): boolean =>
  instance.startedAt !== undefined && now.getTime() - Date.parse(instance.startedAt) < STARTED_AFTER_MS;

/** Ended by a signal from outside (SIGKILL, SIGTERM) and not for its memory: it did not exit by itself. */
const wasKilled = ({ exitCode, reason }: Termination): boolean =>
  (exitCode === 137 || exitCode === 143) && reason !== 'OOMKilled';

/** Ended by somebody (SIGINT, SIGKILL, SIGTERM) or well: a program that was told to end owes no reason. */
export const orderedEnds: ReadonlySet<number> = new Set([0, 130, 137, 143]);

/**
 * A container that has ended and is not started again: once, or stopped by somebody after any number of ends. Docker
 * calls one that waits for its next life `restarting`.
 */
export function standsStill({ phase, restarts, terminated }: Instance): boolean {
  if (phase !== 'terminated') return false;
  const { exitCode, reason } = terminated ?? {};
  return restarts === 0 || (exitCode !== undefined && orderedEnds.has(exitCode) && reason !== 'OOMKilled');
}

/** Not running, or again and again only for moments. `answers`: whether the part itself answers, where that is known. */
export function failsToStart(instance: Instance, now: Date, answers?: boolean): boolean {
  if (instance.phase === 'terminated' || (instance.phase === 'waiting' && instance.last !== undefined))
    return true;
  if (instance.phase === 'pending' && instance.message !== undefined) return true;
  const ended = instance.terminated ?? instance.last;
  if (
    instance.phase !== 'running' ||
    instance.restarts === 0 ||
    ended === undefined ||
    wasKilled(ended) ||
    instance.startedAt === undefined
  )
    return false;
  return isYoung(instance, now) && (instance.readinessChecked ? !instance.ready : answers !== true);
}

export interface StartupDeps {
  readonly platform: Platform;
  readonly runtime: RuntimeTarget;
  readonly services?: ServicesTarget;
}

/**
 * The youngest instance that fails to start; undefined when all start. Where nothing checks readiness, a service
 * that was restarted moments ago is asked itself: an HTTP answer means that it did start.
 */
export async function failingInstance(
  instances: readonly Instance[],
  { deps, signal, now, wait }: ProbeContext<StartupDeps>,
): Promise<Instance | undefined> {
  const suspect = instances.filter((candidate) => failsToStart(candidate, now())).at(-1);
  if (suspect !== undefined && (suspect.phase !== 'running' || suspect.readinessChecked)) return suspect;
  if (suspect !== undefined) {
    // It has just ended before. An accepted connection without an answer proves no start: a proxy in front of a
    // container accepts it for a program that does not listen yet.
    return (await ask(deps, suspect.part, signal)) === 'answers' ? undefined : suspect;
  }
  const young = instances.findLast(
    (one) => one.phase === 'running' && isYoung(one, now()) && !(one.readinessChecked && one.ready),
  );
  if (young === undefined) return undefined;
  const word = await ask(deps, young.part, signal);
  // A store is asked by its own probes.
  if (word === 'answers' || (word === 'nobody-to-ask' && !isProgram(young.part))) return undefined;
  // Its first life may be about to end: it was started moments ago, and does not answer or cannot be asked. What a cluster
  // says of it may be a second old, too. Only an end proves it.
  await wait(SECOND_LOOK_MS);
  const later = await deps.runtime.again(young, { signal });
  if (later === undefined || !failsToStart(later, now())) return undefined;
  return (await ask(deps, young.part, signal)) === 'answers' ? undefined : later;
}

/** A service or agent, which may listen on no port. */
const isProgram = (part: PartId): boolean => configuredIds.some((id) => id === part);

async function ask(
  { services }: StartupDeps,
  part: PartId,
  signal: AbortSignal,
): Promise<'answers' | 'hangs' | 'refuses' | 'nobody-to-ask'> {
  const id = serviceIds.find((candidate) => candidate === part);
  const service = id === undefined ? undefined : services?.find(id);
  if (services === undefined || service === undefined) return 'nobody-to-ask';
  return services.request(service.url, { signal, timeoutMs: 2_000 }).then(
    () => 'answers',
    (error: unknown) => (error instanceof TargetError && error.stage === 'no-answer' ? 'hangs' : 'refuses'),
  );
}

/**
 * The text that explains the exit, one log at a time, until the caller has seen enough: that of the container which has
 * ended, then that of the other life. In a crash loop one of the two may be empty or unreadable, so a failure to read
 * one is no failure to read.
 */
export async function exitText(
  runtime: RuntimeTarget,
  instance: Instance,
  signal: AbortSignal,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const read = (previous: boolean) => runtime.logs(instance, { signal, tail: 80, previous });
  const usable = (text: string) => (text.startsWith('unable to retrieve container logs') ? '' : text);
  // Until it runs again, its log is that of the life that ended.
  const first = instance.phase === 'running';
  const [ended] = await Promise.allSettled([read(first)]);
  const text = ended.status === 'fulfilled' ? usable(ended.value) : '';
  if (isEnough(text)) return text;
  const [other] = await Promise.allSettled([read(!first)]);
  if (other.status === 'rejected') {
    // One that was not asked for is not one that is not there.
    const notAsked = other.reason instanceof AppError && other.reason.facts.reason === 'request-limit';
    if (ended.status === 'rejected' || notAsked) throw other.reason;
    return text;
  }
  return first ? `${text}\n${usable(other.value)}` : `${usable(other.value)}\n${text}`;
}
