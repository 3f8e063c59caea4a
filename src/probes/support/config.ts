import { parse } from 'yaml';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { type ConfiguredId, partIds } from '../../domain/platform/part.ts';
import { mayDecide, partFactOf } from '../../domain/platform/source.ts';
import { variablesRead } from '../../domain/platform/table.ts';
import {
  envNames,
  fileKeys,
  fileValue,
  keyBehind,
  type LayerSources,
  ownNames,
  valueOf,
} from '../../domain/probe/config-layers.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

export interface PartConfig {
  readonly instance: Instance;
  readonly sources: LayerSources;
  readonly from: 'container' | 'configmap';
}

/**
 * The layers of a part's configuration, read from its youngest instance. Undefined: no instance, or no such file.
 * A file that is no YAML counts as a file that sets nothing; the services themselves say so at start.
 * `keys`: what is asked for, where that is not every key of the file; only what may give these is read.
 */
export async function partConfig(
  { runtime, platform }: Pick<With<'runtime'>, 'runtime' | 'platform'>,
  part: ConfiguredId,
  signal: AbortSignal,
  keys?: readonly string[],
): Promise<PartConfig | undefined> {
  const instance = (await runtime.instances(part, { signal })).at(-1);
  if (instance === undefined) return undefined;
  const file = await runtime.file(instance, platform.parts[part].configFile, { signal });
  if (file === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = parse(file.text);
  } catch {
    parsed = {};
  }
  const { prefix } = platform.variables;
  const own = variablesRead[part];
  const against = new Map(
    (keys ?? fileKeys(parsed)).flatMap((key) =>
      [...envNames(key, prefix), ...ownNames(own, key)].map(
        (name) => [name, fileValue(parsed, key)] as const,
      ),
    ),
  );
  // Of a variable that fits a key but for its prefix, only the name says so; whoever asks for a few keys asks for none.
  if (keys === undefined && instance.refers === true)
    for (const name of await runtime.referredNames(instance, { signal })) {
      const key = against.has(name) ? undefined : keyBehind(name, parsed);
      if (key !== undefined) against.set(name, fileValue(parsed, key));
    }
  const referred = await runtime.referred(instance, against, { signal });
  return {
    instance,
    sources: {
      command: instance.command,
      env: instance.env,
      referred,
      file: parsed,
      prefix,
      ...present({ own }),
    },
    from: file.from,
  };
}

/** The value in effect, for a probe that works with it. Throws where it may not be seen. */
export function seenValue({ sources, instance }: PartConfig, key: string): ReturnType<typeof valueOf> {
  const found = valueOf(sources, key);
  if (found?.unread !== undefined) throw found.unread;
  if (found?.secret !== undefined)
    throw new AppError('NOT_FOUND', 'the value comes from a Secret', {
      facts: { reason: 'value-in-secret', key, secret: found.from?.name ?? '', instance: instance.name },
    });
  return found;
}

const address = /^[a-z][a-z0-9+]*:\/\/[^\s/]+:\d+/;

/**
 * Whether a part has its settings from variables alone: the guide's file is not there, no other was seen among what is
 * mounted, and its variables name parts that were seen, or give a whole address. Then no file can be newer than it, or be overridden.
 */
export async function isSetByVariables(
  { runtime, platform }: Pick<With<'runtime'>, 'runtime' | 'platform'>,
  part: ConfiguredId,
  signal: AbortSignal,
): Promise<boolean> {
  const path = partFactOf(platform, part, 'configFile');
  if (path !== undefined && mayDecide(path)) return false;
  const instance = (await runtime.instances(part, { signal })).at(-1);
  if (instance === undefined) return false;
  const known = partIds.flatMap((other) =>
    other === part || other === 'runtime'
      ? []
      : (['composeService', 'service'] as const)
          .map((field) => partFactOf(platform, other, field))
          .flatMap((fact) => (fact !== undefined && mayDecide(fact) ? [String(fact.value)] : [])),
  );
  const values = Object.values(instance.env);
  const words = new Set(values.flatMap((value) => value.split(/[^\w-]+/)));
  if (!known.some((name) => words.has(name)) && !values.some((value) => address.test(value))) return false;
  return (await runtime.file(instance, platform.parts[part].configFile, { signal })) === undefined;
}
