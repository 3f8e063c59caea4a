import { z } from 'zod';
import {
  ofKey,
  ofStep,
  type Sought,
  type Written,
  withWritten,
  writtenIn,
} from '../../values/number-in-yaml.ts';
import { linesFor } from '../../values/time-units.ts';
import type { FileForm } from './file-change.ts';

/** What a step needs to find the value again, beside what must not have changed. */
const Spot = z.object({
  file: z.string(),
  /** `yaml`: a key; `step`: the time of one step of a workflow's file. */
  form: z.enum(['yaml', 'step']),
  /** The key, or the id of the step. */
  setting: z.string(),
  /** It is a time, which may have a fraction or a unit. */
  lasts: z.boolean(),
});
type Spot = z.output<typeof Spot>;

const soughtAt = ({ form, setting, lasts }: Spot): Sought =>
  form === 'step' ? ofStep(setting) : ofKey(setting, lasts);

/** A number or a time in a file. */
export const amounts: FileForm<Spot, Written> = {
  spotIn: ({ precondition }) => Spot.parse(precondition),
  valueIn: ({ value }) => (typeof value === 'number' ? value : String(value)),
  valueAt: (text, spot) => writtenIn(text, soughtAt(spot)),
  textWith: (text, spot, value) => withWritten(text, soughtAt(spot), value),
  linesAt: (_text, spot, value, file) => linesFor(file, soughtAt(spot), value),
};
