import { isBreakCode, isSpaceCode, lineEnd, matchAt, nextLine, skipBlanks } from './chars.ts';
import { isHarmless, isMask, looksSecret } from './harmless.ts';
import { type Key, mustGo } from './key.ts';
import { effectOf, isQuoteCode, type Quote, slashesBefore } from './quotes.ts';
import type { ScanState } from './scan-state.ts';
import { quoteAt, readString } from './strings.ts';
import { hideBrackets } from './structure.ts';

/** Schemes with one word behind them; all others have parameters, up to the end of the header. */
const oneWord =
  /(bearer|basic|token|apikey|api-key|key|negotiate|ntlm|sswS|geniekey|splunk|jwt|bot|discogs|klaviyo-api-key)(?:\\?[ \t]{1,8}|,[ \t]{0,4})/iy;
const scheme = /([A-Za-z][\w-]{1,30})[ \t]{1,8}(?=\S)/y;

/**
 * Hides the value of `Authorization`, `Cookie` and their kin from `from` on: behind the scheme, to the end of the
 * header as the notation sets it (line, string, `[…]` of Go and Java, list of JSON).
 */
export function hideHeader(state: ScanState, key: Key, from: number): number | undefined {
  const { text } = state;
  let at = skipBlanks(text, from);
  if (text.startsWith('\\ ', at)) at = skipBlanks(text, at + 1);
  let around = key.around;
  let listed = false;
  const kind = key.meaning === 'cookie' ? 'cookie' : 'header';
  if (key.meaning === 'cookie' && '[{'.includes(text.charAt(at) || ' ') && key.around === undefined) {
    const end = hideBrackets(state, at, key);
    if (end !== undefined && !isCookie(text.slice(at + 1, at + 80))) return end;
  }
  const wrapped = /^(?:\[\]string\{|\[\[?|\{)\s{0,4}/.exec(text.slice(at, at + 20))?.[0];
  if (wrapped !== undefined) {
    listed = wrapped.startsWith('[') && !wrapped.includes('{');
    at += wrapped.length;
  }
  if (at >= text.length || isBreakCode(text.charCodeAt(at))) return undefined;
  if (/^[bur]["']/.test(text.slice(at, at + 2))) at += 1;
  const quote = quoteAt(text, at);
  if (quote !== undefined && !(around?.code === quote.code && quote.slashes <= around.slashes)) {
    return hideStrings(state, at, key, kind);
  }
  if (quote !== undefined) return undefined;
  if (!state.spend(0)) {
    const stop = lineEnd(text, at);
    state.add(at, stop, kind);
    return stop;
  }
  const end = headerEnd(state, at, around, listed);
  state.spend(end - at);
  return hideContent(state, at, end, key, kind, false);
}

const isCookie = (text: string): boolean => /^\s*["']?[\w.-]+=/.test(text);

/** One string, or each of a list of strings. */
function hideStrings(state: ScanState, from: number, key: Key, kind: string): number | undefined {
  const { text } = state;
  let at = from;
  let last: number | undefined;
  for (let count = 0; count < 64; count += 1) {
    const read = readString(state, at, key.around);
    if (read === undefined) return last;
    last = hideContent(state, read.start, read.end, key, kind, true) === undefined ? last : read.next;
    at = skipBlanks(text, read.next);
    if (text.charAt(at) !== ',') return last;
    at = skipBlanks(text, at + 1);
    if (quoteAt(text, at) === undefined) return last;
    // The next key of the object, not the next item of the list.
    const item = readString(state, at, key.around);
    if (item === undefined || /^\s*(?::|=>|,\s*["'])/.test(text.slice(item.next, item.next + 8))) return last;
  }
  return last;
}

function headerEnd(state: ScanState, from: number, around: Quote | undefined, listed: boolean): number {
  const { text } = state;
  let open = 0;
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isBreakCode(code)) {
      // A header that was folded after a comma.
      if (text.charCodeAt(at - 1) !== 44 || !/^\r?\n[ \t]+\S/.test(text.slice(at, at + 40))) break;
      continue;
    }
    if (isQuoteCode(code) && around?.code === code) {
      const slashes = slashesBefore(text, at, from);
      if (effectOf(slashes, around) !== 'inside') return at - slashes;
    }
    if (code === 92 && around !== undefined && /^\\+[nr]/.test(text.slice(at, at + around.slashes + 2)))
      return at;
    if (code === 91) open += 1;
    if (code === 93) {
      if (open === 0 && (listed || /^\](?:[\s,})\]]|$)/.test(text.slice(at, at + 2)))) return at;
      open -= 1;
    }
  }
  return at;
}

function hideContent(
  state: ScanState,
  from: number,
  end: number,
  key: Key,
  kind: string,
  whole: boolean,
): number | undefined {
  const { text } = state;
  const value = text.slice(from, end);
  const one = matchAt(oneWord, text, from);
  if ((one === null && isHarmless(value)) || isAllMasked(value)) return undefined;
  if (key.meaning === 'cookie') {
    if (!isCookie(value) && !mustGo(key, value.split(/\s/, 1)[0] ?? '', whole)) return undefined;
    if (!isCookie(value) && !whole) return hideWord(state, from, end, kind);
    state.add(from, end, kind);
    return end;
  }
  if (one !== null && from + one[0].length < end) {
    const at = from + one[0].length + (/^["']$/.test(text.charAt(from + one[0].length)) ? 1 : 0);
    // `Token token=x, type=y` has parameters.
    if (/^[\w-]{1,30}="?[^=]/.test(text.slice(at, at + 34)) && !/^[\w-]{24,}=*$/.test(text.slice(at, end)))
      return hideRest(state, at, end, kind);
    const word = text.slice(at, end).split(/[\s,;"']/, 1)[0] ?? '';
    if (isHarmless(word) || words.test(word) || (!whole && /^[a-z]+$/.test(word) && end - at > word.length))
      return undefined;
    state.add(at, whole ? end : at + word.length, kind);
    return whole ? end : at + word.length;
  }
  const other = matchAt(scheme, text, from);
  if (other !== null && from + other[0].length < end) {
    const at = from + other[0].length;
    const rest = text.slice(at, end);
    if (/=/.test(rest) || looksSecret(rest.split(/\s/, 1)[0] ?? '')) return hideRest(state, at, end, kind);
    if (/^[A-Za-z]+$/.test(other[1] ?? '')) return undefined;
  }
  return whole ? hideRest(state, from, end, kind) : hideWord(state, from, end, kind);
}

/** `Bearer ***`, `Bearer [secret]`, `Basic <redacted>` */
function isAllMasked(value: string): boolean {
  const words = value.trim().split(/[\s,;]+/, 4);
  return words.length > 1 && words.slice(1).every((word) => isMask(word) || isHarmless(word));
}

function hideRest(state: ScanState, from: number, end: number, kind: string): number {
  state.add(from, end, kind);
  return end;
}

function hideWord(state: ScanState, from: number, end: number, kind: string): number | undefined {
  let at = from;
  while (at < end && !isSpaceCode(state.text.charCodeAt(at)) && !/[,;]/.test(state.text.charAt(at))) at += 1;
  if (
    /^[a-z_-]+[,;.]?$/i.test(state.text.slice(from, at)) &&
    (at < end || isHarmless(state.text.slice(from, at)))
  )
    return undefined;
  state.add(from, at, kind);
  return at;
}

const parameters =
  /[ \t]{1,8}(?=(?:username|realm|credential|id|ts|mac|oauth_\w{1,30}|keyid|nonce|response)=)/iy;

/** `Digest username=…`, `AWS4-HMAC-SHA256 Credential=…` without the name of the header; `at` is behind the scheme. */
export function hideParameters(state: ScanState, at: number): number {
  const gap = matchAt(parameters, state.text, at);
  if (gap === null || !state.spend(0)) return at;
  const from = at + gap[0].length;
  const end = headerEnd(state, from, state.quotes.openAt(from), false);
  state.spend(end - from);
  state.add(from, end, 'header');
  return end;
}

const credentials = /[\w.~+/=%:-]{6,4096}/y;
const words =
  /^(?:authentication|authorization|auth|token|tokens|scheme|header|headers|realm|error|is|was|not|required|missing|invalid|with|and|or|prefix|type|string|format|schema|access|credentials?|security|login|user|users|usage|information|info|setup|config|configuration|example|test|tests|mode|level|support|methods?|operations?|functions?)\b/i;

/** `Bearer x` and `Basic x` anywhere: the word behind is a secret if it does not belong to a language. */
export function hideScheme(state: ScanState, at: number): number {
  const { text } = state;
  let from = at;
  if (text.charAt(from) === ',' || text.charAt(from) === ':') from += 1;
  while (
    from < text.length &&
    from - at < 8 &&
    isSpaceCode(text.charCodeAt(from)) &&
    !isBreakCode(text.charCodeAt(from))
  )
    from += 1;
  // A header that was folded: the word stands on the next line.
  if (
    from < text.length &&
    isBreakCode(text.charCodeAt(from)) &&
    /authorization["']?\s*[:=]\s*(?:bearer|basic)$/i.test(text.slice(Math.max(0, at - 40), at))
  )
    from = skipBlanks(text, nextLine(text, lineEnd(text, from)));
  if (from === at) return at;
  const found = matchAt(credentials, text, from);
  if (found === null) return at;
  const word = found[0].replace(/[.,:]+$/, '');
  if (words.test(word) || isHarmless(word) || (/^[a-z_]+=/.test(word) && !word.includes('=='))) return at;
  const mixed = /\d/.test(word) && /[A-Za-z]/.test(word);
  const padded = /[A-Za-z]{2}.*=$/.test(word);
  const dotted = word.includes('.') && word.length >= 10;
  const cased = word.length >= 12 && (word.match(/[a-z][A-Z]/g) ?? []).length * 5 >= word.length;
  if (!mixed && !padded && !dotted && !cased) return at;
  state.add(from, from + word.length, 'header');
  return from + word.length;
}
