import { type DestinationKey, settingOfDestination } from '../../domain/fix/destination-advice.ts';
import { refused } from '../shared/stale.ts';
import { type Destination, type DestinationKind, takenApart } from './destination.ts';
import { ofKey } from './number-in-yaml.ts';
import { scalarIn, withScalar } from './string-in-yaml.ts';
import { linesFor } from './time-units.ts';

/** Where an address or a subject stands in a text. */
export interface DestinationPlace {
  /** `yaml`: a key of a file; `text`: the value alone, of a variable. */
  readonly form: 'yaml' | 'text';
  /** The key, as the installation calls it. */
  readonly setting: string;
  readonly key: DestinationKey;
}

function kindOf(key: DestinationKey): DestinationKind {
  const { store } = settingOfDestination(key);
  return store === undefined ? 'subject' : store === 'nats' ? 'url' : 'host';
}

/** What a text says there. AppError CONFLICT where that is no plain address or subject. */
export function destinationIn(text: string, { form, setting, key }: DestinationPlace): Destination {
  return takenApart(form === 'yaml' ? scalarIn(text, setting) : text, kindOf(key), setting);
}

/** The value, in what stands before and after it. */
function wholeOf(text: string, place: DestinationPlace, value: string): string {
  const { before, after } = destinationIn(text, place);
  return `${before}${value}${after}`;
}

/** The same text with another value there; what stands before and after it in the same value stays. */
export function withDestinationIn(text: string, place: DestinationPlace, value: string): string {
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
export function destinationLines(
  text: string,
  place: DestinationPlace,
  file: string,
  value: string,
): readonly string[] | 'entry' | undefined {
  const { before, after } = destinationIn(text, place);
  // A patch of the whole text would drop what stands beside the address.
  if (place.form === 'text') return before === '' && after === '' ? 'entry' : undefined;
  // A password may stand there.
  if (before.includes('@')) return undefined;
  return linesFor(file, ofKey(place.setting), wholeOf(text, place, value));
}
