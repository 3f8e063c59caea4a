import { describe, expect, it } from 'vitest';
import { discover, type SeenWorkload, type Sight } from '../../../../src/domain/platform/discovery.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const runs = (name: string, image: string, more: Partial<SeenWorkload> = {}): SeenWorkload => ({
  ...{ name, image, hosts: [name], values: [], files: [], configMaps: [], health: {}, secrets: new Map() },
  ...{ addresses: [], ...more },
});
const at = (host: string, port: number): Pick<SeenWorkload, 'addresses'> => ({
  addresses: [{ host, port, targetPort: port }],
});
const unchecked = (workloads: readonly SeenWorkload[], more: Partial<Sight> = {}) =>
  discover({ runtime: 'compose', workloads, configured: {}, platform: asInGuide, ...more }).unchecked;
const mysql = runs('mysql', 'mysql:8', at('mysql', 3306));
const manager = (...values: readonly string[]) =>
  runs('agent-manager', 'registry.example/agent-manager:2', { values });
const instead = { part: 'postgres', by: ['agent-manager'] };

describe('what is not checked', () => {
  it('is named with its image, its port and the part that uses it', () => {
    const postgres = runs('postgres', 'postgres:17', at('postgres', 5432));
    const strangers = [
      runs('prometheus', 'prom/prometheus:v2', at('prometheus', 9090)),
      mysql,
      runs('aetherius-bot', 'registry.example/aetherius-bot:1', at('aetherius-bot', 8080)),
    ];

    expect(unchecked([manager('mysql', '3306', 'redis'), postgres, ...strangers])).toEqual([
      {
        ...{ name: 'mysql', image: 'mysql:8', ports: [3306], product: 'MySQL' },
        ...{ usedBy: ['agent-manager'], insteadOf: instead },
      },
      { name: 'prometheus', image: 'prom/prometheus:v2', ports: [9090] },
    ]);
    expect(unchecked([manager('postgres', '5432'), postgres])).toBeUndefined();
  });

  it.each([
    ['a host alone', 'mysql'],
    ['a host and a port', 'mysql:3306'],
    ['a URL with a password', 'mysql://app:secret@mysql:3306/agents'],
    ['a name of a Go driver', 'app:secret@tcp(mysql:3306)/agents'],
    ['a URL of Java', 'jdbc:mysql://mysql/agents'],
  ])('is used by who is given %s', (_what, value) => {
    expect(unchecked([manager(value), mysql])).toMatchObject([{ usedBy: ['agent-manager'] }]);
  });

  it.each([
    ['the name in a sentence', 'no mysql here'],
    ['a longer name', 'mysql-old'],
    ['another port', 'other:3307'],
  ])('is not used by who is given %s', (_what, value) => {
    expect(unchecked([manager(value), mysql])).toEqual([
      { name: 'mysql', image: 'mysql:8', ports: [3306], product: 'MySQL' },
    ]);
  });

  it('is not used by a name alone where it is no product that a part could work with', () => {
    const metrics = runs('prometheus', 'prom/prometheus:v2', at('prometheus', 9090));

    expect(unchecked([manager('prometheus'), metrics])?.[0]).not.toHaveProperty('usedBy');
    expect(unchecked([manager('prometheus', '9090'), metrics])).toMatchObject([
      { usedBy: ['agent-manager'] },
    ]);
    expect(unchecked([manager('http://prometheus:9090/'), metrics])).toMatchObject([
      { usedBy: ['agent-manager'] },
    ]);
  });

  it('stands beside PostgreSQL, not in its place, for a service that is given both', () => {
    const postgres = runs('postgres', 'postgres:17', at('postgres', 5432));

    expect(unchecked([manager('mysql:3306', 'postgres:5432'), postgres, mysql])?.[0]).not.toHaveProperty(
      'insteadOf',
    );
    // The reasoning service works with no database.
    const reasoning = runs('reasoning-service', 'x/reasoning:1', { values: ['mysql:3306'] });
    expect(unchecked([reasoning, mysql])?.[0]).not.toHaveProperty('insteadOf');
  });

  it('may run anywhere: by scheme, by a port of its own', () => {
    const outside = (...values: readonly string[]) => unchecked([manager(...values)]);

    expect(outside('mysql://app:secret@db-1.example/agents')).toEqual([
      {
        ...{ name: 'db-1.example', product: 'MySQL', ports: [3306] },
        ...{ usedBy: ['agent-manager'], insteadOf: instead },
      },
    ]);
    expect(outside('10.1.2.3:3306')).toMatchObject([{ name: '10.1.2.3', insteadOf: instead }]);
    expect(outside('db', '3306')).toMatchObject([{ name: 'MySQL', insteadOf: instead }]);
    expect(outside('sqlserver://sql:1433?database=x')).toMatchObject([
      { name: 'sql', product: 'SQL Server' },
    ]);
    expect(outside('1433', 'timeout=3306', 'postgres://u:p@pg/x')).toBeUndefined();
  });

  it('is told of the namespace of the platform alone, and elsewhere where a part uses it', () => {
    const on = (namespace: string, ...values: readonly string[]) =>
      unchecked(
        [
          { ...manager(...values), namespace: 'aetherius' },
          { ...mysql, namespace },
        ],
        {
          ...{ runtime: 'kubernetes', namespace: 'aetherius' },
        },
      );

    expect(on('aetherius')).toHaveLength(1);
    expect(on('kube-system')).toBeUndefined();
    expect(on('kube-system', 'mysql:3306')).toHaveLength(1);
  });
});
