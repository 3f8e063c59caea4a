import type { Option, PlainTextElement } from '@slack/types';
import type { Words } from '../../text/words.ts';
import { limits, plainText } from './blocks.ts';

/** An entry of a menu. */
export function option(label: string, value: string, words: Words): Option & { text: PlainTextElement } {
  return { text: plainText(label, limits.option, words), value };
}
