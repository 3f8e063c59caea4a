import { describe, expect, it } from 'vitest';
import { servicesCommandCapacity } from '../../../../src/probes/services/command-capacity.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { pages } from '../../../support/service-pages.ts';

describe('services.command-capacity, whose samples reach different replicas', () => {
  it('sees it by a counter that fell, where nobody tells the start', async () => {
    const commands = { command_max_concurrent: 2, command_inflight: 0, command_timeouts_total: 5 };
    await expect(
      servicesCommandCapacity.run(
        { seconds: 3 },
        probeContext({ services: pages(commands, { ...commands, command_timeouts_total: 1 }) }),
      ),
    ).rejects.toMatchObject({ facts: { reason: 'another-replica' } });
  });
});

describe('services.command-capacity', () => {
  it('sees all slots taken, and time-outs while it looks', async () => {
    const idle = {
      command_max_concurrent: 2,
      command_inflight: 0,
      command_queue_size: 0,
      command_timeouts_total: 5,
    };
    const full = { ...idle, command_inflight: 2, command_queue_size: 3 };
    const look = (a: typeof idle, b: typeof idle) =>
      servicesCommandCapacity.run({ seconds: 3 }, probeContext({ services: pages(a, b) }));

    expect(await look(idle, idle)).toMatchObject({ status: 'healthy' });
    expect(await look(full, full)).toMatchObject({ findings: [{ code: 'COMMANDS_SATURATED' }] });
    expect(await look(idle, { ...idle, command_timeouts_total: 9 })).toMatchObject({
      findings: [{ code: 'COMMANDS_TIME_OUT' }],
    });
  });

  const whole = {
    command_max_concurrent: 2,
    command_inflight: 0,
    command_queue_size: 0,
    command_timeouts_total: 5,
  };
  const seen = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesCommandCapacity.run({ seconds: 3 }, probeContext({ services: pages(...samples) }));
  const without = (name: keyof typeof whole, sample: Readonly<Record<string, number>> = whole) =>
    Object.fromEntries(Object.entries(sample).filter(([key]) => key !== name));
  const unknown = (metrics: string) => ({
    status: 'inconclusive',
    cause: { facts: { reason: 'command-metrics-absent', metrics } },
  });

  it('could not check when an absent metric would have told', async () => {
    const waits = { ...whole, command_inflight: 2, command_queue_size: 3 };

    expect(await seen(without('command_timeouts_total'))).toMatchObject(unknown('command_timeouts_total'));
    expect(await seen(without('command_inflight', waits))).toMatchObject(unknown('command_inflight'));
    expect(await seen(without('command_queue_size', waits))).toMatchObject(unknown('command_queue_size'));
    expect(await seen(waits, without('command_queue_size', waits))).toMatchObject(
      unknown('command_queue_size'),
    );
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.command-metrics-absent')).toBeDefined();
  });

  it('judges by what is there when that decides alone', async () => {
    const waits = { ...whole, command_inflight: 2, command_queue_size: 3 };

    expect(await seen(without('command_inflight'))).toMatchObject({ status: 'healthy' });
    expect(await seen(without('command_queue_size'))).toMatchObject({ status: 'healthy' });
    expect(await seen(without('command_timeouts_total', waits))).toMatchObject({
      findings: [{ code: 'COMMANDS_SATURATED', facts: { timeoutsPerSecond: null } }],
    });
    const later = { ...waits, command_timeouts_total: 9 };
    expect(await seen(without('command_inflight', waits), without('command_inflight', later))).toMatchObject({
      findings: [{ code: 'COMMANDS_TIME_OUT' }],
    });
  });
});

describe('services.command-capacity, at its thresholds', () => {
  const params = servicesCommandCapacity.params.parse({});
  const sample = (inflight: number, waiting: number, timeouts = 5) => ({
    ...{ command_max_concurrent: 2, command_inflight: inflight, command_queue_size: waiting },
    ...{ command_timeouts_total: timeouts },
  });
  const look = (...samples: readonly Readonly<Record<string, number>>[]) =>
    servicesCommandCapacity.run(params, probeContext({ services: pages(...samples) }));

  it.each([
    [1, 1, 'healthy'],
    [2, 0, 'healthy'],
    [2, 1, 'unhealthy'],
    [3, 1, 'unhealthy'],
  ])(
    'is saturated when every slot is taken and one waits: %i of 2, %i wait',
    async (inflight, waiting, status) => {
      expect(await look(sample(inflight, waiting))).toMatchObject({ status });
    },
  );

  it('counts what lasted from one sample to the other', async () => {
    expect(await look(sample(2, 1), sample(1, 1))).toMatchObject({
      status: 'healthy',
      facts: { inflight: 1 },
    });
    expect(await look(sample(2, 0), sample(2, 1))).toMatchObject({
      status: 'healthy',
      facts: { waiting: 0 },
    });
  });

  it('takes a service without slots for one that runs no commands', async () => {
    expect(await look({ ...sample(0, 1), command_max_concurrent: 0 })).toMatchObject({ status: 'healthy' });
  });

  it('waits three seconds between the samples, half a minute at most, and says the mean', async () => {
    const ran = (sum: number, count: number) => ({
      ...sample(0, 0),
      command_default_timeout_seconds: 30,
      'command_duration_seconds_sum{phase="running"}': sum,
      'command_duration_seconds_count{phase="running"}': count,
    });
    const context = probeContext({ services: pages(ran(10, 5), ran(16, 8)) });
    const start = context.now().getTime();

    expect(await servicesCommandCapacity.run(params, context)).toMatchObject({
      facts: { meanSeconds: 2, defaultTimeoutSeconds: 30, timeoutsPerSecond: 0, timeoutsTotal: 5 },
    });
    expect(context.now().getTime() - start).toBe(3_000);
    expect([30, 31].map((seconds) => servicesCommandCapacity.params.safeParse({ seconds }).success)).toEqual([
      ...[true, false],
    ]);
    expect(await look(sample(0, 0))).toMatchObject({ facts: { meanSeconds: null } });
  });
});
