import { z } from 'zod';
import { destinationKeys } from '../../../domain/fix/destination-advice.ts';
import { refused } from '../../shared/stale.ts';
import type { Destination } from '../../values/destination.ts';
import { destinationIn, destinationLines, withDestinationIn } from '../../values/destination-in-text.ts';
import type { SeenMap } from '../object/config-source.ts';
import type { ConfigForm } from './config-change.ts';

/** Where a destination stands, as a step keeps it. */
export const DestinationSpot = z.object({
  namespace: z.string(),
  map: z.string(),
  entry: z.string(),
  form: z.enum(['yaml', 'text']),
  setting: z.string(),
  key: z.enum(destinationKeys),
});
export type DestinationSpot = Readonly<z.output<typeof DestinationSpot>>;
type Texts = Pick<SeenMap, 'texts'>;

function entryOf({ texts }: Texts, { map, entry }: DestinationSpot): string {
  const text = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
  if (text === undefined) throw refused('config-not-in-map', { file: `${map}/${entry}` });
  return text;
}

/** What a ConfigMap says there. Of a variable's entry the text is the value alone. */
export const destinationAt = (seen: Texts, spot: DestinationSpot): Destination =>
  destinationIn(entryOf(seen, spot), spot);

/** An address or a subject in a ConfigMap; what stands before and after it in the same value stays. */
export const destinations: ConfigForm<DestinationSpot, string> = {
  spotIn: ({ precondition }) => DestinationSpot.parse(precondition),
  valueIn: ({ value }) => String(value),
  valueAt: (seen, spot) => destinationAt(seen, spot).value,
  textWith: (seen, spot, value) => withDestinationIn(entryOf(seen, spot), spot, value),
  linesAt: (seen, spot, value) => destinationLines(entryOf(seen, spot), spot, spot.entry, value),
};
