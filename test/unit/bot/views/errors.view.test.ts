import { describe, expect, it } from 'vitest';
import { errorText } from '../../../../src/bot/views/errors.view.ts';
import { explainFault } from '../../../../src/cli/faults.ts';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const words = wordsIn('en');
const run = '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10';
const right = { verb: 'list', resource: 'pods', namespace: 'aetherius' };
const noRight = new TargetError('forbidden', 'not allowed', {
  facts: { ...right, allowedBy: 'features.diagnosis' },
});
const refused = new TargetError('refused', 'PostgreSQL at db:5432: connection refused', {
  facts: { host: 'db', port: 5432 },
});

describe('an error of a system that was asked', () => {
  it('that refuses for want of a right names the right, and what gives it', () => {
    expect(errorText(noRight, run, words)).toBe(
      'I may not list pods, so this could not be done. `features.diagnosis` of the Helm chart allows it.',
    );
    expect(explainFault(noRight, words)).toMatchObject({
      ...{ exit: 2, code: 'DEPENDENCY_UNAVAILABLE' },
      text: expect.stringMatching(
        /^I may not list pods; features\.diagnosis of the chart allows it/,
      ) as string,
    });
    expect(errorText(new TargetError('forbidden', 'x', { facts: right }), run, words)).toContain(
      'I may not list pods',
    );
  });

  it('names its host, its port, and what it did', () => {
    expect(errorText(refused, run, words)).toBe(
      'This could not be done: db:5432: the connection was refused. Reference 8f4d9a10.',
    );
    expect(explainFault(refused, words).text).toBe('db:5432: the connection was refused.');
  });
});

it('no error shows an id of 36 digits', () => {
  for (const error of [noRight, refused, new Error('x'), new AppError('CONFLICT', 'x')])
    expect(errorText(error, run, words)).not.toContain(run);
});
