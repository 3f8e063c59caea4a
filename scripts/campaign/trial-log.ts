import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** A row of a table, as a trial made it. */
export interface Row {
  readonly text: string;
  readonly problems: readonly string[];
  /** The fault itself, second by second. */
  readonly fault?: string;
  /** The fix that was carried out, as a row of its own table. */
  readonly fix?: string;
}

/** Which table it is of, and of which state of the code. */
export interface Campaign {
  readonly table: string;
  readonly commit: string;
}

interface Entry extends Campaign {
  readonly trial: string;
  readonly rows: readonly Row[];
}

/**
 * The trials of a campaign, one line each, written when the trial ends: one that is stopped, or killed, goes on after
 * the last of them. What another commit did, or another table, is no trial of this campaign.
 */
export class TrialLog {
  readonly #done: ReadonlyMap<string, readonly Row[]>;
  readonly #file: string;
  readonly #campaign: Campaign;

  /** Without `resume` the file begins anew. */
  constructor(file: string, campaign: Campaign, { resume }: { readonly resume: boolean }) {
    this.#file = file;
    this.#campaign = campaign;
    if (!resume) rmSync(file, { force: true });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const own = lines
      .flatMap(entryIn)
      .filter(({ table, commit }) => table === campaign.table && commit === campaign.commit);
    this.#done = new Map(own.map(({ trial, rows }) => [trial, rows]));
    // What a kill left half-written must not take the next line with it.
    if (lines.at(-1) !== undefined && lines.at(-1) !== '') appendFileSync(file, '\n');
  }

  /** Rows of a trial that has ended before, none of one that was left out; undefined: it is still to be done. */
  rowsOf(trial: string): readonly Row[] | undefined {
    return this.#done.get(trial);
  }

  get size(): number {
    return this.#done.size;
  }

  add(trial: string, rows: readonly Row[]): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    appendFileSync(this.#file, `${JSON.stringify({ ...this.#campaign, trial, rows } satisfies Entry)}\n`);
  }
}

function entryIn(line: string): readonly Entry[] {
  try {
    const value = JSON.parse(line) as Entry;
    return [value];
  } catch {
    return [];
  }
}
