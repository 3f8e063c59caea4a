import { stringify } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { ellipsis } from '../../domain/kernel/text.ts';
import {
  notWritten,
  ofKey,
  ofStep,
  type Sought,
  type Written,
  withWritten,
  writtenAs,
  writtenIn,
} from '../config-text.ts';
import { refused } from '../stale.ts';
import type { SeenMap } from './config-source.ts';

/** What a step needs to find the value again, beside what must not have changed. */
export const Spot = z.looseObject({
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

const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const unitOf = (written: string) => /[a-z]+$/.exec(written)?.[0] as keyof typeof milliseconds;

/** A bare number as it is, a time with a unit in seconds. */
export function amountOf(written: Written): number {
  return typeof written === 'number'
    ? written
    : (Number.parseFloat(written) * milliseconds[unitOf(written)]) / milliseconds.s;
}

/** That much in the form of the value before: seconds in its unit, or a bare number. */
export function writtenLike(before: Written, amount: number, key: string): Written {
  if (typeof before === 'number') return amount;
  const unit = unitOf(before);
  const count = (amount * milliseconds.s) / milliseconds[unit];
  if (!Number.isInteger(count)) throw refused('setting-unit-too-large', { key, before });
  return `${count}${unit}`;
}

/** The same for whoever compares; null where there is none. */
export function valueOrNone(seen: Pick<SeenMap, 'texts'>, spot: Spot): Written | null {
  try {
    return valueAt(seen, spot);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}

/** The change of the ConfigMap that sets it. */
export function bodyOf({ texts }: Pick<SeenMap, 'texts'>, spot: Spot, value: Written) {
  const { entry, form } = spot;
  const text = form === 'text' ? String(value) : withWritten(texts[entry] ?? '', soughtAt(spot), value);
  return { data: { [entry]: text } };
}

/** Where the file is made: its name, and the line with those above it. */
export function linesOf(spot: Spot, value: Written): readonly string[] {
  const nested = soughtAt(spot).way.reduceRight<unknown>(
    (inner, step) => (typeof step === 'string' ? { [step]: inner } : [{ id: step.id, ...(inner as object) }]),
    value,
  );
  return [`# ${spot.entry}`, ...stringify(nested).trimEnd().split('\n')];
}

/** A card is read on a phone. */
export function namesOf(names: readonly string[]): string {
  const most = 5;
  const shown = [...new Set(names)].toSorted();
  return [...shown.slice(0, most), ...(shown.length > most ? [ellipsis] : [])].join(', ');
}
