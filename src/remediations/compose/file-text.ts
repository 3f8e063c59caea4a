import { z } from 'zod';
import { textKeys } from '../../domain/fix/text-advice.ts';
import { textIn, textLines, withTextIn } from '../text-spot.ts';
import type { TextValue } from '../text-value.ts';
import type { Context } from './containers.ts';
import { type FileForm, valueOrNone } from './file-change.ts';
import { filesOf } from './file-source.ts';

/** Where a text stands, as a step keeps it. */
const TextSpot = z.object({
  file: z.string(),
  form: z.literal('yaml'),
  setting: z.string(),
  key: z.enum(textKeys),
});
export type TextSpot = Readonly<z.output<typeof TextSpot>>;

/** What a file says there. */
export const textAt = (text: string, spot: TextSpot): TextValue => textIn(text, spot);

const inFile: FileForm<TextSpot, string> = {
  spotIn: ({ precondition }) => TextSpot.parse(precondition),
  valueIn: ({ value }) => String(value),
  valueAt: (text, spot) => textAt(text, spot).value,
  textWith: withTextIn,
  linesAt(text, spot, value, file) {
    const lines = textLines(text, spot, file, value);
    return lines === 'entry' ? undefined : lines;
  },
};

/** A text that is copied from the file of another part, which must say so still; a step that takes it back names none. */
export const texts: FileForm<TextSpot, string> = {
  ...inFile,
  async besides({ precondition }, context: Context) {
    const { origin } = precondition;
    if (typeof origin !== 'string') return {};
    const spot = { ...TextSpot.parse(precondition), file: origin };
    const seen = await filesOf(context, origin).read(origin, { signal: context.signal });
    return { origin, originValue: valueOrNone(inFile, seen, spot) };
  },
};
