import { describe, expect, it } from 'vitest';
import type { Request } from '../../../src/bot/middleware/request.ts';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import type { HandlerDeps } from '../../../src/handlers/deps.ts';
import type { Wanted } from '../../../src/handlers/door.ts';
import { answerTimeline } from '../../../src/handlers/timeline.ts';
import type { Timeline, TimelineQuery } from '../../../src/services/timeline/contract.ts';
import { wordsIn } from '../../../src/text/words.ts';

const words = wordsIn('en');
const timeline: Timeline = {
  ...{ environment: 'stage', of: 'thread', incidents: 1, facts: [], left: false, moreAlerts: false },
  pins: 'seen',
  file: { channel: 'C0INC', threadTs: '1.1' },
};
const request = {
  person: { teamId: 'T1', userId: 'U0REQ', via: 'slack' },
  delivery: { channel: 'C0INC', threadTs: '1.1' },
} as unknown as Request;

/** Somebody who may read these environments; what is asked of the service is written down. */
function stage(readable: readonly string[]) {
  const asked: unknown[] = [];
  const timelines = {
    find: (query: TimelineQuery) => {
      asked.push(query);
      return Promise.resolve(timeline);
    },
    attach: (_timeline: Timeline, { name }: { readonly name: string }) =>
      Promise.resolve(void asked.push(name)),
  };
  const enter = (_asker: unknown, { environment, shownIn }: Wanted) => {
    expect(shownIn).toBe('C0INC');
    return environment === undefined || readable.includes(environment)
      ? Promise.resolve({ timelines })
      : Promise.reject(new AppError('NOT_ALLOWED', 'refused', { facts: { reason: 'access-not-named' } }));
  };
  const settings = { environments: ['prod', 'stage'], defaultEnvironment: 'prod', channel: () => ({}) };
  return { asked, deps: { door: { enter }, settings } as unknown as HandlerDeps };
}

describe('who reads a timeline', () => {
  it('is whoever may read the environment of the thread; the file goes there', async () => {
    const { asked, deps } = stage(['prod', 'stage']);
    expect((await answerTimeline(deps, { request, words }, undefined)).text).toContain('*stage*');
    expect(asked).toEqual([
      { place: { channel: 'C0INC', threadTs: '1.1' }, usual: 'prod' },
      'timeline-stage.md',
    ]);
  });

  it('is nobody who may read another environment only: no text and no file', async () => {
    const { asked, deps } = stage(['prod']);
    await expect(answerTimeline(deps, { request, words }, undefined)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(asked).toHaveLength(1);
    const named = stage(['prod']);
    await expect(answerTimeline(named.deps, { request, words }, 'stage')).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(named.asked).toEqual([]);
  });

  it('is told in one sentence that nothing is recorded, without a file', async () => {
    const { asked, deps } = stage(['prod', 'stage']);
    const timelines = { find: () => Promise.resolve(undefined) };
    const none = { ...deps, door: { enter: () => Promise.resolve({ timelines }) } } as unknown as HandlerDeps;
    const { text, blocks } = await answerTimeline(none, { request, words }, undefined);
    expect(text).toContain('Nothing is recorded for a timeline of *prod*');
    expect(blocks).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
