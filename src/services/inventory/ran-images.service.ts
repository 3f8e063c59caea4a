import type { Logger } from '../../domain/kernel/clock.ts';
import type { RanImage, RanImages } from '../../domain/platform/ran-image.ts';
import type { StoreOf } from '../../domain/ports/store.ts';

/** Of an environment; what stood before these is too old to be gone back to without people. */
const most = 200;

/** Looks it up in what the bot has kept of its looks. A record that cannot be read says nothing. */
export function createRanImages({
  store,
  logger,
}: {
  readonly store: StoreOf<'inventories'>;
  readonly logger: Logger;
}): RanImages {
  return async (environment, part) => {
    try {
      const kept = await store.tx((tx) => tx.inventories.last(environment, most));
      const seen = kept.flatMap(({ areas, seenAt }): readonly RanImage[] =>
        (areas.runtime?.things ?? []).flatMap((thing) =>
          thing.kind === 'image' && thing.part === part && thing.ran !== undefined
            ? [{ image: thing.name, id: thing.ran, at: seenAt.runtime ?? '' }]
            : [],
        ),
      );
      // One that was made from an id tells no name; an earlier look may have one for the same.
      const named = [...seen.filter(({ image, id }) => image !== id), ...seen];
      return seen
        .filter(({ id }, index) => seen.findIndex((one) => one.id === id) === index)
        .map((one) => ({ ...one, image: named.find(({ id }) => id === one.id)?.image ?? one.image }));
    } catch (err) {
      logger.warn({ err, environment, part }, 'what was seen earlier could not be read');
      return [];
    }
  };
}
