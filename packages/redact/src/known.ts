import { isNameCode, isRunCode, isSpaceCode } from './chars.ts';
import { spellingsOf } from './encodings.ts';
import { buildAutomaton, type LiteralAutomaton } from './literals.ts';
import { isSecretName } from './names.ts';
import { ScanState } from './scan-state.ts';
import { ellipsis } from './text.ts';

/** Shortest value that is removed wherever it stands. */
export const shortestEverywhere = 8;
const window = 8;

/** Words of the platform: where one of them is a secret, only its place says so. In lower case. */
const platformWords = new Set(
  `postgres postgresql password passw0rd database username aetherius orchestrator reasoning kubernetes localhost
  administrator agent-manager collect-agent collector-agent rabbitmq clickhouse mongodb opensearch elasticsearch
  production development default changeme undefined registry namespace redis-server nats-server neo4j-admin`.split(
    /\s+/,
  ),
);

interface Spelling {
  readonly text: string;
  /** The value that it spells. */
  readonly value: string;
}

/**
 * Secrets that the process knows, found wherever they stand and however they are written. How far the next
 * spelling is away at least tells a table by three characters (Wu and Manber, 1994), so most of a text is skipped.
 */
export class KnownValues {
  readonly #byHash = new Map<number, Spelling[]>();
  readonly #shifts = new Uint8Array(1 << 18).fill(window - 2);
  readonly #short: Spelling[] = [];
  readonly #automaton: LiteralAutomaton;
  #longest = 0;

  /** `words`: more words that are removed only in their place. Values under 3 characters are left out. */
  constructor(values: readonly string[], words: readonly string[] = []) {
    const plain = new Set([...platformWords, ...words.map((word) => word.toLowerCase())]);
    for (const value of new Set(values.flatMap(withLines))) {
      if (value.length < 3) continue;
      if (value.length < shortestEverywhere || plain.has(value.toLowerCase())) this.#addShort(value);
      else for (const text of spellingsOf(value)) this.#add({ text, value });
    }
    for (const list of this.#byHash.values()) list.sort((a, b) => b.text.length - a.text.length);
    this.#automaton = buildAutomaton(this.#short.map(({ text }) => text));
  }

  get size(): number {
    return this.#byHash.size + this.#short.length;
  }

  #add(spelling: Spelling): void {
    this.#longest = Math.max(this.#longest, spelling.text.length);
    for (let at = 0; at + 2 < window; at += 1) {
      const three = threeAt(spelling.text, at);
      this.#shifts[three] = Math.min(this.#shifts[three] ?? 0, window - 3 - at);
    }
    const hash = hashAt(spelling.text, 0);
    const list = this.#byHash.get(hash);
    if (list === undefined) this.#byHash.set(hash, [spelling]);
    else if (!list.some((other) => other.text === spelling.text)) list.push(spelling);
  }

  #addShort(value: string): void {
    for (const text of [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)])
      if (!this.#short.some((other) => other.text === text)) this.#short.push({ text, value });
  }

  find(state: ScanState): void {
    if (this.#byHash.size > 0) this.#findLong(state);
    if (this.#short.length > 0) this.#findShort(state);
  }

  /** Whether one that is removed wherever it stands is in the text; short ones and words count only in their place. */
  isIn(text: string): boolean {
    if (this.#byHash.size === 0) return false;
    const state = new ScanState(text);
    this.#findLong(state);
    return state.found.length > 0;
  }

  #findLong(state: ScanState): void {
    const { text } = state;
    const shifts = this.#shifts;
    const length = text.length;
    const cuts = new Cuts(text);
    for (let end = window - 1; end < length; ) {
      const shift = shifts[threeAt(text, end - 2)] ?? 1;
      if (shift > 0) {
        end += shift;
        continue;
      }
      const start = end - window + 1;
      const near = this.#byHash.get(hashAt(text, start));
      const spelling = near?.find((one) => text.startsWith(one.text, start));
      if (spelling !== undefined) this.#hide(state, start, spelling);
      else if (near !== undefined) {
        const cut = cuts.after(end);
        if (cut - start < this.#longest) this.#hideCut(state, start, cut, near);
      }
      end += 1;
    }
  }

  /** One that was shortened: its beginning, and then at `cut` the sign that something was left out. */
  #hideCut(state: ScanState, start: number, cut: number, near: readonly Spelling[]): void {
    const length = cut - start;
    const shown = near.find(
      ({ text }) => length < text.length && state.text.startsWith(text.slice(0, length), start),
    );
    if (shown !== undefined) state.found.push({ start, end: cut, kind: 'known', identity: shown.value });
  }

  /** Base64 shares its outer characters with what stands around: they go, too. */
  #hide(state: ScanState, start: number, spelling: Spelling): void {
    const { text } = state;
    let end = start + spelling.text.length;
    let from = start;
    const encoded =
      spelling.text !== spelling.value &&
      /^[\w+/-]+$/.test(spelling.text) &&
      !spelling.value.includes(spelling.text.slice(0, 6));
    if (encoded && !/^[0-9a-fA-F]+$/.test(spelling.text)) {
      if (isRunCode(text.charCodeAt(from - 1))) from -= 1;
      if (isRunCode(text.charCodeAt(end))) end += 1;
      while (text.charCodeAt(end) === 61 && end - start < spelling.text.length + 4) end += 1;
    }
    state.found.push({ start: from, end, kind: 'known', identity: spelling.value });
  }

  /** Short values, and words: only as the whole value of a key, or in an address. */
  #findShort(state: ScanState): void {
    const { text } = state;
    const { classes, next, shift, accepts, ends } = this.#automaton;
    let automatonState = 0;
    for (let at = 0; at < text.length; ) {
      automatonState = next[(automatonState << shift) | (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
      at += 1;
      if (accepts[automatonState] === 0) continue;
      state.tick();
      for (const index of ends[automatonState] ?? []) {
        const spelling = this.#short[index];
        if (spelling === undefined) continue;
        const start = at - spelling.text.length;
        if (text.startsWith(spelling.text, start) && inPlace(text, start, at))
          state.found.push({ start, end: at, kind: 'known', identity: spelling.value });
      }
    }
  }
}

/** Where text was left out: `…`, `...`, also `... (12 more bytes)`. Each is sought once, from left to right. */
class Cuts {
  readonly #text: string;
  #sign = -1;
  #dots = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next one behind `at`; infinity without a next one. */
  after(at: number): number {
    if (this.#sign <= at) this.#sign = this.#seek(ellipsis, at + 1);
    if (this.#dots <= at) this.#dots = this.#seek('...', at + 1);
    return Math.min(this.#sign, this.#dots);
  }

  #seek(mark: string, from: number): number {
    const place = this.#text.indexOf(mark, from);
    return place < 0 ? Number.POSITIVE_INFINITY : place;
  }
}

/** Three characters as a number of 18 bits; different ones may share it. */
function threeAt(text: string, at: number): number {
  return ((text.charCodeAt(at) << 12) ^ (text.charCodeAt(at + 1) << 6) ^ text.charCodeAt(at + 2)) & 0x3ffff;
}

function hashAt(text: string, start: number): number {
  let hash = 0;
  for (let at = start; at < start + window; at += 1)
    hash = (Math.imul(hash, 0x01_00_01_93) + text.charCodeAt(at)) | 0;
  return hash;
}

/** A value of several lines is seen in pieces: each of its longer lines counts, the frame of a key does not. */
function withLines(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const trimmed = value.trim();
  if (lines.length < 2) return trimmed === value ? [value] : [value, trimmed];
  return [value, trimmed, ...lines.filter((line) => line.length >= 16 && !line.startsWith('-----'))];
}

/** `key=value`, `"key": "value"`, `://user:value@`, `://:value@` */
function inPlace(text: string, start: number, end: number): boolean {
  const after = text.charCodeAt(end);
  if (!Number.isNaN(after) && isNameCode(after)) return false;
  let at = start - 1;
  if (isNameCode(text.charCodeAt(at))) return false;
  if (text.charCodeAt(at) === 58 && text.charCodeAt(end) === 64)
    return /:\/\/[^\s/@"']{0,128}$/.test(text.slice(Math.max(0, start - 160), start));
  while (
    at >= 0 &&
    start - at < 12 &&
    (isSpaceCode(text.charCodeAt(at)) || '"\'\\`'.includes(text.charAt(at)))
  )
    at -= 1;
  const sign = text.charAt(at);
  if (sign !== '=' && sign !== ':' && !(sign === '>' && text.charAt(at - 1) === '=')) return false;
  at -= sign === '>' ? 2 : 1;
  while (
    at >= 0 &&
    start - at < 24 &&
    (isSpaceCode(text.charCodeAt(at)) || '"\'\\`]'.includes(text.charAt(at)))
  )
    at -= 1;
  if (at < 0 || !isNameCode(text.charCodeAt(at))) return false;
  let from = at;
  while (from > 0 && at - from < 64 && isNameCode(text.charCodeAt(from - 1))) from -= 1;
  const name = text.slice(from, at + 1);
  // `"part":"postgres"` names what it is about, and so does `PostgreSQL: postgres refuses connections`.
  if (ofParts.test(name)) return false;
  return sign !== ':' || !saidOf.test(text.slice(end, end + 4)) || isSecretName(name);
}

const ofParts =
  /(?:^|[._-])(?:parts?|services?|targets?|subject|component|container|workload|instance|app|area|kind|probe)$/i;
/** A sentence goes on behind it. */
const saidOf = /^ [\p{Ll}\p{Script=Han}]{2}/u;
