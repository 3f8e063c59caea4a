import { isAlnumCode, isBreakCode, isSpaceCode } from './chars.ts';

const DOUBLE = 34;
const SINGLE = 39;
const TICK = 96;
const BACKSLASH = 92;

/**
 * A quotation mark and how often its string is escaped: 0 backslashes for `"x"`, 1 for `\"x\"` in a JSON string,
 * 3 for a JSON string in one, and so on.
 */
export interface Quote {
  readonly code: number;
  readonly slashes: number;
}

export const isQuoteCode = (code: number): boolean => code === DOUBLE || code === SINGLE || code === TICK;

/** Backslashes that stand directly before `at`. */
export function slashesBefore(text: string, at: number, least = 0): number {
  let count = 0;
  while (at - count - 1 >= least && text.charCodeAt(at - count - 1) === BACKSLASH) count += 1;
  return count;
}

/**
 * What a mark with `slashes` before it does to a string that `quote` opened: 'close', 'outer' (a string around it
 * ends), or 'inside' (it is escaped).
 */
export function effectOf(slashes: number, quote: Quote): 'close' | 'outer' | 'inside' {
  const rest = slashes % (2 * (quote.slashes + 1));
  if (rest === quote.slashes) return 'close';
  return rest < quote.slashes ? 'outer' : 'inside';
}

/**
 * Strings that are open at a position of a line. Asked for rising positions only, so that a line is read once,
 * however often it is asked.
 */
export class QuoteTracker {
  readonly #text: string;
  #at = 0;
  #lineEnd = -1;
  #stack: Quote[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** The innermost string that is open at `position`. */
  openAt(position: number): Quote | undefined {
    this.#moveTo(position);
    return this.#stack.at(-1);
  }

  /** True when a mark of `quote` is one of the strings that are open, so that it may close one. */
  isOpen(code: number): boolean {
    return this.#stack.some((open) => open.code === code);
  }

  #moveTo(position: number): void {
    if (position < this.#at) return;
    if (position > this.#lineEnd) {
      let start = position;
      while (start > this.#at && !isBreakCode(this.#text.charCodeAt(start - 1))) start -= 1;
      if (start > this.#at || this.#lineEnd < 0) {
        this.#at = start;
        this.#stack = [];
      }
      let end = Math.max(position, start);
      while (end < this.#text.length && !isBreakCode(this.#text.charCodeAt(end))) end += 1;
      this.#lineEnd = end;
    }
    for (; this.#at < position; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (isQuoteCode(code)) this.#mark(code, slashesBefore(this.#text, this.#at));
    }
  }

  #mark(code: number, slashes: number): void {
    const top = this.#stack.at(-1);
    const after = this.#text.charCodeAt(this.#at + 1);
    const before = this.#text.charCodeAt(this.#at - 1 - slashes);
    if (top?.code === code) {
      const effect = effectOf(slashes, top);
      if (effect === 'close') this.#stack.pop();
      else if (effect === 'outer') this.#closeOuter(code, slashes);
      else this.#open(code, slashes);
      return;
    }
    // An apostrophe is no quotation mark: one that opens stands after a sign, and before something.
    if (code === SINGLE && !(Number.isNaN(before) || !isAlnumCode(before)) && !this.isOpen(code)) return;
    if (this.isOpen(code) && (Number.isNaN(after) || isSpaceCode(after) || !isAlnumCode(after))) {
      this.#closeOuter(code, slashes);
      return;
    }
    this.#open(code, slashes);
  }

  #open(code: number, slashes: number): void {
    if (this.#stack.length < 6) this.#stack.push({ code, slashes });
  }

  #closeOuter(code: number, slashes: number): void {
    for (let index = this.#stack.length - 1; index >= 0; index -= 1) {
      const open = this.#stack[index];
      if (open?.code === code && effectOf(slashes, open) === 'close') {
        this.#stack.length = index;
        return;
      }
    }
  }
}
