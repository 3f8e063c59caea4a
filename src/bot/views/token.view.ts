import type { KnownBlock, ModalView } from '@slack/types';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Words } from '../../text/words.ts';
import { callbacks, inputs } from '../ids.ts';
import { cut, limits, preformatted, section } from './blocks.ts';
import { inputBlock, modal, title } from './modals.view.ts';
import { option } from './option.ts';

/** Days until a token ends. */
export const tokenDays = [1, 7, 30, 90] as const;
const usualDays = 30;

export function tokenModal(words: Words): ModalView {
  const days = tokenDays.map((count) =>
    option(words.plain('modal.token.days', { days: count }), String(count), words),
  );
  const usual = days[tokenDays.indexOf(usualDays)];
  return modal('modal.token.title', 'modal.submit.token', callbacks.tokenModal, '', words, [
    section(words.say('modal.token.what'), words),
    inputBlock(inputs.name, words.plain('modal.token.name'), words, {
      type: 'plain_text_input',
      action_id: inputs.name,
      max_length: 60,
    }),
    inputBlock(inputs.days, words.plain('modal.token.ends'), words, {
      type: 'static_select',
      action_id: inputs.days,
      options: days,
      ...(usual === undefined ? {} : { initial_option: usual }),
    }),
  ]);
}

/**
 * The one place in which a token is shown. It has nothing to submit or to press, so it never comes back to us. It goes
 * out as the answer to the submission, past inbox, outbox and log.
 */
export function tokenShown(
  { id, until, text }: { readonly id: string; readonly until: Date; readonly text: string },
  words: Words,
): ModalView {
  return {
    type: 'modal',
    callback_id: callbacks.tokenShown,
    title: title('modal.token.title', words),
    close: title('modal.close', words),
    blocks: [
      section(words.say('modal.token.shown'), words),
      preformatted([text], 200, words),
      section(words.say('modal.token.use', { id, until: until.toISOString() }), words),
    ],
  };
}

export interface TokenLine {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
}

/** One's own tokens, never what they are made of. */
export function tokensAnswer(tokens: readonly TokenLine[], words: Words): Rendered {
  const lines =
    tokens.length === 0
      ? [words.say('token.none')]
      : [words.say('token.title'), ...tokens.map((token) => tokenLine(token, words)), words.say('token.how')];
  const text = lines.join('\n');
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words)] satisfies KnownBlock[],
  };
}

function tokenLine({ id, name, expiresAt, lastUsedAt }: TokenLine, words: Words): string {
  const facts = { id, name, until: expiresAt.toISOString() };
  return lastUsedAt === undefined
    ? words.say('token.line-unused', facts)
    : words.say('token.line', { ...facts, used: lastUsedAt.toISOString() });
}
