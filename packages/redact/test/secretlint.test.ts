import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { maintainedRules } from '../src/secretlint.ts';

describe('the maintained rule set', () => {
  it('finds the tokens of issuers by itself', () => {
    const found = [...maintainedRules()(`key ghp_${'Ab1C'.repeat(9)} of bob`)];

    expect(found).toEqual([{ start: 4, end: 44, kind: 'github' }]);
  });

  it('works beside the own rules, again and again', () => {
    const redactor = createRedactor({ ruleSets: [maintainedRules()] });
    const text = `token ghp_${'Ab1C'.repeat(9)}, url=postgres://app:hunter2@db/app`;

    expect(redactor.text(text)).toBe('token [secret], url=postgres://app:[secret]@db/app');
    expect(redactor.text(text)).toBe('token [secret], url=postgres://app:[secret]@db/app');
    expect(redactor.text('nothing here')).toBe('nothing here');
  });
});
