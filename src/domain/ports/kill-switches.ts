import type { Person } from '../kernel/person.ts';

export interface KillSwitches {
  /** R-X10: global or this action's. */
  active(actionId: string): Promise<{ readonly scope: string; readonly reason: string } | undefined>;
  set(scope: string, active: boolean, by: Person, reason: string): Promise<void>;
}
