import { within } from '../../domain/kernel/within.ts';
import { languageOf, type Words, wordsIn } from '../../text/words.ts';

/** A reader would notice a longer wait for their language. */
const patienceMs = 800;

/** The reader's own words by their locale in Slack; English when Slack does not say it in time. */
export function readerWords(people: {
  locale(userId: string): Promise<string | undefined>;
}): (userId: string | undefined) => Promise<Words> {
  return async (userId) => {
    if (userId === undefined) return wordsIn('en');
    const locale = await within(patienceMs, people.locale(userId), { late: () => undefined });
    return wordsIn(languageOf(locale));
  };
}
