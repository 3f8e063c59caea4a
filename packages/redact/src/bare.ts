import { indexWithin, isBreakCode, isSpaceCode, lineEnd, matchAt, nextLine } from './chars.ts';
import { effectOf, isQuoteCode, type Quote, slashesBefore } from './quotes.ts';
import type { ScanState } from './scan-state.ts';

/**
 * How a value without quotation marks ends:
 * - `query`: a parameter of an address or form;
 * - `line`: YAML, INI and dumps of an environment, where blanks belong to it;
 * - `fields`: `{User:bob Password:two words Port:1}`, to the next field or the bracket;
 * - `word`: at the first blank.
 */
export type BareMode = 'query' | 'line' | 'fields' | 'word';

const nextField = /[\s,;]*["']?[A-Za-z_][\w.-]{0,60}["']?(?:=|:(?!\/\/))/y;
const nextSetting = /;\s*(?:[A-Za-z_][\w .-]{0,60}=|$)/y;
const nextParameter = /&(?:amp;)?[\w.[\]%-]{1,80}=/y;
const comment = /\s(?:#|;|\/\/)\s?/y;

/** First position after the value that starts at `from`. */
export function bareEnd(state: ScanState, from: number, mode: BareMode, around: Quote | undefined): number {
  const { text } = state;
  let open = '';
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Letters and digits belong to every value.
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)) continue;
    if (isBreakCode(code)) {
      if (text.charCodeAt(at - 1) !== 92 || around !== undefined) break;
      // A backslash at the end of a line of properties goes on with the next one.
      at = Math.max(at, nextLine(text, at) - 1);
      while (at + 1 < text.length && (text[at + 1] === ' ' || text[at + 1] === '\t')) at += 1;
      continue;
    }
    if (isQuoteCode(code)) {
      const end = quoteInside(state, at, from, around);
      if (end === undefined) break;
      at = end;
      continue;
    }
    if (code === 92) {
      if (around !== undefined && isEscapedBreak(text, at, around)) break;
      if (around !== undefined && startsMark(text, at, around)) break;
      if (isSpaceCode(text.charCodeAt(at + 1)) && !isBreakCode(text.charCodeAt(at + 1))) at += 1;
      continue;
    }
    if (isSpaceCode(code)) {
      if (endsAtBlank(state, at, mode, from)) break;
      continue;
    }
    const letter = text.charAt(at);
    if ('([{'.includes(letter)) open += letter;
    else if (')]}'.includes(letter)) {
      if (open !== '') open = open.slice(0, -1);
      else if (closes(text, at, mode)) break;
    } else if (endsAtSign(text, at, mode, letter)) break;
  }
  while (at > from && isSpaceCode(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** A mark inside the value: undefined where it ends it, else the position to go on after. */
function quoteInside(
  state: ScanState,
  at: number,
  from: number,
  around: Quote | undefined,
): number | undefined {
  const { text } = state;
  const code = text.charCodeAt(at);
  const slashes = slashesBefore(text, at, from);
  if (around?.code === code && effectOf(slashes, around) !== 'inside') return undefined;
  // A closing mark that lost its opening one.
  if (
    around === undefined &&
    slashes === 0 &&
    /^[,;)\]}]?\s*$/.test(text.slice(at + 1, at + 4).split('\n', 1)[0] ?? '') &&
    state.quotes.isOpen(code)
  )
    return undefined;
  const end = lineEnd(text, at, 512);
  if (!state.spend(end - at)) return at;
  const close = indexWithin(text, text.charAt(at), at + 1, 512);
  return close > 0 && close < end && !/\s/.test(text.slice(at, close)) ? close : at;
}

/** `\n`, `\r`, `\t` as a string of that depth writes them. */
function isEscapedBreak(text: string, at: number, around: Quote): boolean {
  if (text.charCodeAt(at - 1) === 92) return false;
  const after = at + around.slashes + 1;
  if (!'nrt'.includes(text.charAt(after) || ' ')) return false;
  for (let index = at; index < after; index += 1) if (text.charCodeAt(index) !== 92) return false;
  return true;
}

/** Backslashes that lead to the mark that closes the string around. */
function startsMark(text: string, at: number, around: Quote): boolean {
  let mark = at;
  while (text.charCodeAt(mark) === 92 && mark - at < 16) mark += 1;
  if (text.charCodeAt(mark) !== around.code) return false;
  return effectOf(mark - at + slashesBefore(text, at), around) !== 'inside';
}

function endsAtBlank(state: ScanState, at: number, mode: BareMode, from: number): boolean {
  const { text } = state;
  if (mode === 'word' || mode === 'query') return true;
  if (matchAt(comment, text, at) !== null) return true;
  if (matchAt(nextField, text, at) !== null) return true;
  if (mode === 'line') return false;
  // Blanks belong to a field only where its bracket is closed on this line.
  const end = lineEnd(text, at, 256);
  if (!state.spend(end - at)) return true;
  const rest = text.slice(at, end);
  return !/[}\])]/.test(rest) || at - from > 200;
}

/** A bracket that nothing in the value opened ends it, unless the value goes on behind it. */
function closes(text: string, at: number, mode: BareMode): boolean {
  const next = text.charAt(at + 1);
  if (mode === 'line')
    return next === '' || /[\s,;)\]}"'`]/.test(next)
      ? /^[\s,;)\]}"'`]*$/.test(text.slice(at + 1, at + 40))
      : false;
  return next === '' || /[\s,;)\]}"'`.:>&|\\<]/.test(next);
}

function endsAtSign(text: string, at: number, mode: BareMode, letter: string): boolean {
  switch (letter) {
    case '&':
      return text.charAt(at + 1) === '&' || matchAt(nextParameter, text, at) !== null;
    case '#':
      return mode === 'query';
    case ';': {
      const next = text.charAt(at + 1);
      if (mode === 'line') return matchAt(nextSetting, text, at) !== null;
      return (
        next === '' ||
        isSpaceCode(next.charCodeAt(0)) ||
        matchAt(nextSetting, text, at) !== null ||
        '"\''.includes(next)
      );
    }
    case ',': {
      const next = text.charAt(at + 1);
      if (mode === 'line')
        return next === '' || isBreakCode(next.charCodeAt(0)) || matchAt(nextField, text, at) !== null;
      return (
        next === '' ||
        isSpaceCode(next.charCodeAt(0)) ||
        '"\'{[()]}\\'.includes(next) ||
        matchAt(nextField, text, at) !== null
      );
    }
    case '|':
      return mode === 'word' && /[|\s]/.test(text.charAt(at + 1) || ' ');
    case '<':
      return text.charAt(at + 1) === '/' || mode === 'query';
    case '>':
      return mode === 'query';
    case '\u0000':
      return true;
    default:
      return false;
  }
}
