import type { FactValue } from '../domain/kernel/facts.ts';
import { cutToUnits } from '../domain/kernel/text.ts';
import type { Language } from '../domain/run/run.ts';
import { countWords } from './plural.ts';

/**
 * Placeholders are `{name}` or `{name:format}`. Formats: `bytes`, `ms` and `seconds` (both become a span of
 * time), `percent` (of 100), `ratio` (of 1), `hash` (first 8 digits), `time` (ISO or milliseconds → UTC, in Slack the
 * reader's own zone).
 * `{name|# write was|# writes were}` takes the words that go with a number; `#` is the number.
 * `{name:part}` is the id of a part, or several with commas, and shows their names. `{@keys.event.workers}` is a fact of
 * the installation, `{@agent-manager}` the name of a part there.
 */
export const formats = ['bytes', 'ms', 'seconds', 'percent', 'ratio', 'hash', 'time', 'part'] as const;
/** Text that is mrkdwn already (a mention, a sentence made of escaped parts): it is not escaped again. */
export interface Markup {
  readonly markup: string;
}

export function markup(text: string): Markup {
  return { markup: text };
}

export type Value = FactValue | Markup | undefined;

const placeholder = /\{(@[\w.-]+|\w+)(?::(\w+)|\|([^{}]+))?\}/g;

/** What `{@…}` stands for: a fact of the platform, by its place in the table, or the name of a part. */
export type Named = (fact: string) => string | undefined;
const nothingNamed: Named = () => undefined;

/** A value that is missing is said to be missing; it never becomes an empty place in a sentence. */
export function interpolate(
  template: string,
  values: Readonly<Record<string, Value>>,
  language: Language,
  clean: (text: string) => string,
  named: Named = nothingNamed,
  /** How a moment is shown; default as it is in UTC. */
  moment: (at: Date, utc: string) => string = (_at, utc) => clean(utc),
): string {
  return template.replace(placeholder, (_whole, name: string, format?: string, forms?: string) => {
    if (name.startsWith('@')) return clean(named(name.slice(1)) ?? name);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value === 'object' && value !== null) return value.markup;
    if (format === 'time' && (typeof value === 'string' || typeof value === 'number')) {
      const at = new Date(value);
      if (!Number.isNaN(at.getTime())) return moment(at, time(value));
    }
    const text = formatValue(value, format, language);
    const shown = clean(format === 'part' ? partsShown(text, named) : text);
    return forms === undefined ? shown : countWords(forms.split('|'), value, shown, language);
  });
}

const partsShown = (ids: string, named: Named) =>
  ids
    .split(', ')
    .map((id) => named(id) ?? id)
    .join(', ');

/** Names of the placeholders of a text, sorted, each once. */
export function placeholdersOf(template: string): readonly string[] {
  return [...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? ''))].sort();
}

/** The placeholders of a text that choose words by a number, with those words. */
export function countsOf(
  template: string,
): readonly { readonly name: string; readonly forms: readonly string[] }[] {
  return [...template.matchAll(placeholder)].flatMap(([, name = '', , forms]) =>
    forms === undefined ? [] : [{ name, forms: forms.split('|') }],
  );
}

const unknown: Readonly<Record<Language, string>> = { en: 'unknown', 'zh-CN': '未知' };

export function formatValue(
  value: FactValue | undefined,
  format: string | undefined,
  language: Language,
): string {
  if (value === undefined || value === null) return unknown[language];
  if (typeof value === 'boolean') return yesNo[language][value ? 'yes' : 'no'];
  switch (format) {
    case 'bytes':
      return typeof value === 'number' ? bytes(value) : value;
    case 'ms':
      return typeof value === 'number' ? span(value, language) : value;
    case 'seconds':
      return typeof value === 'number' ? span(value * 1000, language) : value;
    case 'percent':
      return typeof value === 'number' ? `${trim(value, 1)} %` : value;
    case 'ratio':
      return typeof value === 'number' ? `${trim(value * 100, 1)} %` : value;
    case 'hash':
      return cutToUnits(String(value), 8);
    case 'time':
      return time(value);
    default:
      return typeof value === 'number' ? trim(value, 2) : value;
  }
}

const yesNo = { en: { yes: 'yes', no: 'no' }, 'zh-CN': { yes: '是', no: '否' } } as const;

function trim(value: number, digits: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(digits)));
}

/** Binary units, as the targets themselves count. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = value;
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${trim(amount, 1)} ${units[unit] ?? 'B'}`;
}

const unitWords = {
  en: { ms: ' ms', s: ' s', min: ' min', h: ' h', d: ' d' },
  'zh-CN': { ms: ' 毫秒', s: ' 秒', min: ' 分钟', h: ' 小时', d: ' 天' },
} as const;

/** A span of milliseconds with the two largest units that say something. */
export function span(milliseconds: number, language: Language): string {
  const words = unitWords[language];
  const abs = Math.abs(milliseconds);
  if (abs < 1000) return `${Math.round(milliseconds)}${words.ms}`;
  if (abs < 60_000) return `${trim(milliseconds / 1000, 1)}${words.s}`;
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 60) return `${minutes}${words.min}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    const rest = minutes % 60;
    return rest === 0 ? `${hours}${words.h}` : `${hours}${words.h} ${rest}${words.min}`;
  }
  const days = Math.floor(hours / 24);
  const rest = hours % 24;
  return rest === 0 ? `${days}${words.d}` : `${days}${words.d} ${rest}${words.h}`;
}

function time(value: string | number): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return String(value);
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A moment to the second, in UTC: within an incident, minutes are too coarse. */
export function moment(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
