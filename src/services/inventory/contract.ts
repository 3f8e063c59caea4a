import type { InventoryNews } from '../../domain/platform/inventory.ts';

export interface InventoryService {
  /** What is known of an environment, and what is other than yesterday; undefined: nobody has looked. */
  news(environment: string): Promise<InventoryNews | undefined>;
}
