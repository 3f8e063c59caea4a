import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takesOf, valueFault } from '../../../../src/domain/fix/values.ts';
import { remediations } from '../../../../src/remediations/index.ts';

const params = z.strictObject({
  pid: z.int().min(1).max(99),
  how: z.enum(['cancel', 'end']).default('cancel'),
  name: z.string().min(2).exactOptional(),
  force: z.boolean().default(false),
});

describe('the values of a fix', () => {
  it('are told as they are typed, what need not be typed in brackets', () => {
    expect(takesOf(params)).toBe('pid=1…99 [how=cancel|end] [name=…] [force=true|false]');
    expect(takesOf(z.strictObject({}))).toBe('');
  });

  it.each([
    [{ pid: 1 }, undefined],
    [{}, { wrong: 'missing', name: 'pid' }],
    [
      { pid: 1, hwo: 'end' },
      { wrong: 'surplus', name: 'hwo', similar: 'how' },
    ],
    [
      { pid: 1, moon: 'full' },
      { wrong: 'surplus', name: 'moon' },
    ],
    [{ pid: 100 }, { wrong: 'value', name: 'pid', value: '100' }],
    [
      { pid: 1, how: 'gently' },
      { wrong: 'value', name: 'how', value: 'gently' },
    ],
  ])('%j', (given, fault) => {
    const found = valueFault(params, given);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ ...fault, takes: takesOf(params) });
  });

  it('of every fix there is can be told', () => {
    for (const { id, params: values } of remediations) {
      const takes = takesOf(values);
      expect({ id, takes }).toEqual({ id, takes: expect.not.stringContaining('undefined') });
      expect(valueFault(values, { nothingLikeIt: 1 })).toMatchObject({
        wrong: 'surplus',
        name: 'nothingLikeIt',
      });
    }
  });
});
