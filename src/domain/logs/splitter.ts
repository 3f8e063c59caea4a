import { cutToUnits } from '../kernel/text.ts';

/** Units of a line that are kept; the rest of a longer one is dropped. */
const MOST_UNITS = 65_536;

/**
 * Whole lines of bytes that come in pieces, as many as there are at once, each but the last of all with its end. A line
 * that ends in a later piece is held back; one without an end is cut, so memory does not grow with it. Bytes that are no
 * UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #onLines: (text: string) => void;
  #rest = '';
  #dropping = false;

  constructor(onLines: (text: string) => void) {
    this.#onLines = onLines;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '' && !this.#dropping) this.#onLines(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    let from = 0;
    if (this.#dropping || this.#rest !== '') {
      const end = text.indexOf('\n');
      if (end < 0) return this.#hold(text);
      from = end + 1;
      const held = this.#rest;
      this.#rest = '';
      if (this.#dropping) this.#dropping = false;
      else this.#onLines(held + text.slice(0, from));
    }
    const last = text.lastIndexOf('\n');
    if (last >= from) this.#onLines(text.slice(from, last + 1));
    this.#hold(text.slice(Math.max(from, last + 1)));
  }

  #hold(text: string): void {
    if (this.#dropping) return;
    this.#rest += text;
    if (this.#rest.length <= MOST_UNITS) return;
    this.#onLines(`${cutToUnits(this.#rest, MOST_UNITS)}\n`);
    this.#rest = '';
    this.#dropping = true;
  }
}
