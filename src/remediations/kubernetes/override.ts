import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isSecretName, redactText } from '../../domain/kernel/redact.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import { givesKey } from '../gives-key.ts';
import { refused } from '../stale.ts';
import { mainOf } from './config-source.ts';

/** What gives a key past the file: one entry of `env`, or one or two elements of `args`, and where it stands. */
export const Override = z.object({
  container: z.string(),
  /** `joined`: `--key=value`; `apart`: `--key`, `value`. */
  form: z.enum(['variable', 'joined', 'apart']),
  at: z.int(),
  name: z.string(),
  value: z.string(),
});
export type Override = z.output<typeof Override>;

const Container = z.looseObject({
  name: z.string().default(''),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z
    .array(
      z.looseObject({ name: z.string(), value: z.string().nullish(), valueFrom: z.unknown().optional() }),
    )
    .nullish(),
  envFrom: z.array(z.unknown()).nullish(),
});
type Container = z.output<typeof Container>;
const Workload = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(Container) }) }) }),
});
const containersOf = (object: KubeObject) => Workload.parse(object).spec.template.spec.containers;

/** What such an override is made of, in its list. */
const listOf = ({ form }: Override) => (form === 'variable' ? ('env' as const) : ('args' as const));
function itemsOf({ form, name, value }: Override): readonly unknown[] {
  if (form === 'variable') return [value === '' ? { name } : { name, value }];
  return form === 'joined' ? [`${name}=${value}`] : [name, value];
}

/**
 * The override of that name in a part's own container. AppError CONFLICT where there is none, or none that can be taken
 * away without touching anything else: from elsewhere, several times, in a shell, or used by other settings.
 */
export function overrideOf(
  object: KubeObject,
  part: ServiceId,
  { key, name }: { readonly key: string; readonly name: string },
  platform: Platform,
): Override {
  const container = mainOf(containersOf(object), part, platform);
  if (container === undefined) throw refused('no-target', { workload: object.metadata.name });
  const found = name.startsWith('-') ? flagOf(container, name, key) : variableOf(container, name);
  if (found.form === 'variable' && !givesKey(name, part, key, platform))
    throw refused('override-gone', { key, name });
  if (!/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,200}$/u.test(found.value))
    throw refused('override-not-plain', { name });
  return found;
}

function variableOf(container: Container, name: string): Override {
  const all = container.env ?? [];
  const at = all.findIndex((one) => one.name === name);
  const entry = all[at];
  const from = entry === undefined ? container.envFrom : entry.valueFrom;
  if (from != null && (!Array.isArray(from) || from.length > 0))
    throw refused('override-from-elsewhere', { name });
  if (entry === undefined) throw refused('override-gone', { name });
  if (all.filter((one) => one.name === name).length > 1) throw refused('override-twice', { name });
  // `$(NAME)` of Kubernetes, and what a shell in a command or in a probe would put in its place.
  const { env: _, ...others } = container;
  const used = new RegExp(`\\$[({]?${name.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![A-Za-z0-9_])`);
  if (used.test(JSON.stringify([others, all.toSpliced(at, 1)]))) throw refused('override-used', { name });
  return { container: container.name, form: 'variable', at, name, value: entry.value ?? '' };
}

/** Programs that read their arguments as a text or by their number. */
const shell = /(?:^|\/)(?:ba|da|a|z|k)?sh$/;

function flagOf({ name: container, command, args }: Container, name: string, key: string): Override {
  const isIt = (one: string) => one === name || one.startsWith(`${name}=`);
  if ((command ?? []).some(isIt)) throw refused('override-in-command', { name });
  const all = args ?? [];
  if (all.filter(isIt).length > 1) throw refused('override-twice', { name });
  const at = all.findIndex(isIt);
  const element = all[at];
  if (element === undefined || !namesOfFlag(key).includes(name))
    throw refused('override-gone', { key, name });
  if ([...(command ?? []), ...all].some((one) => shell.test(one)))
    throw refused('override-in-command', { name });
  if (element !== name) return { container, form: 'joined', at, name, value: element.slice(name.length + 1) };
  const value = all[at + 1];
  if (value === undefined || value.startsWith('-')) throw refused('override-not-plain', { name });
  return { container, form: 'apart', at, name, value };
}

const namesOfFlag = (key: string) => [`--${key}`, `-${key}`, `--${key.replaceAll('.', '-')}`];

/** Whether it stands there as it did, at its place. */
export function stands(object: KubeObject, override: Override): boolean {
  const list = listIn(object, override);
  const items = itemsOf(override);
  return isDeepStrictEqual(list.slice(override.at, override.at + items.length), items);
}

/** Whether nothing of that name stands in its list. */
export function isAway(object: KubeObject, override: Override): boolean {
  return listIn(object, override).every((one) =>
    typeof one === 'string'
      ? one !== override.name && !one.startsWith(`${override.name}=`)
      : one.name !== override.name,
  );
}

function listIn(object: KubeObject, override: Override): readonly (string | { readonly name: string })[] {
  const container = containersOf(object).find(({ name }) => name === override.container);
  return (listOf(override) === 'env' ? container?.env : container?.args) ?? [];
}

/** All containers as they are, but for it: a merge patch replaces a list as a whole. */
export const without = (object: KubeObject, override: Override): readonly object[] =>
  changed(object, override, itemsOf(override).length, []);

/** All containers as they are, and it at its place again. */
export const restored = (object: KubeObject, override: Override): readonly object[] =>
  changed(object, override, 0, itemsOf(override));

function changed(
  object: KubeObject,
  override: Override,
  away: number,
  items: readonly unknown[],
): readonly object[] {
  const list = listOf(override);
  const { template } = object['spec'] as { template: { spec: { containers: readonly { name: string }[] } } };
  return template.spec.containers.map((one) =>
    one.name === override.container
      ? { ...one, [list]: (listIn(object, override) as unknown[]).toSpliced(override.at, away, ...items) }
      : one,
  );
}

/** Arguments of its container, but for it. */
export const argsWithout = (object: KubeObject, override: Override): readonly string[] =>
  (containersOf(object).find(({ name }) => name === override.container)?.args ?? []).toSpliced(
    override.at,
    itemsOf(override).length,
  );

/** By its name or its own look a secret: in no plan, and so nothing that an undo could put back. */
export const maySecret = (name: string, value: string): boolean =>
  isSecretName(name) || redactText(`${name}=${value}`) !== `${name}=${value}` || redactText(value) !== value;
