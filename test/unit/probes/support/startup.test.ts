import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { exitText, failingInstance, failsToStart } from '../../../../src/probes/support/startup.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');
const ended = { exitCode: 1, reason: 'Error' };
const instanceOf = async (part: FakePart) => {
  const [instance] = await fakeRuntime({ 'agent-manager': [part] }).instances('agent-manager', {
    signal: new AbortController().signal,
  });
  if (instance === undefined) throw new Error('no instance');
  return instance;
};
const startedAt = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1000).toISOString();
/** It has ended before and runs again. */
const again = (secondsAgo: number, more: FakePart = {}): FakePart => ({
  ...{ restarts: 1, last: ended, startedAt: startedAt(secondsAgo), ready: false, ...more },
});

describe('an instance fails to start', () => {
  const fails = async (part: FakePart, answers?: boolean) =>
    failsToStart(await instanceOf(part), now, answers);

  it.each([
    [59.999, true],
    [60, false],
    [60.001, false],
  ])('until it has run for a minute: %f s', async (seconds, expected) => {
    expect(await fails(again(seconds))).toBe(expected);
  });

  it.each([
    [136, true],
    [137, false],
    [138, true],
    [142, true],
    [143, false],
    [144, true],
  ])('unless it was killed from outside: exit code %i', async (exitCode, expected) => {
    expect(await fails(again(5, { last: { exitCode, reason: 'Error' } }))).toBe(expected);
  });

  it('when it was killed for its memory', async () => {
    expect(await fails(again(5, { last: { exitCode: 137, reason: 'OOMKilled' } }))).toBe(true);
  });

  it.each([
    ['has ended', { phase: 'terminated' }, true],
    ['waits after an end', { phase: 'waiting', last: ended }, true],
    ['waits for the first time', { phase: 'waiting' }, false],
    ['is pending for a reason', { phase: 'pending', message: 'no image' }, true],
    ['is pending', { phase: 'pending' }, false],
    ['is paused', { ...again(5), phase: 'paused' }, false],
    ['runs for the first time', again(5, { restarts: 0 }), false],
    ['does not say how it ended', { restarts: 1, startedAt: startedAt(5), ready: false }, false],
    ['is ready', again(5, { ready: true }), false],
  ] as const)('when it %s: %o', async (_what, part, expected) => {
    expect(await fails(part)).toBe(expected);
  });

  it('where nothing checks it, unless it answers', async () => {
    const unchecked = again(5, { readinessChecked: false, ready: true });

    expect([await fails(unchecked), await fails(unchecked, false), await fails(unchecked, true)]).toEqual([
      ...[true, true, false],
    ]);
  });
});

describe('the instance that fails to start', () => {
  const refuses = (stage: 'refused' | 'no-answer'): ServicesTarget => ({
    ...fakeServices({}),
    request: () => Promise.reject(new TargetError(stage, 'no')),
  });
  const find = async (
    parts: readonly FakePart[],
    services?: ServicesTarget,
    part: 'agent-manager' | 'redis' = 'agent-manager',
  ) => {
    const runtime = fakeRuntime({ [part]: parts });
    const deps = { runtime, ...(services === undefined ? {} : { services }) };
    const context = probeContext(deps, now.toISOString());
    const start = context.now().getTime();
    const instances = await runtime.instances(part, { signal: context.signal });
    const found = await failingInstance(instances, context);
    return { found: found?.id, waited: context.now().getTime() - start };
  };
  const young: FakePart = { startedAt: startedAt(5), readinessChecked: false };

  it('is the youngest of several', async () => {
    expect(await find([again(50), again(5), { ready: true }])).toMatchObject({ found: 'agent-manager-1' });
    expect(await find([{ ready: true }])).toMatchObject({ found: undefined, waited: 0 });
  });

  it('is asked itself where nothing checks its readiness', async () => {
    const unchecked = again(5, { readinessChecked: false });

    expect(await find([unchecked], fakeServices({}))).toMatchObject({ found: undefined });
    for (const services of [refuses('refused'), refuses('no-answer'), undefined])
      expect(await find([unchecked], services)).toMatchObject({ found: 'agent-manager-0' });
    expect(await find([unchecked], fakeServices({}), 'redis')).toMatchObject({ found: 'redis-0' });
  });

  it('is looked at again after three seconds when it is young and does not answer, or cannot be asked', async () => {
    const ends = { ...young, later: { restarts: 1, last: ended } };

    // Of one that nobody can ask an end is all there is to see.
    for (const services of [refuses('refused'), refuses('no-answer'), undefined]) {
      expect(await find([ends], services)).toEqual({ found: 'agent-manager-0', waited: 3_000 });
      expect(await find([young], services)).toEqual({ found: undefined, waited: 3_000 });
    }
    expect(await find([ends], fakeServices({}))).toEqual({ found: undefined, waited: 0 });
    // A store is asked by its own probes.
    expect(await find([ends], undefined, 'redis')).toEqual({ found: undefined, waited: 0 });
    expect(await find([{ ...ends, startedAt: startedAt(60) }], refuses('refused'))).toMatchObject({
      waited: 0,
    });
    expect(await find([{ ...ends, readinessChecked: true }], refuses('refused'))).toMatchObject({
      waited: 0,
    });
  });

  it('has started when it answers in the end', async () => {
    let asked = 0;
    const services: ServicesTarget = {
      ...fakeServices({}),
      request: (_url, options) => {
        asked += 1;
        expect(options?.timeoutMs).toBe(2_000);
        return asked === 1
          ? Promise.reject(new TargetError('refused', 'no'))
          : Promise.resolve(httpAnswer(''));
      },
    };

    expect(await find([{ ...young, later: { restarts: 1, last: ended } }], services)).toMatchObject({
      found: undefined,
    });
  });
});

describe('the text that explains an exit', () => {
  const read = async (
    phase: 'running' | 'waiting',
    logs: { readonly now: string | Error; readonly before: string | Error },
    enough = (_text: string) => false,
  ) => {
    const asked: unknown[] = [];
    const runtime = {
      ...fakeRuntime({}),
      logs: (_instance: unknown, options?: { readonly previous?: boolean; readonly tail?: number }) => {
        asked.push([options?.previous, options?.tail]);
        const log = options?.previous === true ? logs.before : logs.now;
        return log instanceof Error ? Promise.reject(log) : Promise.resolve(log);
      },
    };
    const text = await exitText(runtime, await instanceOf({ phase }), new AbortController().signal, enough);
    return { asked, text };
  };
  const both = { now: 'now', before: 'before' };

  it('is read of both lives, 80 lines each, that which has ended first', async () => {
    expect(await read('running', both)).toEqual({
      asked: [
        [true, 80],
        [false, 80],
      ],
      text: 'before\nnow',
    });
    expect(await read('waiting', both)).toEqual({
      asked: [
        [false, 80],
        [true, 80],
      ],
      text: 'before\nnow',
    });
  });

  it('is not read on once it is enough', async () => {
    expect(await read('running', both, (text) => text === 'before')).toMatchObject({
      asked: [[true, 80]],
      text: 'before',
    });
  });

  it('is what can be read of it', async () => {
    const gone = new Error('gone');
    const notAsked = new AppError('NOT_ALLOWED', 'no', { facts: { reason: 'request-limit' } });

    expect(await read('running', { now: gone, before: 'before' })).toMatchObject({ text: 'before' });
    expect(await read('running', { now: 'now', before: gone })).toMatchObject({ text: '\nnow' });
    await expect(read('running', { now: gone, before: gone })).rejects.toThrow('gone');
    await expect(read('running', { now: notAsked, before: 'before' })).rejects.toBe(notAsked);
    expect(
      await read('running', { now: 'unable to retrieve container logs for x', before: 'before' }),
    ).toMatchObject({ text: 'before\n' });
  });
});
