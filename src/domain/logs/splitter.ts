import { cutToUnits } from '../kernel/text.ts';

/** Units of a line that are kept; the rest of a longer one is dropped. */
const MOST_UNITS = 65_536;

/**
 * Lines of bytes that come in pieces. A line that ends in a later piece is held back; one without an end is cut, so
 * memory does not grow with it. Bytes that are no UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #onLine: (line: string) => void;
  #rest = '';
  #dropping = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '' && !this.#dropping) this.#onLine(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    const [first = '', ...others] = text.split('\n');
    const last = others.pop();
    if (last === undefined) {
      this.#hold(first);
      return;
    }
    if (!this.#dropping) this.#onLine(this.#rest + first);
    this.#dropping = false;
    for (const line of others) this.#onLine(line);
    this.#rest = '';
    this.#hold(last);
  }

  #hold(text: string): void {
    if (this.#dropping) return;
    this.#rest += text;
    if (this.#rest.length <= MOST_UNITS) return;
    this.#onLine(cutToUnits(this.#rest, MOST_UNITS));
    this.#rest = '';
    this.#dropping = true;
  }
}
