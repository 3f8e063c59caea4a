import { describe, expect, it } from 'vitest';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import {
  agentsFromApi,
  agentsFromTable,
  registeredAgents,
} from '../../../../src/probes/support/agent-registry.ts';
import { fakeServices, httpAnswer, postgresInTurn, probeContext } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');
const at = (secondsAgo: number) => (now.getTime() - secondsAgo * 1000) / 1000;

describe('the list of agents of an answer', () => {
  const read = (value: unknown) => agentsFromApi(JSON.stringify(value), now);
  const agent = { id: 'a1', last_heartbeat: '2026-03-01T10:04:00Z' };
  const seen = [{ id: 'a1', silentSeconds: 60 }];

  it.each([
    ['a bare list', [agent]],
    ['agents', { agents: [agent] }],
    ['items', { items: [agent] }],
    ['data', { data: [agent] }],
    ['results', { results: [agent] }],
    ['a list within', { data: { agents: [agent] } }],
  ])('is found in %s', (_what, value) => {
    expect(read(value)).toEqual(seen);
  });

  it('is empty where it is null, and none where there is no list', () => {
    expect(read({ agents: null })).toEqual([]);
    for (const value of [{}, 'agents', 7, null, { agents: 'many' }, { data: { more: 1 } }])
      expect(read(value)).toBeUndefined();
    expect(agentsFromApi('<html>', now)).toBeUndefined();
  });

  it('leaves out what is no agent', () => {
    expect(read([agent, 'x', null, [1]])).toEqual(seen);
  });

  it.each(['id', 'agent_id', 'agentId', 'name'])('knows an agent by its %s', (key) => {
    expect(read([{ [key]: 'a1' }])).toEqual([{ id: 'a1' }]);
    expect(read([{ [key]: 7 }])).toEqual([{ id: '(no id)' }]);
  });

  it.each(['last_heartbeat', 'lastHeartbeat', 'last_heartbeat_at', 'last_seen', 'lastSeen', 'last_seen_at'])(
    'reads its last heartbeat from %s',
    (key) => {
      expect(read([{ id: 'a1', [key]: '2026-03-01T10:04:00Z' }])).toEqual(seen);
    },
  );

  it('understands seconds and milliseconds since 1970', () => {
    expect(read([{ id: 'a1', last_seen: at(60) }])).toEqual(seen);
    expect(read([{ id: 'a1', last_seen: at(60) * 1000 }])).toEqual(seen);
    // 1e12 is the first that is taken for milliseconds: in 2001, not in the year 33658.
    expect(read([{ id: 'a1', last_seen: 1e12 }])?.[0]?.silentSeconds).toBeGreaterThan(0);
  });

  it('takes a zero time for never, and one in the future for now', () => {
    expect(read([{ id: 'a1', last_seen: '0001-01-01T00:00:00Z' }])).toEqual([{ id: 'a1' }]);
    expect(read([{ id: 'a1', last_seen: 0 }])).toEqual([{ id: 'a1' }]);
    expect(read([{ id: 'a1', last_seen: 'soon' }])).toEqual([{ id: 'a1' }]);
    expect(read([{ id: 'a1', last_seen: at(-60) }])).toEqual([{ id: 'a1', silentSeconds: 0 }]);
  });
});

describe('the table of agents', () => {
  const signal = new AbortController().signal;
  const columns = (...names: readonly string[]) => names.map((name) => ({ name, type: 'timestamptz' }));

  it('is read with the columns that it has', async () => {
    const rows = [
      { id: 'a1', silent: 30 },
      { id: 'a2', silent: null },
      { id: 'a3', silent: -2 },
    ];

    expect(await agentsFromTable(postgresInTurn(columns('id', 'last_seen'), rows), 'agents', signal)).toEqual(
      [{ id: 'a1', silentSeconds: 30 }, { id: 'a2' }, { id: 'a3', silentSeconds: 0 }],
    );
  });

  it.each([
    ['timestamp without time zone', "(last_seen AT TIME ZONE 'UTC')"],
    ['timestamp with time zone', '(last_seen::timestamptz)'],
    ['text', '(last_seen::timestamptz)'],
  ])('takes a time of type %s for UTC where it knows no zone', async (type, moment) => {
    const asked: string[] = [];
    const postgres = postgresInTurn(
      [
        { name: 'agent_id', type: 'text' },
        { name: 'last_seen', type },
      ],
      [],
    );
    const query: typeof postgres.query = (database, sql, ...more) => {
      asked.push(sql);
      return postgres.query(database, sql, ...more);
    };
    await agentsFromTable({ ...postgres, query }, 'agents', signal);

    expect(asked[1]).toContain(`now() - ${moment}`);
    expect(asked[1]).toContain('SELECT agent_id::text AS id');
  });

  it.each([[['id']], [['last_seen']], [[]]])('is none with the columns %o alone', async (names) => {
    expect(await agentsFromTable(postgresInTurn(columns(...names)), 'agents', signal)).toBeUndefined();
  });
});

describe('the registered agents', () => {
  const table = () =>
    postgresInTurn(
      [
        { name: 'id', type: 'text' },
        { name: 'last_seen', type: 'timestamptz' },
      ],
      [{ id: 'a9', silent: 5 }],
    );
  const api = (...answers: readonly ReturnType<typeof httpAnswer>[]) =>
    fakeServices({ '/api/v1/agents': answers });
  const list = httpAnswer('{"agents":[{"id":"a1"}]}');
  const ask = (deps: Partial<Pick<Targets, 'services' | 'postgres'>>) =>
    registeredAgents(probeContext(deps, now.toISOString()));

  it('come from agent-manager, else from its table', async () => {
    expect(await ask({ services: api(list), postgres: table() })).toEqual({
      source: 'api',
      list: [{ id: 'a1' }],
    });
    for (const services of [
      undefined,
      { ...api(list), find: () => undefined },
      api(httpAnswer('{"agents":[{"id":"a1"}]}', 500)),
      api(httpAnswer('not yet')),
      { ...api(list), request: () => Promise.reject(new Error('refused')) },
    ])
      expect(await ask({ ...(services === undefined ? {} : { services }), postgres: table() })).toEqual({
        source: 'table',
        list: [{ id: 'a9', silentSeconds: 5 }],
      });
  });

  it('are not known, and why is told, when neither can be had', async () => {
    await expect(ask({ services: api(httpAnswer('', 503)) })).rejects.toMatchObject({
      stage: 'protocol',
      facts: { status: 503 },
    });
    const refuses = { ...api(list), request: () => Promise.reject(new Error('refused')) };
    await expect(ask({ services: refuses, postgres: postgresInTurn([]) })).rejects.toThrow('refused');
    await expect(
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a driver may throw anything
      ask({ services: { ...api(list), request: () => Promise.reject('gone') } }),
    ).rejects.toMatchObject({ cause: 'gone' });
    const elsewhere = { ...postgresInTurn(), databaseName: () => undefined };
    expect(await ask({ postgres: elsewhere })).toBeUndefined();
    expect(await ask({})).toBeUndefined();
  });
});
