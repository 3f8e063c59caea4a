import { describe, expect, it } from 'vitest';
import { explainFault, unknownOf } from '../../../src/cli/faults.ts';
import { wordsIn } from '../../../src/text/words.ts';

describe('a name that there is not', () => {
  it.each([
    ['environment', 'prd', ['prod', 'staging'], 'Did you mean "prod"? There are: prod, staging.'],
    ['environment', 'moon', ['prod', 'staging'], 'There is no environment "moon". There are: prod, staging.'],
    ['remediation', 'redis.delete-key', ['redis.delete-keys'], 'Did you mean "redis.delete-keys"?'],
  ] as const)('of kind %s is told with what was probably meant: %s', (what, name, known, said) => {
    const fault = explainFault(unknownOf(what, name, known), wordsIn('en'));

    expect(fault.text).toContain(said);
    // Programs read the same code in both cases.
    expect(fault.code).toBe(`${what}-unknown`);
  });
});
