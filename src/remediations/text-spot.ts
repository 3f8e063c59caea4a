import { settingOfText, type TextKey } from '../domain/fix/text-advice.ts';
import { linesFor } from './config-amount.ts';
import { scalarIn, withScalar } from './config-scalar.ts';
import { ofKey } from './config-text.ts';
import { refused } from './stale.ts';
import { type TextKind, type TextValue, takenApart } from './text-value.ts';

/** Where an address or a subject stands in a text. */
export interface TextPlace {
  /** `yaml`: a key of a file; `text`: the value alone, of a variable. */
  readonly form: 'yaml' | 'text';
  /** The key, as the installation calls it. */
  readonly setting: string;
  readonly key: TextKey;
}

function kindOf(key: TextKey): TextKind {
  const { store } = settingOfText(key);
  return store === undefined ? 'subject' : store === 'nats' ? 'url' : 'host';
}

/** What a text says there. AppError CONFLICT where that is no plain address or subject. */
export function textIn(text: string, { form, setting, key }: TextPlace): TextValue {
  return takenApart(form === 'yaml' ? scalarIn(text, setting) : text, kindOf(key), setting);
}

/** The value, in what stands before and after it. */
function wholeOf(text: string, place: TextPlace, value: string): string {
  const { before, after } = textIn(text, place);
  return `${before}${value}${after}`;
}

/** The same text with another value there; what stands before and after it in the same value stays. */
export function withTextIn(text: string, place: TextPlace, value: string): string {
  const { form, setting, key } = place;
  const whole = wholeOf(text, place, value);
  // As it is checked afterwards, too: nothing is written that would not be read as it was meant.
  if (takenApart(whole, kindOf(key), setting).value !== value)
    throw refused('text-not-plain', { key: setting });
  return form === 'yaml' ? withScalar(text, setting, whole) : whole;
}

/**
 * Lines for whoever keeps the change in that file; `entry` where the value is all of the text, and undefined where
 * something stands beside it that nobody should see.
 */
export function textLines(
  text: string,
  place: TextPlace,
  file: string,
  value: string,
): readonly string[] | 'entry' | undefined {
  const { before, after } = textIn(text, place);
  // A patch of the whole text would drop what stands beside the address.
  if (place.form === 'text') return before === '' && after === '' ? 'entry' : undefined;
  // A password may stand there.
  if (before.includes('@')) return undefined;
  return linesFor(file, ofKey(place.setting), wholeOf(text, place, value));
}
