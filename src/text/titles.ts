import type { Titles } from '../domain/diagnosis/symptom.ts';
import { wordsIn } from './words.ts';

const languages = ['en', 'zh-CN'] as const;

/** The titles of the diagnoses, as the product itself writes them: a person who copies one means that one. */
export function titlesOf(diagnoses: readonly { readonly id: string }[]): Titles {
  const catalogues = languages.map((language) => wordsIn(language));
  return Object.fromEntries(
    diagnoses.map(({ id }) => [id, catalogues.flatMap((words) => words.lookup(`diagnosis.${id}`) ?? [])]),
  );
}
