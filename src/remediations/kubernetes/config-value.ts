import { stringify } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { ellipsis } from '../../domain/kernel/text.ts';
import { numberIn, withNumber } from '../config-text.ts';
import { refused } from '../stale.ts';
import type { SeenMap } from './config-source.ts';

/** What a step needs to find the value again, beside what must not have changed. */
export const Spot = z.looseObject({
  map: z.string(),
  entry: z.string(),
  form: z.enum(['yaml', 'text']),
  setting: z.string(),
});
export type Spot = z.output<typeof Spot>;

/** A text alone is what a variable becomes; it is read as a file of one number. */
export function valueAt({ texts }: Pick<SeenMap, 'texts'>, { map, entry, form, setting }: Spot): number {
  const text = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
  if (text === undefined) throw refused('config-not-in-map', { file: `${map}/${entry}` });
  if (form === 'yaml') return numberIn(text, setting);
  if (!/^(?:0|[1-9]\d{0,8})$/.test(text)) throw refused('setting-not-a-number', { key: entry });
  return Number(text);
}

/** The same for whoever compares; null where there is none. */
export function valueOrNone(seen: Pick<SeenMap, 'texts'>, spot: Spot): number | null {
  try {
    return valueAt(seen, spot);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}

/** The change of the ConfigMap that sets it. */
export function bodyOf({ texts }: SeenMap, { entry, form, setting }: Spot, value: number) {
  const text = form === 'yaml' ? withNumber(texts[entry] ?? '', setting, value) : String(value);
  return { data: { [entry]: text } };
}

/** Where the file is made: its name, and the line with those above it. */
export function linesOf({ entry, setting }: Spot, value: number): readonly string[] {
  const nested = setting
    .split('.')
    .toReversed()
    .reduce<unknown>((inner, name) => ({ [name]: inner }), value);
  return [`# ${entry}`, ...stringify(nested).trimEnd().split('\n')];
}

/** A card is read on a phone. */
export function namesOf(names: readonly string[]): string {
  const most = 5;
  const shown = [...new Set(names)].toSorted();
  return [...shown.slice(0, most), ...(shown.length > most ? [ellipsis] : [])].join(', ');
}
