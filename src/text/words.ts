import type { Language } from '../domain/run/run.ts';
import { en } from './en.ts';
import { interpolate, type Value } from './format.ts';
import { zhCN } from './zh-cn.ts';

export type Catalogue = typeof en;
export type TextKey = keyof Catalogue;

type PlaceholderName<S extends string> = S extends `${infer Name}|${string}`
  ? Name
  : S extends `${infer Name}:${string}`
    ? Name
    : S;
type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? PlaceholderName<Name> | Placeholder<Rest>
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

export interface Words {
  readonly language: Language;
  /** For mrkdwn and for `text`: arguments are escaped. */
  say<K extends TextKey>(key: K, ...args: TextArguments<K>): string;
  /** For plain_text objects and files: arguments as they are. */
  plain<K extends TextKey>(key: K, ...args: TextArguments<K>): string;
  /** A key that is made of data (`finding.<CODE>`); undefined when nobody has written words for it. */
  lookup(key: string, facts?: Readonly<Record<string, Value>>): string | undefined;
  lookupPlain(key: string, facts?: Readonly<Record<string, Value>>): string | undefined;
}

export function wordsIn(language: Language): Words {
  const catalogue = catalogues[language];
  const find = (key: string, values: Readonly<Record<string, Value>>, clean: (text: string) => string) => {
    const template = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
    return template === undefined ? undefined : interpolate(template, values, language, clean);
  };
  const asIs = (text: string): string => text;
  return {
    language,
    say: (key, ...args) => find(key, args[0] ?? {}, escapeMrkdwn) ?? key,
    plain: (key, ...args) => find(key, args[0] ?? {}, asIs) ?? key,
    lookup: (key, facts = {}) => find(key, facts, escapeMrkdwn),
    lookupPlain: (key, facts = {}) => find(key, facts, asIs),
  };
}

/** Slack's locale tag (`zh-CN`, `en-US`, …) to a language we write. */
export function languageOf(locale: string | undefined): Language {
  return locale !== undefined && /^zh(?:[-_]|$)/i.test(locale) ? 'zh-CN' : 'en';
}
