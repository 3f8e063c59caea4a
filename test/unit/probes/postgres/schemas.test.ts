import { describe, expect, it } from 'vitest';
import { postgresSchemas } from '../../../../src/probes/postgres/schemas.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

type Tables = Readonly<Record<string, readonly [columns: string, bytes: number]>>;
const agents: Tables = { agents: ['id,name', 8192], events: ['id,processed_at', 0] };

/** Databases with their tables; `open` have a session. The configuration names `agent_manager`. */
const look = (databases: Readonly<Record<string, Tables>>, open: readonly string[] = []) =>
  postgresSchemas.run(
    {},
    probeContext({
      postgres: {
        ...postgresInTurn(
          Object.keys(databases).map((name) => ({ name })),
          open.map((name) => ({ name })),
        ),
        queryIn: <Row extends object>(name: string) =>
          Promise.resolve(
            Object.entries(databases[name] ?? {}).map(([table, [columns, bytes]]) => ({
              ...{ name: table, columns: columns.split(','), bytes: String(bytes) },
            })) as unknown as readonly Row[],
          ),
      },
    }),
  );

describe('postgres.schemas', () => {
  it('F14: names the empty database that has the same tables with other columns', async () => {
    const other: Tables = { agents: ['id,name', 0], events: ['id,created_at', 0], alien: ['a', 0] };

    expect(await look({ agent_manager: agents, scripts: other })).toMatchObject({
      findings: [
        {
          ...{ code: 'SCHEMA_TWICE', part: 'postgres', subject: 'scripts' },
          facts: {
            ...{ used: 'agent_manager', table: 'events', tables: 'events' },
            ...{ missing: 'processed_at', added: 'created_at' },
          },
        },
      ],
    });
  });

  const other: Tables = { agents: ['id', 0], events: ['id', 0] };
  it.each<[string, Readonly<Record<string, Tables>>, readonly string[]]>([
    ['one database', { agent_manager: agents }, []],
    [
      'the same columns',
      { agent_manager: agents, b: { agents: ['id,name', 0], events: ['id,processed_at', 0] } },
      [],
    ],
    [
      'another installation with rows',
      { agent_manager: agents, stage: { ...other, agents: ['id', 8192] } },
      [],
    ],
    ['another installation in use', { agent_manager: agents, stage: other }, ['stage']],
    ['one table that may be anybody’s', { agent_manager: agents, shop: { events: ['id', 0] } }, []],
  ])('says nothing of %s', async (_what, databases, open) => {
    expect(await look(databases, open)).toMatchObject({ status: 'healthy' });
  });

  it('cannot tell a second database where none is seen to be used', async () => {
    expect(await look({ stage: other, b: { agents: ['id,name', 0], events: ['id', 0] } })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'database-use-unseen', databases: 'stage, b' } },
    });
  });

  it('does not search a server of many tenants', async () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`db${at}`, other]));

    expect(await look(many)).toMatchObject({ cause: { facts: { reason: 'databases-many' } } });
  });

  it('counts what it has looked through, and asks for one database more than it would search', async () => {
    const asked: string[] = [];
    const postgres = postgresInTurn(
      [{ name: 'agent_manager' }, { name: 'empty' }, { name: 'b' }, { name: 'used' }],
      [{ name: 'used' }],
    );
    const seen = await postgresSchemas.run(
      {},
      probeContext({
        postgres: {
          ...postgres,
          query: <Row extends object>(...args: Parameters<typeof postgres.query>) => {
            asked.push(args[1]);
            return postgres.query<Row>(...args);
          },
          queryIn: <Row extends object>(name: string) =>
            Promise.resolve(
              (name === 'agent_manager' || name === 'b'
                ? [{ name: 'agents', columns: ['id'], bytes: name === 'b' ? '0' : '8192' }]
                : []) as unknown as readonly Row[],
            ),
        },
      }),
    );

    // `used` has a session and none of the tables; `empty` has neither.
    expect(seen).toMatchObject({ status: 'healthy', facts: { databases: 4, used: 1, second: 1 } });
    expect(asked[0]).toContain('LIMIT 21');
  });
});
