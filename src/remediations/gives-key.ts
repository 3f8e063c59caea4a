import type { ConfiguredId } from '../domain/platform/part.ts';
import type { Platform } from '../domain/platform/platform.ts';
import { variablesRead } from '../domain/platform/table.ts';
import { envNames, ownNames, variableEnding } from '../domain/probe/config-layers.ts';

/** Variables that give a key, the prefixed one first. */
const variableNames = (part: ConfiguredId, key: string, { variables }: Platform): readonly string[] => [
  ...envNames(key, variables.prefix),
  ...ownNames(variablesRead[part], key),
];

/** Whether a variable gives the key, or would if its prefix were the program's. */
export const givesKey = (name: string, part: ConfiguredId, key: string, platform: Platform): boolean =>
  variableNames(part, key, platform).includes(name) || name.endsWith(variableEnding(key));
