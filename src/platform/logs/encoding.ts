/** What the first bytes of a file are: text of one byte and more a character, of two bytes, or no text. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'binary';

/** So many bytes tell; a shorter file is judged as a whole. */
export const enoughBytes = 4096;

/** How files begin that are packed or hold something else than text, and need no zero to be known. */
const marks = [
  [0x28, 0xb5, 0x2f, 0xfd], // zstd
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x42, 0x5a, 0x68, 0x31], // bzip2, the usual levels
  [0x42, 0x5a, 0x68, 0x39],
  [0x50, 0x4b, 0x03, 0x04], // zip
  [0x37, 0x7a, 0xbc, 0xaf], // 7z
  [0x7f, 0x45, 0x4c, 0x46], // ELF
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0x25, 0x50, 0x44, 0x46], // PDF
  [0x4c, 0x50, 0x4b, 0x53, 0x48, 0x48, 0x52, 0x48], // a journal of systemd
];
/** Of text of two bytes nearly all zeros are the same half, and beside them stands what ASCII has. */
const mostOthers = 0.02;
/** A text has some tabs and breaks among its control characters, and hardly any other. */
const mostControls = 0.05;

export function encodingOf(bytes: Uint8Array): Encoding {
  const first = bytes.subarray(0, enoughBytes);
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be';
  if (marks.some((mark) => mark.every((byte, at) => first[at] === byte))) return 'binary';
  if (first.includes(0)) return ofTwoBytes(first);
  return first.length >= 32 && controlsIn(first) > first.length * mostControls ? 'binary' : 'utf-8';
}

function ofTwoBytes(bytes: Uint8Array): Encoding {
  const zeros = [0, 0];
  let strange = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    const half = at % 2;
    zeros[half] = (zeros[half] ?? 0) + 1;
    const beside = bytes[half === 1 ? at - 1 : at + 1];
    if (beside !== undefined && !isPrinted(beside)) strange += 1;
  }
  const [even = 0, odd = 0] = zeros;
  const all = even + odd;
  if (all < 4 || all < bytes.length * 0.02 || strange > all * mostOthers) return 'binary';
  if (even <= all * mostOthers) return 'utf-16le';
  return odd <= all * mostOthers ? 'utf-16be' : 'binary';
}

const isPrinted = (byte: number): boolean =>
  (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13 || byte === 27;

const controlsIn = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => sum + ((byte < 32 && !isPrinted(byte)) || byte === 127 ? 1 : 0), 0);

/**
 * Bytes of a file as they come, given on as UTF-8. It waits until enough of them are there to tell what they are; of
 * what is no text nothing is given on.
 */
export class TextBytes {
  readonly #give: (bytes: Uint8Array) => void;
  #waiting: Uint8Array[] = [];
  #held = 0;
  #encoding: Encoding | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;

  constructor(give: (bytes: Uint8Array) => void) {
    this.#give = give;
  }

  /** False: it is no text. */
  push(bytes: Uint8Array): boolean {
    if (this.#encoding !== undefined) return this.#pass(bytes);
    // The caller may use its bytes again.
    this.#waiting.push(bytes.slice());
    this.#held += bytes.length;
    return this.#held < enoughBytes || this.#settle();
  }

  /** False: it is no text. */
  end(): boolean {
    const isText = this.#encoding === undefined ? this.#settle() : this.#encoding !== 'binary';
    const rest = this.#decoder?.decode();
    if (rest !== undefined && rest !== '') this.#give(Buffer.from(rest));
    return isText;
  }

  #settle(): boolean {
    const whole = Buffer.concat(this.#waiting.splice(0));
    this.#encoding = encodingOf(whole);
    if (this.#encoding === 'utf-16le' || this.#encoding === 'utf-16be')
      this.#decoder = new TextDecoder(this.#encoding);
    return this.#pass(whole);
  }

  #pass(bytes: Uint8Array): boolean {
    if (this.#encoding === 'binary') return false;
    if (this.#decoder === undefined) this.#give(bytes);
    else this.#give(Buffer.from(this.#decoder.decode(bytes, { stream: true })));
    return true;
  }
}
