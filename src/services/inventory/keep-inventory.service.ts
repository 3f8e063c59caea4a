import type { Logger } from '../../domain/kernel/clock.ts';
import { within } from '../../domain/kernel/within.ts';
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
          // A look takes seconds, and a process that is told to stop waits for none.
          const seen = await within(Number.POSITIVE_INFINITY, look(environment), { signal });
          await store.tx(async (tx) => {
            const before = await tx.inventories.latest(environment);
            await tx.inventories.keep(environment, inventoryAfter(before, seen));
          });
        } catch (err) {
          if (signal.aborted) return;
          logger.warn({ err, environment }, 'what was found could not be kept');
        }
      }
    },
  };
}
