import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { symptomWords } from '../../src/diagnoses/vocabulary.ts';
import { type Phrase, phrasesOf } from './phrases.ts';
import { chineseCalls, englishCalls } from './phrases-calls.ts';
import { descriptions } from './phrases-debian.ts';
import { english } from './phrases-en.ts';
import { chineseIdioms, englishIdioms } from './phrases-idioms.ts';
import { englishMore } from './phrases-more-en.ts';
import { chineseMore } from './phrases-more-zh.ts';
import { chineseNothing, englishNothing } from './phrases-nothing.ts';
import { englishVoices } from './phrases-voices-en.ts';
import { chineseVoices } from './phrases-voices-zh.ts';
import { chinese } from './phrases-zh.ts';
import { train } from './train.ts';

export const modelPath = 'src/diagnoses/symptom-model.ts';
const root = new URL('../../', import.meta.url);

/** Words that more than one phrase of a symptom has: what people may misspell. */
function spelled(): readonly string[] {
  const count = new Map<string, number>();
  for (const { id, text } of phrases)
    for (const word of new Set(text.toLowerCase().match(/(?<![\w])[a-z][a-z\d]{3,}(?![\w])/g) ?? []))
      if (id !== 'none') count.set(word, (count.get(word) ?? 0) + 1);
  return [...count]
    .filter(([, times]) => times > 1)
    .map(([word]) => word)
    .sort();
}

/** Words that are right and that nobody asks for anything with: `confluence` is no `conference`. */
function plainWords(): readonly string[] {
  const known = new Set(spelled());
  const words = phrases.flatMap(
    ({ text }) => text.toLowerCase().match(/(?<![\w])[a-z][a-z\d]{3,}(?![\w])/g) ?? [],
  );
  return [...new Set(words)].filter((word) => !known.has(word)).sort();
}

export const phrases: readonly Phrase[] = [
  ...phrasesOf(english, 'en'),
  ...phrasesOf(chinese, 'zh'),
  ...phrasesOf(englishIdioms, 'en'),
  ...phrasesOf(chineseIdioms, 'zh'),
  ...phrasesOf(englishVoices, 'en'),
  ...phrasesOf(chineseVoices, 'zh'),
  ...phrasesOf(englishMore, 'en'),
  ...phrasesOf(chineseMore, 'zh'),
  ...phrasesOf(englishNothing, 'en'),
  ...phrasesOf(chineseNothing, 'zh'),
  ...phrasesOf(englishCalls, 'en'),
  ...phrasesOf(chineseCalls, 'zh'),
  ...phrasesOf(descriptions, 'en'),
  ...symptomWords.flatMap(({ id, names }) =>
    names.map((text) => ({ id, role: 'vocabulary', language: 'en' as const, text })),
  ),
];

/** The model as a source file, made of the phrases alone. */
export function modelFile(): string {
  const { classes, scale, bias, weights } = train(phrases);
  /** As the formatter writes it. */
  const long = (text: string) => `\n    '${text}'`;
  return `import type { StoredModel } from '../domain/diagnosis/linear-model.ts';

/** Made by \`npm run words\` of the phrases in \`scripts/words\`: change those, not this. */
export const symptomModel: StoredModel = {
  classes: '${classes.join(' ')}',
  scale: ${scale},
  bias: '${bias.join(' ')}',
  spelled:${long(spelled().join(' '))},
  plain:${long(plainWords().join(' '))},
  weights:${long(Buffer.from(weights.buffer).toString('base64'))},
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL(modelPath, root));
  const made = modelFile();
  if (!process.argv.includes('--check')) writeFileSync(path, made);
  else if (readFileSync(path, 'utf8') !== made) {
    console.error(`${modelPath} is not what the phrases give now: npm run words`);
    process.exitCode = 1;
  }
}
