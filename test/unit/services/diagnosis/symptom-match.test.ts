import { describe, expect, it } from 'vitest';
import { symptomModel } from '../../../../src/diagnoses/symptom-model.ts';
import { connectionSuspects, symptomWords } from '../../../../src/diagnoses/vocabulary.ts';
import { createSymptomMatcher } from '../../../../src/services/diagnosis/symptom-match.service.ts';
import { phrases } from './phrases.ts';

const matcher = createSymptomMatcher(symptomWords, connectionSuspects, symptomModel);
const all = Object.entries(phrases).flatMap(([id, { en, zh }]) =>
  [...en, ...zh].map((phrase) => [id, phrase] as const),
);

describe('plain words', () => {
  it.each(all)('%s is first for "%s", or is offered when the matcher is not sure', (id, phrase) => {
    const { candidates, sure } = matcher.match(phrase);

    if (sure) expect(candidates[0]?.id).toBe(id);
    expect(candidates.slice(0, 3).map((candidate) => candidate.id)).toContain(id);
  });

  it('puts the meant symptom first for nearly every phrase', () => {
    const wrong = all.filter(([id, phrase]) => matcher.match(phrase).candidates[0]?.id !== id);

    expect(
      wrong.map(([id, phrase]) => `${id}: ${phrase} → ${matcher.match(phrase).candidates[0]?.id}`),
    ).toEqual([]);
  });

  it('asks for few of the phrases that people use', () => {
    const asked = all.filter(([, phrase]) => !matcher.match(phrase).sure);

    expect(asked.length).toBeLessThan(all.length / 8);
  });

  it.each([
    ...['password', 'password=hunter2', '密码错误', 'postgres password wrong', '数据库 密码错误'],
    ...['connection refused', 'slow', '很慢', 'memory'],
  ])('is not sure of what only goes along, or names only half of it: "%s"', (phrase) => {
    expect(matcher.match(phrase).sure).toBe(false);
  });

  it('offers nothing for words that are about something else', () => {
    expect(matcher.match('what is for lunch tomorrow').candidates).toEqual([]);
    expect(matcher.match('').candidates).toEqual([]);
  });
});
