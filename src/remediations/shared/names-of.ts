import { ellipsis } from '../../domain/kernel/text.ts';

/** Each name once, in order; a card is read on a phone, so the first few of many. */
export function namesOf(names: readonly string[]): string {
  const most = 5;
  const shown = [...new Set(names)].toSorted();
  return [...shown.slice(0, most), ...(shown.length > most ? [ellipsis] : [])].join(', ');
}
