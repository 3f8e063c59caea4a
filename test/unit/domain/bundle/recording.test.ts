/** What is recorded is answered again, and what is not is never made up. */

import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Coded, decode, encode, Unkept } from '../../../../src/domain/bundle/coded.ts';
import { createRecorder } from '../../../../src/domain/bundle/recorder.ts';
import type { RecordedRow } from '../../../../src/domain/bundle/recording.ts';
import { openRecording, type Recording } from '../../../../src/domain/bundle/replay.ts';
import { shapeOf } from '../../../../src/domain/health/health-calls.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Probe } from '../../../../src/domain/probe/probe.ts';
import type { RedisTarget } from '../../../../src/domain/probe/targets/redis.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { createProbeRunner } from '../../../../src/services/run/probe-runner.service.ts';
import { silentLogger } from '../../../support/logger.ts';
import { environment } from '../../../support/targets.ts';

const secret = 'Zeppelin-77-planted';

/** Counts what it is asked; the policy is a number that grows, one key is a secret, and one command is refused. */
function redis(): RedisTarget {
  let asked = 0;
  const target: RedisTarget = {
    call: (command) =>
      command === 'GET'
        ? Promise.resolve(`redis://:${secret}@cache:6379`)
        : command === 'EVAL'
          ? Promise.reject(new TargetError('forbidden', 'no', { facts: { verb: 'eval', resource: 'x' } }))
          : Promise.resolve((asked += 1)),
    info: () => Promise.resolve({ used_memory: '7' }),
    nodes: () => Promise.resolve([{ name: 'a:1', call: target.call, info: target.info }]),
  };
  return target;
}

function probe(run: (redis: RedisTarget, context: Parameters<Probe['run']>[1]) => Promise<object>): Probe {
  return {
    ...{ id: 'redis.test', doc: 'x', params: z.strictObject({}), part: 'redis', needs: ['redis'] },
    ...{ timeoutMs: 1_000, emits: [] },
    run: async (_params, context) => ({
      status: 'healthy',
      facts: (await run((context.deps as { redis: RedisTarget }).redis, context)) as Record<string, string>,
    }),
  };
}

const outcomeOf = async (tried: Probe, targets: Targets, clock: Recording['clock']) =>
  (
    await createProbeRunner({ probes: [tried], clock, logger: silentLogger }).run([{ probe: tried.id }], {
      targets,
      signal: new AbortController().signal,
    })
  )[0];

/** What a probe said live, the lines that were written, and what `again` says of them. */
async function recorded(live: Probe, again: Probe = live) {
  const lines: string[] = [];
  let at = Date.parse('2026-11-28T09:00:00Z');
  const clock = { now: () => new Date((at += 1_000)), sleep: () => Promise.resolve() };
  const recorder = createRecorder({
    redactor: createRedactor().keyed('k'),
    now: clock.now,
    write: (line) => void lines.push(line),
  });
  const targets: Targets = { environment: 'prod', platform: asInGuide, redis: redis() };
  recorder.begin(targets, { shape: shapeOf(environment()), place: { kind: 'none' } });
  const [wrapped] = recorder.probes([live]);
  if (wrapped === undefined) throw new Error('no probe');
  const said = await outcomeOf(wrapped, recorder.targets(targets), clock);
  await recorder.settle();
  const recording = openRecording(lines.map((line) => JSON.parse(line) as RecordedRow));
  if (recording === undefined) throw new Error('no recording');
  const [asked] = recording.probes([again]);
  if (asked === undefined) throw new Error('no probe');
  const replayed = await outcomeOf(asked, await recording.targets.forRun('prod'), recording.clock);
  return { said, replayed, text: lines.join('\n') };
}

describe('a recording', () => {
  it('gives the answers in their order, from each server, with the clock and the watch of then', async () => {
    const { said, replayed } = await recorded(
      probe(async (target, { now, watch }) => {
        const [node] = await target.nodes();
        const from = now().getTime();
        const first = await target.call('INCR');
        const second = await target.call('INCR');
        const { used_memory: memory } = (await node?.info('memory')) ?? {};
        const span = now().getTime() - from;
        return { first, second, memory, node: node?.name, span, watched: watch?.() ?? 0 };
      }),
    );

    expect(replayed?.status).toBe('healthy');
    expect(replayed?.facts).toEqual(said?.facts);
    expect(replayed?.facts).toMatchObject({ first: 1, second: 2, memory: '7', node: 'a:1', span: 1_000 });
    expect(replayed?.facts.watched).toBeGreaterThan(0);
  });

  it('has no secret, and finds by a stand-in what was asked with the secret', async () => {
    const live = probe(async (target) => {
      const url = String(await target.call('GET', ['url']));
      return { same: (await target.call('PING', [url])) === 1 };
    });
    const { said, replayed, text } = await recorded(live);

    expect(text).not.toContain(secret);
    expect(said?.facts).toEqual({ same: true });
    expect(replayed?.facts).toEqual({ same: true });
  });

  it('fails as it failed', async () => {
    const { said, replayed } = await recorded(probe((target) => target.call('EVAL') as Promise<object>));

    expect(said?.cause).toMatchObject({ code: 'forbidden' });
    expect(replayed?.cause).toEqual(said?.cause);
  });

  it('forgets a look that was spoiled by our own lag, and answers as the one that was taken instead', async () => {
    const lines: string[] = [];
    const clock = { now: () => new Date('2026-11-28T09:00:00Z'), sleep: () => Promise.resolve() };
    const recorder = createRecorder({
      ...{ redactor: createRedactor().keyed('k'), now: clock.now },
      write: (line) => void lines.push(line),
    });
    const targets: Targets = { environment: 'prod', platform: asInGuide, redis: redis() };
    recorder.begin(targets, { shape: shapeOf(environment()), place: { kind: 'none' } });
    /** By the first answer it hangs; by any later one it is well. */
    const live: Probe = {
      ...probe(() => Promise.resolve({})),
      emits: ['ENDPOINT_HUNG'],
      async run(_params, { deps }) {
        const answer = Number(await (deps as { redis: RedisTarget }).redis.call('INCR'));
        const finding = {
          code: 'ENDPOINT_HUNG',
          severity: 'critical',
          part: 'redis',
          subject: 'redis',
        } as const;
        return answer > 1
          ? { status: 'healthy', facts: { answer } }
          : { status: 'unhealthy', findings: [{ ...finding, facts: {} }] };
      },
    };
    const lags = [300, 0];
    const collected = await createProbeRunner({
      ...{ probes: recorder.probes([live]), clock, logger: silentLogger },
      eventLoopDelay: () => () => lags.shift() ?? 0,
    }).run([{ probe: live.id }], {
      ...{ targets: recorder.targets(targets), signal: new AbortController().signal },
    });
    await recorder.settle();
    const recording = openRecording(lines.map((line) => JSON.parse(line) as RecordedRow));
    const [again] = recording?.probes([live]) ?? [];
    if (recording === undefined || again === undefined) throw new Error('no recording');

    const replayed = await outcomeOf(again, await recording.targets.forRun('prod'), recording.clock);

    expect(collected).toMatchObject([{ status: 'healthy', facts: { answer: 2 } }]);
    expect(replayed).toMatchObject({ status: 'healthy', facts: { answer: 2 } });
  });

  it('is inconclusive for a question that it has no answer to, also where the probe makes something of that', async () => {
    const swallows = probe(async (target) => ({
      gone: await target.call('EXISTS', ['other']).then(
        () => false,
        () => true,
      ),
    }));
    const { replayed } = await recorded(
      probe(() => Promise.resolve({})),
      swallows,
    );

    expect(replayed).toMatchObject({ status: 'inconclusive', cause: { code: 'not-recorded' } });
  });

  it('does not go on for ever where a probe asks more often than it did then', async () => {
    const { replayed } = await recorded(
      probe(async (target) => ({ first: await target.call('INCR') })),
      probe(async (target) => {
        while ((await target.call('INCR')) !== 3);
        return {};
      }),
    );

    expect(replayed).toMatchObject({ status: 'inconclusive', cause: { code: 'not-recorded' } });
  });
});

describe('a value of a target', () => {
  it.each([
    ['text, numbers and nothing', { a: 'x', b: [1, 2.5, null, true], c: { d: '' } }],
    [
      'what JSON has no form for',
      [Number.POSITIVE_INFINITY, 12n, undefined, new Date('2026-11-28T09:00:00Z')],
    ],
    ['maps and sets', [new Map([['a', new Set([1])]])]],
    ['names that mean something to us', { $: 'date', v: 'x' }],
    ['bytes', Buffer.from('plain')],
  ])('comes back as it was: %s', (_what, value) => {
    const through = decode(JSON.parse(JSON.stringify(encode(value))) as Coded);

    expect(through instanceof Uint8Array ? Buffer.from(through) : through).toEqual(value);
  });

  it('is not made up where it was not kept: bytes that are no text', () => {
    expect(() => decode(encode(Uint8Array.of(0x1f, 0x8b, 0xff)))).toThrow(Unkept);
  });
});
