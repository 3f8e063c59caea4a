import { describe, expect, it } from 'vitest';
import {
  holdBackMs,
  priorityOf,
  urgencies,
  urgencyOf,
  waitsAsTheOlder,
  wayOf,
} from '../../../../src/domain/message/sending.ts';

describe('how soon something is said', () => {
  it('decisions before answers before progress, and what a later version has stored goes last', () => {
    expect(urgencies.map(priorityOf)).toEqual([0, 1, 2]);
    expect([0, 1, 2, 3, -1].map(urgencyOf)).toEqual([
      'decision',
      'answer',
      'progress',
      'progress',
      'progress',
    ]);
  });

  it('keeps first words back for half a second, and only progress stays kept back with them', () => {
    expect(holdBackMs).toBe(500);
    expect(urgencies.filter(waitsAsTheOlder)).toEqual(['progress']);
  });
});

describe('how an item goes out', () => {
  it.each([
    ['at once', { method: 0, message: 0 }, { kind: 'send' }],
    ['at once although it could be a post', { method: 0, message: 0, post: 0 }, { kind: 'send' }],
    ['a second after the last edit', { method: 0, message: 700 }, { kind: 'wait', forMs: 700 }],
    ['the same for an answer', { method: 0, message: 700, post: 0 }, { kind: 'wait', forMs: 700 }],
    ['as a post when edits are used up', { method: 1800, message: 0, post: 0 }, { kind: 'move' }],
    ['as a post, too soon for an edit', { method: 1800, message: 700, post: 0 }, { kind: 'move' }],
    [
      'not before there is room for either',
      { method: 1800, message: 0, post: 90 },
      { kind: 'wait', forMs: 0 },
    ],
    ['not as a post when it may not be one', { method: 1800, message: 0 }, { kind: 'wait', forMs: 0 }],
  ] as const)('%s', (_name, waits, way) => {
    expect(wayOf(waits)).toEqual(way);
  });
});
