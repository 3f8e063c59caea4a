import { diagnoses } from '../../../../../src/diagnoses/index.ts';
import { symptomModel } from '../../../../../src/diagnoses/symptom-model.ts';
import { connectionSuspects, symptomWords } from '../../../../../src/diagnoses/vocabulary.ts';
import { type Symptom, symptomOf } from '../../../../../src/domain/diagnosis/symptom.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import { createSymptomMatcher } from '../../../../../src/services/diagnosis/symptom-match.service.ts';
import { titlesOf } from '../../../../../src/text/titles.ts';
import { type Block, type Case, casesOf, type Kind, kinds } from './corpus.ts';

const matcher = createSymptomMatcher(symptomWords, connectionSuspects, symptomModel, titlesOf(diagnoses));

/** Read as the product reads it. */
export const readRequest = (text: string): Symptom => symptomOf(text, diagnoses, matcher, asInGuide);

const commandIds: Readonly<Record<string, string>> = {
  health: 'H1',
  collect: 'L1',
  logs: 'L2',
  report: 'X1',
};

/** What a text is taken for, the likeliest first: ids of symptoms, or of the command that it asks for. */
export function takenFor(symptom: Symptom): readonly string[] {
  if (symptom.kind === 'command') return [commandIds[symptom.command] ?? symptom.command];
  return symptom.kind === 'unknown' ? [] : symptom.ids;
}

export interface Row {
  readonly kind: Kind;
  readonly texts: number;
  readonly first: number;
  readonly amongThree: number;
  /** A run starts without asking. */
  readonly sure: number;
  readonly sureAndWrong: number;
  /** Nothing starts and nothing is offered. */
  readonly nothing: number;
}

export interface Score {
  readonly rows: readonly Row[];
  /** How often a text of the first was taken for the second, by its first answer. */
  readonly confused: readonly (readonly [meant: string, taken: string, times: number])[];
  readonly worst: readonly { readonly text: string; readonly meant: string; readonly taken: string }[];
}

const right = ({ ids }: Case, taken: readonly string[]): boolean =>
  ids.length === 0 ? taken.length === 0 : ids.includes(taken[0] ?? '');

export function scoreOf(blocks: readonly Block[]): Score {
  const read = casesOf(blocks).map((one) => {
    const symptom = readRequest(one.text);
    return { one, symptom, taken: takenFor(symptom) };
  });
  const rows = kinds.map((kind): Row => {
    const own = read.filter(({ one }) => one.kind === kind);
    const sure = own.filter(({ symptom }) => symptom.kind === 'known');
    const count = (test: (read: (typeof own)[number]) => boolean) => own.filter(test).length;
    return {
      kind,
      texts: own.length,
      first: count(({ one, taken }) => right(one, taken)),
      amongThree: count(
        ({ one, taken }) => right(one, taken) || taken.slice(0, 3).some((id) => one.ids.includes(id)),
      ),
      sure: sure.length,
      sureAndWrong: sure.filter(({ one, taken }) => !right(one, taken)).length,
      nothing: count(({ taken }) => taken.length === 0),
    };
  });
  const missed = read.filter(({ one, taken }) => !right(one, taken));
  const times = new Map<string, number>();
  for (const { one, taken } of missed) {
    const key = `${one.ids.join(' or ') || 'nothing'}\t${taken[0] ?? 'nothing'}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  const confused = [...times].map(([key, count]) => {
    const [meant = '', taken = ''] = key.split('\t');
    return [meant, taken, count] as const;
  });
  /** A run that starts wrongly is worst, then what is not even offered. */
  const badness = ({ one, symptom, taken }: (typeof read)[number]) =>
    (symptom.kind === 'known' ? 4 : 0) + (taken.slice(0, 3).some((id) => one.ids.includes(id)) ? 0 : 2);
  const worst = [...missed]
    .sort((a, b) => badness(b) - badness(a))
    .slice(0, 10)
    .map(({ one, symptom, taken }) => ({
      text: one.text,
      meant: one.ids.join(' or ') || 'nothing',
      taken:
        taken.length === 0
          ? 'nothing'
          : `${symptom.kind === 'known' ? 'runs' : 'asks'} ${taken.slice(0, 3).join(', ')}`,
    }));
  return { rows, confused: confused.sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1)), worst };
}
