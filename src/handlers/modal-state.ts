import type { ViewOutput } from '@slack/bolt';
import { AppError } from '../domain/kernel/errors.ts';
import { cutToUnits } from '../domain/kernel/text.ts';

/** What was typed or chosen in an input of ours; `view.state` is client-supplied, so it is checked by its readers. */
export function inputText(view: Pick<ViewOutput, 'state'>, id: string): string {
  const text = optionalText(view, id);
  if (text === undefined)
    throw new AppError('INVALID_INPUT', 'an input of a modal is empty', { facts: { input: id } });
  return text;
}

/** undefined where nothing was typed or chosen. */
export function optionalText(view: Pick<ViewOutput, 'state'>, id: string): string | undefined {
  const state = view.state.values[id]?.[id];
  const value =
    state?.value ?? state?.selected_option?.value ?? state?.selected_conversation ?? state?.selected_channel;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return cutToUnits(value.trim(), 3000);
}
