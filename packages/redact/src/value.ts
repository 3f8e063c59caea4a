import { bareEnd } from './bare.ts';
import { indexWithin, isBreakCode, isSpaceCode, lineEnd, matchAt, nextLine, skipBlanks } from './chars.ts';
import { isHarmless } from './harmless.ts';
import { bareModeOf, columnOf, type Key, kindOf, mustGo, startsLine } from './key.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';
import { hideBelow, hideBrackets } from './structure.ts';

/**
 * What languages put around a value: `b'x'`, `N'x'`, `@"x"`, `Some("x")`, `Optional[x]`, `(string) (len=9) "x"`,
 * `[]string{"x"}`, `string(9) "x"`, `<<"x">>`, `!!str x`, `&anchor x`, `<![CDATA[x]]>`.
 */
const wrapper =
  /(?:!!?[\w./:-]{0,40}[ \t]+|&[\w-]{1,40}[ \t]+(?=\S)|\(\*?[\w.[\]]{1,30}\)[ \t]?(?:\((?:len|cap)=\d+[^()]{0,20}\)[ \t]?)?|string\(\d{1,7}\)[ \t]|\[\]\w{1,12}(?=[{(])|(?:new )?[A-Za-z_][\w.:]{0,40}\((?=\\{0,3}["'`])|(?:Some|Ok|Optional|Just|Secret|SecretStr|Right)[([](?=[^\s)\]])|<<(?=")|@(?=")|\$(?=['"])|(?:[brfuNEX]|br|rb|Rb|bR)(?=['"])|&amp;|<!\[CDATA\[)/y;

/** Code that reads a secret from elsewhere: its argument is a name. */
const reading =
  /(?:^|[.:])(?:get\w*|env|lookup\w*|param\w*|config\w*|property|prompt|input|read\w*|fetch\w*|load\w*|resolve\w*|require|import)\($/i;

/** `Password: ........ x` */
const leader = /\.{4,64}[ \t]{1,4}(?=[^\s.])/y;

const blockMark = /[|>][+\-0-9]{0,3}[ \t]*(?:#[^\n\r]{0,200})?(?=[\r\n]|$)/y;
const hereDocument = /<<[-~]?["']?(\w{1,30})["']?[ \t]*\r?\n/y;
const oddDollar = /\$(\w{0,20})\$/y;

/**
 * Hides the value that starts at `from`, behind a key and the sign between. Returns the position to go on from, or
 * undefined when nothing that stands there is a secret.
 */
export function hideValue(state: ScanState, from: number, key: Key, sign: string): number | undefined {
  const { text } = state;
  let at = skipBlanks(text, from);
  const spaced = at > from;
  at += matchAt(leader, text, at)?.[0].length ?? 0;
  // A sentence in Chinese.
  if (
    sign === '：' &&
    /^[\p{Script=Han}，。、 ]{2,}/u.test(text.slice(at, at + 8)) &&
    !/^[\p{Script=Han}]*\d/u.test(text.slice(at, at + 24))
  )
    return undefined;
  const isYaml = /^[:：]$/.test(sign) && key.around === undefined;
  const comment = isYaml && text.charAt(at) === '#' && isSpaceCode(text.charCodeAt(at + 1));
  if (at >= text.length || isBreakCode(text.charCodeAt(at)) || comment) {
    return belowLine(state, comment ? lineEnd(text, at) : at, key, sign, isYaml);
  }
  for (let rounds = 0; rounds < 3; rounds += 1) {
    const around = matchAt(wrapper, text, at);
    if (around === null) break;
    if (reading.test(around[0])) return undefined;
    at += around[0].length;
    if (around[0] === '<![CDATA[') return hideTo(state, at, indexWithin(text, ']]>', at, 16_384), key);
  }
  if (isYaml && matchAt(blockMark, text, at) !== null) {
    const end = hideBelow(state, lineEnd(text, at), key, 'all');
    if (end !== undefined) return end;
  }
  const here = matchAt(hereDocument, text, at);
  if (here !== null) return hideHereDocument(state, at + here[0].length, here[1] ?? '', key);
  const dollar = matchAt(oddDollar, text, at);
  if (dollar !== null) {
    const close = indexWithin(text, dollar[0], at + dollar[0].length, 4096);
    if (close > 0 && close - at < 4096) return hideTo(state, at + dollar[0].length, close, key);
  }
  if (quoteAt(text, at) !== undefined) {
    const end = hideQuoted(state, at, key);
    if (end !== 'outer') return end;
  }
  if ('[{('.includes(text.charAt(at))) {
    const bare = text.slice(at, lineEnd(text, at, 240));
    const enclosed = /^(\[[^[\]]*\]|\{\{.*?\}\}|\([^()]*\)|\{[A-Za-z_][\w.-]*\})/.exec(bare)?.[0];
    if (enclosed !== undefined && isHarmless(enclosed)) return undefined;
    const end = odbcEnd(text, at, sign) ?? hideBrackets(state, at, key);
    if (end !== undefined && text.charAt(at) === '{' && odbcEnd(text, at, sign) === end) {
      state.add(at + 1, end - 1, kindOf(key.name));
      return end;
    }
    if (end !== undefined) return end;
  }
  return hideBare(state, at, key, sign, spaced, isYaml);
}

function hideTo(state: ScanState, start: number, end: number, key: Key): number | undefined {
  const stop = end < 0 ? lineEnd(state.text, start) : end;
  if (!mustGo(key, state.text.slice(start, stop), true)) return undefined;
  state.add(start, stop, kindOf(key.name));
  return stop;
}

/** `PWD={Zepp;elin}7};`: braces of ODBC, in which a closing one is doubled. */
function odbcEnd(text: string, at: number, sign: string): number | undefined {
  if (sign !== '=' || text.charAt(at) !== '{') return undefined;
  const end = lineEnd(text, at, 512);
  const close = /\}(?=;|$)/.exec(text.slice(at, end));
  return close === null || /["=:]/.test(text.slice(at, at + close.index)) ? undefined : at + close.index + 1;
}

/** No value on the line of the key: a block of YAML below, or the value of a dump (`=>` and a new line). */
function belowLine(
  state: ScanState,
  end: number,
  key: Key,
  sign: string,
  isYaml: boolean,
): number | undefined {
  const { text } = state;
  if (sign === '=>' && end < text.length) {
    const next = skipBlanks(text, nextLine(text, end));
    if (/^(?:string\(\d+\) |["'])/.test(text.slice(next, next + 20))) return hideValue(state, next, key, ' ');
  }
  if (!isYaml || !startsLine(text, key.start - (key.quoted ? 1 : 0))) return undefined;
  const before = state.found.length;
  hideBelow(state, end, key, 'scalars');
  return state.found.length > before ? end : undefined;
}

function hideHereDocument(state: ScanState, start: number, word: string, key: Key): number {
  const { text } = state;
  const limit = Math.min(text.length, start + 16_384);
  let at = start;
  while (at < limit) {
    const end = lineEnd(text, at);
    if (text.slice(at, end).trim() === word) break;
    state.add(at, end, kindOf(key.name));
    at = nextLine(text, end);
  }
  return at;
}

function hideQuoted(state: ScanState, at: number, key: Key): number | 'outer' | undefined {
  const { text } = state;
  const quote = quoteAt(text, at);
  // The mark closes the string in which the key stands: an empty value.
  if (
    quote !== undefined &&
    key.around !== undefined &&
    quote.code === key.around.code &&
    quote.slashes <= key.around.slashes &&
    !key.quoted
  )
    return undefined;
  const read = readString(state, at, key.around);
  if (read === undefined) return 'outer';
  // A command whose output is the value.
  if (quote?.code === 96 && /^[\w./-]+ \S/.test(text.slice(read.start, read.end))) return undefined;
  const joined = read.next > read.close;
  if (!mustGo(key, text.slice(read.start, joined ? read.next : read.end), true)) return undefined;
  hideLines(state, read.start, read.end, key);
  state.add(read.close, read.next, kindOf(key.name));
  return read.next;
}

/** Over several lines each line is hidden on its own, so that their number stays. */
export function hideLines(state: ScanState, start: number, end: number, key: Pick<Key, 'name'>): void {
  const { text } = state;
  let at = start;
  while (at < end) {
    const stop = lineEnd(text, at, end - at);
    let first = at;
    while (first < stop && at > start && isSpaceCode(text.charCodeAt(first))) first += 1;
    state.add(first, stop, kindOf(key.name));
    at = nextLine(text, stop);
  }
}

function hideBare(
  state: ScanState,
  at: number,
  key: Key,
  sign: string,
  spaced: boolean,
  isYaml: boolean,
): number | undefined {
  const { text } = state;
  const mode = bareModeOf(text, key, sign, spaced);
  const end = bareEnd(state, at, mode, key.around);
  if (end <= at) return undefined;
  // A long word is read again at each name in it: when that was paid for often enough, it goes as a whole.
  if (!state.spend(end - at)) {
    hideLines(state, at, end, key);
    return end;
  }
  const value = text.slice(at, end);
  const signed =
    mode === 'query' && key.meaning === 'random' && /^(?:x-(?:amz|goog)-)?sig(?:nature)?$/i.test(key.name);
  if (!mustGo(signed ? { ...key, meaning: 'secret' } : key, value, false) || isSentence(text, at, end, mode))
    return undefined;
  hideLines(state, at, end, key);
  // `credentials: admin / x`
  const second = /cred/i.test(key.name)
    ? /^ \/ (\S{3,128})/.exec(text.slice(end, end + 134))?.[1]
    : undefined;
  if (second !== undefined && !isHarmless(second)) {
    state.add(end + 3, end + 3 + second.length, kindOf(key.name));
    return end + 3 + second.length;
  }
  if (mode === 'line' && isYaml) return continuation(state, end, key);
  return end;
}

/** A word that starts a sentence to the end of the line, where a blank ends a value. */
function isSentence(text: string, at: number, end: number, mode: string): boolean {
  if (mode !== 'word' && mode !== 'fields') return false;
  if (!/^(?:[\p{L}'-]+|\d{1,3})[,:]?$/u.test(text.slice(at, end))) return false;
  const line = text.slice(at, lineEnd(text, at, 200)).replace(/["'}\])].*$/, '');
  return line.trim().includes(' ') && isHarmless(line.replace(/^\d+ /, ''));
}

/** Lines of a plain scalar that YAML goes on with: indented more than the key, and no key of their own. */
function continuation(state: ScanState, end: number, key: Key): number {
  const { text } = state;
  if (end < lineEnd(text, end, 1)) return end;
  const column = columnOf(text, key.start);
  let last = end;
  for (let count = 0; count < 64; count += 1) {
    const start = nextLine(text, last);
    const stop = lineEnd(text, start);
    const line = text.slice(start, Math.min(stop, start + 512));
    const indent = line.length - line.trimStart().length;
    if (start >= text.length || line.trim() === '' || indent <= column || !state.spend(stop - start))
      return last;
    if (/^\s*(?:-\s|#|at\s|["']?[\w.-]+["']?\s*(?::(?:\s|$)|=))/.test(line)) return last;
    state.add(start + indent, stop, kindOf(key.name));
    last = stop;
  }
  return last;
}
