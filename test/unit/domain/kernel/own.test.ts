import { expect, it } from 'vitest';
import { own } from '../../../../src/domain/kernel/own.ts';

it('an entry is found by its key, and what every object inherits is not', () => {
  const map = { app: 'redis' };

  expect(own(map, 'app')).toBe('redis');
  expect(own(map, 'track')).toBeUndefined();
  expect(own(map, 'constructor')).toBeUndefined();
  expect(own(map, '__proto__')).toBeUndefined();
  expect(own({ constructor: 'mine' } as Record<string, string>, 'constructor')).toBe('mine');
  expect(own(undefined, 'app')).toBeUndefined();
});
