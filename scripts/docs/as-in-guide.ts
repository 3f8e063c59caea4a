import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Language } from '../../src/domain/run/run.ts';
import { factsNamed } from '../../src/text/words.ts';

/** A text of the catalogue about an installation that is as in the guide. */
export function asRead(template: string, language: Language = 'en'): string {
  const named = factsNamed(language, asInGuide);
  return template.replace(/\{@([\w.-]+)\}/g, (all, fact: string) => named(fact) ?? all);
}
