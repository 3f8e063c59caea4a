/** Checks against Slack's own limits, by the emulator's validator. */

import { describeProblem, validateMessage, validateView } from '@aetherius/slack-emulator/blocks';
import { expect } from 'vitest';
import type { Rendered } from '../../src/domain/message/rendered.ts';

/** Nothing that Slack would refuse or grumble about, as a post and as an edit. */
export function expectValidMessage(rendered: Rendered): void {
  const payload = {
    text: rendered.text,
    ...(rendered.blocks === undefined ? {} : { blocks: rendered.blocks }),
  };
  expect(
    [...validateMessage(payload, 'post'), ...validateMessage(payload, 'update')].map(describeProblem),
  ).toEqual([]);
}

export function expectValidView(view: unknown): void {
  expect(validateView(view).map(describeProblem)).toEqual([]);
}

/** What a reader sees, one line a block: short enough to read in a snapshot. */
export function readableMessage(rendered: Rendered): string {
  return (rendered.blocks ?? []).map((block) => line(block)).join('\n');
}

function line(value: unknown): string {
  if (Array.isArray(value))
    return value
      .map(line)
      .filter((part) => part !== '')
      .join(' | ');
  if (typeof value !== 'object' || value === null) return '';
  const block = value as Record<string, unknown>;
  switch (block.type) {
    case 'divider':
      return '---';
    case 'emoji':
      return `:${String(block.name)}:`;
    case 'button':
      return `[${line(block.text)}]`;
    case 'table':
      return (block.rows as unknown[]).map((row) => `  ${line(row)}`).join('\n');
    case 'rich_text_section':
      return (block.elements as unknown[]).map(line).join('');
    case 'rich_text_preformatted':
      return `\`\`\`${(block.elements as unknown[]).map(line).join('')}\`\`\``;
    case 'data_visualization':
      return `<chart ${String(block.title)}>`;
    default:
      break;
  }
  if (typeof block.text === 'string') return block.text;
  return [line(block.text), line(block.fields), line(block.accessory), line(block.elements)]
    .filter((part) => part !== '')
    .join(' ');
}
