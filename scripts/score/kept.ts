/** What was tried before, in `artifacts/`: a case that is tried again is replaced, and one that has changed counts as not tried. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Case } from './cases.ts';
import type { Tried } from './judge.ts';

interface Row {
  readonly hash: string;
  readonly date: string;
  readonly tried: Tried;
}

const hashOf = (one: Case) => createHash('sha256').update(JSON.stringify(one)).digest('hex');

/** Results of one platform and one answerer, in a file. */
export class Kept {
  readonly #file: string;
  readonly #rows: Map<string, Row>;

  constructor(file: string) {
    this.#file = file;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
    this.#rows = new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, Row>>));
  }

  /** Keeps the result of a case. */
  add(tried: Tried, date: string): void {
    this.#rows.set(tried.case.id, { hash: hashOf(tried.case), date, tried });
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(Object.fromEntries(this.#rows), undefined, 1));
  }

  /** What these cases came to, which of them were not tried, and the day of the last that was. */
  of(cases: readonly Case[]): {
    readonly tried: readonly Tried[];
    readonly missing: readonly string[];
    readonly date: string;
  } {
    const rows = cases.map((one) => {
      const row = this.#rows.get(one.id);
      return row?.hash === hashOf(one) ? row : undefined;
    });
    return {
      tried: rows.flatMap((row) => row?.tried ?? []),
      missing: cases.filter((_, index) => rows[index] === undefined).map(({ id }) => id),
      date:
        rows
          .map((row) => row?.date ?? '')
          .toSorted()
          .at(-1) ?? '',
    };
  }
}
