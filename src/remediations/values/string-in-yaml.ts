import { isScalar, Scalar } from 'yaml';
import { refused } from '../shared/stale.ts';
import { nodeAt, ofKey, parsed, saysBesides } from './number-in-yaml.ts';

/** Where a string stands on one line as it is, and the quote around it. */
interface Spot {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

const quotes: Readonly<Record<string, string>> = {
  [Scalar.PLAIN]: '',
  [Scalar.QUOTE_SINGLE]: "'",
  [Scalar.QUOTE_DOUBLE]: '"',
};

/** The string that a YAML file gives for a dotted key. AppError CONFLICT as for a number, and where it is none of one line. */
export function scalarIn(text: string, key: string): string {
  return spotOf(text, key).value;
}

/**
 * The same text with another value for that key: not one other character changes, but for quotes that the value needs
 * and the one before did not. Refused where the file would say something else besides, such as through an anchor.
 */
export function withScalar(text: string, key: string, to: string): string {
  const { start, end, quote } = spotOf(text, key);
  const before = parsed(text);
  for (const around of quote === '' ? ['', '"'] : [quote]) {
    const changed = `${text.slice(0, start)}${around}${to}${around}${text.slice(end)}`;
    if (isOnly(changed)) return changed;
  }
  throw refused('setting-used-twice', { key });

  function isOnly(changed: string): boolean {
    try {
      return saysBesides(before, parsed(changed), key.split('.'), to) && spotOf(changed, key).value === to;
    } catch {
      return false;
    }
  }
}

/** Escapes, folded lines, tags and anchors make more of what is written than its characters. */
function spotOf(text: string, key: string): Spot {
  const { node } = nodeAt(parsed(text), ofKey(key));
  const quote = isScalar(node) ? quotes[node.type ?? ''] : undefined;
  if (!isScalar(node) || quote === undefined || typeof node.value !== 'string')
    throw refused('setting-not-a-text', { key });
  const { value, anchor = '', tag = '' } = node;
  const [start = 0, end = 0] = node.range ?? [];
  if (
    text.slice(start, end) !== `${quote}${value}${quote}` ||
    anchor !== '' ||
    tag !== '' ||
    /[\r\n]/.test(value)
  )
    throw refused('setting-not-a-text', { key });
  return { value, start, end, quote };
}
