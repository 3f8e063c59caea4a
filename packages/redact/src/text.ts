/** Stands at the end of a text that was cut. */
export const ellipsis = '…';

/** Text that PostgreSQL and JSON take: NUL and halves of surrogate pairs become U+FFFD; everything else stays. */
export function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
