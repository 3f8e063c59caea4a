import { describe, expect, it } from 'vitest';
import { stepTimeout } from '../../../src/diagnoses/step-timeout.diagnosis.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

const late = { code: 'STEP_TIMED_OUT', probe: 'services.step-timeouts' };
const saturated = { code: 'COMMANDS_SATURATED', probe: 'services.command-capacity' };

describe('a step that runs out of time', () => {
  it('has too little of it where its commands are taken at once', () => {
    expect(verdictsOf(stepTimeout, outcomesOf(stepTimeout, [late]))).toMatchObject({
      'S5.a': 'confirmed',
      'S5.b': 'ruled-out',
    });
  });

  it('may have too little of it besides, where commands wait', () => {
    expect(verdictsOf(stepTimeout, outcomesOf(stepTimeout, [late, saturated]))).toMatchObject({
      'S5.a': 'possible',
      'S5.b': 'confirmed',
    });
  });

  it('is none where only commands wait', () => {
    expect(verdictsOf(stepTimeout, outcomesOf(stepTimeout, [saturated]))['S5.a']).toBe('ruled-out');
  });
});
