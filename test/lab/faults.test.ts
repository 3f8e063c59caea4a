import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import { editConfig } from '../../lab/runtimes/shared.ts';
import { labParts } from '../../lab/types.ts';
import { catalogue } from '../../scripts/docs/catalogue.ts';

/** Every cause of the catalogue that a fault of its own makes true; the branches of H2 are the faults of parts. */
const causes = catalogue.flatMap(({ id, causes: own }) => (id === 'H2' ? [] : own));
/** What the guide's services cannot have, and the services as they are do: where it is seen on these, by which word. */
const startup = 'as-is-startup.test.ts';
const asIs: Readonly<Record<string, readonly [file: string, word: string]>> = {
  'S1.d': [startup, 'S1.d'],
  'S1.e': [startup, 'S1.e'],
  'S1.f': [startup, 'S1.f'],
  'S1.g': [startup, 'S1.g'],
  'S1.h': [startup, 'S1.h'],
  'S1.i': [startup, 'S1.i'],
  'D1.d': ['../integration/probes/postgres.test.ts', 'D1.d'],
  'S2.d': ['../integration/probes/nats.test.ts', 'AGENT_SUBJECTS_DIFFER'],
  'M1.a': ['../integration/probes/nats.test.ts', 'F1'],
  'M1.b': ['../integration/probes/nats.test.ts', 'M1.b'],
  'M1.c': ['as-is-drift.test.ts', 'M1.c'],
  'M1.d': ['as-is-drift.test.ts', 'M1.d'],
  'M1.f': [startup, 'M1.f'],
  'M1.g': ['../integration/probes/nats.test.ts', 'M1.g'],
  'M1.h': ['as-is-drift.test.ts', 'M1.h'],
  'M1.i': ['as-is-drift.test.ts', 'M1.i'],
  'M1.j': ['as-is-drift.test.ts', 'M1.j'],
  'M1.k': ['as-is-drift.test.ts', 'M1.k'],
  'M1.l': ['as-is-drift.test.ts', 'M1.l'],
  'M1.n': ['as-is-drift.test.ts', 'M1.n'],
  'M1.m': ['../integration/probes/compose.test.ts', 'M1.m'],
};
const kinds = ['stopped', 'paused', 'slow', 'refusing', 'unreachable'];
const partFaults = labParts.flatMap((part) => kinds.map((kind) => `part.${part}.${kind}`));

describe('the list of faults', () => {
  it('has every cause of the catalogue and every part broken in every way', () => {
    const ids = faults.map((one) => one.id);

    expect([...causes, ...partFaults].filter((id) => !ids.includes(id) && asIs[id] === undefined)).toEqual(
      [],
    );
  });

  it.each(Object.entries(asIs))('%s is seen on the services as they are', (_id, [file, word]) => {
    expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(word);
  });

  it('has every id once', () => {
    const ids = faults.map((one) => one.id);

    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('has every fault file registered', () => {
    const files = readdirSync(new URL('../../lab/faults/', import.meta.url)).filter((name) =>
      name.endsWith('.fault.ts'),
    );
    const prefixes = new Set(
      files.map((name) => (name.startsWith('part.') ? name.split('.')[1] : name.split('.')[0])),
    );
    const known = new Set(
      faults.map(({ id }) => (id.startsWith('part.') ? id.split('.')[2] : id.split('.')[0]?.toLowerCase())),
    );

    expect([...prefixes].filter((prefix) => !known.has(prefix))).toEqual([]);
  });

  it.each(faults.map((one) => [one.id, one] as const))(
    '%s has two variants or more, somewhere to exist and a bound',
    (_id, fault) => {
      expect(new Set(fault.variants).size).toBe(fault.variants.length);
      expect(fault.variants.length).toBeGreaterThanOrEqual(2);
      expect(fault.runtimes.length).toBeGreaterThan(0);
      expect(fault.within).toBeLessThanOrEqual(150);
      expect(fault.title).not.toMatch(/\.$/);
    },
  );

  it('names the ones that begin alike when an id is unknown', () => {
    expect(() => faultById('S1.z')).toThrow(/S1\.a/);
  });
});

describe('changing a configuration file', () => {
  it('sets and removes dotted keys of YAML and keeps comments', () => {
    const text = '# head\nevent:\n  workers: 10 # few\n  buffer_size: 1000\n';

    const changed = editConfig('agent-manager', text, {
      'event.workers': 2,
      'event.buffer_size': null,
      'log.level': 'debug',
    });

    expect(changed).toContain('# head');
    expect(changed).toMatch(/workers: 2/);
    expect(changed).not.toContain('buffer_size');
    expect(changed).toMatch(/log:\n {2}level: debug/);
  });

  it('replaces a line of postgresql.conf, redis.conf and nats.conf, or adds it', () => {
    expect(editConfig('postgres', 'port = 5432\nmax_connections = 100\n', { max_connections: 12 })).toBe(
      'port = 5432\nmax_connections = 12\n',
    );
    expect(editConfig('redis', 'port 6379\n', { maxmemory: '3mb' })).toBe('port 6379\nmaxmemory 3mb\n');
    expect(editConfig('nats', 'authorization { user: a }\n', { authorization: '{ user: b }' })).toBe(
      'authorization: { user: b }\n',
    );
  });
});
