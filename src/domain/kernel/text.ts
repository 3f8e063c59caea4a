/** What stands for a character that cannot be stored or sent. */
const replacement = '\ufffd';

/** Stands at the end of a text that was cut. */
export const ellipsis = '…';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Text that PostgreSQL, JSON and Slack take: NUL and halves of surrogate pairs become U+FFFD. Everything else stays,
 * other control characters too.
 */
export function wellFormed(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', replacement) : whole;
}

/**
 * The only way to shorten text for people: at most `most` characters, as a reader counts them (an emoji with its skin
 * tone, a letter with its accents is one), and an ellipsis as the last of them when something was left out. What comes
 * back is well formed. `most` is at least 1.
 */
export function shortened(text: string, most: number): string {
  if (!Number.isInteger(most) || most < 1) throw new RangeError(`a text of ${most} characters`);
  // As many units as characters is the least that a text can take.
  if (text.length <= most) return wellFormed(text);
  let count = 0;
  let kept = 0;
  // A character of 64 units would be none that a person typed: what is longer is cut inside, at a whole code point.
  for (const { segment, index } of segmenter.segment(text.slice(0, most * 64 + 64))) {
    count += 1;
    if (count > most) return wellFormed(`${text.slice(0, kept).trimEnd()}${ellipsis}`);
    if (count < most) kept = index + segment.length;
  }
  return text.length <= most * 64 + 64
    ? wellFormed(text)
    : wellFormed(`${text.slice(0, kept).trimEnd()}${ellipsis}`);
}

/**
 * The first `units` UTF-16 units at most, cut between code points, without a sign that something was left out: for
 * limits that machines set (Slack counts units of its own, PostgreSQL bytes).
 */
export function cutToUnits(text: string, units: number): string {
  if (text.length <= units) return wellFormed(text);
  const last = text.charCodeAt(units - 1);
  return wellFormed(text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units));
}

/** The same for bytes of UTF-8. */
export function cutToBytes(text: string, bytes: number): string {
  const whole = wellFormed(text);
  if (whole.length * 3 <= bytes) return whole;
  const encoded = new TextEncoder().encode(whole.slice(0, bytes));
  if (encoded.length <= bytes && whole.length <= bytes) return whole;
  let end = Math.min(bytes, encoded.length);
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return wellFormed(new TextDecoder().decode(encoded.subarray(0, end)));
}
