import { isNameCode, matchAt, skipBlanks } from './chars.ts';
import { hidePassArgument, hidePositional } from './commands.ts';
import { isHarmless, looksMixed, looksSecret } from './harmless.ts';
import { hideHeader } from './headers.ts';
import { type Key, kindOf, mustGo } from './key.ts';
import { isSecretName, meaningOf, type NameMeaning } from './names.ts';
import { hideAfterWords, hideArgument, hideBefore, hideEchoed } from './prose.ts';
import { isQuoteCode, slashesBefore } from './quotes.ts';
import type { ScanState } from './scan-state.ts';
import { hideElement, hideSibling } from './siblings.ts';
import { hideCalled } from './statements.ts';
import { readString } from './strings.ts';
import { hideValue } from './value.ts';

/** Longest name that is read; more is no name. */
const longestName = 96;

/**
 * What stands between a name and its value: the mark that closes the name, a bracket, a type, and a sign.
 * `"a":`, `['a'] =`, `a[25] =`, `a :=`, `a =>`, `a: (string)`, `a\":`, `a：`
 */
const explicitYaml = /["']?[ \t]{0,8}\r?\n[ \t]{0,40}:[ \t]/y;
const isLatinName = (code: number): boolean => code < 128 && isNameCode(code);
const isHanCode = (code: number): boolean => code >= 0x3400 && code <= 0x9fff;
const hanVerb = /(?:已?(?:改|修改|重置|更新|设置)?(?:为|為|是|成))[ \t]{0,4}[“"']?([!-~]{6,240})/y;
const countBehind = /["']?\s{0,4}[:=]?\s{0,4}\d{1,19}(?![\w.-])/y;
/** `password..........x`, `Password ....... : x`: a line of points, as lists of settings have it. */
const leader = /[ \t]?(?:\.{4,64}[ \t]{0,4}(?::[ \t]{0,4})?|\.{2,3}[ \t]?:[ \t]{1,4})(?=[^\s.])/y;
const ownStandIn = /secret(?::[0-9a-f]{4,32})?\]/y;
const commandNames = new Set(['htpasswd', 'change_password', 'authenticate_user', 'auth-pass', 'addauth']);
const between =
  /(\\{0,15}["'`])?(\]|\[\d{0,6}\])?[*_]{0,3}[ \t]{0,40}(:=|=>|->|={1,3}|!==?|\?=|\+=|::?(?!\/\/)|：|＝)(?:[*_]{1,3}(?=[ `]))?/y;

/**
 * A literal of a name ends at `at`: reads the whole name around it and hides what it names. Returns where to go on:
 * behind the value, or behind the name and its sign, so that a pair inside a harmless value is found, too.
 */
export function hideNamed(state: ScanState, at: number): number {
  const { text } = state;
  let start = at;
  while (start > 0 && at - start < longestName && isNameCode(text.charCodeAt(start - 1))) start -= 1;
  let end = at;
  while (end < text.length && end - start < longestName && isNameCode(text.charCodeAt(end))) end += 1;
  // `password为x`: a verb, and no part of a Latin name.
  let latin = at;
  while (latin < text.length && latin - start < longestName && isLatinName(text.charCodeAt(latin)))
    latin += 1;
  if (isHanCode(text.charCodeAt(latin)) && !isHanCode(text.charCodeAt(at - 1))) {
    const value = matchAt(hanVerb, text, latin)?.[1];
    const held = value?.replace(/[.,;:!?)}\]>"'`]+$/, '') ?? '';
    if (held.length >= 6 && (looksSecret(held) || looksMixed(held)) && !isHarmless(held)) {
      const from = text.indexOf(held, latin);
      state.add(from, from + held.length, kindOf(text.slice(start, latin)));
      return from + held.length;
    }
  }
  if (end - start >= longestName && !text.startsWith('....', at)) return at;
  const standIn = text.charCodeAt(start - 1) === 91 ? matchAt(ownStandIn, text, start) : null;
  if (standIn !== null) return start + standIn[0].length;
  // `\npassword`, `\tpassword`: the letter belongs to the escape.
  if (text.charCodeAt(start - 1) === 92 && /[nrtfbv]/.test(text.charAt(start))) start += 1;
  // `password..........x`: the points are no part of the name.
  const points = text.slice(start, end).indexOf('....');
  if (points > 0 && start + points >= at) end = start + points;
  while (end > start && /[.$-]/.test(text.charAt(end - 1))) end -= 1;
  const name = text.slice(start, end);
  let meaning = meaningOf(name);
  if (meaning === 'none' || meaning === 'random') meaning = spacedMeaning(text, start, name) ?? meaning;
  if (name === 'pass' && text.charAt(end) === ':') {
    const argument = hidePassArgument(state, end + 1);
    if (argument > end + 1) return argument;
  }
  if (name === 'pass' && isBesideUser(text, start)) meaning = 'secret';
  if (name.endsWith('stdin') || name === 'chpasswd') hideEchoed(state, start, name);
  const special = commandNames.has(name) ? hidePositional(state, start) : undefined;
  if (special !== undefined) return special;
  if (meaning === 'none' || isAnnotated(text, start)) return at;
  const key = keyAt(state, name, meaning, start, end);
  if (/^tokens?$/i.test(name) && fencing.test(text.slice(Math.max(0, start - 10), start))) {
    const number = matchAt(countBehind, text, end);
    if (number !== null) return end + number[0].length;
  }
  return hideKey(state, key) ?? at;
}

function keyAt(state: ScanState, name: string, meaning: NameMeaning, start: number, end: number): Key {
  const { text } = state;
  const mark = start - 1;
  const opens = isQuoteCode(text.charCodeAt(mark));
  const closes = opens && closesName(text, end, text.charCodeAt(mark));
  const before = closes ? mark - slashesBefore(text, mark) : start;
  return { name, meaning, start, end, quoted: closes, around: state.quotes.openAt(before) };
}

function closesName(text: string, end: number, code: number): boolean {
  let at = end;
  while (text.charCodeAt(at) === 92 && at - end < 16) at += 1;
  return text.charCodeAt(at) === code;
}

/** `api key`, `Secret Key`, `access token`: two words, of which the second alone says little. */
function spacedMeaning(text: string, start: number, name: string): NameMeaning | undefined {
  if (/^passe$/i.test(name) && /\bmot de $/i.test(text.slice(Math.max(0, start - 8), start))) return 'secret';
  if (!/^keys?$/i.test(name) || text.charCodeAt(start - 1) !== 32) return undefined;
  const word = /[A-Za-z]{2,20}$/.exec(text.slice(Math.max(0, start - 21), start - 1))?.[0];
  return word !== undefined && isSecretName(`${word}Key`) ? 'secret' : undefined;
}

/** `"user":"app","pass":"x"`: what is a verb elsewhere. */
function isBesideUser(text: string, start: number): boolean {
  return /["']?(?:user(?:name)?|login)["']?\s{0,4}[:=]\s{0,4}["']?[^"'\s,]{0,64}["']?,\s{0,4}["']?$/.test(
    text.slice(Math.max(0, start - 100), start),
  );
}

/** `fencing token: 17`: the word before says that it is counted, or a lock's. */
const fencing = /(?:^|[^A-Za-z])(?:fenc(?:e|ing)|lock|lease|epoch)[ ]$/i;

/** `checksum/secret: …`: an annotation about a secret. */
function isAnnotated(text: string, start: number): boolean {
  if (
    text.charAt(start - 1) === ':' &&
    /arn:aws[\w:-]{0,80}:$/.test(text.slice(Math.max(0, start - 96), start))
  )
    return true;
  return (
    text.charAt(start - 1) === '/' &&
    /(?:checksum|hash|digest|version|name)\/$/i.test(text.slice(Math.max(0, start - 12), start))
  );
}

function hideKey(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  const element = hideElement(state, key);
  if (element !== undefined) return element;
  if (text.slice(Math.max(0, key.start - 2), key.start) === '${') return hideExpansion(state, key);
  const gap = matchAt(between, text, key.end);
  const sign = gap?.[3];
  if (gap !== null && sign !== undefined) {
    const from = key.end + gap[0].length;
    if (sign.length > 1 && (sign[0] === '!' || sign.startsWith('=='))) {
      const compared = hideCompared(state, key, from);
      if (compared !== undefined) return compared;
    }
    if (key.meaning === 'header' || key.meaning === 'cookie') return hideHeader(state, key, from) ?? from;
    if (/^auth$/i.test(key.name) && text.charAt(skipBlanks(text, from)) === '(')
      return hideCalled(state, skipBlanks(text, from) + 1);
    return hideValue(state, from, key, sign) ?? from;
  }
  const points =
    text.charAt(key.end) === '.' || text.charAt(key.end + 1) === '.' ? matchAt(leader, text, key.end) : null;
  if (points !== null && key.meaning === 'secret')
    return hideValue(state, key.end + points[0].length, key, '=');
  const explicit = matchAt(explicitYaml, text, key.end);
  if (explicit !== null && text.slice(Math.max(0, key.start - 2), key.start).endsWith('? '))
    return hideValue(state, key.end + explicit[0].length, key, ':');
  const sibling = hideSibling(state, key);
  if (sibling !== undefined) return sibling;
  if (text.charCodeAt(key.end) === 40) return hideCall(state, key);
  if (isArgumentFlag(key) || isQuotedSetting(key)) return hideArgument(state, key);
  return hideRecord(state, key) ?? hideBefore(state, key) ?? hideAfterWords(state, key);
}

const expansion = /:?([-=?+])([^{}\n\r]{0,400})\}/y;

/** `${DB_PASSWORD:-x}`: the value that holds when the variable is not set. */
function hideExpansion(state: ScanState, key: Key): number | undefined {
  const found = matchAt(expansion, state.text, key.end);
  const [, sign, value = ''] = found ?? [];
  if (found === null || (sign !== '-' && sign !== '=') || !mustGo(key, value, true)) return undefined;
  const end = key.end + found[0].length - 1;
  state.add(end - value.length, end, kindOf(key.name));
  return end;
}

/** `--password`, `-storepass`; also in a list: `"--password","x"`. */
const field = /[ \t]{0,60}\| ([^|\r\n]{1,2000})(?=\r?\n|$)/y;

/** `password | x`, as psql shows a record line by line. */
function hideRecord(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  if (key.start > 0 && text.charCodeAt(key.start - 1) !== 10) return undefined;
  const [all, value = ''] = matchAt(field, text, key.end) ?? [];
  if (all === undefined || !looksSecret(value.trim()) || isHarmless(value)) return undefined;
  const end = key.end + all.length;
  state.add(end - value.length, end, kindOf(key.name));
  return end;
}

/** `"CONFIG" "SET" "requirepass" "x"`, as Redis shows a command. */
function isQuotedSetting(key: Key): boolean {
  return key.quoted && /^(?:requirepass|masterauth)$/i.test(key.name);
}

function isArgumentFlag(key: Key): boolean {
  return key.name.startsWith('-') && /^--?[A-Za-z]/.test(key.name);
}

/** `password == "x"`; what is compared with is no value when it is a state. */
function hideCompared(state: ScanState, key: Key, from: number): number | undefined {
  const at = skipBlanks(state.text, from);
  const read = readString(state, at, key.around);
  if (read === undefined || !mustGo(key, state.text.slice(read.start, read.end), true)) return undefined;
  state.add(read.start, read.end, kindOf(key.name));
  return read.next;
}

/** `setPassword("x")`, `PASSWORD('x')`, `changePassword('old', 'new')`: every string among the arguments. */
function hideCall(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  let at = key.end + 1;
  let last: number | undefined;
  for (let count = 0; count < 4; count += 1) {
    at = skipBlanks(text, at);
    const prefix = /^[bNEur@](?=["'])/.test(text.slice(at, at + 2)) ? 1 : 0;
    const read = readString(state, at + prefix, key.around);
    if (read === undefined) return last ?? hideBareArgument(state, at, key);
    const value = text.slice(read.start, read.end);
    if (mustGo(key, value, true) && key.meaning === 'secret' && !/^[a-z_]+$/i.test(value)) {
      state.add(read.start, read.end, kindOf(key.name));
      last = read.next;
    } else if (
      mustGo(key, value, true) &&
      key.meaning === 'secret' &&
      /^(?:(?:set|with|change|reset|update)[A-Z_]|_?pass)/i.test(key.name)
    ) {
      state.add(read.start, read.end, kindOf(key.name));
      last = read.next;
    }
    at = skipBlanks(text, read.next);
    if (text.charAt(at) !== ',') return last;
    at += 1;
  }
  return last;
}

/** `Secret(x)`: one argument that looks like a secret. */
function hideBareArgument(state: ScanState, at: number, key: Key): number | undefined {
  const value = /^[^\s(),"'`]{5,200}(?=\))/.exec(state.text.slice(at, at + 202))?.[0];
  if (
    value === undefined ||
    key.meaning !== 'secret' ||
    !looksSecret(value) ||
    isHarmless(value) ||
    /[.:]/.test(value)
  )
    return undefined;
  state.add(at, at + value.length, kindOf(key.name));
  return at + value.length;
}
