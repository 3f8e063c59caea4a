/** Classes of characters for the scanner, one table look-up each. */
const table = new Uint8Array(65_536);

const NAME = 1;
const SPACE = 2;
const BREAK = 4;
const CLOSER = 8;
const RUN = 16;
const UPPER = 32;
const LOWER = 64;
const DIGIT = 128;

/** What ends an address: one more table, since eight bits are taken. */
const endsAddress = new Uint8Array(128);
for (const sign of '"\'`<>\\^|') endsAddress[sign.charCodeAt(0)] = 1;

function mark(characters: string, bit: number): void {
  for (let index = 0; index < characters.length; index += 1) {
    const code = characters.charCodeAt(index);
    table[code] = (table[code] ?? 0) | bit;
  }
}

function markRange(from: number, to: number, bit: number): void {
  for (let code = from; code <= to; code += 1) table[code] = (table[code] ?? 0) | bit;
}

mark('abcdefghijklmnopqrstuvwxyz', NAME | RUN | LOWER);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', NAME | RUN | UPPER);
mark('0123456789', NAME | RUN | DIGIT);
mark('_-', NAME | RUN);
mark('.$', NAME);
mark('+/', RUN);
mark(' \t\u00a0\u3000\u2003\u2009\u202f', SPACE);
mark('\n\r\u000b\u000c\u0085\u2028\u2029', SPACE | BREAK);
mark(')]}', CLOSER);
// Letters of other scripts make names, too: Latin with accents, Greek, Cyrillic, kana, ideographs, hangul.
markRange(0xc0, 0x24f, NAME);
markRange(0x370, 0x52f, NAME);
markRange(0x3041, 0x30ff, NAME);
markRange(0x3400, 0x9fff, NAME);
markRange(0xac00, 0xd7af, NAME);

const has = (code: number, bit: number): boolean => ((table[code] ?? 0) & bit) !== 0;

/** Letters, digits and what joins them in the name of a key: `_`, `-`, `.`, `$`. */
export const isNameCode = (code: number): boolean => has(code, NAME);
export const isSpaceCode = (code: number): boolean => has(code, SPACE);
/** What ends a line. */
export const isBreakCode = (code: number): boolean => has(code, BREAK);
export const isCloserCode = (code: number): boolean => has(code, CLOSER);
/** The alphabets of base64 and base64url without padding. */
export const isRunCode = (code: number): boolean => ((table[code] ?? 0) & RUN) !== 0;
export const isUpperCode = (code: number): boolean => has(code, UPPER);
export const isLowerCode = (code: number): boolean => has(code, LOWER);
export const isDigitCode = (code: number): boolean => has(code, DIGIT);
export const endsAddressCode = (code: number): boolean =>
  isSpaceCode(code) || endsAddress[code] === 1 || Number.isNaN(code);
export const isAlnumCode = (code: number): boolean => has(code, UPPER | LOWER | DIGIT);

/** Position after blanks, not beyond the line. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpaceCode(text.charCodeAt(at)) && !isBreakCode(text.charCodeAt(at))) at += 1;
  return at;
}

/** Position of the break that ends the line of `from`, the end of the text, or `most` characters on. */
export function lineEnd(text: string, from: number, most = Number.MAX_SAFE_INTEGER): number {
  const stop = Math.min(text.length, from + most);
  let at = from;
  while (at < stop && !isBreakCode(text.charCodeAt(at))) at += 1;
  return at;
}

/** Where `needle` stands next, at most `most` characters on; -1 when it does not. */
export function indexWithin(text: string, needle: string, from: number, most: number): number {
  const at = text.slice(from, from + most).indexOf(needle);
  return at < 0 ? -1 : from + at;
}

/** First position of the next line, after `\n`, `\r\n` or any other break; the length when there is none. */
export function nextLine(text: string, end: number): number {
  if (end >= text.length) return text.length;
  return text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}

/** Position of the first character of the line, at most `limit` characters back (then `from - limit`). */
export function lineStart(text: string, from: number, limit = 4096): number {
  let at = from;
  const least = Math.max(0, from - limit);
  while (at > least && !isBreakCode(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** What a sticky pattern finds exactly at `from`; patterns have bounded repeats only. */
export function matchAt(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
