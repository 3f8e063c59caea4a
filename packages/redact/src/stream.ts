import type { Found } from './scan-state.ts';

interface StreamHandlers {
  find(text: string): readonly Found[];
  replace(text: string, found: readonly Found[], from: number, to: number): string;
  withhold(): string;
  readonly mostUnits: number;
}

/** Text that is gathered before it is looked at: what is looked at twice, at each cut, is a twentieth of that. */
const mostGathered = 1_048_576;
/** What stays behind for the next time, so that a secret on the cut is seen whole. */
const held = 16_384;
/** What was given out already and is still looked at: a key or an object that began there. */
const remembered = 32_768;

/**
 * Redacts what comes in pieces. Gives out whole lines, some of them late; `end` gives the rest. A line of bytes that
 * are no UTF-8, and one that is longer than the redactor takes, is withheld.
 */
export class RedactingStream {
  readonly #handlers: StreamHandlers;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #bytes: Uint8Array[] = [];
  #given = '';
  #pending: string[] = [];
  #length = 0;
  #skipping = false;
  readonly #enough: number;

  constructor(handlers: StreamHandlers) {
    this.#handlers = handlers;
    // A line that is too long is lost by itself, and not with all that was gathered.
    this.#enough = Math.min(mostGathered, Math.floor(handlers.mostUnits / 2));
  }

  push(chunk: string | Uint8Array): string {
    const text = typeof chunk === 'string' ? chunk : this.#decoded(chunk);
    this.#pending.push(text);
    this.#length += text.length;
    if (this.#length < this.#enough) return '';
    return this.#flush(false);
  }

  end(): string {
    const rest = this.#bytes.length === 0 ? '' : this.#line(concat(this.#bytes.splice(0)));
    this.#pending.push(rest);
    return this.#flush(true);
  }

  /** Whole lines of what came so far; the rest waits for its bytes. */
  #decoded(chunk: Uint8Array): string {
    const last = chunk.lastIndexOf(10);
    if (last < 0) {
      this.#bytes.push(chunk.slice());
      return '';
    }
    const whole = concat([...this.#bytes.splice(0), chunk.subarray(0, last + 1)]);
    if (last + 1 < chunk.length) this.#bytes.push(chunk.slice(last + 1));
    try {
      return this.#decoder.decode(whole);
    } catch {
      let text = '';
      for (let at = 0; at < whole.length; ) {
        const end = whole.indexOf(10, at) + 1;
        text += this.#line(whole.subarray(at, end));
        at = end;
      }
      return text;
    }
  }

  #line(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return `${this.#handlers.withhold()}${bytes.at(-1) === 10 ? '\n' : ''}`;
    }
  }

  #flush(all: boolean): string {
    // One copy of it all: a text that only refers to its pieces is asked for them at each of its characters.
    const text = [this.#given, ...this.#unskipped()].join('');
    const from = this.#given.length;
    const cut = all ? text.length : text.lastIndexOf('\n', text.length - held) + 1;
    if (cut <= from && !all) {
      const waiting = text.length - from;
      if (waiting <= this.#handlers.mostUnits) {
        this.#pending = [text.slice(from)];
        // Looked at again when it has doubled, so that a long line is joined a few times and not at each piece.
        this.#length = this.#enough - waiting;
        return '';
      }
      this.#pending = [];
      this.#skipping = true;
      this.#length = 0;
      this.#given = '';
      return this.#handlers.withhold();
    }
    this.#pending = cut < text.length ? [text.slice(cut)] : [];
    this.#length = text.length - cut;
    this.#given = text.slice(Math.max(0, cut - remembered), cut);
    try {
      return this.#handlers.replace(text, this.#handlers.find(text), from, cut);
    } catch {
      return `${this.#handlers.withhold()}\n`;
    }
  }

  /** What waits, without what is left of a line that was too long. */
  #unskipped(): readonly string[] {
    if (!this.#skipping) return this.#pending;
    const text = this.#pending.join('');
    const end = text.indexOf('\n');
    if (end < 0) return [];
    this.#skipping = false;
    return [text.slice(end)];
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
