import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ServiceId } from '../../../domain/platform/part.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { elementsOf, Given, givenBy, isFlag } from '../../values/variable-or-flag.ts';
import { mainOf } from '../object/config-source.ts';

/** What gives a key past the file, and in which container. */
export const Override = Given.extend({ container: z.string() });
export type Override = Readonly<z.output<typeof Override>>;

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
const Workload = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(Container) }) }) }),
});
const containersOf = (object: KubeObject) => Workload.parse(object).spec.template.spec.containers;

/** What such an override is made of, in its list. */
const listOf = ({ form }: Override) => (form === 'variable' ? ('env' as const) : ('args' as const));
function itemsOf(override: Override): readonly unknown[] {
  const { form, name, value } = override;
  return form === 'variable' ? [value === '' ? { name } : { name, value }] : elementsOf(override);
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
  const { env, envFrom, command, args, ...others } = container;
  const given = givenBy(
    {
      ...{
        command: command ?? [],
        args: args ?? [],
        others: [others, envFrom],
        wholes: (envFrom ?? []).length > 0,
      },
      env: (env ?? []).map(({ name: own, value, valueFrom }) => ({
        name: own,
        ...(valueFrom == null ? { value: value ?? '' } : {}),
      })),
    },
    part,
    { key, name },
    platform,
  );
  return { container: container.name, ...given };
}

/** Whether it stands there as it did, at its place. */
export function stands(object: KubeObject, override: Override): boolean {
  const list = listIn(object, override);
  const items = itemsOf(override);
  return isDeepStrictEqual(list.slice(override.at, override.at + items.length), items);
}

/** Whether nothing of that name stands in its list. */
export function isAway(object: KubeObject, override: Override): boolean {
  return listIn(object, override).every((one) =>
    typeof one === 'string' ? !isFlag(one, override.name) : one.name !== override.name,
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
  const { template } = object.spec as { template: { spec: { containers: readonly { name: string }[] } } };
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
