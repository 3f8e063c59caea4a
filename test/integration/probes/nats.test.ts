import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import type { EnvironmentConfig } from '../../../src/domain/config.ts';
import { closedPort, codes, literal, runProbe, scratch, slowProxy } from '../../support/targets.ts';

const folder = scratch('probes-nats');
const password = 'nats-pass-3e2';
let server: NatsServer;

const config = (change: (url: URL) => void = () => undefined): Partial<EnvironmentConfig> => {
  const url = new URL(server.url);
  change(url);
  return { nats: { url: literal(url.href), monitorUrl: server.monitorUrl } };
};

beforeAll(async () => {
  server = await startNats({ dir: folder.dir, user: 'aetherius', password });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('a healthy NATS', () => {
  it('has nothing to report, and the monitor names the server the client met', async () => {
    const client = await runProbe('nats.server', config(), { slowMs: 2000 });
    const monitor = await runProbe('nats.monitor', config());
    const clients = await runProbe('nats.clients', config());

    expect([client.status, monitor.status, clients.status]).toEqual(['healthy', 'healthy', 'healthy']);
    expect(client.facts['serverId']).toBe(monitor.facts['serverId']);
    expect(client.facts['jetstream']).toBe(true);
  });

  it('without a monitoring address is only asked as a client', async () => {
    const outcome = await runProbe('nats.monitor', { nats: { url: literal(server.url) } });

    expect(outcome).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});

describe('a broken NATS', () => {
  it('that refuses the password is told from one that is not there, and the password stays hidden', async () => {
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.password = 'wrong-pass-90a')),
    );

    expect(codes(outcome)).toEqual(['CREDENTIALS_REFUSED']);
    expect(JSON.stringify(outcome)).not.toContain('wrong-pass-90a');
  });

  it('that nobody listens for is refused, monitor and client each', async () => {
    const port = await closedPort();
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.port = `${port}`)),
    );
    const monitor = await runProbe('nats.monitor', {
      nats: { url: literal(server.url), monitorUrl: `http://127.0.0.1:${port}` },
    });

    expect(outcome.findings).toMatchObject([{ code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}` }]);
    expect(monitor.findings).toMatchObject([
      { code: 'NATS_MONITOR_UNREACHABLE', facts: { stage: 'refused' } },
    ]);
  });

  it('whose name does not resolve could not be looked at', async () => {
    const outcome = await runProbe(
      'nats.server',
      config((url) => void (url.hostname = 'nowhere.invalid')),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'dns' } });
  });

  it('that is stopped with SIGSTOP accepts and is silent: hung', async () => {
    server.pause();
    try {
      const outcome = await runProbe('nats.server', config());

      expect(codes(outcome)).toEqual(['ENDPOINT_HUNG']);
    } finally {
      server.resume();
    }
  });

  it('behind a slow way is slow, with the threshold', async () => {
    const proxy = await slowProxy(server);
    try {
      proxy.delayMs = 60;
      const slow = await runProbe(
        'nats.server',
        config((url) => void (url.port = `${proxy.port}`)),
        {
          slowMs: 100,
        },
      );

      expect(slow.findings).toMatchObject([{ code: 'NATS_SLOW', facts: { thresholdMs: 100 } }]);
    } finally {
      await proxy.close();
    }
  });
});

describe('connections', () => {
  it('are counted by the name they gave', async () => {
    const make = (name: string) =>
      connect({ servers: `127.0.0.1:${server.port}`, user: 'aetherius', pass: password, name });
    const open = [
      await make('agent-manager'),
      await make('agent-manager-events'),
      await make('collect-agent-c1'),
    ];
    try {
      const outcome = await runProbe('nats.clients', config());

      expect(outcome.facts).toMatchObject({ 'sessions.agent-manager': 2, 'sessions.collect-agent': 1 });
    } finally {
      for (const one of open) await one.close();
    }
  });
});
