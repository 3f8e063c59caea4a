import type { ConfiguredId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import { variablesRead } from '../platform/table.ts';
import { envNames, fromFlags, ownNames, variableEnding } from './config-layers.ts';
import type { Instance } from './targets/runtime.ts';

/** Variables that give a key, the prefixed one first. */
const variableNames = (part: ConfiguredId, key: string, { variables }: Platform): readonly string[] => [
  ...envNames(key, variables.prefix),
  ...ownNames(variablesRead[part], key),
];

/** Whether a variable gives the key, or would if its prefix were the program's. */
export const givesKey = (name: string, part: ConfiguredId, key: string, platform: Platform): boolean =>
  variableNames(part, key, platform).includes(name) || name.endsWith(variableEnding(key));

/**
 * What gives a key past the file, by what the runtime says of a container: a flag of its command, or a variable with a
 * value of its own. Text, lines and button of a wrong value ask here, so that none of them is about a file that nothing reads.
 */
export function givenPast(
  { env, command }: Pick<Instance, 'env' | 'command'>,
  part: ConfiguredId,
  key: string,
  platform: Platform,
): string | undefined {
  return (
    fromFlags(command, key)?.name ??
    Object.keys(env)
      .toSorted()
      .find((name) => givesKey(name, part, key, platform))
  );
}
