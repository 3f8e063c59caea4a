import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments } from 'yaml';
import { refused } from '../shared/stale.ts';

/** A value as it is written: a number, or a time with its unit such as `60s`. */
export type Written = number | string;

/** A value that is looked for in a file. */
export interface Sought {
  /** What people read of it. */
  readonly key: string;
  /** The keys down to it; `id` stands for the one item of a list that has this id. */
  readonly way: readonly (string | { readonly id: string })[];
  /** It is a time, which may have a fraction or a unit. */
  readonly lasts: boolean;
}

/** The value of a dotted key. */
export const ofKey = (key: string, lasts = false): Sought => ({ key, way: key.split('.'), lasts });

/** The time that a step of a workflow may take, in seconds. */
export const ofStep = (step: string): Sought => ({
  key: `steps.${step}.config.timeout`,
  way: ['steps', { id: step }, 'config', 'timeout'],
  lasts: false,
});

/** Where the value stands in the text of a file. */
interface Spot {
  readonly value: Written;
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  /** The way to it, an item of a list by its number. */
  readonly path: readonly (string | number)[];
}

/** As people write a number. `010` is one for some readers and another for others. */
const whole = /^(0|[1-9]\d{0,8})$/;
/** No zero at the end of a fraction: the number would not be written like that again. */
const time = /^((?:0|[1-9]\d{0,8})(?:\.\d{0,2}[1-9])?)(ms|s|m|h)?$/;
const quoted = /^(["']?)(.*)\1$/s;

const mapAsMap = { mapAsMap: true } as const;

/** A text that is a value and nothing else; undefined where it is no plain one. */
export function writtenAs(text: string, lasts: boolean): Written | undefined {
  const [, digits, unit] = (lasts ? time : whole).exec(text) ?? [];
  if (digits === undefined) return undefined;
  return unit === undefined ? Number(digits) : text;
}

/** Why it is none. */
export const notWritten = ({ key, lasts }: Pick<Sought, 'key' | 'lasts'>) =>
  refused(lasts ? 'setting-not-a-time' : 'setting-not-a-number', { key });

/**
 * The value that a YAML file gives. AppError CONFLICT: the file cannot be read as one document, has no such key, or has
 * another kind of value there.
 */
export function writtenIn(text: string, sought: Sought): Written {
  return spotOf(parsed(text), text, sought).value;
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
 * The same text with another value there: not one other character changes. Refused where the file would say something
 * else besides, such as through an anchor.
 */
export function withWritten(text: string, sought: Sought, to: Written): string {
  const before = parsed(text);
  const { start, end, quote, path } = spotOf(before, text, sought);
  const changed = `${text.slice(0, start)}${quote}${to}${quote}${text.slice(end)}`;
  const now = parsed(changed);
  const same = saysBesides(before, now, path, quote === '' ? to : String(to));
  if (!same || spotOf(now, changed, sought).value !== to)
    throw refused('setting-used-twice', { key: sought.key });
  return changed;
}

/** What a file says must be what it said, but for the value at this way: keys of maps, and numbers of items. */
export function saysBesides(
  before: Document.Parsed,
  now: Document.Parsed,
  path: readonly (string | number)[],
  to: unknown,
): boolean {
  return isDeepStrictEqual(valuesOf(now), withValue(valuesOf(before), path, to));
}

/** The same values with another one there. What is on the way is copied: an alias stands for the very same map or list. */
function withValue(at: unknown, [step, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (step === undefined) return to;
  if (at instanceof Map) return new Map(at).set(step, withValue(at.get(step), rest, to));
  return Array.isArray(at) ? at.with(Number(step), withValue(at[Number(step)], rest, to)) : to;
}

/** A file as the one document that it is; AppError CONFLICT where it is none. */
export function parsed(text: string): Document.Parsed {
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

/** What stands there, and the way to it. Refused where there is nothing, and where an alias leads to it. */
export function nodeAt(
  document: Document.Parsed,
  { key, way }: Pick<Sought, 'key' | 'way'>,
): { readonly node: Node | null; readonly path: readonly (string | number)[] } {
  let node: Node | null = document.contents;
  const path: (string | number)[] = [];
  for (const step of way) {
    if (isAlias(node)) throw refused('setting-used-twice', { key });
    const [name, below] =
      typeof step === 'string' ? valueOf(node, step, key) : itemOf(document, node, step.id, key);
    path.push(name);
    node = below;
  }
  if (isAlias(node)) throw refused('setting-used-twice', { key });
  return { node, path };
}

function spotOf(document: Document.Parsed, text: string, sought: Sought): Spot {
  const { node, path } = nodeAt(document, sought);
  const [start = 0, end = 0] = isScalar(node) ? (node.range ?? []) : [];
  const [, quote = '', inner = ''] = quoted.exec(text.slice(start, end)) ?? [];
  const value = writtenAs(inner, sought.lasts);
  if (value === undefined) throw notWritten(sought);
  return { value, start, end, quote, path };
}

function valueOf(node: Node | null, name: string, key: string): readonly [string, Node | null] {
  const pair = isMap(node)
    ? node.items.find(({ key: one }) => isScalar(one) && one.value === name)
    : undefined;
  if (pair === undefined) throw refused('setting-not-in-file', { key });
  return [name, pair.value as Node | null];
}

/** The one item of a list that has this id, by whatever stands in it: two of them are nobody's. */
function itemOf(
  document: Document.Parsed,
  node: Node | null,
  id: string,
  key: string,
): readonly [number, Node | null] {
  const items = isSeq(node) ? (node.items as readonly (Node | null)[]) : [];
  const found = items.flatMap((item, at) => {
    const map = isAlias(item) ? item.resolve(document) : item;
    return isMap(map) && map.get('id') === id ? [at] : [];
  });
  const [at] = found;
  if (at === undefined) throw refused('setting-not-in-file', { key });
  if (found.length > 1) throw refused('step-ambiguous', { step: id });
  return [at, items[at] ?? null];
}
