import { isDigitCode, isLowerCode, isRunCode, isUpperCode } from './chars.ts';

/** Shortest word that is looked at: shorter ones are as often ids. */
const shortest = 20;

/**
 * Words of the alphabets of base64 that look random, from `from` on: `visit` gets where they start and end, with `=`
 * behind. Looks at every twentieth character first, so most text costs next to nothing.
 */
export function eachLongWord(text: string, visit: (start: number, end: number) => void): void {
  let start = 0;
  const length = text.length;
  while (start + shortest <= length) {
    let at = start + shortest - 1;
    while (at >= start && isRunCode(text.charCodeAt(at))) at -= 1;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + shortest;
    while (end < length && isRunCode(text.charCodeAt(end))) end += 1;
    const core = end;
    while (end < length && end < core + 2 && text.charCodeAt(end) === 61) end += 1;
    visit(start, end);
    start = end + 1;
  }
}

/** Random in several alphabets at once; one alphabet (hex, base32, digits, lower case) is what ids are made of. */
export function looksRandom(word: string): boolean {
  const named = word.includes('/') ? withoutIds(word) : word;
  const core = named.length > 400 ? named.slice(0, 400) : named;
  return (
    kindsOf(core) === 7 &&
    changes(core) >= 0.3 &&
    changesOfWords(core) >= 0.2 &&
    entropy(core) >= 3.5 &&
    !/^[0-9a-fA-F-]+$/.test(core) &&
    !isPath(core)
  );
}

/**
 * A path without its long pieces of one alphabet: in `nats/NB7X…/EVENTS` the server's public key is no secret, and the
 * words around it would make it look like one. Text in base64 has no such piece: 20 characters without a small letter
 * or without a capital are one in 25,000 there.
 */
const withoutIds = (path: string): string =>
  path
    .split('/')
    .filter((piece) => !/^(?:[A-Z\d]{20,}|[a-z\d]{20,})$/.test(piece))
    .join('/');

/** Hexadecimal words of a hash's length, too: only where the name asks for it. */
export function looksRandomOrHex(word: string): boolean {
  return /^[0-9a-fA-F]{24,}$/.test(word) || (/^[A-Za-z0-9+/_=-]{16,}$/.test(word) && mixed(word));
}

function mixed(word: string): boolean {
  return (
    kindsOf(word) === 7 &&
    entropy(word.slice(0, 400)) >= 3.2 &&
    !isPath(word) &&
    changes(word.slice(0, 400)) >= 0.2
  );
}

/** Small letters, capitals and digits, as a set of bits. */
function kindsOf(word: string): number {
  let kinds = 0;
  for (let at = 0; at < word.length && kinds !== 7; at += 1) {
    const code = word.charCodeAt(at);
    if (isLowerCode(code)) kinds |= 1;
    else if (isUpperCode(code)) kinds |= 2;
    else if (isDigitCode(code)) kinds |= 4;
  }
  return kinds;
}

/** File paths, URLs' paths and package names: short pieces, or words. */
function isPath(word: string): boolean {
  if (!/[/_-]/.test(word)) return false;
  return word.split(/[/_-]/).every((piece) => piece.length <= 8 || changesOfWords(piece) < 0.22);
}

/** Shannon entropy in bits a character. */
function entropy(word: string): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}

/** Share of neighbours of different kinds: in random text every second, at word borders in names. */
function changes(word: string): number {
  let count = 0;
  let last = 0;
  for (let at = 0; at < word.length; at += 1) {
    const kind = kindAt(word, at);
    if (last !== 0 && kind !== last) count += 1;
    last = kind;
  }
  return word.length < 2 ? 0 : count / (word.length - 1);
}

/** The same, where the capital that starts a word belongs to it: words in camel case hardly change. */
function changesOfWords(word: string): number {
  let count = 0;
  let last = 0;
  for (let at = 0; at < word.length; at += 1) {
    let kind = kindAt(word, at);
    if (kind === 2 && kindAt(word, at + 1) === 1) kind = 1;
    if (last !== 0 && kind !== last) count += 1;
    last = kind;
  }
  return word.length < 2 ? 0 : count / (word.length - 1);
}

function kindAt(word: string, at: number): number {
  const code = word.charCodeAt(at);
  return isLowerCode(code) ? 1 : isUpperCode(code) ? 2 : 3;
}
