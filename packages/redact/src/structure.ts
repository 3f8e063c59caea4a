import { isBreakCode, isSpaceCode, lineEnd, nextLine, skipBlanks } from './chars.ts';
import { isHarmless, looksSecret } from './harmless.ts';
import { columnOf, type Key, kindOf, mustGo } from './key.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';

/** Keys below a secret name whose values say where it is or what it is like, and are no secrets. */
const referring =
  /^(?:name|names|secret_?name|key|keys|file|path|items|optional|type|kind|api_?version|namespace|id|uid|user|users|username|user_?name|login|url|uri|host|port|enabled|provider|version|ref|value_?from|secret_?key_?ref|secret_?ref|config_?map_?key_?ref|mount_?path|source|sources|external|description|label|labels|title|example_?of|scope|scopes|algorithm|alg|issuer|audience|default_?mode|mode|required|format|min_?length|max_?length|pattern|status|state|reason|message|error|expires?|expires_?at|expires_?in|created_?at|used|limit|total|count|length|size|annotations|metadata|email|role|roles|region|engine|method|lang|env|env_?name|env_?var|existing_?secret)$/i;

export const isReferring = (name: string): boolean => referring.test(name);

/** `key: x9Y…` below credentials: the key of nothing that is kept elsewhere. */
const isOddKey = (name: string, value: string): boolean =>
  /^keys?$/i.test(name) && looksSecret(value) && !/[.]/.test(value);

/** A value with a key of its own below a secret name is no name of an object. */
const below = (key: Key): Pick<Key, 'name' | 'meaning'> => ({ ...key, name: `${key.name}_value` });

const mostText = 65_536;
const byteList = /[[{(]\s*(?:0x[0-9a-f]{1,2}|\d{1,3})(?:[\s,]{1,4}(?:0x[0-9a-f]{1,2}|\d{1,3})){3,}/iy;

/**
 * Hides what stands in the brackets that open at `at`: every string and word, except behind keys that only refer.
 * Undefined when they do not close where they could: then they are no brackets but part of a value.
 */
export function hideBrackets(state: ScanState, at: number, key: Key): number | undefined {
  const { text } = state;
  if (at < state.unclosedUntil || !state.spend(0)) return undefined;
  byteList.lastIndex = at;
  const acrossLines = opensLine(text, at);
  const stop = acrossLines ? Math.min(text.length, at + mostText) : lineEnd(text, at, mostText);
  const leaves: { start: number; end: number; quoted: boolean; key: string }[] = [];
  const bytes = byteList.test(text);
  let depth = 0;
  let last = '';
  let pos = at;
  for (; pos < stop; ) {
    const letter = text.charAt(pos);
    if ('([{'.includes(letter)) {
      depth += 1;
      pos += 1;
    } else if (')]}'.includes(letter)) {
      depth -= 1;
      pos += 1;
      if (depth === 0) break;
      last = '';
    } else if (letter === ',' || letter === ';') {
      last = '';
      pos += 1;
    } else if (
      isSpaceCode(text.charCodeAt(pos)) ||
      letter === ':' ||
      letter === '=' ||
      letter === '>' ||
      letter === '&' ||
      letter === '<'
    ) {
      pos += 1;
    } else {
      const leaf = readLeaf(state, pos, stop, key);
      if (isKeyBefore(text, leaf.next)) last = text.slice(leaf.start, leaf.end);
      else {
        leaves.push({ ...leaf, key: last });
        last = leaf.quoted ? '' : last;
      }
      pos = Math.max(leaf.next, pos + 1);
    }
  }
  if (depth !== 0) {
    state.spend(pos - at);
    state.unclosedUntil = pos;
    return undefined;
  }
  if (!state.spend((pos - at) * 2)) {
    state.add(at + 1, pos - 1, kindOf(key.name));
    return pos;
  }
  if (bytes) state.add(at + 1, pos - 1, kindOf(key.name));
  for (const leaf of leaves) {
    const value = text.slice(leaf.start, leaf.end);
    if (leaf.key !== '' && referring.test(leaf.key) && !isOddKey(leaf.key, value)) continue;
    if ((!leaf.quoted && /^[\d.]{1,5}$/.test(value)) || isHarmless(value)) continue;
    // `{namespace, name, key}`: names, not values.
    if (leaf.key === '' && !leaf.quoted && referring.test(value)) continue;
    if (mustGo(leaf.key === '' ? key : below(key), value, leaf.quoted))
      state.add(leaf.start, leaf.end, kindOf(key.name));
  }
  return at + 1;
}

/** `"passwords": [` with the rest on the lines below; everything else closes on its own line. */
function opensLine(text: string, at: number): boolean {
  let pos = at + 1;
  while (pos < text.length && (isSpaceCode(text.charCodeAt(pos)) || '[{('.includes(text.charAt(pos)))) {
    if (isBreakCode(text.charCodeAt(pos))) return true;
    pos += 1;
  }
  return pos >= text.length;
}

function readLeaf(
  state: ScanState,
  pos: number,
  stop: number,
  key: Key,
): { start: number; end: number; next: number; quoted: boolean } {
  const { text } = state;
  if (quoteAt(text, pos) !== undefined) {
    const read = readString(state, pos, key.around);
    if (read !== undefined) return { ...read, quoted: true };
  }
  let end = pos;
  while (end < stop && !isSpaceCode(text.charCodeAt(end)) && !'()[]{},;'.includes(text.charAt(end))) {
    const letter = text.charAt(end);
    if (
      letter === ':' ||
      (letter === '=' &&
        text.charAt(end + 1) !== '=' &&
        end - pos < 60 &&
        /^[\w.-]+$/.test(text.slice(pos, end)))
    )
      break;
    end += 1;
  }
  return { start: pos, end, next: end, quoted: false };
}

function isKeyBefore(text: string, at: number): boolean {
  const pos = skipBlanks(text, at);
  const letter = text.charAt(pos);
  return letter === ':' || letter === '=';
}

/**
 * Hides what stands below a key without a value of its own, as YAML nests it: the lines that are indented more, and
 * lists at its own column. Returns the end of the block, or undefined without a block.
 */
export function hideBelow(
  state: ScanState,
  end: number,
  key: Key,
  lines: 'all' | 'scalars',
): number | undefined {
  const { text } = state;
  const column = columnOf(text, key.start) + listColumns(text, key.start);
  let at = nextLine(text, end);
  let last: number | undefined;
  let hideUnder = -1;
  for (let count = 0; at < text.length && count < 2000; count += 1) {
    const stop = lineEnd(text, at);
    let first = at;
    while (first < stop && isSpaceCode(text.charCodeAt(first))) first += 1;
    if (first < stop) {
      const indent = first - at;
      const isItem = text.charAt(first) === '-' && isSpaceCode(text.charCodeAt(first + 1));
      if (
        indent < column ||
        (indent === column && !(isItem && lines === 'scalars' && listColumns(text, key.start) === 0))
      )
        break;
      if (!state.spend((stop - at) * 2)) lines = 'all';
      if (lines === 'all') state.add(first, stop, kindOf(key.name));
      else if (hideUnder >= 0 && indent > hideUnder) state.add(first, stop, kindOf(key.name));
      else hideUnder = hideScalar(state, first, stop, key) ? indent : -1;
      last = stop;
    }
    at = nextLine(text, stop);
  }
  return last;
}

/** `- ` before a key moves its column. */
function listColumns(text: string, at: number): number {
  let count = 0;
  while (text.slice(Math.max(0, at - count - 2), at - count) === '- ') count += 2;
  return count;
}

const subKey = /["']?([\w./ -]{1,80}?)["']?\s*[:=](?=\s|$)/y;

/** One line below a secret name; true when the lines below it belong to its value (`|`). */
function hideScalar(state: ScanState, from: number, stop: number, key: Key): boolean {
  const { text } = state;
  let at = from;
  while (text.charAt(at) === '-' && isSpaceCode(text.charCodeAt(at + 1))) at = skipBlanks(text, at + 1);
  let name = '';
  subKey.lastIndex = at;
  const sub = subKey.exec(text);
  if (sub !== null && subKey.lastIndex <= stop) {
    name = sub[1] ?? '';
    at = skipBlanks(text, subKey.lastIndex);
  }
  if (at >= stop || text.charAt(at) === '#') return false;
  const value0 = text
    .slice(at, stop)
    .trim()
    .replace(/^["']|["']$/g, '');
  if ((referring.test(name) && !isOddKey(name, value0)) || /^at\b/.test(name)) return false;
  if (/^[|>][+\-0-9]*\s*$/.test(text.slice(at, stop))) return true;
  const quoted = quoteAt(text, at) !== undefined;
  const read = quoted ? readString(state, at, undefined) : undefined;
  const comment = text.slice(at, stop).search(/\s#/);
  const start = read?.start ?? at;
  const end = read?.end ?? (comment < 0 ? stop : at + comment);
  const value = text.slice(start, end).trimEnd();
  // A list of names of things that are kept elsewhere: `secrets:\n  - db_password`.
  if (/secrets$/i.test(key.name) && /^[a-z]+(?:[-_.][a-z]+){0,6}$/.test(value)) return false;
  if (
    /^(?:true|false)$/.test(value) ||
    /^at [\w$.]+\(/.test(value) ||
    (name !== '' && /^[\d.]{1,5}$/.test(value))
  )
    return false;
  if (mustGo(name === '' ? key : below(key), value, quoted))
    state.add(start, start + value.length, kindOf(key.name));
  return false;
}
