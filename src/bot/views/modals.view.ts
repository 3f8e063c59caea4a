import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from '@slack/types';
import { glassReasonLength } from '../../domain/fix/policy.ts';
import { present } from '../../domain/kernel/present.ts';
import { headAndTail } from '../../domain/kernel/text.ts';
import type { Words } from '../../text/words.ts';
import { callbacks, inputs } from '../ids.ts';
import { cut, limits, plainText, preformatted, section } from './blocks.ts';
import type { Choice } from './command-fault.ts';
import { choiceSelect, type Offered, symptomSelect } from './menus.view.ts';
import { option } from './option.ts';

/** `private_metadata` and `view.state` come back from the client: they are checked again, never trusted. */
export function healthModal(
  input: { readonly environments: readonly string[]; readonly initial?: string; readonly channel?: string },
  words: Words,
): ModalView {
  const options = input.environments.slice(0, 100).map((name) => option(name, name, words));
  const chosen = options.find((candidate) => candidate.value === input.initial) ?? options[0];
  const depths = (['quick', 'full'] as const).map((depth) =>
    option(words.plain(`modal.health.depth.${depth}`), depth, words),
  );
  return modal('modal.health.title', 'modal.submit.start', callbacks.healthModal, '', words, [
    inputBlock(inputs.environment, words.plain('modal.health.environment'), words, {
      type: 'static_select',
      action_id: inputs.environment,
      options,
      ...present({ initial_option: chosen }),
    }),
    inputBlock(inputs.depth, words.plain('modal.health.depth'), words, {
      type: 'static_select',
      action_id: inputs.depth,
      options: depths,
      ...present({ initial_option: depths[1] }),
    }),
    inputBlock(inputs.channel, words.plain('modal.health.channel'), words, {
      type: 'conversations_select',
      action_id: inputs.channel,
      default_to_current_conversation: true,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...present({ initial_conversation: input.channel }),
    }),
  ]);
}

/** @param button opaque id of the button: who may ask is decided again on submission. */
export function requestModal(button: string, words: Words): ModalView {
  return modal('modal.request.title', 'modal.submit.request', callbacks.requestModal, button, words, [
    reasonInput(words.plain('modal.reject.reason'), words),
  ]);
}

/** @param button opaque id of the reject button: who may reject what is decided again on submission. */
export function rejectModal(button: string, planLines: readonly string[], words: Words): ModalView {
  return modal('modal.reject.title', 'modal.submit.reject', callbacks.rejectModal, button, words, [
    ...(planLines.length === 0 ? [] : [preformatted(planLines, 2000, words)]),
    reasonInput(words.plain('modal.reject.reason'), words),
  ]);
}

/** The same rule as for what is typed after a command (R-M7). */
export const reasonInput = (label: string, words: Words): InputBlock => ({
  ...inputBlock(inputs.reason, label, words, {
    type: 'plain_text_input',
    action_id: inputs.reason,
    multiline: true,
    min_length: 3,
    max_length: 500,
  }),
  hint: plainText(words.plain('modal.reject.hint'), 2000, words),
});

/** @param button opaque id of the button: who may say how it ended is decided again on submission. */
export function resolveModal(button: string, words: Words): ModalView {
  const outcomes = [
    option(words.plain('modal.resolve.worked'), 'worked', words),
    option(words.plain('modal.resolve.failed'), 'failed', words),
  ];
  return modal('modal.resolve.title', 'modal.submit.resolve', callbacks.resolveModal, button, words, [
    inputBlock(inputs.outcome, words.plain('modal.resolve.outcome'), words, {
      type: 'radio_buttons',
      action_id: inputs.outcome,
      options: outcomes,
    }),
    reasonInput(words.plain('modal.resolve.reason'), words),
  ]);
}

/** @param button opaque id of the button: who may do this is decided again on submission (R-A9). */
export function glassModal(button: string, words: Words): ModalView {
  return modal('modal.glass.title', 'modal.submit.glass', callbacks.glassModal, button, words, [
    section(words.say('modal.glass.what'), words),
    {
      ...inputBlock(inputs.reason, words.plain('modal.glass.reason'), words, {
        type: 'plain_text_input',
        action_id: inputs.reason,
        multiline: true,
        min_length: glassReasonLength,
        max_length: 500,
      }),
      hint: plainText(words.plain('modal.glass.hint'), 2000, words),
    },
  ]);
}

export function diagnoseModal(
  input: {
    readonly metadata: string;
    readonly text: string;
    readonly environments: readonly string[];
    /** To choose from, where no words fit. */
    readonly offered: Offered;
    readonly initial?: string;
    /** The symptoms that the text fits: it is one of these. */
    readonly choices?: readonly Choice[];
  },
  words: Words,
): ModalView {
  const { choices } = input;
  const options = input.environments.slice(0, 100).map((name) => option(name, name, words));
  const chosen = options.find((candidate) => candidate.value === input.initial) ?? options[0];
  return modal(
    'modal.diagnose.title',
    'modal.submit.diagnose',
    callbacks.diagnoseModal,
    input.metadata,
    words,
    [
      inputBlock(inputs.environment, words.plain('modal.health.environment'), words, {
        type: 'static_select',
        action_id: inputs.environment,
        options,
        ...present({ initial_option: chosen }),
      }),
      {
        ...inputBlock(inputs.symptom, words.plain('modal.diagnose.symptom'), words, {
          type: 'plain_text_input',
          action_id: inputs.symptom,
          multiline: true,
          max_length: 2000,
          // What was thrown stands at the end, and where it began at the beginning.
          ...(input.text === '' ? {} : { initial_value: headAndTail(input.text, 2000) }),
        }),
        optional: true,
      },
      {
        ...inputBlock(
          inputs.choice,
          words.plain(choices ? 'modal.diagnose.several' : 'modal.diagnose.choice'),
          words,
          {
            ...(choices === undefined ? symptomSelect(input.offered, words) : choiceSelect(choices, words)),
            action_id: inputs.choice,
          },
        ),
        optional: true,
      },
    ],
  );
}

export function detailsModal(lines: readonly string[], words: Words): ModalView {
  const blocks: KnownBlock[] =
    lines.length === 0
      ? [section(words.say('modal.details.none'), words)]
      : paged(lines, 2800)
          .slice(0, limits.viewBlocks)
          .map((page) => preformatted(page, 3000, words));
  return {
    type: 'modal',
    callback_id: callbacks.detailsModal,
    title: title('modal.details.title', words),
    close: title('modal.close', words),
    blocks,
  };
}

/** Lines in pages of at most `max` characters; a longer line is a page of its own. */
function paged(lines: readonly string[], max: number): string[][] {
  const pages: string[][] = [];
  let size = 0;
  for (const line of lines) {
    const page = pages.at(-1);
    if (page === undefined || size + line.length > max) {
      pages.push([line]);
      size = line.length;
    } else {
      page.push(line);
      size += line.length + 1;
    }
  }
  return pages;
}

type TitleKey =
  | 'modal.health.title'
  | 'modal.request.title'
  | 'modal.submit.request'
  | 'modal.reject.title'
  | 'modal.resolve.title'
  | 'modal.submit.resolve'
  | 'modal.glass.title'
  | 'modal.submit.glass'
  | 'modal.diagnose.title'
  | 'modal.details.title'
  | 'modal.token.title'
  | 'modal.submit.token'
  | 'modal.mute.title'
  | 'modal.submit.mute'
  | 'modal.submit.start'
  | 'modal.submit.reject'
  | 'modal.submit.diagnose'
  | 'modal.close';

export function title(key: TitleKey, words: Words): PlainTextElement {
  return { type: 'plain_text', text: cut(words.plain(key), limits.viewTitle, words) };
}

export function modal(
  titleKey: TitleKey,
  submitKey: TitleKey,
  callbackId: string,
  metadata: string,
  words: Words,
  blocks: readonly KnownBlock[],
): ModalView {
  return {
    type: 'modal',
    callback_id: callbackId,
    title: title(titleKey, words),
    submit: title(submitKey, words),
    close: title('modal.close', words),
    private_metadata: metadata,
    blocks: [...blocks],
  };
}

export function inputBlock(
  id: string,
  label: string,
  words: Words,
  element: InputBlock['element'],
): InputBlock {
  return { type: 'input', block_id: id, label: plainText(label, 2000, words), element };
}
