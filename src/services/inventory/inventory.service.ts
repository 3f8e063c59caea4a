import type { Clock } from '../../domain/kernel/clock.ts';
import {
  type InventoryNews,
  imagesOf,
  inventoryNews,
  type StageDifference,
  stageDifferences,
} from '../../domain/platform/inventory.ts';
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

/** Parts of an environment that do not run the same in all of these. What nobody has seen says nothing. */
export async function stagesBeside(
  tx: TxOf<'inventories'>,
  environment: string,
  others: readonly string[],
): Promise<readonly StageDifference[]> {
  const stages: { readonly environment: string; readonly images: InventoryNews['images'] }[] = [];
  for (const name of [environment, ...others]) {
    const known = await tx.inventories.latest(name);
    if (known !== undefined) stages.push({ environment: name, images: imagesOf(known) });
  }
  return stageDifferences(stages).filter(({ images }) =>
    images.some((one) => one.environment === environment),
  );
}
