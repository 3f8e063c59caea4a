import type { Inventory, KeptInventory } from '../platform/inventory.ts';

export interface Inventories {
  /** What is known now; undefined: there was no look. */
  latest(environment: string): Promise<KeptInventory | undefined>;
  /** What was known at a time; of an environment without a look by then, what was known first. */
  at(environment: string, time: Date): Promise<KeptInventory | undefined>;
  /** What was known from time to time, newest first. */
  last(environment: string, most: number): Promise<readonly KeptInventory[]>;
  /** A row of its own only where something is other than it was. */
  keep(environment: string, inventory: Inventory): Promise<void>;
}
