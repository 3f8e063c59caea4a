import { stringify } from 'yaml';
import { z } from 'zod';
import { settingOfText, type TextKey, textKeys } from '../../domain/fix/text-advice.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { scalarIn, withScalar } from '../config-scalar.ts';
import { refused } from '../stale.ts';
import { type TextKind, type TextValue, takenApart } from '../text-value.ts';
import type { SeenMap } from './config-source.ts';

/** Where a text stands, as a step keeps it. */
export const TextSpot = z.looseObject({
  namespace: z.string(),
  map: z.string(),
  entry: z.string(),
  form: z.enum(['yaml', 'text']),
  setting: z.string(),
  key: z.enum(textKeys),
});
export type TextSpot = Readonly<z.output<typeof TextSpot>>;

function kindOf(key: TextKey): TextKind {
  const { store } = settingOfText(key);
  return store === undefined ? 'subject' : store === 'nats' ? 'url' : 'host';
}

/** What a ConfigMap says there. Of a variable's entry the text is the value alone. */
export function textAt(
  { texts }: Pick<SeenMap, 'texts'>,
  { map, entry, form, setting, key }: TextSpot,
): TextValue {
  const text = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
  if (text === undefined) throw refused('config-not-in-map', { file: `${map}/${entry}` });
  return takenApart(form === 'yaml' ? scalarIn(text, setting) : text, kindOf(key), setting);
}

/** The same for whoever compares; null where there is none. */
export function textOrNone(seen: Pick<SeenMap, 'texts'>, spot: TextSpot): string | null {
  try {
    return textAt(seen, spot).value;
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}

/** The change of the ConfigMap that sets it; what stands before and after it in the same value stays. */
export function textBody(seen: Pick<SeenMap, 'texts'>, spot: TextSpot, value: string) {
  const { before, after } = textAt(seen, spot);
  const whole = `${before}${value}${after}`;
  // As it is checked afterwards, too: nothing is written that would not be read as it was meant.
  if (takenApart(whole, kindOf(spot.key), spot.setting).value !== value)
    throw refused('text-not-plain', { key: spot.setting });
  const text = spot.form === 'yaml' ? withScalar(seen.texts[spot.entry] ?? '', spot.setting, whole) : whole;
  return { data: { [spot.entry]: text } };
}

/** Where the file is made: its name, and the line with those above it. Undefined where a password may stand in it. */
export function textLines(
  seen: Pick<SeenMap, 'texts'>,
  spot: TextSpot,
  value: string,
): readonly string[] | undefined {
  const { before, after } = textAt(seen, spot);
  if (before.includes('@')) return undefined;
  const nested = spot.setting
    .split('.')
    .toReversed()
    .reduce<unknown>((inner, name) => ({ [name]: inner }), `${before}${value}${after}`);
  return [`# ${spot.entry}`, ...stringify(nested).trimEnd().split('\n')];
}
