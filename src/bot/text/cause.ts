import type { DiagnosisCause } from '../../domain/diagnosis.ts';
import type { Words } from './index.ts';

/**
 * The cause in one sentence. One that any part may have (H2) names its part (`cause.<id>.of`): in a notification nothing
 * else says what "it" is.
 */
function sentence(
  { id, part }: Pick<DiagnosisCause, 'id' | 'part'>,
  words: Words,
  find: Words['lookup'],
): string {
  const name = words.lookupPlain(`part.${part}.subject`) ?? words.lookupPlain(`part.${part}`) ?? part;
  const facts = { part: name };
  return find(`cause.${id}.of`, facts) ?? find(`cause.${id}`) ?? id;
}

/** For mrkdwn. */
export const causeMarkup = (cause: Pick<DiagnosisCause, 'id' | 'part'>, words: Words): string =>
  sentence(cause, words, words.lookup);

/** For plain text and files. */
export const causePlain = (cause: Pick<DiagnosisCause, 'id' | 'part'>, words: Words): string =>
  sentence(cause, words, words.lookupPlain);
