import { parse } from 'yaml';
import { configuredIds } from '../../domain/platform/part.ts';
import { fileKeys, fileValue } from '../../domain/probe/config-layers.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import type { Setting } from './called-addresses.ts';

type Deps = Pick<With<'runtime'>, 'runtime' | 'platform'>;

/** Variables by whose name they may hold an address, where the value is not seen. */
const mayBeAddress = /ur[il]|addr|host|endpoint|server|dsn/i;

/** What stands in the manifest itself: variables with their values, and the words of the command. */
export const plainSettings = ({ env, command }: Instance): readonly Setting[] => [
  ...Object.entries(env).map(([name, value]) => ({ name, value })),
  ...command.map((word) => {
    const [, name = word, value = word] = /^(-[^=]*)=(.*)$/.exec(word) ?? [];
    return { name, value };
  }),
];

/** All that a program is set to: besides, what ConfigMaps give and what stands in its file. `unseen`: some of it is not seen. */
export async function settingsOf(
  instance: Instance,
  { runtime, platform }: Deps,
  signal: AbortSignal,
): Promise<{ readonly settings: readonly Setting[]; readonly unseen: boolean }> {
  const referred: Setting[] = [];
  let unseen = false;
  if (instance.refers === true) {
    const names = await runtime.referredNames(instance, { signal });
    const given = await runtime.referred(instance, new Map(names.map((name) => [name, undefined])), {
      signal,
    });
    for (const [name, variable] of given)
      if ('value' in variable) referred.push({ name, value: variable.value });
      else unseen ||= mayBeAddress.test(name);
  }
  const part = configuredIds.find((id) => id === instance.part);
  const path = part === undefined ? undefined : platform.parts[part].configFile;
  const file = path === undefined ? [] : await fileSettings(path, instance, runtime, signal);
  return {
    settings: [...plainSettings(instance), ...referred, ...(file ?? [])],
    unseen: unseen || file === undefined,
  };
}

/** Undefined: there is a file, and it cannot be read. */
async function fileSettings(
  path: string,
  instance: Instance,
  runtime: Deps['runtime'],
  signal: AbortSignal,
): Promise<readonly Setting[] | undefined> {
  try {
    const file = await runtime.file(instance, path, { signal });
    if (file === undefined) return [];
    const parsed: unknown = parse(file.text);
    return fileKeys(parsed).map((key) => ({ name: key, value: fileValue(parsed, key) ?? '' }));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
