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

  it('could not look when an absent metric would have told', async () => {
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
