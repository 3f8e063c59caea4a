import { indexWithin, isAlnumCode, isBreakCode, isSpaceCode, lineEnd } from './chars.ts';
import { effectOf, isQuoteCode, type Quote, slashesBefore } from './quotes.ts';
import type { ScanState } from './scan-state.ts';

/** A string in quotation marks: what is inside, and the first position after it. */
export interface ReadString {
  readonly start: number;
  readonly end: number;
  /** Behind the mark that closes it. */
  readonly close: number;
  /** Behind all that a shell would join to it. */
  readonly next: number;
}

const SINGLE = 39;
const BACKSLASH = 92;
/** Longest string over several lines. */
const mostAcross = 16_384;

/** Reads the quotation mark that starts at `at`, with the backslashes before it; undefined without a mark there. */
export function quoteAt(text: string, at: number): (Quote & { readonly inside: number }) | undefined {
  let mark = at;
  while (text.charCodeAt(mark) === BACKSLASH && mark - at < 16) mark += 1;
  const code = text.charCodeAt(mark);
  return isQuoteCode(code) ? { code, slashes: mark - at, inside: mark + 1 } : undefined;
}

/**
 * The string that opens at `at`. Unclosed ones end with the line, or where the string around them ends; a string
 * that goes on over lines ends at its mark, if what stands between looks like nothing else.
 */
export function readString(state: ScanState, at: number, around: Quote | undefined): ReadString | undefined {
  const { text } = state;
  const quote = quoteAt(text, at);
  if (quote === undefined) return undefined;
  const mark = String.fromCharCode(quote.code);
  if (quote.slashes === 0 && text.startsWith(mark + mark, quote.inside)) {
    const end = state.spend(0) ? indexWithin(text, mark + mark + mark, quote.inside + 2, mostAcross) : -1;
    if (end >= 0) {
      if (!state.spend(end - at)) return unclosed(state, quote.inside);
      return { start: quote.inside + 2, end, close: end + 3, next: end + 3 };
    }
  }
  for (let pos = quote.inside; pos < text.length; pos += 1) {
    const code = text.charCodeAt(pos);
    if (isBreakCode(code)) return across(state, quote, pos, at);
    if (code === quote.code) {
      const slashes = slashesBefore(text, pos, quote.inside);
      const effect = effectOf(slashes, quote);
      if (effect === 'inside') continue;
      if (effect === 'outer') return upTo(quote.inside, pos - slashes);
      // A doubled mark is one mark, in SQL and YAML; an empty string is no doubled mark.
      if (
        code === SINGLE &&
        quote.slashes === 0 &&
        text.charCodeAt(pos + 1) === SINGLE &&
        pos > quote.inside
      ) {
        pos += 1;
        continue;
      }
      const end = pos - (effect === 'close' ? Math.min(slashes, quote.slashes) : 0);
      return { start: quote.inside, end, close: pos + 1, next: concatenated(text, pos + 1, around) };
    }
    if (around !== undefined && code === around.code) {
      const slashes = slashesBefore(text, pos, quote.inside);
      if (effectOf(slashes, around) === 'close' && endsAround(text, pos + 1))
        return upTo(quote.inside, pos - slashes);
    }
  }
  return unclosed(state, quote.inside);
}

function unclosed(state: ScanState, inside: number): ReadString {
  return upTo(inside, lineEnd(state.text, inside));
}

const upTo = (start: number, end: number): ReadString => ({ start, end, close: end, next: end });

/** After the mark that closes the string around: what follows one in data and in code. */
function endsAround(text: string, next: number): boolean {
  const code = text.charCodeAt(next);
  return Number.isNaN(code) || isSpaceCode(code) || ',}]):;'.includes(text.charAt(next));
}

/** A string that was not closed on its line: to its mark on a later one, or to the end of this one. */
function across(state: ScanState, quote: Quote, end: number, at: number): ReadString {
  const { text } = state;
  const inside = at + quote.slashes + 1;
  const here = upTo(inside, end);
  if (quote.slashes > 0 || !state.spend(0)) return here;
  const stop = Math.min(text.length, end + mostAcross);
  for (let pos = end; pos < stop; pos += 1) {
    const code = text.charCodeAt(pos);
    if (code !== quote.code || effectOf(slashesBefore(text, pos, end), quote) !== 'close') continue;
    if (!state.spend(pos - end)) return here;
    const between = text.slice(end, pos);
    const next = text.charCodeAt(pos + 1);
    const closes = Number.isNaN(next) || isSpaceCode(next) || ',;)]}'.includes(text.charAt(pos + 1));
    // Another line of a log, or another setting, is no part of this value.
    const other =
      /[=:{[(]\s*$/.test(between) ||
      /[\n\r][ \t]*(?:\d{4}-\d\d-|\{|[A-Za-z_.-]{1,60}(?:=|:\s))/.test(between);
    return closes && !other ? { start: inside, end: pos, close: pos + 1, next: pos + 1 } : here;
  }
  state.spend(stop - end);
  return here;
}

/** `"a"b'c'`: a shell joins what stands together. Returns the first position after all of it. */
function concatenated(text: string, from: number, around: Quote | undefined): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isAlnumCode(code)) {
      while (
        at < text.length &&
        !isSpaceCode(text.charCodeAt(at)) &&
        !/[,;)\]}"'&|<>\\]/.test(text.charAt(at))
      )
        at += 1;
      continue;
    }
    const quote = quoteAt(text, at);
    if (quote === undefined || quote.code === around?.code || (quote.slashes > 0 && quote.code !== SINGLE))
      return at;
    // `'it'\''s'`: an escaped mark between two strings, or the next string.
    const escaped = quote.slashes === 1 && quote.code === SINGLE && text.charCodeAt(quote.inside) === SINGLE;
    if (quote.slashes > 0 && !escaped) return at;
    const inside = escaped ? quote.inside + 1 : quote.inside;
    let close = inside;
    while (
      close < text.length &&
      text.charCodeAt(close) !== quote.code &&
      !isBreakCode(text.charCodeAt(close))
    )
      close += 1;
    if (text.charCodeAt(close) !== quote.code) return escaped ? close : at;
    if (close === inside) return at;
    at = close + 1;
  }
}
