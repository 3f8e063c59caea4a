import { countPoints } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Language } from '../../domain/run/run.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { context, cut, limits } from './blocks.ts';

export interface Fitted {
  readonly rendered: Rendered;
  /** What did not fit, as text for a file in the thread; undefined when everything fitted. */
  readonly rest?: string;
}

/**
 * The last look before a message leaves: Slack takes 50 blocks and about 13,200 characters of JSON. What is
 * over goes into a file, and the message says so; buttons stay, because they are what a reader came for.
 */
export function fitMessage(rendered: Rendered, words: Words): Fitted {
  const text = cut(rendered.text, limits.messageText, words);
  const blocks = rendered.blocks ?? [];
  if (fits(blocks)) return { rendered: { ...rendered, text } };
  const note = context(words.say('fit.attached'), words);
  const buttons = blocks.filter((block) => typeOf(block) === 'actions').slice(-3);
  const others = blocks.filter((block) => typeOf(block) !== 'actions');
  const kept: unknown[] = [];
  for (const block of others) {
    if (!fits([...kept, block, note, ...buttons])) break;
    kept.push(block);
  }
  return {
    rendered: { ...rendered, text, blocks: [...kept, note, ...buttons] },
    rest: blocks
      .map((block) => readable(block))
      .filter((line) => line !== '')
      .join('\n\n'),
  };
}

function fits(blocks: readonly unknown[]): boolean {
  return blocks.length <= limits.messageBlocks && countPoints(JSON.stringify(blocks)) <= limits.blocksJson;
}

function typeOf(block: unknown): unknown {
  return typeof block === 'object' && block !== null && 'type' in block ? block.type : undefined;
}

/** Every text a block holds, in reading order: what a file can keep of it. */
export function readable(value: unknown): string {
  if (Array.isArray(value))
    return value
      .map((item) => readable(item))
      .filter((item) => item !== '')
      .join(' ');
  if (typeof value !== 'object' || value === null) return '';
  const own = 'text' in value && typeof value.text === 'string' ? [value.text] : [];
  const nested = Object.values(value)
    .filter((child) => typeof child === 'object' && child !== null)
    .map((child) => readable(child))
    .filter((item) => item !== '');
  return [...own, ...nested].join(' ');
}

/** A message as Slack takes it, with what does not fit as a file, in the words of that language. */
export function fitFor(rendered: Rendered, language: Language) {
  const words = wordsIn(language);
  const { rest, ...fitted } = fitMessage(rendered, words);
  if (rest === undefined) return fitted;
  return {
    ...fitted,
    rest: { text: rest, filename: words.plain('fit.filename'), title: words.plain('fit.title') },
  };
}
