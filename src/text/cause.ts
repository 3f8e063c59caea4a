import type { PartId } from '../domain/platform/part.ts';
import type { Words } from './words.ts';

interface NamedCause {
  readonly id: string;
  /** Unknown of runs that were stored before it was. */
  readonly part?: PartId | undefined;
}

/**
 * The cause in one sentence. One that any part may have (H2) names its part (`cause.<id>.of`): in a notification nothing
 * else says what "it" is.
 */
function sentence({ id, part }: NamedCause, words: Words, find: Words['lookup']): string {
  const plain = find(`cause.${id}`) ?? id;
  if (part === undefined) return plain;
  const name = words.lookupPlain(`part.${part}.subject`) ?? words.lookupPlain(`part.${part}`) ?? part;
  return find(`cause.${id}.of`, { part: name }) ?? plain;
}

/** For mrkdwn. */
export const causeMarkup = (cause: NamedCause, words: Words): string => sentence(cause, words, words.lookup);

/** For plain text and files. */
export const causePlain = (cause: NamedCause, words: Words): string =>
  sentence(cause, words, words.lookupPlain);
