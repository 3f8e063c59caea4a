import type { Clock } from '../../domain/kernel/clock.ts';
import { languageOf, type Words, wordsIn } from '../../text/words.ts';

/** A reader would notice a longer wait for their language. */
const patienceMs = 800;

/** The reader's own words by their locale in Slack; English when Slack does not say it in time. */
export function readerWords(
  people: { locale(userId: string): Promise<string | undefined> },
  clock: Clock,
): (userId: string | undefined) => Promise<Words> {
  return async (userId) => {
    if (userId === undefined) return wordsIn('en');
    const timer = new AbortController();
    const late = clock.sleep(patienceMs, timer.signal).then(
      () => undefined,
      () => undefined,
    );
    const locale = await Promise.race([people.locale(userId), late]);
    timer.abort();
    return wordsIn(languageOf(locale));
  };
}
