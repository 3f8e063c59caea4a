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

export interface KillSwitches {
  /** R-X10: the global one, else that of this remediation. */
  active(actionId: string): Promise<KillSwitch | undefined>;
  list(): Promise<readonly KillSwitch[]>;
  set(
    scope: string,
    change: {
      readonly active: boolean;
      readonly by: Person;
      readonly reason: string;
      readonly forMs?: number;
    },
  ): Promise<void>;
}
