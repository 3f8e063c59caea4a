import { z } from 'zod';
import { refused } from '../../shared/stale.ts';
import {
  notWritten,
  ofKey,
  ofStep,
  type Sought,
  type Written,
  withWritten,
  writtenAs,
  writtenIn,
} from '../../values/number-in-yaml.ts';
import { linesFor } from '../../values/time-units.ts';
import type { SeenMap } from '../object/config-source.ts';
import { type ConfigForm, configChanges } from './config-change.ts';

/** What a step needs to find the value again, beside what must not have changed. */
const Spot = z.object({
  map: z.string(),
  entry: z.string(),
  /** `yaml`: a key of a file; `text`: a variable; `step`: the time of one step of a workflow's file. */
  form: z.enum(['yaml', 'text', 'step']),
  /** The key, or the id of the step. */
  setting: z.string(),
  /** It is a time, which may have a fraction or a unit. */
  lasts: z.boolean().default(false),
});
export type Spot = z.output<typeof Spot>;

const soughtAt = ({ form, setting, lasts }: Spot): Sought =>
  form === 'step' ? ofStep(setting) : ofKey(setting, lasts);

/** A text alone is what a variable becomes; it is read as a file of one value. */
export function valueAt({ texts }: Pick<SeenMap, 'texts'>, spot: Spot): Written {
  const { map, entry, form, lasts } = spot;
  const text = Object.hasOwn(texts, entry) ? texts[entry] : undefined;
  if (text === undefined) throw refused('config-not-in-map', { file: `${map}/${entry}` });
  if (form !== 'text') return writtenIn(text, soughtAt(spot));
  const value = writtenAs(text, lasts);
  if (value === undefined) throw notWritten({ key: entry, lasts });
  return value;
}

/** A number or a time in a ConfigMap. */
export const amounts: ConfigForm<Spot, Written> = {
  spotIn: ({ precondition }) => Spot.parse(precondition),
  valueIn: ({ value }) => (typeof value === 'number' ? value : String(value)),
  valueAt,
  textWith({ texts }, spot, value) {
    const { entry, form } = spot;
    return form === 'text' ? String(value) : withWritten(texts[entry] ?? '', soughtAt(spot), value);
  },
  linesAt: (_map, spot, value) =>
    spot.form === 'text' ? 'entry' : linesFor(spot.entry, soughtAt(spot), value),
};

/** One number or time in place of another: the longest that may be set has five characters. */
export const amountChanges = configChanges(4);
