import type { KillSwitch } from '../fix/kill-switch.ts';
import type { Person } from '../kernel/person.ts';

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
