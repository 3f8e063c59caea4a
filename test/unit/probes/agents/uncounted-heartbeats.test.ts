import { describe, expect, it } from 'vitest';
import type { MessageShape } from '../../../../src/domain/probe/targets/nats.ts';
import { agentsUncountedHeartbeats } from '../../../../src/probes/agents/uncounted-heartbeats.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import {
  fakeNats,
  fakePostgres,
  fakeServices,
  httpAnswer,
  probeContext,
} from '../../../support/probe-context.ts';

const start = '2026-03-01T10:05:00Z';
const ago = (seconds: number) => new Date(Date.parse(start) - seconds * 1000).toISOString();
/** As real agents send it: the cluster, and no agent. */
const nameless = { count: 1, fields: ['cluster_id', 'timestamp', 'status', 'metrics'] };
const subject = 'aetherius.agent.c1.heartbeat';
const manager = {
  name: 'agent-manager',
  ip: '10.0.0.4',
  subscriptions_list: ['aetherius.agent.*.heartbeat'],
};
const gone = { id: 'a-1', cluster_id: 'c1', status: 'offline', last_heartbeat: ago(300) };

interface Seen {
  /** Undefined: no list comes. */
  readonly agents: readonly (readonly object[] | undefined)[];
  readonly heard?: Readonly<Record<string, MessageShape>>;
  readonly clients?: readonly object[];
  readonly database?: () => readonly object[];
  readonly hasMonitor?: boolean;
  readonly runtime?: false;
}

async function look({ agents, heard = { [subject]: nameless }, ...seen }: Seen) {
  const listened: string[] = [];
  const { clients = [manager], database = () => [], hasMonitor = true } = seen;
  const outcome = await agentsUncountedHeartbeats.run(
    agentsUncountedHeartbeats.params.parse({}),
    probeContext(
      {
        nats: fakeNats({
          hasMonitor,
          monitor: <T>() => Promise.resolve({ connections: clients } as T),
          shapes: (pattern) => {
            listened.push(pattern);
            return Promise.resolve(heard);
          },
        }),
        services: fakeServices({
          '/api/v1/agents': agents.map((list) =>
            list === undefined ? httpAnswer('', 503) : httpAnswer(JSON.stringify({ agents: list })),
          ),
        }),
        postgres: fakePostgres(database),
        ...(seen.runtime === false
          ? {}
          : { runtime: fakeRuntime({ 'agent-manager': [{ address: { host: '10.0.0.4', ports: [] } }] }) }),
      },
      start,
    ),
  );
  return { outcome, listened };
}

describe('agents.uncounted-heartbeats', () => {
  it.each([
    ['by its name', manager],
    ['by its address', { ...manager, name: 'bus-client' }],
  ])('F9: names the agent whose heartbeats come and name nobody, %s', async (_by, client) => {
    const { outcome, listened } = await look({ agents: [[gone]], clients: [client] });

    expect(listened).toEqual(['aetherius.agent.*.heartbeat']);
    expect(outcome).toMatchObject({
      findings: [
        {
          ...{ code: 'HEARTBEAT_WITHOUT_AGENT', severity: 'warning', part: 'collect-agent', subject: 'a-1' },
          facts: {
            ...{ agent: 'a-1', subject, count: 1, seconds: 18, container: client.name },
            ...{ fields: 'cluster_id, metrics, status, timestamp', lastHeartbeatSeconds: 303 },
          },
        },
      ],
      facts: { registered: 1, lost: 1, subjects: 1 },
    });
  });

  it('shows little of what a stranger sends', async () => {
    const fields = ['<!channel>', ...Array.from({ length: 500 }, (_, at) => `key-${at}`)];
    const { outcome } = await look({ agents: [[gone]], heard: { [subject]: { count: 1, fields } } });

    expect('findings' in outcome && String(outcome.findings[0].facts.fields).length).toBeLessThanOrEqual(200);
  });

  it('needs no runtime where agent-manager says its name on NATS, and takes two minutes for lost', async () => {
    const silent = (seconds: number) => [{ ...gone, status: 'online', last_heartbeat: ago(seconds) }];

    expect((await look({ agents: [[gone]], runtime: false })).outcome).toMatchObject({ status: 'unhealthy' });
    expect((await look({ agents: [silent(120)] })).outcome).toMatchObject({ facts: { lost: 1 } });
    expect((await look({ agents: [silent(119)] })).outcome).toMatchObject({ facts: { lost: 0 } });
  });

  it('does not listen where no agent is lost', async () => {
    const { outcome, listened } = await look({
      agents: [[{ ...gone, status: 'online', last_heartbeat: ago(20) }]],
    });

    expect([outcome.status, listened]).toEqual(['healthy', []]);
  });

  const fine: readonly (readonly [string, Seen])[] = [
    [
      'a heartbeat that names its agent',
      { agents: [[gone]], heard: { [subject]: { count: 1, fields: ['agent_id'] } } },
    ],
    ['a heartbeat of another form than JSON', { agents: [[gone]], heard: { [subject]: { count: 1 } } }],
    [
      'one that is counted meanwhile',
      { agents: [[gone], [{ ...gone, status: 'online', last_heartbeat: ago(0) }]] },
    ],
    [
      'that of an agent that registered anew and is counted under its other row',
      { agents: [[gone, { id: 'a-2', cluster_id: 'c1', last_heartbeat: ago(10) }]] },
    ],
    ['that of one that is taken off the list meanwhile', { agents: [[gone], []] }],
  ];

  it.each(fine)('says nothing of %s', async (_what, seen) => {
    expect((await look(seen)).outcome).toMatchObject({ status: 'healthy', facts: { lost: 1 } });
  });

  it.each<readonly [string, Seen]>([
    ['none comes', { agents: [[gone]], heard: {} }],
    ['those that come are of another agent', { agents: [[{ ...gone, cluster_id: 'c2' }]] }],
  ])('could not check where %s in that time', async (_what, seen) => {
    await expect(look(seen)).rejects.toMatchObject({ facts: { reason: 'heartbeats-unheard', seconds: 18 } });
  });

  it('never takes its own waiting for a change: an agent that never had a heartbeat stays uncounted', async () => {
    const never = { id: 'a-1', cluster_id: 'c1', last_heartbeat: '0001-01-01T00:00:00Z' };

    expect((await look({ agents: [[never]] })).outcome).toMatchObject({
      findings: [{ facts: { lastHeartbeatSeconds: null } }],
    });
  });

  it('could not check where agent-manager or its database gives no answer', async () => {
    const silent = () => {
      throw new Error('no answer');
    };

    await expect(look({ agents: [[gone]], database: silent })).rejects.toThrow('no answer');
    // The table is read instead, and tells nothing of who counts.
    const row = { id: 'a-1', silent: 300, type: 'timestamptz' };
    const table = () => [
      { ...row, name: 'id' },
      { ...row, name: 'last_heartbeat' },
    ];

    await expect(look({ agents: [], database: table })).rejects.toMatchObject({
      facts: { reason: 'agents-unlisted' },
    });
  });

  it('could not check where agent-manager answers before, and only the table afterwards', async () => {
    const row = { id: 'a-1', silent: 400, type: 'timestamptz' };
    const table = () => [
      { ...row, name: 'id' },
      { ...row, name: 'last_heartbeat' },
    ];
    const agents = [[gone], undefined];

    await expect(look({ agents, database: table })).rejects.toMatchObject({
      ...{ code: 'DEPENDENCY_UNAVAILABLE', facts: { reason: 'agents-unlisted' } },
    });
  });

  it('has no say where nobody is known to listen for heartbeats, or no monitor is configured', async () => {
    const other = { ...manager, name: 'audit', ip: '10.0.0.9' };

    expect((await look({ agents: [[gone]], clients: [other] })).outcome).toMatchObject({
      ...{ status: 'skipped', reason: 'no-data' },
    });
    expect(
      (
        await look({
          agents: [[gone]],
          clients: [{ ...manager, subscriptions_list: ['aetherius.agent.*.event'] }],
        })
      ).outcome,
    ).toMatchObject({ status: 'skipped' });
    expect((await look({ agents: [[gone]], hasMonitor: false })).outcome).toMatchObject({
      ...{ status: 'skipped', reason: 'not-configured' },
    });
  });
});
