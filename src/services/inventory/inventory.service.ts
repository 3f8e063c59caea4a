import type { Clock } from '../../domain/kernel/clock.ts';
import { type InventoryNews, inventoryNews } from '../../domain/platform/inventory.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { InventoryService } from './contract.ts';

const dayMs = 24 * 60 * 60_000;

export function createInventoryService({
  store,
  clock,
}: {
  readonly store: StoreOf<'inventories'>;
  readonly clock: Pick<Clock, 'now'>;
}): InventoryService {
  return {
    news: (environment) =>
      store.tx((tx) => newsSince(tx, environment, new Date(clock.now().getTime() - dayMs))),
  };
}

/** What is other than it was at a time; undefined: nobody has looked. */
export async function newsSince(
  tx: TxOf<'inventories'>,
  environment: string,
  since: Date,
): Promise<InventoryNews | undefined> {
  const now = await tx.inventories.latest(environment);
  const before = await tx.inventories.at(environment, since);
  // Where nothing could ever be looked at there is nothing to say.
  if (now === undefined || before === undefined || Object.keys(now.areas).length === 0) return undefined;
  return inventoryNews(now, before, since);
}
