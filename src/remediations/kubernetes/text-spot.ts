import { z } from 'zod';
import { textKeys } from '../../domain/fix/text-advice.ts';
import { refused } from '../stale.ts';
import { textIn, textLines, withTextIn } from '../text-spot.ts';
import type { TextValue } from '../text-value.ts';
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
type Texts = Pick<SeenMap, 'texts'>;

function entryOf({ texts }: Texts, { map, entry }: TextSpot): string {
  const text = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
  if (text === undefined) throw refused('config-not-in-map', { file: `${map}/${entry}` });
  return text;
}

/** What a ConfigMap says there. Of a variable's entry the text is the value alone. */
export const textAt = (seen: Texts, spot: TextSpot): TextValue => textIn(entryOf(seen, spot), spot);

/** An address or a subject in a ConfigMap; what stands before and after it in the same value stays. */
export const texts: ConfigForm<TextSpot, string> = {
  spotIn: ({ precondition }) => TextSpot.parse(precondition),
  valueIn: ({ value }) => String(value),
  valueAt: (seen, spot) => textAt(seen, spot).value,
  textWith: (seen, spot, value) => withTextIn(entryOf(seen, spot), spot, value),
  linesAt: (seen, spot, value) => textLines(entryOf(seen, spot), spot, spot.entry, value),
};
