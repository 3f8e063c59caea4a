import { indexWithin, matchAt, skipBlanks } from './chars.ts';
import { isHarmless, looksSecret } from './harmless.ts';
import { type Key, kindOf } from './key.ts';
import type { ScanState } from './scan-state.ts';
import { readString } from './strings.ts';
import { hideLines, hideValue } from './value.ts';

const named =
  /(?:^|[\s"'{(,<[\\])(?:parameter_?)?(?:name|key|field|variable|header|property|id|param|setting|option|env|n|k)\\{0,7}["']?\s{0,8}(?:=>|[:=])\s{0,8}\\{0,7}["']?$/i;
const valueBehind =
  /\\{0,7}["']?[ \t]{0,8}[,;]?[\s\0]{0,80}(?:[a-z_]{1,12}=["'][^"'<>]{0,40}["']\s{1,8})?\\{0,7}["']?(?:parameter_?)?(?:value|val|content|default|v)\\{0,7}["']?\s{0,8}(=>|[:=])/iy;
const valueBefore = /(?:^|[\s"'{,(-])value\\{0,7}["']?\s{0,4}(?:[:=])[ \t]{0,8}/gi;
const pairBehind = /(\\{0,7}["'`])?\s{0,4},\s{0,40}(?=(?:b|N|<<)?\\{0,7}["'`])/y;

/**
 * `name: DB_PASSWORD` with its `value:` beside it (containers' environments, properties of Java, parameters of
 * clouds), and names in lists with their value as the next item. Returns where to go on.
 */
export function hideSibling(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  if (named.test(text.slice(Math.max(0, key.start - 40), key.start))) {
    const behind = matchAt(valueBehind, text, key.end);
    const secret: Key =
      key.meaning === 'secret' ? { ...key, quoted: false } : { ...key, meaning: 'secret', quoted: false };
    if (behind !== null) {
      const from = key.end + behind[0].length;
      const around = state.quotes.openAt(from);
      const column = columnKey(text, from, secret, behind[0]);
      return hideValue(state, from, { ...column, around }, behind[1] ?? ':') ?? from;
    }
    // `<entry key="password">x</entry>`
    const tag = /^["'][^<>]{0,80}>/.exec(text.slice(key.end, key.end + 84));
    if (tag !== null) return hideText(state, key, key.end + tag[0].length);
    hideValueBefore(state, secret);
    return undefined;
  }
  return hidePair(state, key);
}

/** The key of the value: its column counts for what YAML nests below it. */
function columnKey(text: string, from: number, key: Key, gap: string): Key {
  const name = /[A-Za-z_]{1,20}\\{0,7}["']?\s{0,8}(?:=>|[:=])$/.exec(gap)?.[0] ?? '';
  return {
    ...key,
    start: from - name.length,
    end: from - name.length + (/^\w+/.exec(text.slice(from - name.length, from))?.[0].length ?? 0),
  };
}

/** `value: x` on the line before `name: DB_PASSWORD`, or before it in the same braces. */
function hideValueBefore(state: ScanState, key: Key): void {
  const { text } = state;
  const from = Math.max(0, key.start - 400);
  const before = text.slice(from, key.start);
  let last: { index: number; length: number } | undefined;
  for (const found of before.matchAll(valueBefore)) last = { index: found.index, length: found[0].length };
  if (last === undefined) return;
  const gap = before.slice(last.index + last.length);
  // Only one line, and one object, between the value and its name.
  if (
    (gap.match(/\n/g) ?? []).length > 1 ||
    /\}|^\s*\n\s*- name/.test(gap.replace(/\}[^}]*$/, (rest) => (rest.includes('{') ? rest : '')))
  )
    return;
  if (
    /-\s+\\{0,7}["']?(?:name|key)["']?\s*[:=]\s*["']?$/i.test(before) ||
    /\{\\{0,7}["']?(?:name|key)["']?\s*[:=]\s*["']?\\{0,7}["']?$/i.test(before)
  )
    return;
  hideValue(state, from + last.index + last.length, { ...key, around: undefined, quoted: true }, '=');
}

/** `('password', 'x')`, `{password,"x"}`, `[ 'Authorization', 'Bearer x' ]`, `getOrDefault("token", "x")` */
function hidePair(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  const gap = matchAt(pairBehind, text, key.end);
  if (gap === null) return undefined;
  const start = key.quoted ? key.start - 1 : key.start;
  const opener = /[([{]\s{0,40}\\{0,7}$/.exec(text.slice(Math.max(0, start - 48), start))?.[0].charAt(0);
  let from = key.end + gap[0].length;
  from += /^(?:b|N|<<)/.exec(text.slice(from, from + 2))?.[0].length ?? 0;
  const read = readString(state, from, key.around);
  if (read === undefined) return undefined;
  const value = text.slice(read.start, read.end);
  const isHeader = key.meaning === 'header' || key.meaning === 'cookie';
  const isFlag = key.name.startsWith('-');
  const closes = /^[\])}>]/.test(text.slice(skipBlanks(text, read.next), skipBlanks(text, read.next) + 1));
  // `set_config('app.secret', 'x', false)`
  const called =
    opener === '(' &&
    /\w\(\s{0,40}\\{0,7}$/.test(text.slice(Math.max(0, start - 48), start)) &&
    looksSecret(value);
  if (!isHeader && !isFlag && (opener === undefined || (!closes && !called))) return undefined;
  if (!key.quoted && opener !== '{') return undefined;
  if (isHarmless(value) || (isFlag && value.startsWith('-'))) return undefined;
  const plainList = opener === '[' && !isHeader && !isFlag;
  if (plainList && !looksSecret(value)) return undefined;
  if (isHeader && !/\s|[\d=]/.test(value)) return undefined;
  if (!isFlag && /^[a-z_]+$/.test(value) && key.meaning !== 'secret') return undefined;
  state.add(read.start, read.end, kindOf(key.name));
  return read.next;
}

const openTag = /<(?:[\w.-]{1,40}:)?$/;
const escapedTag = /&lt;(?:[\w.-]{1,40}:)?$/;
const restOfTag = /(?:\s[^<>]{0,200})?>/y;
const closeOfName =
  /<\/(?:[\w.-]{1,40}:)?(?:name|key|id|param-name)>\s{0,80}<(?:[\w.-]{1,40}:)?(?:value|string|param-value)(?:\s[^<>]{0,100})?>/iy;

/** `<password>x</password>`, and `<name>db.password</name><value>x</value>`. */
export function hideElement(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  if (text.charCodeAt(key.start - 1) === 62) {
    const value = matchAt(closeOfName, text, key.end);
    if (value !== null) return hideText(state, key, key.end + value[0].length);
  }
  const before = text.slice(Math.max(0, key.start - 46), key.start);
  const rest = openTag.test(before) ? matchAt(restOfTag, text, key.end) : null;
  if (rest !== null && !rest[0].endsWith('/>')) return hideText(state, key, key.end + rest[0].length);
  if (escapedTag.test(before) && text.startsWith('&gt;', key.end)) return hideText(state, key, key.end + 4);
  return undefined;
}

/** The text of an element, up to the next tag. */
function hideText(state: ScanState, key: Key, from: number): number | undefined {
  const { text } = state;
  if (text.startsWith('<![CDATA[', from)) {
    const close = indexWithin(text, ']]>', from, 16_384);
    const end = close < 0 ? Math.min(text.length, from + 4096) : close;
    state.add(from + 9, end, kindOf(key.name));
    return end;
  }
  const limit = Math.min(text.length, from + 8192);
  let end = from;
  while (end < limit && text.charAt(end) !== '<' && !text.startsWith('&lt;', end)) end += 1;
  const value = text.slice(from, end);
  if (!text.startsWith('</', end) && !text.startsWith('&lt;/', end)) return undefined;
  if (value.trim() === '' || isHarmless(value)) return undefined;
  if (key.meaning === 'likely' && !looksSecret(value.trim())) return undefined;
  const start = from + (value.length - value.trimStart().length);
  hideLines(state, start, start + value.trim().length, key);
  return end;
}
