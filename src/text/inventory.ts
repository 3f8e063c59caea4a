import type { InventoryChange } from '../domain/platform/inventory.ts';
import type { Words } from './words.ts';

/** One thing that is other than it was, in plain words, not escaped. */
export function inventoryChange({ kind, part, before, now }: InventoryChange, words: Words): string {
  const named = words.plain(`inventory.kind.${kind}`);
  const what =
    part === undefined
      ? named
      : words.plain('inventory.of', { part: words.lookupPlain(`part.${part}`) ?? part, kind: named });
  if (before !== undefined && now !== undefined)
    return words.plain('inventory.change.other', { what, before, now });
  return now === undefined
    ? words.plain('inventory.change.gone', { what, name: before ?? '' })
    : words.plain('inventory.change.new', { what, name: now });
}
