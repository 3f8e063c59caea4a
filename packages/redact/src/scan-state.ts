import { QuoteTracker } from './quotes.ts';

/** A stretch of a text that must not be shown; `end` is exclusive. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** What was found: `password`, `url`, `private-key`, … */
  readonly kind: string;
  /** The secret itself, where the stretch is only one way to write it: the same secret gets the same stand-in. */
  readonly identity?: string;
}

/** Thrown when a scan may not go on: too long, or too slow. The caller then shows no part of the text. */
export class ScanStopped extends Error {
  readonly reason: 'time' | 'length';

  constructor(reason: 'time' | 'length') {
    super(`redaction stopped: ${reason}`);
    this.name = 'ScanStopped';
    this.reason = reason;
  }
}

/**
 * One scan of one text: what was found, and how far looking ahead may still go. Looking ahead (for the end of a
 * string, the close of a bracket) may cost a fixed multiple of the text in all; after that, what is unclear counts
 * as unclosed and is hidden to the end of its line. So no text makes a scan slower than linear.
 */
export class ScanState {
  readonly text: string;
  readonly found: Found[] = [];
  readonly quotes: QuoteTracker;
  /** No bracket before this position closes on its line. */
  unclosedUntil = 0;
  /** The command that the last short flag belonged to. */
  command: { readonly at: number; readonly text: string; seen: number } | undefined;
  #fuel: number;
  readonly #check: () => void;
  #untilCheck = 0;

  constructor(text: string, check: () => void = () => undefined) {
    this.text = text;
    this.quotes = new QuoteTracker(text);
    this.#fuel = 4096 + text.length * 4;
    this.#check = check;
  }

  add(start: number, end: number, kind: string): void {
    if (end > start) this.found.push({ start, end, kind });
  }

  /** Pays for looking ahead; false when nothing is left. */
  spend(steps: number): boolean {
    this.#fuel -= steps;
    return this.#fuel > 0;
  }

  /** Called once for each candidate: looks at the clock now and then, and throws when time is up. */
  tick(): void {
    this.#untilCheck -= 1;
    if (this.#untilCheck > 0) return;
    this.#untilCheck = 256;
    this.#check();
  }
}
