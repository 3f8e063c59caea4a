import type { Rule } from './check.ts';
import { bool, byType, list, number, object, oneOf, text } from './check.ts';

const id = text({ max: 255 });
const blockId = { block_id: text({ max: 255 }) };
const style = object(
  {},
  {
    bold: bool,
    code: bool,
    italic: bool,
    strike: bool,
    underline: bool,
    highlight: bool,
    client_highlight: bool,
    unlink: bool,
  },
);
const styled = { style };
const run = text({ max: 12_000 });

const inline: Readonly<Record<string, Rule>> = {
  text: object({ text: run }, styled),
  link: object(
    { url: text({ max: 3000 }) },
    { text: text({ min: 0, max: 12_000 }), unsafe: bool, ...styled },
  ),
  emoji: object({ name: id }, { unicode: id, url: text({ max: 3000 }), skin_tone: number(), ...styled }),
  user: object({ user_id: id }, styled),
  usergroup: object({ usergroup_id: id }, styled),
  channel: object({ channel_id: id }, styled),
  team: object({ team_id: id }, styled),
  broadcast: object({ range: oneOf('here', 'channel', 'everyone') }, styled),
  color: object({ value: id }, styled),
  date: object(
    { timestamp: number({ whole: true }), format: text({ max: 255 }) },
    { url: text({ max: 3000 }), fallback: text({ max: 255 }), ...styled },
  ),
};

const anyInline = byType(() => inline);
const border = { border: oneOf(0, 1) };
const section = object({ elements: list(anyInline, { min: 0, max: 1000 }) });

const parts: Readonly<Record<string, Rule>> = {
  rich_text_section: section,
  rich_text_list: object(
    {
      style: oneOf('bullet', 'ordered'),
      elements: list(
        byType(() => ({ rich_text_section: section })),
        { max: 1000 },
      ),
    },
    { indent: number({ min: 0, max: 8, whole: true }), offset: number({ min: 0, whole: true }), ...border },
  ),
  rich_text_quote: object({ elements: list(anyInline, { min: 0, max: 1000 }) }, border),
  rich_text_preformatted: object(
    { elements: list(anyInline, { min: 0, max: 1000 }) },
    { language: text({ max: 50 }), ...border },
  ),
};

/** A `rich_text` block, also where it is nested (task cards, table cells, inputs). */
export const richText: Rule = byType(() => ({
  rich_text: object(
    {
      elements: list(
        byType(() => parts),
        { max: 1000 },
      ),
    },
    blockId,
  ),
}));
