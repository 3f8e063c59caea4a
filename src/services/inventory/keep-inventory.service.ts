import type { Logger } from '../../domain/kernel/clock.ts';
import { type InventoryLook, inventoryAfter } from '../../domain/platform/inventory.ts';
import type { StoreOf } from '../../domain/ports/store.ts';

export interface KeepInventoryDeps {
  readonly store: StoreOf<'inventories'>;
  readonly environments: readonly string[];
  /** Looks at one of them; it tells itself what it could not look at. */
  readonly look: (environment: string) => Promise<InventoryLook>;
  readonly logger: Logger;
}

/** Looks at each environment and keeps what was found. One that cannot be looked at keeps nobody from the others. */
export function createInventoryKeeper({ store, environments, look, logger }: KeepInventoryDeps): {
  round(signal: AbortSignal): Promise<void>;
} {
  return {
    async round(signal) {
      for (const environment of environments) {
        if (signal.aborted) return;
        try {
          const seen = await look(environment);
          await store.tx(async (tx) => {
            const before = await tx.inventories.latest(environment);
            await tx.inventories.keep(environment, inventoryAfter(before, seen));
          });
        } catch (err) {
          logger.warn({ err, environment }, 'what was found could not be kept');
        }
      }
    },
  };
}
