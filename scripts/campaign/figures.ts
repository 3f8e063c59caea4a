/** What the rows of a table come to, beside those that are right. */

import { kindsOf, kindsSaid } from './certain.ts';

/** Problems of a row, as its last cell lists them. */
const problemsIn = (row: string): readonly string[] =>
  (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split('; ');

/** `; 1 certain and wrong, 0 not found`, of rows of any table; before it `3 possible`, where a row says so. */
export function figuresOf(rows: readonly string[]): string {
  const all = rows.map(problemsIn);
  const possible = all.filter(([first = '']) => /^possible\b/.test(first)).length;
  return `; ${possible === 0 ? '' : `${possible} possible, `}${kindsSaid(kindsOf(all))}`;
}
