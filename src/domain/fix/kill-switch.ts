import type { Person } from '../kernel/person.ts';

/** A switch that is on: nothing of its scope is offered, decided or carried out (R-X10). */
export interface KillSwitch {
  /** `*`, or the id of a remediation. */
  readonly scope: string;
  readonly reason: string;
  readonly by: Person;
  readonly at: Date;
  /** It ends by itself then, by the database clock; absent: somebody must release it. */
  readonly until?: Date;
}
