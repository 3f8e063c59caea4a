import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { platformOf } from '../../../../src/domain/platform/platform.ts';
import { runtimeRunning } from '../../../../src/probes/runtime/running.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.running', () => {
  it('says which images a part runs, each once, whether it is well or not', async () => {
    const well = await runtimeRunning.run({ part: 'redis' }, on({ redis: [{}, {}, { image: 'redis:7' }] }));
    const bad = await runtimeRunning.run(
      { part: 'redis' },
      on({ redis: [{ phase: 'pending', ready: false }] }),
    );
    const none = await runtimeRunning.run({ part: 'redis' }, on({}));

    expect(well).toMatchObject({
      status: 'healthy',
      facts: { running: 3, images: 'registry.example/redis:1, redis:7' },
    });
    expect(bad).toMatchObject({ status: 'unhealthy', facts: { images: 'registry.example/redis:1' } });
    expect(none.facts).toEqual({ instances: 0, running: 0 });
    // It may live elsewhere: that is another finding than one that was stopped.
    expect(none).toMatchObject({ findings: [{ code: 'PART_ABSENT' }] });
  });
});

it('says that a part is absent only where nothing else may be it', async () => {
  const runtime = { ...fakeRuntime({}), strangers: async () => ['registry'] };

  expect(await runtimeRunning.run({ part: 'redis' }, probeContext({ runtime }))).toMatchObject({
    status: 'inconclusive',
    cause: { facts: { reason: 'part-not-recognised', part: 'redis', strangers: 'registry' } },
  });
});

it('says that a part is missing where the installation names it, and by which name', async () => {
  const named = platformOf({ parts: { redis: { workload: 'deployment/till', composeService: 'till' } } });

  expect(await runtimeRunning.run({ part: 'redis' }, on({}))).toMatchObject({
    findings: [{ code: 'PART_ABSENT' }],
  });
  expect(
    await runtimeRunning.run({ part: 'redis' }, probeContext({ runtime: fakeRuntime({}), platform: named })),
  ).toMatchObject({
    findings: [
      {
        code: 'PART_MISSING',
        subject: 'deployment/till',
        facts: { name: 'deployment/till', source: 'configured' },
      },
    ],
  });
});

describe('runtime.running, of a health check that says nothing of the part', () => {
  const part = 'orchestrator-service';
  const look = async (checkFails: FakePart['checkFails'], services = fakeServices({})) => {
    const failing = { ready: false, ...(checkFails === undefined ? {} : { checkFails }) };
    const runtime = fakeRuntime({ [part]: [failing] });
    const outcome = await runtimeRunning.run({ part }, probeContext({ runtime, services }));
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ code }) => code) : outcome.status;
  };
  const withoutHttp = { ...fakeServices({}), find: () => undefined };

  it('F17 does not call a part unready whose check can never pass', async () => {
    expect(await look(undefined)).toEqual(['PART_NOT_READY']);
    expect(await look('for-ever')).toBe('healthy');
  });

  it('nor a service without HTTP whose check is refused', async () => {
    expect(await look('refused')).toEqual(['PART_NOT_READY']);
    expect(await look('refused', withoutHttp)).toBe('healthy');
    expect(await look(undefined, withoutHttp)).toEqual(['PART_NOT_READY']);
  });
});

it.each([
  ['T', 'unready'],
  ['S', 'healthy'],
  [undefined, 'healthy'],
])('sees that the process of a service without HTTP is stopped (state %s: %s)', async (state, said) => {
  const part = 'orchestrator-service';
  const stdout = `1 (orchestrator (x)) ${state ?? ''} 0 1 1`;
  const commands = state === undefined ? {} : { 'cat /proc/1/stat': { code: 0, stdout } };
  const runtime = fakeRuntime({ [part]: [{ commands }] });
  const services = fakeServices({});
  const seen = async (find: typeof services.find) => {
    const context = probeContext({ runtime, services: { ...services, find } });
    const outcome = await runtimeRunning.run({ part }, context);
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status;
  };

  expect(await seen(() => undefined)).toBe(said === 'healthy' ? 'healthy' : 'PART_NOT_READY');
  // One with HTTP is asked itself.
  expect(await seen(services.find)).toBe('healthy');
});

describe('runtime.running, of what does not serve', () => {
  const look = (...parts: readonly FakePart[]) => runtimeRunning.run({ part: 'redis' }, on({ redis: parts }));
  const ended = { exitCode: 3, reason: 'Error', finishedAt: '2026-03-01T10:00:00Z' };

  it.each([
    [{}, 'healthy', undefined],
    [{ ready: false }, 'PART_NOT_READY', 'warning'],
    // Its check has not said anything yet: a container that has just begun is no fault.
    [{ ready: false, readinessPending: true }, 'healthy', undefined],
    [{ phase: 'paused', ready: false }, 'PART_PAUSED', 'critical'],
    [{ phase: 'waiting', ready: false }, 'PART_NOT_RUNNING', 'critical'],
    [{ phase: 'terminated', ready: false }, 'PART_NOT_RUNNING', 'critical'],
  ] as const)('tells %o apart', async (part, expected, severity) => {
    const outcome = await look(part);
    const [finding] = outcome.status === 'unhealthy' ? outcome.findings : [];

    expect([finding?.code ?? outcome.status, finding?.severity]).toEqual([expected, severity]);
  });

  it('is well with one that is ready, whatever the others are', async () => {
    expect(await look({}, { phase: 'waiting', ready: false })).toMatchObject({
      status: 'healthy',
      facts: { instances: 2, running: 1 },
    });
    // One that is paused may have been ready before.
    expect(await look({ phase: 'paused' })).toMatchObject({ findings: [{ code: 'PART_PAUSED' }] });
  });

  it('says how the last one ended, and that there is none', async () => {
    expect(await look({ phase: 'terminated', terminated: ended, restarts: 4 })).toMatchObject({
      findings: [
        {
          since: ended.finishedAt,
          facts: { state: 'terminated', reason: 'Error', exitCode: 3, restarts: 4, instances: 1 },
        },
      ],
    });
    expect(await look({ phase: 'waiting', reason: 'ImagePullBackOff', last: ended })).toMatchObject({
      findings: [{ since: ended.finishedAt, facts: { reason: 'ImagePullBackOff', exitCode: 3 } }],
    });
    expect(await look({ phase: 'waiting' })).toMatchObject({
      findings: [{ facts: { reason: 'none', exitCode: null } }],
    });
    expect(await look()).toMatchObject({ findings: [{ code: 'PART_ABSENT', subject: 'redis' }] });
  });
});
