import type { Rendered } from '../../domain/message/rendered.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { section } from './blocks.ts';

/**
 * What is left where an answer was expected that came as a post of its own: one line, without anything that may grow
 * old or be pressed. `link` is Slack's address of that post.
 */
export function movedMessage(link: string | undefined, words: Words): Rendered {
  const text =
    link === undefined
      ? words.say('moved.below')
      : words.say('moved.there', { link: markup(`<${escapeMrkdwn(link)}|${words.say('moved.open')}>`) });
  return {
    text,
    blocks: [section(text, words)],
    metadata: { eventType: messageEventType, payload: { kind: 'moved' } },
  };
}
