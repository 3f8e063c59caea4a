import { parse } from 'yaml';
import { AppError } from '../../domain/kernel/errors.ts';
import { type ConfiguredId, configuredIds, type ServiceId } from '../../domain/platform/part.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import {
  type ConnectionLook,
  fileValueRuns,
  isAddressKey,
  whichWorks,
} from '../../domain/probe/running-connection.ts';
import { socketsCommand, socketsIn } from '../../domain/probe/sockets.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { refused } from '../shared/stale.ts';
import type { Given } from './variable-or-flag.ts';

interface Context {
  readonly deps: Pick<Targets, 'runtime' | 'platform'>;
  readonly signal: AbortSignal;
}

/**
 * A value with which the program runs now is never the one to take away. Refused unless the file's is surely right: a
 * number of the guide within its bounds, or an address that open connections prove.
 */
export async function mustNotWork(
  { part, key, name }: { readonly part: ServiceId; readonly key: string; readonly name: string },
  given: Pick<Given, 'value'>,
  below: string,
  { deps, signal }: Context,
): Promise<void> {
  const { runtime, platform } = deps;
  const overridden = { key, value: given.value, fileValue: below };
  const works =
    isAddressKey(key) && runtime !== undefined
      ? await workingNow(part, overridden, runtime, { deps, signal })
      : undefined;
  if (works !== 'override' && fileValueRuns(overridden, works, platform)) return;
  const facts = { part, key, name, value: given.value, fileValue: below };
  throw refused(works === 'override' ? 'override-works' : 'override-unproved', facts);
}

async function workingNow(
  part: ServiceId,
  overridden: Parameters<typeof whichWorks>[0],
  runtime: RuntimeTarget,
  { deps: { platform }, signal }: Context,
) {
  const youngest = async (one: ConfiguredId) =>
    (await unless(signal, runtime.instances(one, { signal })))?.at(-1);
  const instance = await youngest(part);
  if (instance === undefined) return undefined;
  const text = await unless(
    signal,
    runtime.file(instance, factsOf(platform, part).configFile ?? '', { signal }),
  );
  const file = parsed(text?.text ?? '');
  const look = (one: Instance) => lookAt(runtime, one, file, signal);
  const others = async () => {
    const found = await Promise.all(configuredIds.filter((one) => one !== part).map(youngest));
    return Promise.all(found.flatMap((one) => (one === undefined ? [] : [look(one)])));
  };
  return whichWorks(overridden, await look(instance), others, platform);
}

async function lookAt(
  runtime: RuntimeTarget,
  instance: Instance,
  file: unknown,
  signal: AbortSignal,
): Promise<ConnectionLook> {
  const answer =
    instance.phase === 'running'
      ? await unless(signal, runtime.exec(instance, socketsCommand, { signal }))
      : undefined;
  return {
    sockets: answer === undefined ? undefined : socketsIn(answer.stdout),
    file,
    resolve: (name) => unless(signal, runtime.resolve(name, { signal })),
  };
}

/** What may not be looked at, or does not answer, tells nothing. */
async function unless<T>(signal: AbortSignal, look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code !== 'BUG') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return undefined;
  }
}
