import { z } from 'zod';
import { settingOfText, type TextKey, textKeys } from '../../domain/fix/text-advice.ts';
import { linesFor } from '../config-amount.ts';
import { scalarIn, withScalar } from '../config-scalar.ts';
import { ofKey } from '../config-text.ts';
import { refused } from '../stale.ts';
import { type TextKind, type TextValue, takenApart } from '../text-value.ts';
import type { ConfigForm } from './config-change.ts';
import type { SeenMap } from './config-source.ts';

/** Where a text stands, as a step keeps it. */
export const TextSpot = z.object({
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

/** The value, in what stands before and after it. */
function wholeOf(seen: Pick<SeenMap, 'texts'>, spot: TextSpot, value: string): string {
  const { before, after } = textAt(seen, spot);
  return `${before}${value}${after}`;
}

/** An address or a subject in a ConfigMap; what stands before and after it in the same value stays. */
export const texts: ConfigForm<TextSpot, string> = {
  spotIn: ({ precondition }) => TextSpot.parse(precondition),
  valueIn: ({ value }) => String(value),
  valueAt: (seen, spot) => textAt(seen, spot).value,
  textWith(seen, spot, value) {
    const whole = wholeOf(seen, spot, value);
    // As it is checked afterwards, too: nothing is written that would not be read as it was meant.
    if (takenApart(whole, kindOf(spot.key), spot.setting).value !== value)
      throw refused('text-not-plain', { key: spot.setting });
    return spot.form === 'yaml' ? withScalar(seen.texts[spot.entry] ?? '', spot.setting, whole) : whole;
  },
  linesAt(seen, spot, value) {
    const { before, after } = textAt(seen, spot);
    // A patch of the entry would drop what stands beside the address.
    if (spot.form === 'text') return before === '' && after === '' ? 'entry' : undefined;
    // A password may stand there.
    if (before.includes('@')) return undefined;
    return linesFor(spot.entry, ofKey(spot.setting), wholeOf(seen, spot, value));
  },
};
