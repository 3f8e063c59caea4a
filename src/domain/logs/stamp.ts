/** A moment at the start of a text. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The text names no zone: it was read as UTC. */
  readonly zoneless: boolean;
  /** Units of the text that the stamp takes. */
  readonly length: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `2026-11-28T09:00:00.123456789Z`, `2026/11/28 09:00:00`, `2026-11-28 09:00:00,123`, `… UTC`, `… +0800`. */
const usual =
  /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,3})\d{0,6})?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?/;
/** `28 Nov 2026 09:00:00.123` (Redis), `28/Nov/2026:09:00:00 +0000` (nginx). */
const named =
  /^(\d\d)[ /]([A-Z][a-z]{2})[ /](\d{4})[ :](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d{0,6})?(?: ([+-]\d{4}))?/;
/** `1128 09:00:00.123456` (klog): no year. */
const yearless = /^(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,3})\d{0,6}/;

const DAY_MS = 86_400_000;

/** Reads the moment with which a text begins; undefined when it begins without a moment. */
export function stampAt(text: string): Stamp | undefined {
  const code = text.charCodeAt(0);
  if (code < 48 || code > 57) return undefined;
  const [whole, year, month, day, hour, minute, second, fraction, zone] = usual.exec(text) ?? [];
  if (whole !== undefined)
    return made(whole, [year, `${Number(month) - 1}`, day, hour, minute, second, fraction], zone);
  const [other, date, name = '', when, h, m, s, f, offset] = named.exec(text) ?? [];
  if (other === undefined) return undefined;
  return made(other, [when, `${months.indexOf(name.toLowerCase())}`, date, h, m, s, f], offset);
}

/** klog leaves the year out: it is the last one in which that day was not after `now`. */
export function yearlessStampAt(text: string, now: number): Stamp | undefined {
  const [whole, month, day, hour, minute, second, fraction] = yearless.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const year = new Date(now).getUTCFullYear();
  const at = (given: number) =>
    made(whole, [`${given}`, `${Number(month) - 1}`, day, hour, minute, second, fraction], undefined);
  const stamp = at(year);
  return stamp !== undefined && stamp.time > now + DAY_MS ? at(year - 1) : stamp;
}

function made(
  whole: string,
  parts: readonly (string | undefined)[],
  zone: string | undefined,
): Stamp | undefined {
  const [year, month, day, hour, minute, second] = parts.map(Number);
  if (month === undefined || month < 0 || month > 11) return undefined;
  const ms = Number((parts[6] ?? '0').padEnd(3, '0'));
  const time = Date.UTC(year ?? 0, month, day, hour, minute, second, ms) - offsetOf(zone);
  return Number.isNaN(time) ? undefined : { time, zoneless: zone === undefined, length: whole.length };
}

/** Milliseconds that a zone is ahead of UTC. */
function offsetOf(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A moment as JSON has it: ISO text, seconds (zap) or milliseconds (pino). */
export function stampOf(value: unknown): { readonly time: number; readonly zoneless: boolean } | undefined {
  if (typeof value === 'number' && value > 1e8)
    return { time: value > 1e11 ? value : value * 1000, zoneless: false };
  return typeof value === 'string' ? stampAt(value) : undefined;
}
