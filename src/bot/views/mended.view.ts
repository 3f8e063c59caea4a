import type { ActionsBlock, KnownBlock } from '@slack/types';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Mended } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { actionIds } from '../ids.ts';
import { context, cut, limits, section } from './blocks.ts';
import { stateEmoji } from './phrases.ts';

/** What is still of use under an answer whose findings are gone; nothing is left to repair or to ask for. */
const kept: ReadonlySet<string> = new Set([actionIds.details, actionIds.collect, actionIds.report]);

/**
 * An answer whose findings are mended: since when and by what, what it said, and the way to its details. The evidence of
 * before would be read as the present.
 */
export function mendedMessage(
  rendered: Rendered,
  { at, environment, handle }: Mended,
  words: Words,
): Rendered {
  const facts = { environment, at: at.toISOString() };
  const said =
    handle === undefined ? words.say('mended.look', facts) : words.say('mended.fix', { ...facts, handle });
  const title = `${stateEmoji.up} ${said}`;
  const [before = ''] = rendered.text.split('\n');
  const blocks = (rendered.blocks ?? []) as readonly KnownBlock[];
  const footer = blocks.findLast(({ type }) => type === 'context');
  return {
    ...rendered,
    text: cut(title, limits.messageText, words),
    blocks: [
      section(title, words),
      context(words.say('mended.before', { text: markup(before.replace(/^(:[a-z0-9_+-]+: )+/, '')) }), words),
      ...(footer === undefined ? [] : [footer]),
      ...blocks.flatMap((block) => (block.type === 'actions' ? keptOf(block) : [])),
    ],
  };
}

function keptOf(block: ActionsBlock): readonly ActionsBlock[] {
  const elements = block.elements.filter(
    (element) => 'action_id' in element && kept.has(element.action_id ?? ''),
  );
  return elements.length === 0 ? [] : [{ ...block, elements }];
}
