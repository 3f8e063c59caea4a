import { type AuditFinding, worstFault } from '../../domain/audit/audit.ts';
import type { AnchorPlaceName } from '../../domain/audit/audit-anchor.ts';

/** One thing that is wrong with a record. */
export interface RecordFault extends AuditFinding {
  /** Of the end and of the places: the row at which the log ends. */
  readonly last?: number;
  /** Of `anchor-…` and `older-state`: the place that says so. */
  readonly place?: AnchorPlaceName;
}

/** So many are told one by one; the rest is counted, since a log may be of millions of rows. */
const mostTold = 1_000;

/** R-L6: everything that is wrong, in the order in which it was found, and the worst of it. */
export interface Faults {
  add(...found: readonly (RecordFault | undefined)[]): void;
  /** The worst, with all of them; undefined: nothing is wrong. */
  verdict(): (RecordFault & { readonly faults: readonly RecordFault[]; readonly more?: number }) | undefined;
}

export function createFaults(): Faults {
  const told: RecordFault[] = [];
  const known = new Set<string>();
  let more = 0;
  let worst: RecordFault | undefined;
  return {
    add(...found) {
      for (const fault of found) {
        if (fault === undefined) continue;
        const { verdict, seq, place } = fault;
        worst = worst === undefined ? fault : worstFault(worst, fault);
        const name = `${verdict} ${seq} ${place ?? ''}`;
        if (known.has(name)) continue;
        if (told.length === mostTold) {
          more += 1;
          continue;
        }
        known.add(name);
        told.push(fault);
      }
    },
    verdict: () =>
      worst === undefined ? undefined : { ...worst, faults: told, ...(more === 0 ? {} : { more }) },
  };
}
