import type { Person } from '../../domain/kernel/person.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { plainAnswer } from './answers.view.ts';
import { who } from './phrases.ts';

/** What the channel reads when a person changes its digest. */
export function digestChanged(
  change: { readonly by: Person; readonly enabled: boolean; readonly at: string; readonly timezone: string },
  words: Words,
): Rendered {
  const { by, enabled, at, timezone } = change;
  const person = markup(who(by, words));
  const text = enabled
    ? words.say('digest.changed.on', { person, at, timezone })
    : words.say('digest.changed.off', { person });
  return plainAnswer(text, words);
}
