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

  const unusable = [
    ['F4', '{"level":"warn","msg":"No strategy matched","error":"event data not found in payload"}'],
    ['F7', '{"level":"error","msg":"Failed to register agent","error":"invalid input syntax for type json"}'],
    ['F7', '{"level":"error","msg":"Failed to register agent","error":"ERROR: bad (SQLSTATE 22P02)"}'],
    ['F4', '{"level":"error","msg":"Failed to unmarshal event message","error":"unexpected end"}'],
  ] as const;

  it.each(unusable)('%s M1.n: names the program that cannot use what it is sent: %s', async (_id, text) => {
    const { msg, error } = JSON.parse(text) as { readonly msg: string; readonly error: string };

    expect(await look(`started\n${text}\n${text}`, [])).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          ...{ code: 'MESSAGE_NOT_USABLE', part: 'agent-manager', subject: 'agent-manager-0' },
          facts: { container: 'agent-manager-0', count: 2, minutes: 10, message: `${msg}: ${error}` },
        },
      ],
    });
    expect(await look(`${text}\n${line}`, [{ name: 'agent-manager' }])).toMatchObject({
      findings: [{ code: 'MESSAGE_NOT_USABLE' }, { code: 'PUBLISHER_WITHOUT_CONNECTION' }],
    });
    // Whether it publishes without a connection is open then, and that must not look ruled out.
    expect(await look(`${text}\n${line}`, [])).toMatchObject({ status: 'inconclusive' });
  });

  it.each([
    '{"level":"info","msg":"event received","payload":"not found"}',
    '{"level":"error","msg":"failed to save event","error":"SQLSTATE 23505"}',
    '{"level":"warn","msg":"no strategy matched","error":"sql: no rows in result set"}',
  ])('takes no other trouble for a message that cannot be used: %s', async (text) => {
    expect(await look(text, [])).toMatchObject({ status: 'healthy', facts: { unusable: 0 } });
  });
});
