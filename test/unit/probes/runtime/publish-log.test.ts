import { describe, expect, it } from 'vitest';
import { runtimePublishLog } from '../../../../src/probes/runtime/publish-log.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

const line = '{"level":"error","msg":"Failed to handle event","error":"nats: invalid connection"}';
const look = (log: string, connections: readonly object[]) =>
  runtimePublishLog.run(
    { minutes: 10 },
    probeContext({
      runtime: fakeRuntime({ 'agent-manager': [{ log, address: { host: '10.0.0.4', ports: [] } }] }),
      nats: fakeNats({ monitor: <T>() => Promise.resolve({ connections } as T) }),
    }),
  );

describe('runtime.publish-log', () => {
  it.each([[{ name: 'agent-manager-events' }], [{ ip: '10.0.0.4' }]])(
    'F3: names the program that publishes without a connection, beside the one that it has: %o',
    async (client) => {
      expect(await look(`started\n${line}\n${line}`, [{ name: 'other' }, client])).toMatchObject({
        findings: [
          {
            ...{ code: 'PUBLISHER_WITHOUT_CONNECTION', part: 'agent-manager', subject: 'agent-manager-0' },
            facts: {
              ...{ count: 2, message: 'Failed to handle event: nats: invalid connection' },
              client: Object.values(client)[0],
            },
          },
        ],
      });
    },
  );

  it('says nothing of a program that lost its connection, or that says nothing', async () => {
    const lost = '{"level":"error","msg":"publish","error":"nats: connection closed"}';

    expect(await look(lost, [])).toMatchObject({ status: 'healthy', facts: { failing: 0 } });
  });

  it('cannot tell it from an outage where the program is not seen on NATS', async () => {
    expect(await look(line, [{ name: 'other', ip: '10.0.0.9' }])).toMatchObject({
      ...{ status: 'inconclusive', cause: { facts: { reason: 'publisher-unseen' } } },
    });
  });
});
