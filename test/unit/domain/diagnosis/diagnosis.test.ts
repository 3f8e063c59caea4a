import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  codesOf,
  found,
  foundApart,
  hint,
  isWay,
  not,
} from '../../../../src/domain/diagnosis/diagnosis.ts';

describe('the codes that a condition asks for', () => {
  it('are all of them, wherever they stand, with the part where one is meant', () => {
    expect(
      codesOf(
        all(
          found('PG_SLOW'),
          any(found('REDIS_SLOW', 'redis'), not(hint('NATS_SLOW'))),
          foundApart('POD_CRASH_LOOPING', 'POD_OOM_KILLED', 'OOM_KILLED'),
        ),
      ),
    ).toEqual([
      { code: 'PG_SLOW' },
      { code: 'REDIS_SLOW', part: 'redis' },
      { code: 'NATS_SLOW' },
      { code: 'POD_CRASH_LOOPING' },
      { code: 'POD_OOM_KILLED' },
      { code: 'OOM_KILLED' },
    ]);
  });
});

it('only what is declared as one is a way', () => {
  expect([isWay({ kind: 'way' }), isWay({})]).toEqual([true, false]);
});
