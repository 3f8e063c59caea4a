import type { FactValue } from '../domain/kernel/facts.ts';
import type { Language } from '../domain/run/run.ts';

/** CLDR's names of plural forms, in the order in which a text gives its own. */
const order = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

const rules: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  'zh-CN': new Intl.PluralRules('zh-CN'),
};

/** The forms a language tells apart: `one`, `other` in English, `other` alone in Chinese. */
export function pluralForms(language: Language): readonly string[] {
  const { pluralCategories } = rules[language].resolvedOptions();
  return order.filter((name) => pluralCategories.includes(name));
}

/**
 * The form that goes with a number. `forms` stand in the order of `pluralForms`; the last one is also taken for
 * what is no number. `#` becomes `shown`, the number as people read it: the form follows what they read.
 */
export function countWords(
  forms: readonly string[],
  value: FactValue | undefined,
  shown: string,
  language: Language,
): string {
  const category = typeof value === 'number' ? rules[language].select(Number(shown)) : 'other';
  const form = forms[pluralForms(language).indexOf(category)] ?? forms.at(-1) ?? '#';
  return form.split('#').join(shown);
}
