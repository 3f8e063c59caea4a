import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextBlockElement,
  SectionBlock,
} from '@slack/types';
import { present } from '../../domain/kernel/present.ts';
import { countPoints, cutToPoints } from '../../domain/kernel/text.ts';
import type { Words } from '../../text/words.ts';

/** Slack's limits (R-SLACK26; docs.slack.dev/reference/block-kit), in Unicode code points. */
export const limits = {
  section: 3000,
  context: 3000,
  header: 150,
  button: 75,
  value: 2000,
  confirmTitle: 100,
  confirmText: 300,
  option: 75,
  viewTitle: 24,
  messageText: 4000,
  messageBlocks: 50,
  viewBlocks: 100,
  /** All blocks of a message as JSON; undocumented, seen in slackapi/bolt-js#2509 as 13,200 (R-SLACK27). */
  blocksJson: 12_500,
} as const;

/** Never cut silently: what is left out is counted in the text itself. */
export function cut(text: string, max: number, words: Words): string {
  const all = countPoints(text);
  if (all <= max) return text;
  const room = max - countPoints(words.plain('fit.cut', { count: all }));
  // Neither an escaped `&amp;` nor a mention may be cut in the middle.
  const kept = cutToPoints(text, Math.max(0, room)).replace(/(?:&[a-z]{0,3}|<[^<>]*)$/, '');
  return kept + words.plain('fit.cut', { count: all - countPoints(kept) });
}

/** A text object may not be empty, and data may well be. */
function filled(text: string): string {
  return text.trim() === '' ? '–' : text;
}

export function plainText(text: string, max: number, words: Words): PlainTextElement {
  return { type: 'plain_text', text: cut(filled(text), max, words), emoji: true };
}

export function section(mrkdwn: string, words: Words): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(filled(mrkdwn), limits.section, words) } };
}

export function header(text: string, words: Words): HeaderBlock {
  return { type: 'header', text: plainText(text, limits.header, words) };
}

export function context(mrkdwn: string, words: Words): ContextBlock {
  return {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: cut(filled(mrkdwn), limits.context, words) }],
  };
}

export interface ButtonSpec {
  readonly actionId: string;
  /** Opaque id of a row in `buttons`; state decides what a click may do (R-S5). */
  readonly value: string;
  readonly label: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: string };
}

export function button(spec: ButtonSpec, words: Words): Button {
  return {
    type: 'button',
    action_id: spec.actionId,
    value: spec.value,
    text: plainText(spec.label, limits.button, words),
    ...present({
      style: spec.style,
      confirm:
        spec.confirm === undefined
          ? undefined
          : {
              title: plainText(spec.confirm.title, limits.confirmTitle, words),
              text: plainText(spec.confirm.text, limits.confirmText, words),
              confirm: plainText(words.plain('confirm.yes'), 30, words),
              deny: plainText(words.plain('confirm.no'), 30, words),
            },
    }),
  };
}

/** No block at all when there is no button: Slack refuses an empty one. */
export function actions(buttons: readonly Button[]): readonly ActionsBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: [...buttons] }];
}

/** Preformatted text in which nothing has a meaning for Slack: for diffs and log lines (R-S8). */
export function preformatted(lines: readonly string[], max: number, words: Words): RichTextBlock {
  const text = cut(filled(lines.join('\n')), max, words);
  return {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text }] },
    ] satisfies RichTextBlockElement[],
  };
}

/** Blocks as they travel: `data_visualization` (Slack, 2026-06-16) has no type in @slack/types 3.2.0. */
export interface DataVisualizationBlock {
  readonly type: 'data_visualization';
  readonly title: string;
  readonly chart: {
    readonly type: 'bar' | 'line';
    readonly series: readonly {
      readonly name: string;
      readonly data: readonly { readonly label: string; readonly value: number }[];
    }[];
    readonly axis_config: { readonly categories: readonly string[] };
  };
}
export type MessageBlock = KnownBlock | DataVisualizationBlock;
