import { bareEnd } from './bare.ts';
import { indexWithin, isBreakCode, isSpaceCode, lineEnd, matchAt, skipBlanks } from './chars.ts';
import { isHarmless, looksMixed, looksSecret } from './harmless.ts';
import { type Key, kindOf, mustGo, startsLine } from './key.ts';
import { hideBelowSentence } from './logins.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';

const link =
  /[ \t]{1,20}(?:(?:for|of|FOR|OF)[ \t]{1,4}(?:user[ \t]{1,4}|role[ \t]{1,4})?(?:'[^'\s]{1,80}'(?:@'[^'\s]{0,80}')?|"[^"\s]{1,80}"|[^\s=:,'"]{1,80})[ \t]{0,4})?(?:(?:is now:?|(?:is|was)[:=]?|set|changed|reset|updated|generated|to|as|from|FROM|TO|BY|AS|=|:|:=|was set|has been set|used was)(?=[\s'"]|$)[ \t]{0,4}){1,3}/y;
const told =
  /[ \t](?:provided|given|used|supplied|entered|received|value|specified|generated|string|sent)[ \t]{0,4}[:=][ \t]{0,4}/y;
const generated =
  /[ \t]{1,4}(?:is|was|has been)[ \t](?:re)?(?:generated|set|created|changed|assigned)[^:=\n\r]{0,60}[:=][ \t]{0,4}/y;
/** `| password | x |` */
const nextCell = /[ \t]{1,20}\|[ \t]{1,20}([^|\s]{1,120})(?=[ \t]{0,20}\|)/y;
const next = /[ \t]{1,4}(?:to|and|TO|AND|or|into)[ \t]{1,4}/y;

/**
 * Values behind a name without a sign between: `password 'x'` (SQL), `password is x`, `password for app = x`,
 * `token x`. In sentences only what looks like a secret goes: "password authentication failed" stays.
 */
export function hideAfterWords(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  const code = text.charCodeAt(key.end);
  const cell = matchAt(nextCell, text, key.end);
  if (cell !== null && looksSecret(cell[1] ?? '') && !isHarmless(cell[1] ?? '')) {
    const start = key.end + cell[0].length - (cell[1] ?? '').length;
    state.add(start, key.end + cell[0].length, kindOf(key.name));
    return key.end + cell[0].length;
  }
  if (code === 124 || code === 60) return hideStuck(state, key);
  if (!isSpaceCode(code) || isBreakCode(code) || key.meaning === 'random') return undefined;
  // "pass" is a verb.
  if (key.name.toLowerCase() === 'pass') return undefined;
  if (key.name === 'AUTH' || /^(?:cookies?|secrets?)$/i.test(key.name)) {
    if (!/^(?:secret)$/i.test(key.name)) return undefined;
  }
  const linked =
    matchAt(told, text, key.end) ?? matchAt(generated, text, key.end) ?? matchAt(link, text, key.end);
  const from = linked === null ? skipBlanks(text, key.end) : key.end + linked[0].length;
  const at = from + (/^[NEb](?=')/.test(text.slice(from, from + 2)) ? 1 : 0);
  const before = /(\w+)\s$/.exec(text.slice(Math.max(0, key.start - 24), key.start))?.[1]?.toLowerCase();
  if (before === 'unexpected' || before === 'near' || before === 'column') return undefined;
  // `one-time password 481516`
  const once = before === 'time' ? /^\d{4,8}(?![\w.-])/.exec(text.slice(at, at + 9))?.[0] : undefined;
  if (once !== undefined) {
    state.add(at, at + once.length, kindOf(key.name));
    return at + once.length;
  }
  const end = hideOne(state, at, key, linked !== null, before);
  if (end === undefined)
    return kindOf(key.name) === 'password' ? hideBelowSentence(state, key.end) : undefined;
  // `FROM 'x' TO 'y'`
  const also = matchAt(next, text, end);
  const second = also === null ? undefined : hideOne(state, end + also[0].length, key, true, before);
  return second ?? end;
}

function hideOne(
  state: ScanState,
  at: number,
  key: Key,
  linked: boolean,
  before: string | undefined,
): number | undefined {
  const { text } = state;
  const quote = quoteAt(text, at);
  if (text.charAt(at) === '$') {
    const tag = /^\$\w{0,20}\$/.exec(text.slice(at, at + 24))?.[0];
    const close = tag === undefined ? -1 : indexWithin(text, tag, at + tag.length, 4096);
    if (tag !== undefined && close > 0 && close - at < 4096) {
      state.add(at + tag.length, close, kindOf(key.name));
      return close + tag.length;
    }
  }
  if (quote !== undefined) {
    // The name stands in this string, and the mark closes it.
    if (key.around?.code === quote.code && quote.slashes <= key.around.slashes) return undefined;
    const read = readString(state, at, key.around);
    if (read === undefined) return undefined;
    const value = text.slice(read.start, read.end);
    if (isNamedObject(text, key, value, read.next) || !mustGo(key, value, true)) return undefined;
    state.add(read.start, read.end, kindOf(key.name));
    return read.next;
  }
  const end = wordEnd(text, at);
  let value = text.slice(at, end);
  if (/^\d$/.test(value)) {
    // `password 7 0822455D0A16`: the way it is written, and then the password.
    const second = skipBlanks(text, end);
    const secondEnd = wordEnd(text, second);
    if (/^[0-9A-Za-z$./]{6,}$/.test(text.slice(second, secondEnd))) {
      state.add(second, secondEnd, kindOf(key.name));
      return secondEnd;
    }
  }
  const commanded =
    before === 'set' ||
    before === 'setx' ||
    isLogin(text, key) ||
    /^(?:requirepass|masterauth|bindpw|insecure-password|set-initial-password)$/i.test(key.name);
  if (commanded && value !== '' && !isHarmless(value) && !value.startsWith('-')) {
    state.add(at, end, kindOf(key.name));
    return end;
  }
  value = value.replace(/[.,;:!?)*_]+$/, '');
  if (isNamedObject(text, key, value, end)) return undefined;
  if (
    value.length < 6 ||
    (!looksSecret(value) &&
      !((linked || before === 'with') && kindOf(key.name) === 'password' && looksMixed(value))) ||
    isHarmless(value) ||
    /^[\w-]+\(/.test(value) ||
    value.includes('](')
  )
    return undefined;
  if (/^[\w./-]+\.(?:ts|js|go|py|java|rs|c|yaml|yml|json|txt|md)(?::\d+)*$/.test(value)) return undefined;
  if (!linked && /[:=({[<>]/.test(value) && !/\d/.test(value)) return undefined;
  if (/^[\w.-]+[=:]/.test(value)) return undefined;
  state.add(at, at + value.length, kindOf(key.name));
  return end;
}

/** `login bob password x` in a .netrc. */
function isLogin(text: string, key: Key): boolean {
  return (
    /^password$/.test(key.name) &&
    /\blogin\s{1,8}\S{1,80}\s{1,40}$/.test(text.slice(Math.max(0, key.start - 140), key.start))
  );
}

/** `secret "agent-auth-token" not found`: an object of Kubernetes, not what it holds. */
function isNamedObject(text: string, key: Key, value: string, after: number): boolean {
  if (!/(?:^|[^a-z])secrets?$/i.test(key.name) && !/^(?:token|key|credentials?)$/i.test(key.name))
    return false;
  const dns = /^[a-z0-9](?:[a-z0-9./-]*[a-z0-9])?$/.test(value) && !/^(?=.*\d)[a-z0-9]+$/.test(value);
  if (/(?:^|[^a-z])secrets?$/i.test(key.name))
    return (
      dns ||
      /^\s*(?:not found|is forbidden|in namespace|of type|does not)/.test(text.slice(after, after + 24))
    );
  return dns && !looksSecret(value);
}

function wordEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && !isSpaceCode(text.charCodeAt(end)) && !'"`'.includes(text.charAt(end)))
    end += 1;
  return end;
}

/** `password|x`, `password<x>` */
function hideStuck(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  const at = key.end + 1;
  let end = at;
  while (end < text.length && !isSpaceCode(text.charCodeAt(end)) && !/[<>|"',;]/.test(text.charAt(end)))
    end += 1;
  if (!looksSecret(text.slice(at, end)) || isHarmless(text.slice(at, end))) return undefined;
  state.add(at, end, kindOf(key.name));
  return end;
}

const listGap =
  /\\{0,7}["']?(?:\s{0,4},\s{0,4}(?=\\{0,7}["'])|[ \t]{1,20}(?=\S)|[ \t]{0,4}\r?\n[ \t]{0,40}(?:- |\d{1,5}\) )(?=\S))/y;

/** `--password x`, `"--password","x"`, and the next item of a list in YAML. */
export function hideArgument(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  const gap = matchAt(listGap, text, key.end);
  if (gap === null) return undefined;
  const at = key.end + gap[0].length;
  const across = gap[0].includes('\n');
  if (across && !startsLine(text, key.start) && !isNumbered(text, key.start)) return undefined;
  const quoted = quoteAt(text, at);
  if (
    quoted !== undefined &&
    (key.quoted || key.around?.code !== quoted.code || quoted.slashes > (key.around?.slashes ?? 0))
  ) {
    const read = readString(state, at, key.quoted ? undefined : key.around);
    if (read === undefined) return undefined;
    const value = text.slice(read.start, read.end);
    if (value.startsWith('-') || !mustGo({ ...key, meaning: widened(key) }, value, true)) return undefined;
    state.add(read.start, read.end, kindOf(key.name));
    state.add(read.close, read.next, kindOf(key.name));
    return read.next;
  }
  if (text.charAt(at) === '-') return undefined;
  const end = across ? lineEnd(text, at, 4096) : bareEnd(state, at, 'word', key.around);
  if (!mustGo({ ...key, meaning: widened(key) }, text.slice(at, end), false)) return undefined;
  state.add(at, end, kindOf(key.name));
  return end;
}

/** `3) "`: an item as redis-cli numbers them. */
function isNumbered(text: string, at: number): boolean {
  return /(?:^|\s)\d{1,5}\) ["']$/.test(text.slice(Math.max(0, at - 12), at));
}

const widened = (key: Key): Key['meaning'] => (key.meaning === 'likely' ? 'secret' : key.meaning);

/** `echo x | docker login --password-stdin` */
export function hideEchoed(state: ScanState, at: number, name: string): void {
  const { text } = state;
  const from = Math.max(0, at - 300);
  const line = text.slice(from, at);
  const echoed = /(?:echo|printf)\s+(?:-n\s+|'%s'\s+|"%s"\s+)?(["']?)(\S{1,200}?)\1\s*\|[^|\n]{0,120}$/.exec(
    line,
  );
  const value = echoed?.[2];
  if (echoed === null || value === undefined || isHarmless(value)) return;
  const user = name === 'chpasswd' ? value.indexOf(':') + 1 : 0;
  const start = from + echoed.index + echoed[0].indexOf(value, 4);
  state.add(start + user, start + value.length, kindOf(name));
}

/** `"x" == password` */
export function hideBefore(state: ScanState, key: Key): number | undefined {
  const { text } = state;
  let at = key.start - 1;
  while (at >= 0 && text.charCodeAt(at) === 32 && key.start - at < 8) at -= 1;
  if (text.charAt(at) !== '=' || !/[!=]/.test(text.charAt(at - 1))) return undefined;
  while (at >= 0 && /[!= ]/.test(text.charAt(at)) && key.start - at < 16) at -= 1;
  const mark = text.charAt(at);
  if (mark !== '"' && mark !== "'") return undefined;
  const start = text.slice(Math.max(0, at - 240), at).lastIndexOf(mark);
  if (start < 0) return undefined;
  const from = Math.max(0, at - 240) + start + 1;
  const value = text.slice(from, at);
  if (value === '' || /[\n\r]/.test(value) || !mustGo(key, value, true)) return undefined;
  state.add(from, at, kindOf(key.name));
  return undefined;
}
