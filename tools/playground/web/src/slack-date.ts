import type { User } from './types.ts';

/**
 * What Slack shows for `<!date^timestamp^format|fallback>`: the moment in the reader's own zone and language; the
 * fallback for a word in braces that is not known here. Source: Slack, "Formatting text for app surfaces", dates.
 */
export function slackDate(
  { timestamp, format, fallback }: { timestamp: string; format: string; fallback: string },
  { locale, tz }: Pick<User, 'locale' | 'tz'>,
): string {
  const at = new Date(Number(timestamp) * 1000);
  const as = (options: Intl.DateTimeFormatOptions, language = locale) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: tz }).format(at);
  const clock = { hour: 'numeric', minute: '2-digit' } as const;
  const known: Readonly<Record<string, () => string>> = {
    // The only date of Slack's that is the same in every language: YYYY-MM-DD, as Swedish has it.
    '{date_num}': () => as({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'sv-SE'),
    '{date_short}': () => as({ year: 'numeric', month: 'short', day: 'numeric' }),
    '{date}': () => as({ year: 'numeric', month: 'long', day: 'numeric' }),
    '{time}': () => as(clock),
    '{time_secs}': () => as({ ...clock, second: '2-digit' }),
  };
  const words = format.match(/\{\w+\}/g) ?? [];
  if (words.some((word) => known[word] === undefined)) return fallback;
  return format.replaceAll(/\{\w+\}/g, (word) => known[word]?.() ?? word);
}
