import { isHarmless } from './harmless.ts';
import { KnownValues } from './known.ts';
import { KnownSecrets } from './known-secrets.ts';
import { redactLeaves } from './leaves.ts';
import { hideAddresses, hideEmails } from './personal.ts';
import { scan } from './scan.ts';
import { type Found, ScanState, ScanStopped } from './scan-state.ts';
import { decoded, toGiven, visible } from './shadow.ts';
import { keyedStandIn, plainStandIn, type StandIn, withheld } from './stand-in.ts';
import { RedactingStream } from './stream.ts';
import { redactStructure } from './structured.ts';
import { wellFormed } from './text.ts';

export { withheld };

/** Finds more secrets: a rule set of others, own patterns. Stretches of the text, in any order. */
export type Finder = (text: string) => Iterable<Found>;

export interface RedactorOptions {
  /** Secrets that this process knows, also those it learns later; removed wherever they stand, in every usual spelling. */
  readonly known?: readonly string[] | KnownSecrets;
  /** Words that are removed only as the value of a key, even if they are secrets; beside those of the platform. */
  readonly words?: readonly string[];
  /** E-mail addresses become `[email]`; default false. */
  readonly emails?: boolean;
  /** IP addresses become `[address]`; default false. */
  readonly addresses?: boolean;
  /** Own patterns: all that they find goes. */
  readonly finders?: readonly Finder[];
  /** Rule sets of others: what they find goes where nothing else was found, since they see less of the place. */
  readonly ruleSets?: readonly Finder[];
  /** Longest text in UTF-16 units; longer ones are withheld. Default 32 Mi. */
  readonly mostUnits?: number;
  /** Milliseconds that a text of so many units may take; default 2,000 and 1,000 more for each Mi. */
  readonly budgetMs?: (units: number) => number;
  /** Told the kind of each secret that is replaced, whichever keyed redactor did it; `withheld` for a whole text. */
  readonly onReplaced?: (kind: string) => void;
  /** Milliseconds that pass; for tests. */
  readonly clock?: () => number;
}

export type Kept = (key: string, parent: Readonly<Record<string, unknown>>) => boolean;

/** Takes secrets out of whatever leaves the process or is stored. It never throws: what it cannot check is withheld. */
export interface Redactor {
  /** The same text, with a stand-in for each secret; well formed. The number of lines stays. */
  text(text: string): string;
  /** Lines that belong together: a key spans several. As many lines, or one if they are withheld. */
  lines(lines: readonly string[]): readonly string[];
  /** Data: strings in it, and whole values under names that mean a secret. Errors become name, message and stack. */
  value(value: unknown): unknown;
  /**
   * Data with names of our own or of a protocol: each text for itself, whatever its name. `kept` names the text that
   * stays as it is, because a machine reads it.
   */
  leaves(value: unknown, kept?: Kept): unknown;
  /** Whether a secret stands in it. A person's e-mail address or an IP address is no secret. */
  holdsSecret(value: unknown): boolean;
  /**
   * Whether a secret of at least 8 characters that this process knows stands in it, in whatever spelling; nothing is
   * guessed. For what another process has cleaned, and this one cannot change any more.
   */
  holdsKnown(text: string): boolean;
  /** UTF-8; withheld when it is not. */
  bytes(bytes: Uint8Array): string;
  /** For what comes in pieces; secrets that are split over them are found. */
  stream(): RedactingStream;
  /** The same redactor with its own counts and with stand-ins that tell secrets apart, for one answer or bundle. */
  keyed(key: string | Uint8Array): Redactor;
  /** How many secrets were replaced so far, by kind; `withheld` counts texts. */
  counts(): Readonly<Record<string, number>>;
}

export function createRedactor(options: RedactorOptions = {}): Redactor {
  return new TextRedactor(options, currentValues(options), plainStandIn);
}

/** What is known now: built again when something was learned since. */
function currentValues({ known = [], words }: RedactorOptions): () => KnownValues {
  if (!(known instanceof KnownSecrets)) {
    const values = new KnownValues(known, words);
    return () => values;
  }
  let version = -1;
  let values = new KnownValues([], words);
  return () => {
    if (version !== known.version) values = new KnownValues(known.values(), words);
    version = known.version;
    return values;
  };
}

class TextRedactor implements Redactor {
  readonly #options: RedactorOptions;
  readonly #known: () => KnownValues;
  readonly #standIn: StandIn;
  readonly #counts = new Map<string, number>();

  constructor(options: RedactorOptions, known: () => KnownValues, standIn: StandIn) {
    this.#options = options;
    this.#known = known;
    this.#standIn = standIn;
  }

  text(text: string): string {
    try {
      return this.#replace(text, this.find(text), 0, text.length);
    } catch {
      return this.#withhold();
    }
  }

  lines(lines: readonly string[]): readonly string[] {
    const text = this.text(lines.join('\n'));
    return text === withheld ? [withheld] : text.split('\n');
  }

  value(value: unknown): unknown {
    try {
      return redactStructure(value, {
        text: (text) => this.text(text),
        secret: (kind, secret) => this.#stand(kind, secret),
      });
    } catch {
      return this.#withhold();
    }
  }

  leaves(value: unknown, kept: Kept = () => false): unknown {
    try {
      return redactLeaves(value, {
        text: (text) => this.text(text),
        lines: (lines) => this.lines(lines),
        kept,
      });
    } catch {
      return this.#withhold();
    }
  }

  holdsSecret(value: unknown): boolean {
    const { onReplaced: _untold, ...options } = this.#options;
    const own = { ...options, emails: false, addresses: false };
    const apart = new TextRedactor(own, this.#known, plainStandIn);
    apart.leaves(value);
    return apart.#counts.size > 0;
  }

  holdsKnown(text: string): boolean {
    return this.#known().isIn(text);
  }

  bytes(bytes: Uint8Array): string {
    try {
      return this.text(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      return this.#withhold();
    }
  }

  stream(): RedactingStream {
    return new RedactingStream({
      find: (text) => this.find(text),
      replace: (text, found, from, to) => this.#replace(text, found, from, to),
      withhold: () => this.#withhold(),
      mostUnits: this.#options.mostUnits ?? defaultMost,
    });
  }

  keyed(key: string | Uint8Array): Redactor {
    return new TextRedactor(this.#options, this.#known, keyedStandIn(key));
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Stretches to hide, in order, without overlap. Throws when the text cannot be checked. */
  find(text: string): readonly Found[] {
    if (text.length < 4) return [];
    const {
      mostUnits = defaultMost,
      budgetMs = defaultBudget,
      clock = () => performance.now(),
    } = this.#options;
    if (text.length > mostUnits) throw new ScanStopped('length');
    if (isWide(text)) throw new ScanStopped('length');
    const until = clock() + budgetMs(text.length);
    const check = (): void => {
      if (clock() > until) throw new ScanStopped('time');
    };
    const shown = visible(text);
    const found =
      shown === undefined ? this.#findIn(text, check) : toGiven(shown, this.#findIn(shown.text, check));
    // What is known is also sought as it was given: nothing that was left out may hide it.
    if (shown !== undefined) found.push(...this.#knownIn(text, check));
    const plain = decoded(shown?.text ?? text);
    if (plain !== undefined) {
      const more = toGiven(plain, this.#findIn(plain.text, check));
      found.push(...(shown === undefined ? more : toGiven(shown, more)));
    }
    check();
    return merged(found, text);
  }

  #knownIn(text: string, check: () => void): Found[] {
    const state = new ScanState(text, check);
    this.#known().find(state);
    return state.found;
  }

  #findIn(text: string, check: () => void): Found[] {
    const state = new ScanState(text, check);
    scan(state);
    this.#known().find(state);
    if (this.#options.emails === true) hideEmails(state);
    if (this.#options.addresses === true) hideAddresses(state);
    for (const finder of this.#options.finders ?? []) {
      check();
      state.found.push(...finder(text));
    }
    for (const rules of this.#options.ruleSets ?? []) {
      check();
      const own = [...state.found];
      for (const one of rules(text)) {
        const apart = !own.some((other) => one.start < other.end && other.start < one.end);
        if (apart && !isHarmless(text.slice(one.start, one.end))) state.found.push(one);
      }
    }
    return state.found;
  }

  #replace(text: string, found: readonly Found[], from: number, to: number): string {
    if (found.length === 0) return wellFormed(from === 0 && to === text.length ? text : text.slice(from, to));
    const pieces: string[] = [];
    let at = from;
    for (const one of found) {
      if (one.end <= at || one.start >= to) continue;
      const start = Math.max(one.start, at);
      pieces.push(
        text.slice(at, start),
        this.#stand(one.kind, one.identity ?? text.slice(one.start, one.end)),
      );
      at = Math.min(one.end, to);
    }
    pieces.push(text.slice(at, to));
    return wellFormed(pieces.join(''));
  }

  #stand(kind: string, identity: string): string {
    this.#count(kind);
    return this.#standIn(kind, identity);
  }

  #withhold(): string {
    this.#count('withheld');
    return withheld;
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#options.onReplaced?.(kind);
  }
}

const defaultMost = 32 * 2 ** 20;
const defaultBudget = (units: number): number => 2000 + (units / 2 ** 20) * 1000;

/** Text of two bytes a character that was read as one: nothing in it can be recognised. */
function isWide(text: string): boolean {
  const first = text.indexOf('\0');
  if (first < 0) return false;
  let count = 0;
  const end = Math.min(text.length, first + 4096);
  for (let at = first; at < end; at += 1) if (text.charCodeAt(at) === 0) count += 1;
  return count * 3 > end - first && end - first > 8;
}

/** In order; what overlaps or touches becomes one. What is known keeps its identity. */
function merged(found: Found[], text: string): readonly Found[] {
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Found[] = [];
  for (const one of found) {
    const last = result.at(-1);
    if (
      last === undefined ||
      one.start > last.end ||
      (one.start === last.end && text.charCodeAt(one.start - 1) === 10)
    ) {
      result.push(one);
      continue;
    }
    const end = Math.max(last.end, one.end);
    const whole = last.end - last.start >= end - last.start ? last : undefined;
    const isSame = one.start === last.start && one.end === last.end;
    const keeper = isSame && one.kind === 'known' ? one : (whole ?? { kind: last.kind });
    const { identity } = keeper as Found;
    result[result.length - 1] = {
      start: last.start,
      end,
      kind: keeper.kind,
      ...(identity === undefined ? {} : { identity }),
    };
  }
  return result;
}
