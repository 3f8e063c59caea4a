import { z } from 'zod';
import { destinationKeys } from '../../../domain/fix/destination-advice.ts';
import type { Destination } from '../../values/destination.ts';
import { destinationIn, destinationLines, withDestinationIn } from '../../values/destination-in-text.ts';
import type { Context } from '../container/containers.ts';
import { filesOf } from '../container/file-source.ts';
import { type FileForm, valueOrNone } from './file-change.ts';

/** Where a destination stands, as a step keeps it. */
const DestinationSpot = z.object({
  file: z.string(),
  form: z.literal('yaml'),
  setting: z.string(),
  key: z.enum(destinationKeys),
});
export type DestinationSpot = Readonly<z.output<typeof DestinationSpot>>;

/** What a file says there. */
export const destinationAt = (text: string, spot: DestinationSpot): Destination => destinationIn(text, spot);

const inFile: FileForm<DestinationSpot, string> = {
  spotIn: ({ precondition }) => DestinationSpot.parse(precondition),
  valueIn: ({ value }) => String(value),
  valueAt: (text, spot) => destinationAt(text, spot).value,
  textWith: withDestinationIn,
  linesAt(text, spot, value, file) {
    const lines = destinationLines(text, spot, file, value);
    return lines === 'entry' ? undefined : lines;
  },
};

/** A destination that is copied from the file of another part, which must say so still; a step that takes it back names none. */
export const destinations: FileForm<DestinationSpot, string> = {
  ...inFile,
  async besides({ precondition }, context: Context) {
    const { origin } = precondition;
    if (typeof origin !== 'string') return {};
    const spot = { ...DestinationSpot.parse(precondition), file: origin };
    const seen = await filesOf(context, origin).read(origin, { signal: context.signal });
    return { origin, originValue: valueOrNone(inFile, seen, spot) };
  },
};
