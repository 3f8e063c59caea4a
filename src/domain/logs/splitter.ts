import { isAscii } from 'node:buffer';
import { cutToUnits } from '../kernel/text.ts';

/** Units of a line that are kept; the rest of a longer one is dropped. */
const MOST_UNITS = 65_536;
/** What becomes a text at a time: V8 keeps texts from 128 KiB on apart from others, and each of them costs ten times as much. */
const PIECE_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * Whole lines of bytes that come in pieces, as many as there are at once, each but the last of all with its end. A line
 * that ends in a later piece is held back; one without an end is cut, so memory does not grow with it. Bytes that are no
 * UTF-8 become U+FFFD. The bytes may change once they were pushed.
 */
export class LineSplitter {
  /** After the end of a line it waits for nothing: no character goes over one. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #onLines: (text: string) => void;
  #rest = '';
  /** A line is under way; of one that is too long nothing more is kept. */
  #open = false;
  #dropping = false;
  #begun = false;

  constructor(onLines: (text: string) => void) {
    this.#onLines = onLines;
  }

  push(given: Uint8Array): void {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#take(bytes.subarray(at, at + PIECE_BYTES));
  }

  end(): void {
    this.#keep(this.#decoder.decode());
    if (this.#rest !== '' && !this.#dropping) this.#onLines(this.#rest);
    this.#rest = '';
  }

  #take(bytes: Buffer): void {
    let from = 0;
    if (this.#open || !this.#begun) {
      const end = bytes.indexOf(NEWLINE);
      if (end < 0) return this.#hold(bytes);
      from = end + 1;
      const last = this.#decoder.decode(bytes.subarray(0, from), { stream: true });
      const held = this.#rest;
      this.#rest = '';
      this.#open = false;
      if (this.#dropping) this.#dropping = false;
      else this.#onLines(this.#unmarked(held + last));
    }
    const to = bytes.lastIndexOf(NEWLINE) + 1;
    if (to > from) this.#onLines(this.#textOf(bytes.subarray(from, to)));
    if (Math.max(from, to) < bytes.length) this.#hold(bytes.subarray(Math.max(from, to)));
  }

  /** Of whole lines; most are ASCII, and those cost a tenth. */
  #textOf(bytes: Buffer): string {
    return isAscii(bytes) ? bytes.toString('latin1') : this.#decoder.decode(bytes, { stream: true });
  }

  /** Without the mark of byte order that a file may begin with. */
  #unmarked(text: string): string {
    const first = !this.#begun;
    this.#begun = true;
    return first && text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  #hold(bytes: Buffer): void {
    this.#open = true;
    this.#keep(this.#decoder.decode(bytes, { stream: true }));
  }

  #keep(text: string): void {
    if (this.#dropping || text === '') return;
    this.#rest = this.#unmarked(this.#rest + text);
    if (this.#rest.length <= MOST_UNITS) return;
    this.#onLines(`${cutToUnits(this.#rest, MOST_UNITS)}\n`);
    this.#rest = '';
    this.#dropping = true;
  }
}
