import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, isScalar, type Node, parseAllDocuments } from 'yaml';
import { refused } from './stale.ts';

/** Where the value of a key stands in the text of a file. */
interface Spot {
  readonly value: number;
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

/** As people write a number, in quotes or not. `010` is one for some readers and another for others. */
const number = /^(["']?)(0|[1-9]\d{0,8})\1$/;

const mapAsMap = { mapAsMap: true } as const;

/**
 * The whole number that a YAML file gives for a dotted key. AppError CONFLICT: the file cannot be read as one document,
 * has no such key, or has another kind of value there.
 */
export function numberIn(text: string, key: string): number {
  return spotOf(parsed(text), text, key).value;
}

/** What a YAML file gives for a dotted key, as its value is; refused as for a number, and where it gives nothing. */
export function valueIn(text: string, key: string): string | number | boolean {
  const at = key.split('.').reduce<unknown>(
    (inner, step) => {
      if (!(inner instanceof Map)) throw refused('setting-not-in-file', { key });
      return inner.get(step);
    },
    valuesOf(parsed(text)),
  );
  if (typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean') return at;
  throw refused('setting-not-in-file', { key });
}

/**
 * The same text with another number for that key: not one other character changes. Refused where the file would say
 * something else besides, such as through an anchor.
 */
export function withNumber(text: string, key: string, to: number): string {
  const before = parsed(text);
  const { start, end, quote } = spotOf(before, text, key);
  const changed = `${text.slice(0, start)}${quote}${to}${quote}${text.slice(end)}`;
  const wanted = withValue(valuesOf(before), key.split('.'), quote === '' ? to : String(to));
  const now = parsed(changed);
  if (!isDeepStrictEqual(valuesOf(now), wanted) || spotOf(now, changed, key).value !== to)
    throw refused('setting-used-twice', { key });
  return changed;
}

/** The same values with another one there. Maps on the way are copies: an alias stands for the very same map. */
function withValue(at: unknown, [step, ...rest]: readonly string[], to: unknown): unknown {
  if (step === undefined || !(at instanceof Map)) return to;
  return new Map(at).set(step, withValue(at.get(step), rest, to));
}

function parsed(text: string): Document.Parsed {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const [document] = documents;
  if (document === undefined || documents.length !== 1)
    throw refused('config-not-one-document', { documents: documents.length });
  const [error] = document.errors;
  if (error !== undefined) throw refused('config-unreadable', { line: error.linePos?.[0].line ?? 0 });
  return document as Document.Parsed;
}

/** As plain values, an alias as what it stands for. A file that would grow without end is no configuration. */
function valuesOf(document: Document.Parsed): unknown {
  try {
    return document.toJS(mapAsMap);
  } catch {
    throw refused('config-unreadable', { line: 0 });
  }
}

function spotOf(document: Document.Parsed, text: string, key: string): Spot {
  let node: Node | null = document.contents;
  for (const step of key.split('.')) {
    if (isAlias(node)) throw refused('setting-used-twice', { key });
    if (!isMap(node)) throw refused('setting-not-in-file', { key });
    const pair = node.items.find(({ key: name }) => isScalar(name) && name.value === step);
    if (pair === undefined) throw refused('setting-not-in-file', { key });
    node = pair.value as Node | null;
  }
  if (isAlias(node)) throw refused('setting-used-twice', { key });
  const [start = 0, end = 0] = isScalar(node) ? (node.range ?? []) : [];
  const match = number.exec(text.slice(start, end));
  if (match === null) throw refused('setting-not-a-number', { key });
  return { value: Number(match[2]), start, end, quote: match[1] ?? '' };
}
