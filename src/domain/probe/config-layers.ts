import { present } from '../kernel/present.ts';
import { hidden } from '../kernel/secret.ts';
import type { ObjectKey, ReferredVariable } from './targets/runtime.ts';

/**
 * A service's configuration as the guide orders it: flag > environment > ConfigMap file > default.
 * Pure: takes what was read from the part, says which layer gives a key its value.
 */
export type ConfigLayer = 'flag' | 'env' | 'file' | 'default';

export interface LayerSources {
  /** Command and arguments of the container. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the environment takes from ConfigMaps and Secrets. */
  readonly referred?: ReadonlyMap<string, ReferredVariable>;
  /** The parsed configuration file; undefined when it could not be read. */
  readonly file: unknown;
  /** Of the variables that set a key. */
  readonly prefix: string;
  /** More variables that give a key, by the key that they give: names of the programs' own. */
  readonly own?: Readonly<Record<string, string>>;
}

export interface LayeredValue {
  readonly key: string;
  readonly value: string;
  readonly layer: ConfigLayer;
  /** The name under which the layer gives it: `--event.workers`, `AETHERIUS_EVENT_WORKERS`. */
  readonly name: string;
  /** The ConfigMap or Secret that gives the variable. */
  readonly from?: ObjectKey;
  /** It is a Secret's, so that `value` does not tell it: whether it is what the file says. */
  readonly secret?: { readonly equal: boolean };
  /** The variable may be given by `from`, which could not be read. */
  readonly unread?: Error;
  /** `from` is read as a whole: nothing says that it gives this variable. */
  readonly whole?: true;
  /** What the file says, when a stronger layer wins over it. */
  readonly fileValue?: string;
}

const upper = (key: string) => key.replaceAll('.', '_').replaceAll('-', '_').toUpperCase();

/** Names under which the environment may give `event.workers`, the prefixed one first. */
export function envNames(key: string, prefix: string): readonly string[] {
  return [`${prefix}${upper(key)}`, upper(key)];
}

/** The flag of a command that gives a key: `--event.workers=5`, `-event.workers 5`, `--event-workers 5`. */
export function fromFlags(
  command: readonly string[],
  key: string,
): { name: string; value: string } | undefined {
  const names = [`--${key}`, `-${key}`, `--${key.replaceAll('.', '-')}`];
  for (const [index, argument] of command.entries()) {
    for (const name of names) {
      if (argument === name) return { name, value: command[index + 1] ?? 'true' };
      if (argument.startsWith(`${name}=`)) return { name, value: argument.slice(name.length + 1) };
    }
  }
  return undefined;
}

/** `event.workers` in `{event: {workers: 10}}`; undefined when the file does not say. */
export function fileValue(file: unknown, key: string): string | undefined {
  let at: unknown = file;
  for (const step of key.split('.')) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  if (at === undefined || at === null) return undefined;
  return typeof at === 'object' ? JSON.stringify(at) : String(at);
}

/**
 * The value in effect and the layer it comes from; undefined: no layer says, the program's default holds. A whole Secret
 * that could not be read is taken not to set it.
 */
export function valueOf(sources: LayerSources, key: string): LayeredValue | undefined {
  return winnerOf(
    sources,
    key,
    ({ from, unread, whole }) => unread !== undefined && whole === true && from?.kind === 'Secret',
  );
}

/** How a variable for this key ends under a prefix that is not configured: `OWN_EVENT_WORKERS`. */
export const variableEnding = (key: string): string => `_${upper(key)}`;

function fromReference(key: string, name: string, variable: ReferredVariable): LayeredValue {
  const { from } = variable;
  const base = { key, layer: 'env', name, from } as const;
  if ('value' in variable) return { ...base, value: variable.value };
  if ('equal' in variable) return { ...base, value: hidden, secret: { equal: variable.equal } };
  const { unread, whole } = variable;
  return { ...base, value: hidden, unread, ...present({ whole }) };
}

/** Names of the programs' own for a key. */
export function ownNames(own: LayerSources['own'], key: string): readonly string[] {
  return Object.entries(own ?? {}).flatMap(([name, given]) => (given === key ? [name] : []));
}

function winnerOf(
  sources: LayerSources,
  key: string,
  passOver: (value: LayeredValue) => boolean = () => false,
): LayeredValue | undefined {
  const written = fileValue(sources.file, key);
  const behind = written === undefined ? {} : { fileValue: written };
  const flag = fromFlags(sources.command, key);
  if (flag !== undefined) return { key, layer: 'flag', ...flag, ...behind };
  for (const name of [...envNames(key, sources.prefix), ...ownNames(sources.own, key)]) {
    const value = sources.env[name];
    if (value !== undefined) return { key, layer: 'env', name, value, ...behind };
    const variable = sources.referred?.get(name);
    const referred = variable && fromReference(key, name, variable);
    if (referred !== undefined && !passOver(referred)) return { ...referred, ...behind };
  }
  return written === undefined ? undefined : { key, layer: 'file', name: key, value: written };
}

/** Every dotted key a file sets. */
export function fileKeys(file: unknown, prefix = ''): readonly string[] {
  if (file === null || typeof file !== 'object' || Array.isArray(file)) return prefix === '' ? [] : [prefix];
  return Object.entries(file).flatMap(([key, value]) =>
    fileKeys(value, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** What stands in a file for a value that a Secret is to give. */
const placeholder = /^\s*$|^\$\{.*\}$|^<.*>$|^\{\{.*\}\}$|^(?:change-?me|placeholder|x{3,}|\*+)$/i;

/** The winners over what the file says, but for values that a file leaves to a Secret. */
function overFile(sources: LayerSources): readonly (LayeredValue & { readonly fileValue: string })[] {
  return fileKeys(sources.file).flatMap((key) => {
    const value = winnerOf(sources, key);
    const { fileValue: written } = value ?? {};
    if (value === undefined || value.layer === 'file' || written === undefined) return [];
    const left = value.from?.kind === 'Secret' && placeholder.test(written);
    return left ? [] : [{ ...value, fileValue: written }];
  });
}

/** Keys of the file that a stronger layer gives another value: the edit that "has no effect". */
export function overridden(sources: LayerSources): readonly LayeredValue[] {
  return overFile(sources).filter(
    ({ value, fileValue: written, secret, unread }) =>
      unread === undefined && (secret === undefined ? value !== written : !secret.equal),
  );
}

/**
 * The key of a file that a variable would give if its prefix were the program's own; the longest that fits. A key of one
 * word fits too many names.
 */
export function keyBehind(name: string, file: unknown): string | undefined {
  return fileKeys(file)
    .filter((key) => key.includes('.') && name.endsWith(variableEnding(key)))
    .toSorted((one, other) => other.length - one.length)[0];
}

/**
 * Variables that would give a key of the file another value if their prefix were the program's own (`OWN_EVENT_WORKERS`
 * for `event.workers`): the prefix is not known.
 */
export function prefixUnknown(
  sources: LayerSources,
): readonly (LayeredValue & { readonly fileValue: string })[] {
  const { env, referred = new Map<string, ReferredVariable>() } = sources;
  const isKnown = (key: string, name: string) =>
    envNames(key, sources.prefix).includes(name) || ownNames(sources.own, key).includes(name);
  return [...new Set([...Object.keys(env), ...referred.keys()])].flatMap((name) => {
    const key = keyBehind(name, sources.file);
    const written = key === undefined ? undefined : fileValue(sources.file, key);
    if (key === undefined || written === undefined || isKnown(key, name)) return [];
    const variable = referred.get(name);
    const plain = env[name];
    if (plain !== undefined)
      return plain === written
        ? []
        : [{ key, value: plain, layer: 'env' as const, name, fileValue: written }];
    if (variable === undefined) return [];
    const value = fromReference(key, name, variable);
    const same = value.secret?.equal ?? (value.unread === undefined && value.value === written);
    const left = value.from?.kind === 'Secret' && placeholder.test(written);
    return same || left ? [] : [{ ...value, fileValue: written }];
  });
}

/** Keys of the file that an unreadable layer may override. */
export function undecided(sources: LayerSources): readonly (LayeredValue & { readonly unread: Error })[] {
  return overFile(sources).flatMap((value) =>
    value.unread === undefined ? [] : [{ ...value, unread: value.unread }],
  );
}
