/** What rows of other platforms come to, beside those that are right: the planted cause first, and nothing else. */

const cellsOf = (row: string) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));

interface Told {
  /** Nothing is planted: only what is confirmed can be false. */
  readonly healthy: boolean;
  readonly verdict: string;
  readonly falseCauses: string;
  readonly result: string;
}

function told(row: string): Told {
  const [, , state, , , verdict = '', falseCauses = '', , , result = ''] = cellsOf(row);
  return { healthy: state === 'healthy', verdict, falseCauses, result: result.replace(/ \|$/, '') };
}

/** Something is said with certainty that is not so: another cause confirmed, or the planted one ruled out. */
const isFalse = ({ verdict, falseCauses, result }: Told) =>
  falseCauses !== 'none' || (verdict === 'ruled-out' && result !== 'right');

/** `; 3 possible, 1 false, 0 not found`, of rows under `installationHead`. */
export function figuresOf(rows: readonly string[]): string {
  const all = rows.map(told);
  const count = (is: (one: Told) => boolean) => all.filter(is).length;
  const possible = count(({ result }) => /^possible\b/.test(result));
  const lost = count(
    (one) =>
      !one.healthy &&
      !isFalse(one) &&
      one.result !== 'right' &&
      !['confirmed', 'possible'].includes(one.verdict),
  );
  return `; ${possible} possible, ${count(isFalse)} false, ${lost} not found`;
}
