/** What stands for a character that cannot be stored or sent. */
const replacement = '\ufffd';

/** Stands at the end of a text that was cut. */
export const ellipsis = '…';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Text that PostgreSQL, JSON and Slack take: NUL and halves of surrogate pairs become U+FFFD. Everything else stays,
 * other control characters too.
 */
export function wellFormed(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', replacement) : whole;
}

/** Stands in place of an invisible character. */
const dot = '\u00b7';

/** Joiners and selectors of a variant: a part of some letters and emoji, and nothing at all behind other characters. */
const joiner = '[\\u200c\\u200d]';
const variant = '[\\u180b-\\u180d\\u180f\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]';
const widthless = '\\p{Default_Ignorable_Code_Point}';
const joinsNothing = `(?:^|[\\p{ASCII}${dot}]|${widthless})`;

/**
 * What is not seen: control characters, marks that turn the direction in which what follows is read, and characters
 * without a width, with which a text looks like another one.
 */
const hidden = new RegExp(
  [
    '\\r(?!\\n)|[^\\P{Cc}\\t\\n\\r]',
    `(?!${joiner}|${variant})${widthless}`,
    // A digit in a key has such a selector.
    `(?<=${joinsNothing})${variant}(?!\\u20e3)`,
    `(?<=^|[\\p{ASCII}${dot}]|(?!${variant})${widthless}|${joinsNothing}${variant})${joiner}`,
  ].join('|'),
  'gu',
);

/** Text that shows what it holds: what is not seen becomes a dot. Well formed. */
export function visible(text: string): string {
  return text.replace(hidden, dot).toWellFormed();
}

/** The same for JSON, where nothing is lost: it becomes escapes. */
export function visibleInJson(json: string): string {
  return json.replace(hidden, (mark) =>
    Array.from({ length: mark.length }, (_none, at) => mark.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Quotes that phones and Chinese keyboards curl, as programs print them. */
export function straightQuotes(text: string): string {
  return text.replace(/[\u201c-\u201e\u300c\u300d]/g, '"').replace(/[\u2018\u2019]/g, "'");
}

/** What is not seen, or turns the direction of what is; joiners stay, for some scripts are written with them. */
const unseen = /[\u200c\u200d]|[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
const joiners = new Set(['\u200c', '\u200d']);

/** One line of what people can see: breaks become a space; invisible characters and marks of direction go. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(unseen, (mark) => (joiners.has(mark) ? mark : ''))
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Whether somebody who reads it sees a word: a letter or a digit. */
export const hasWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** Sequences by which a program colours its lines and moves a terminal's cursor (ECMA-48, CSI). */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-?]*[ -/]*[@-~]`, 'g');

/** Text of a program without what only a terminal understands. */
export function withoutColours(text: string): string {
  return text.includes('\u001b') ? text.replace(colours, '') : text;
}

/** Every text and name inside a value well formed; what is no plain object and no list stays what it is. */
export function wholeJson<T>(value: T): T {
  return mended(value, wellFormed) as T;
}

/** The same for what people are shown. */
export function visibleJson<T>(value: T): T {
  return mended(value, visible) as T;
}

/** JSON that PostgreSQL takes: `JSON.stringify`, with every text and name in it well formed. */
export function wholeJsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // So JSON writes NUL and a half alone; a text with these very letters is only looked at in vain.
  return /\\u(?:0000|d[89a-f])/.test(text) ? JSON.stringify(wholeJson(JSON.parse(text))) : text;
}

function mended(value: unknown, mend: (text: string) => string): unknown {
  if (typeof value === 'string') return mend(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mended(item, mend));
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) return value;
  // A corrected name that another member has already takes a longer one, so that neither is lost.
  const names = new Set(Object.keys(value));
  const members = Object.entries(value).map(([name, item]) => {
    let free = mend(name);
    while (free !== name && names.has(free)) free += replacement;
    names.add(free);
    return [free, mended(item, mend)] as const;
  });
  return Object.fromEntries(members);
}

/** No class instance, and nothing that says itself what its JSON is. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype) &&
    !('toJSON' in value && typeof value.toJSON === 'function')
  );
}

/**
 * The only way to shorten text for people: at most `most` characters, as a reader counts them (an emoji with its skin
 * tone, a letter with its accents is one), and an ellipsis as the last of them when something was left out. What comes
 * back is well formed. `most` is at least 1.
 */
export function shortened(text: string, most: number): string {
  if (!Number.isInteger(most) || most < 1) throw new RangeError(`a text of ${most} characters`);
  // As many units as characters is the least that a text can take.
  if (text.length <= most) return wellFormed(text);
  let count = 0;
  let kept = 0;
  // A character of 64 units would be none that a person typed: what is longer is cut inside, at a whole code point.
  for (const { segment, index } of segmenter.segment(text.slice(0, most * 64 + 64))) {
    count += 1;
    if (count > most) return wellFormed(`${text.slice(0, kept).trimEnd()}${ellipsis}`);
    if (count < most) kept = index + segment.length;
  }
  return text.length <= most * 64 + 64
    ? wellFormed(text)
    : wellFormed(`${text.slice(0, kept).trimEnd()}${ellipsis}`);
}

/**
 * The first whole characters that together have at most `points` code points, without a sign that something was left
 * out: what Slack counts.
 */
export function cutToPoints(text: string, points: number): string {
  if (text.length <= points) return wellFormed(text);
  let left = points;
  let kept = 0;
  const longest = 64;
  // Every code point has two units at most; behind them stands enough to see where the last character ends.
  for (const { segment, index } of segmenter.segment(text.slice(0, points * 2 + longest))) {
    const count = countPoints(segment);
    if (count > left) {
      // What is longer is none that a person typed, and is cut inside.
      if (segment.length > longest) kept = index + unitsOf(segment, left);
      break;
    }
    left -= count;
    kept = index + segment.length;
  }
  return wellFormed(text.slice(0, kept));
}

export function countPoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function unitsOf(text: string, points: number): number {
  let units = 0;
  let left = points;
  for (const point of text) {
    if (left === 0) break;
    units += point.length;
    left -= 1;
  }
  return units;
}

/**
 * The first `units` UTF-16 units at most, cut between code points, without a sign that something was left out: for
 * limits that machines set (Slack counts units of its own, PostgreSQL bytes).
 */
export function cutToUnits(text: string, units: number): string {
  if (text.length <= units) return wellFormed(text);
  const last = text.charCodeAt(units - 1);
  return wellFormed(text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units));
}

const gap = `\n${ellipsis}\n`;

/**
 * The beginning and the end of a text, `units` UTF-16 units at most, with an ellipsis in a line of its own between them: of
 * a log or a traceback, both say more than the middle.
 */
export function headAndTail(text: string, units: number): string {
  if (text.length <= units) return wellFormed(text);
  const head = Math.floor((units - gap.length) / 2);
  const from = text.length - (units - gap.length - head);
  return wellFormed(`${cutToUnits(text, head)}${gap}${text.slice(from).replace(/^[\udc00-\udfff]/, '')}`);
}

/** The same for bytes of UTF-8. */
export function cutToBytes(text: string, bytes: number): string {
  const whole = wellFormed(text);
  if (whole.length * 3 <= bytes) return whole;
  const encoded = new TextEncoder().encode(whole.slice(0, bytes));
  if (encoded.length <= bytes && whole.length <= bytes) return whole;
  let end = Math.min(bytes, encoded.length);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return wellFormed(new TextDecoder().decode(encoded.subarray(0, end)));
}

/** A text in pieces of whole lines, each of about so many units; a longer line is a piece of its own. */
export function* wholeLines(text: string, units: number): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const within = text.lastIndexOf('\n', at + units);
    const end = within >= at ? within : text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    yield text.slice(at, next);
    at = next;
  }
}
