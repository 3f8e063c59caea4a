import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { runtimePublishLog } from '../../../../src/probes/runtime/publish-log.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
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
    [
      'F7',
      '{"level":"error","msg":"Failed to register agent","error":"column is of type jsonb but expression is of type record"}',
    ],
    [
      'F8',
      '{"level":"warn","msg":"No strategy matched for event","error":"failed to list strategies: sql: Scan error on column index 4"}',
    ],
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
    '{"level":"error","msg":"Failed to list agents","error":"sql: Scan error on column index 3"}',
  ])('takes no other trouble for a message that cannot be used: %s', async (text) => {
    expect(await look(text, [])).toMatchObject({ status: 'healthy', facts: { unusable: 0 } });
  });

  const called =
    '{"level":"error","msg":"Workflow execution failed","error":"Post \\"http://agent-manager:8080/api/v1/commands\\": dial tcp: no such host"}';
  const orchestrator = (part: FakePart) =>
    runtimePublishLog.run(
      { minutes: 10 },
      probeContext({
        runtime: fakeRuntime({ 'orchestrator-service': [{ log: `started\n${called}`, ...part }] }),
        nats: fakeNats({ monitor: <T>() => Promise.resolve({ connections: [] } as T) }),
      }),
    );
  const url = { AGENT_MANAGER_URL: 'http://fleet:9090' };
  const from = { kind: 'ConfigMap', name: 'orchestrator-env', key: 'url' } as const;

  it('F16 M1.l: names the setting that a program does not follow, and where it calls instead', async () => {
    expect(await orchestrator({ env: url })).toMatchObject({
      findings: [
        {
          ...{
            code: 'ADDRESS_NOT_FOLLOWED',
            part: 'orchestrator-service',
            subject: 'orchestrator-service-0',
          },
          facts: {
            ...{
              variable: 'AGENT_MANAGER_URL',
              given: 'http://fleet:9090',
              called: 'http://agent-manager:8080',
            },
            ...{ container: 'orchestrator-service-0', count: 1, minutes: 10 },
            message: expect.stringContaining('no such host') as string,
          },
        },
      ],
    });
  });

  it('F21 M1.l: so it does of a key of the file, and of a variable from a ConfigMap', async () => {
    const file = {
      files: {
        [asInGuide.parts['orchestrator-service'].configFile]:
          'agent_manager: { url: "http://user:hunter2@fleet:9090" }',
      },
    };
    const outcome = await orchestrator(file);

    expect(outcome).toMatchObject({
      findings: [{ facts: { variable: 'agent_manager.url', given: 'http://fleet:9090' } }],
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(
      await orchestrator({ referred: { AGENT_MANAGER_URL: { from, value: url.AGENT_MANAGER_URL } } }),
    ).toMatchObject({ findings: [{ facts: { variable: 'AGENT_MANAGER_URL' } }] });
  });

  it('says nothing of a call that another setting gives, and only that it may where one is not seen', async () => {
    const given = {
      files: {
        [asInGuide.parts['orchestrator-service'].configFile]: 'fallback: "http://agent-manager:8080"',
      },
    };
    const unread = { from: { ...from, kind: 'Secret' as const }, unread: new Error('forbidden') };

    expect(await orchestrator({ env: url, ...given })).toMatchObject({
      status: 'healthy',
      facts: { strays: 0 },
    });
    // What else the log says stays found beside it.
    const both = { log: [called, unusable[0][1]].join('\n'), env: url, referred: { PEER_URL: unread } };
    expect(await orchestrator(both)).toMatchObject({
      findings: [
        { code: 'MESSAGE_NOT_USABLE' },
        { code: 'ADDRESS_UNEXPLAINED', facts: { variable: 'AGENT_MANAGER_URL', given: 'http://fleet:9090' } },
      ],
    });
    // What is no address cannot be the one that is called.
    expect(await orchestrator({ env: url, referred: { LEVEL: unread } })).toMatchObject({
      status: 'unhealthy',
    });
    expect(await orchestrator({ env: {}, referred: { PEER_URL: unread } })).toMatchObject({
      status: 'healthy',
    });
  });

  it('shows the lines with each finding, of the last words, and looks at what runs alone', async () => {
    const [one, two] = unusable.map(([, text]) => text);
    const other = line.replace('handle event', 'publish');
    const log = [one, two, line, other].join('\n');
    const read = (phase: 'running' | 'terminated') =>
      runtimePublishLog.run(
        { minutes: 10 },
        probeContext({
          runtime: fakeRuntime({ 'agent-manager': [{ log, phase }] }),
          nats: fakeNats({
            monitor: <T>(path: string) =>
              Promise.resolve(
                (path === '/connz?limit=1024' ? { connections: [{ name: 'agent-manager' }] } : {}) as T,
              ),
          }),
        }),
      );

    expect(await read('running')).toMatchObject({
      findings: [
        {
          ...{ code: 'MESSAGE_NOT_USABLE', severity: 'warning' },
          facts: { count: 2, message: expect.stringContaining('Failed to register agent') as string },
          excerpts: [{ source: 'log agent-manager-0', lines: [one, two] }],
        },
        {
          ...{ code: 'PUBLISHER_WITHOUT_CONNECTION', severity: 'warning' },
          facts: { message: 'Failed to publish: nats: invalid connection' },
          excerpts: [{ source: 'log agent-manager-0', lines: [line, other] }],
        },
      ],
      facts: { instances: 1, failing: 1, unusable: 1 },
    });
    expect(await read('terminated')).toMatchObject({ status: 'healthy', facts: { instances: 0 } });
  });

  it('has no say on a publisher without the monitor, or where that knows no client', async () => {
    const runtime = fakeRuntime({ 'agent-manager': [{ log: line }] });
    const asked = (nats: ReturnType<typeof fakeNats>) =>
      runtimePublishLog.run({ minutes: 10 }, probeContext({ runtime, nats }));

    expect(await asked(fakeNats({ hasMonitor: false }))).toEqual({
      status: 'skipped',
      reason: 'not-configured',
    });
    expect(await asked(fakeNats({ monitor: <T>() => Promise.resolve({} as T) }))).toMatchObject({
      ...{ status: 'inconclusive', cause: { code: 'NOT_FOUND', facts: { instance: 'agent-manager-0' } } },
    });
    // A client without an address is not that of a program whose own is not known.
    const nameless = fakeNats({ monitor: <T>() => Promise.resolve({ connections: [{ name: 'x' }] } as T) });
    expect(await asked(nameless)).toMatchObject({ status: 'inconclusive' });
  });
});
