import type { Instance, RuntimeTarget } from '../../domain/runtime.ts';

/** A service that has run for this long did start; what ends it later is another matter. */
const STARTED_AFTER_MS = 60_000;

/** Not running, or again and again only for moments. */
export function failsToStart(instance: Instance, now: Date): boolean {
  if (instance.phase === 'terminated' || (instance.phase === 'waiting' && instance.last !== undefined))
    return true;
  if (instance.phase === 'pending' && instance.message !== undefined) return true;
  const ended = instance.terminated ?? instance.last;
  if (
    instance.phase !== 'running' ||
    instance.restarts === 0 ||
    ended === undefined ||
    instance.startedAt === undefined
  )
    return false;
  return !instance.ready && now.getTime() - Date.parse(instance.startedAt) < STARTED_AFTER_MS;
}

/**
 * The text that explains the exit: the current container's log, and the one before it. In a crash loop one of
 * the two may be empty or unreadable, so a failure to read one is no failure to read.
 */
export async function exitText(
  runtime: RuntimeTarget,
  instance: Instance,
  signal: AbortSignal,
): Promise<string> {
  const [current, previous] = await Promise.allSettled([
    runtime.logs(instance, { signal, tail: 80 }),
    runtime.logs(instance, { signal, tail: 80, previous: true }),
  ]);
  if (current.status === 'rejected' && previous.status === 'rejected') throw current.reason;
  const text = (result: PromiseSettledResult<string>) =>
    result.status === 'fulfilled' && !result.value.startsWith('unable to retrieve container logs')
      ? result.value
      : '';
  return `${text(previous)}\n${text(current)}\n${instance.message ?? ''}`;
}
