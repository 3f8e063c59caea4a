import type { InventoryNews, StageDifference } from '../../domain/platform/inventory.ts';
import { inventoryChange } from '../../text/inventory.ts';
import type { Words } from '../../text/words.ts';
import { cut } from './blocks.ts';
import { listOf, partName, sentencesOf } from './phrases.ts';

const shown = { changes: 5, length: 1_500 } as const;

/** What was found of an environment and when, what is other than it was, and what could not be looked at since. */
export function inventoryText(news: InventoryNews, words: Words): string {
  const { counts, lookedAt, late } = news;
  const sentences = [
    words.say('inventory.found', {
      time: lookedAt.toISOString(),
      what: listOf(countTexts(counts, words), words),
    }),
    changesText(news, words) ?? words.say('inventory.same', { since: news.since.toISOString() }),
    ...late.map(({ area, seenAt }) =>
      words.say('inventory.late', { area: words.say(`inventory.area.${area}`), seenAt }),
    ),
  ];
  return cut(sentences.join(' '), shown.length, words);
}

function countTexts(counts: InventoryNews['counts'], words: Words): readonly string[] {
  return (['workload', 'service', 'database', 'client', 'subject'] as const).flatMap((kind) => {
    const count = counts[kind];
    // Compose has no Services.
    return count === undefined || (kind === 'service' && count === 0)
      ? []
      : [words.say(`inventory.count.${kind}`, { count })];
  });
}

/** What is other than it was; undefined: nothing. */
export function changesText({ changes, since }: InventoryNews, words: Words): string | undefined {
  if (changes.length === 0) return undefined;
  const some = changes.slice(0, shown.changes).map((change) => inventoryChange(change, words));
  const more = changes.length - some.length;
  const rest = more > 0 ? [words.plain('inventory.more', { count: more })] : [];
  return words.say('inventory.changed', {
    since: since.toISOString(),
    what: listOf([...some, ...rest], words),
  });
}

/** Parts that do not run the same everywhere. */
export function stagesText(differences: readonly StageDifference[], words: Words): string {
  const some = differences.slice(0, shown.changes).map(({ part, images }) =>
    words.plain('inventory.stage', {
      part: partName(part, words),
      images: listOf(
        images.map(({ environment, image }) => `${environment}: \`${image}\``),
        words,
      ),
    }),
  );
  const more = differences.length - some.length;
  const rest = more > 0 ? [words.plain('inventory.more', { count: more })] : [];
  return cut(
    words.say('inventory.stages', { what: sentencesOf([...some, ...rest], words) }),
    shown.length,
    words,
  );
}
