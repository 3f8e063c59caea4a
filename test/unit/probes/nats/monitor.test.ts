import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { NatsTarget } from '../../../../src/domain/probe/targets/nats.ts';
import { natsMonitor } from '../../../../src/probes/nats/monitor.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

describe('nats.monitor', () => {
  const look = (answer: object | Error) => {
    const monitor = (<T>() =>
      answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer as T)) as NatsTarget['monitor'];
    return natsMonitor.run({}, probeContext({ nats: fakeNats({ monitor }) }));
  };

  it('says which server answers', async () => {
    expect(
      await look({ server_id: 'NA1', version: '2.10', connections: 3, slow_consumers: 2, mem: 9 }),
    ).toEqual({
      status: 'healthy',
      facts: { serverId: 'NA1', version: '2.10', connections: 3, slowConsumers: 2, memoryBytes: 9 },
    });
    expect(await look({ server_id: 'NA1' })).toMatchObject({
      facts: { version: '', connections: 0, slowConsumers: 0, memoryBytes: 0 },
    });
  });

  it('does not take another server for NATS', async () => {
    await expect(look({ version: '2.10' })).rejects.toMatchObject({ stage: 'protocol' });
  });

  it('names a monitor that is not reached, and fails where it cannot look', async () => {
    const facts = { host: 'nats', port: 8222 };

    expect(await look(new TargetError('refused', 'no', { facts }))).toMatchObject({
      findings: [{ code: 'NATS_MONITOR_UNREACHABLE', subject: 'nats:8222', facts: { stage: 'refused' } }],
    });
    await expect(look(new TargetError('dns', 'no', { facts }))).rejects.toMatchObject({ stage: 'dns' });
    await expect(look(new Error('other'))).rejects.toThrow('other');
  });

  it('has no say without a monitor', async () => {
    expect(await natsMonitor.run({}, probeContext({ nats: fakeNats({ hasMonitor: false }) }))).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
