import { type PartId, partIds } from '../domain/platform/part.ts';
import { asInGuide, factsOf, type Platform } from '../domain/platform/platform.ts';
import type { Language } from '../domain/run/run.ts';
import { en } from './en.ts';
import { interpolate, type Named, placeholdersOf, type Value } from './format.ts';
import { zhCN } from './zh-cn.ts';

export type Catalogue = typeof en;
export type TextKey = keyof Catalogue;

type PlaceholderName<S extends string> = S extends `${infer Name}|${string}`
  ? Name
  : S extends `${infer Name}:${string}`
    ? Name
    : S;
/** What the words take from the platform by themselves. */
type PlatformFact =
  | `@${PartId}${'' | '.configMap' | '.secret' | '.workload'}`
  | {
      [Group in Exclude<keyof Platform, 'parts'>]: `@${Group}.${keyof Platform[Group] & string}`;
    }[Exclude<keyof Platform, 'parts'>];
type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Exclude<PlaceholderName<Name>, PlatformFact> | Placeholder<Rest>
  : never;
/** What a text needs, read from the text itself: a forgotten or misspelt argument does not compile. */
export type TextArguments<K extends TextKey> = [Placeholder<Catalogue[K]>] extends [never]
  ? []
  : [Readonly<Record<Placeholder<Catalogue[K]>, Value>>];

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, 'zh-CN': zhCN };

/** R-S8: Slack gives `&`, `<` and `>` a meaning; nothing that comes from data may use it. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Shown in the zone of whoever reads it (docs.slack.dev/messaging/formatting-message-text#date-formatting). */
function slackDate(at: Date, utc: string): string {
  return `<!date^${Math.floor(at.getTime() / 1000)}^{date_num} {time}|${utc}>`;
}

/** Escaped text in which each moment to the second (`moment` of `format.ts`) is shown in the zone of whoever reads it. */
export function withReadersDates(mrkdwn: string): string {
  return mrkdwn.replace(
    /\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\b/g,
    (utc: string, day: string, time: string) => {
      const at = Date.parse(`${day}T${time}Z`);
      return Number.isNaN(at) ? utc : `<!date^${at / 1000}^{date_num} {time_secs}|${utc}>`;
    },
  );
}

export interface Words {
  readonly language: Language;
  /** The same words about another installation. */
  about(platform: Platform): Words;
  /** For mrkdwn and for `text`: arguments are escaped, and a moment is shown in the reader's zone. */
  say<K extends TextKey>(key: K, ...args: TextArguments<K>): string;
  /** For plain_text objects and files: arguments as they are. */
  plain<K extends TextKey>(key: K, ...args: TextArguments<K>): string;
  /**
   * A key that is made of data (`finding.<CODE>`); undefined when nobody has written words for it. With a fact of
   * `otherWords` it is `<key>.<ending>`, where that is written; where a fact is missing that the words need, it is
   * `<key>.said` or `<key>.bare`, where those are written.
   */
  lookup(key: string, facts?: Readonly<Record<string, Value>>): string | undefined;
  lookupPlain(key: string, facts?: Readonly<Record<string, Value>>): string | undefined;
  /** As `lookup`, and undefined as well where a fact that the words need is missing: half an order helps nobody. */
  lookupWhole(key: string, facts: Readonly<Record<string, Value>>): string | undefined;
}

/** What `{@…}` in a text of this language stands for, about an installation. */
export function factsNamed(language: Language, platform: Platform): Named {
  const nameOf = (part: PartId) => factsOf(platform, part).name ?? catalogues[language][`part.${part}`];
  return (fact) => {
    const [first = '', ...rest] = fact.split('.');
    const part = partIds.find((id) => id === first);
    if (part !== undefined) return rest.length === 0 ? nameOf(part) : factIn(factsOf(platform, part), rest);
    return Object.hasOwn(platform, first) ? factIn(platform[first as keyof Platform], rest) : undefined;
  };
}

/** Facts that have words of their own, and how their keys end. */
const otherWords = {
  /** Words that name what would allow it. */
  allowedBy: 'switch',
  /** It ended, and nothing has started it since. */
  notStartedAgain: 'ended',
  /** A session that runs no statement now. */
  betweenStatements: 'idle',
  /** A variable with a secret that is not set. */
  unsetVariable: 'unset',
  /** A file with a secret that cannot be read. */
  unreadFile: 'file',
} as const;

export function wordsIn(language: Language, platform: Platform = asInGuide): Words {
  const catalogue = catalogues[language];
  const templateOf = (key: string) => (Object.hasOwn(catalogue, key) ? catalogue[key] : undefined);
  const named = factsNamed(language, platform);
  /** What people there call a part goes before our word for it. */
  const ownName = (key: string) => {
    const part = partIds.find((id) => key === `part.${id}` || key === `part.${id}.subject`);
    return part === undefined ? undefined : factsOf(platform, part).name;
  };
  const find = (
    key: string,
    values: Readonly<Record<string, Value>>,
    clean: (text: string) => string,
    moment?: (at: Date, utc: string) => string,
  ) => {
    const own = ownName(key);
    if (own !== undefined) return clean(own);
    const ending = Object.entries(otherWords).find(([fact]) => fact in values)?.[1];
    const usual = (ending === undefined ? undefined : templateOf(`${key}.${ending}`)) ?? templateOf(key);
    // Words whose facts are missing say nothing; the sentence for that does.
    const plainer = ['said', 'bare'].flatMap((less) => templateOf(`${key}.${less}`) ?? []);
    const whole = usual === undefined || plainer.length === 0 || isWhole(usual, values);
    const template = whole ? usual : (plainer.find((one) => isWhole(one, values)) ?? usual);
    return template === undefined ? undefined : interpolate(template, values, language, clean, named, moment);
  };
  const asIs = (text: string): string => text;
  return {
    language,
    about: (installation) => wordsIn(language, installation),
    say: (key, ...args) => find(key, args[0] ?? {}, escapeMrkdwn, slackDate) ?? key,
    plain: (key, ...args) => find(key, args[0] ?? {}, asIs) ?? key,
    lookup: (key, facts = {}) => find(key, facts, escapeMrkdwn, slackDate),
    lookupPlain: (key, facts = {}) => find(key, facts, asIs),
    lookupWhole: (key, facts) =>
      isWhole(templateOf(key) ?? '', facts) ? find(key, facts, escapeMrkdwn, slackDate) : undefined,
  };
}

/** Whether each fact that the words name is there. */
function isWhole(template: string, facts: Readonly<Record<string, Value>>): boolean {
  const needed = placeholdersOf(template).filter((name) => !name.startsWith('@'));
  return needed.every((name) => Object.hasOwn(facts, name) && (facts[name] ?? null) !== null);
}

/** A key of the configuration has points of its own. */
function factIn(facts: object, path: readonly string[]): string | undefined {
  const name = path.join('.');
  const value = Object.hasOwn(facts, name) ? (facts as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Slack's locale tag (`zh-CN`, `en-US`, …) to a language we write. */
export function languageOf(locale: string | undefined): Language {
  return locale !== undefined && /^zh(?:[-_]|$)/i.test(locale) ? 'zh-CN' : 'en';
}
