import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Installation,
  type InstalledPart,
  installationOf,
  partsOf,
  random,
  rowOf,
} from '../../../../../lab/platform/generated/installation.ts';
import { labParts } from '../../../../../lab/types.ts';

const { seeds } = JSON.parse(
  readFileSync(new URL('../../../../../lab/platform/generated/seeds.json', import.meta.url), 'utf8'),
) as { seeds: readonly number[] };
const all = seeds.map(installationOf);
const rows = all.flatMap((one) => partsOf(one).map((part) => [part, rowOf(one, part)] as const));

/** Numbers of installations for which each of these holds. */
const occurs = (dimensions: Readonly<Record<string, (one: Installation) => boolean>>) =>
  Object.entries(dimensions).flatMap(([name, holds]) => (all.some(holds) ? [] : [name]));
const some = (part: (row: InstalledPart) => boolean) => (one: Installation) =>
  partsOf(one).some((name) => part(rowOf(one, name)));

describe('the installation of a seed', () => {
  it('is the same each time', () => {
    for (const seed of seeds) expect(installationOf(seed)).toEqual(installationOf(seed));
    const dice = random(7);
    expect([dice(), dice(), dice()].map((one) => one.toFixed(6))).toEqual([
      '0.982394',
      '0.334126',
      '0.689253',
    ]);
  });

  it('is another one for another seed', () => {
    expect(new Set(all.map((one) => JSON.stringify({ ...one, seed: 0 }))).size).toBe(30);
  });

  it('has names that Kubernetes and Docker take', () => {
    const words = all.flatMap((one) => [
      ...[one.project, one.network, one.namespace, one.agentNamespace, one.elsewhere],
      ...partsOf(one).flatMap((part) => {
        const { name, service, container, configMap, secret } = rowOf(one, part);
        return [name, service, container, configMap, secret];
      }),
    ]);

    expect(words.filter((word) => !/^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/.test(word))).toEqual([]);
    expect(
      rows
        .filter(([, row]) => !/^[a-z0-9.]+\/[a-z]+\/[a-z]+:\d+\.\d+$/.test(row.image))
        .map(([, row]) => row.image),
    ).toEqual([]);
  });

  it('has names and ports that do not collide', () => {
    for (const one of all) {
      const parts = partsOf(one).map((part) => rowOf(one, part));
      for (const of of [
        parts.map((row) => row.name),
        parts.map((row) => row.service),
        parts.map((row) => row.configMap),
        parts.flatMap((row) =>
          [row.publishedPort, row.publishedMonitorPort].filter((port) => port > 0).map(String),
        ),
        Object.values(one.subjects),
        Object.values(one.paths),
      ])
        expect(new Set(of).size).toBe(of.length);
    }
  });

  it('keeps agent-manager and the stores that it needs', () => {
    for (const one of all)
      expect(partsOf(one)).toEqual(
        expect.arrayContaining(['agent-manager', 'collect-agent', 'postgres', 'redis', 'nats']),
      );
  });

  it('says for each subject which cluster it is of', () => {
    for (const one of all) {
      expect(Object.keys(one.subjects)).toHaveLength(8);
      expect(Object.values(one.subjects).filter((subject) => !subject.includes('{cluster_id}'))).toEqual([]);
    }
  });

  it('differs in every dimension among the kept seeds', () => {
    expect(seeds).toHaveLength(30);
    expect(
      occurs({
        'all parts': (one) => partsOf(one).length === labParts.length,
        'no orchestrator': (one) => one.parts['orchestrator-service'] === undefined,
        'no reasoning and graph': (one) => one.parts.neo4j === undefined,
        'a service without a port': (one) => one.parts['orchestrator-service']?.port === 0,
        'ports of the guide': some((row) => row.port === 5432),
        'other ports': some((row) => row.port > 20000),
        'a Service port of its own': some((row) => row.port > 0 && row.servicePort !== row.port),
        'a Service name of its own': some((row) => row.service !== row.name),
        'agents in the same namespace': (one) => one.agentNamespace === one.namespace,
        'agents in another': (one) => one.agentNamespace !== one.namespace,
        'a program as StatefulSet': (one) => one.parts['agent-manager']?.kind === 'statefulset',
        'a store as Deployment': (one) => one.parts.postgres?.kind === 'deployment',
        'agents as Deployment': (one) => one.parts['collect-agent']?.kind === 'deployment',
        replicas: some((row) => row.replicas > 1),
        'a store outside': some((row) => row.outside),
        'label app': (one) => one.label === 'app',
        'label k8s-app': (one) => one.label === 'k8s-app',
        'the recommended label': (one) => one.label === 'app.kubernetes.io/name',
        'a label of its own': (one) => one.label.includes('/') && !one.label.startsWith('app.'),
        'settings in a file': (one) => one.settings === 'file',
        'settings in variables': (one) => one.settings === 'variables',
        'keys of its own': (one) => Object.keys(one.keys).length > 0,
        'keys of the guide': (one) => Object.keys(one.keys).length === 0,
        'paths of its own': (one) => one.paths['/health'] !== undefined,
        'health paths of the guide, others not': (one) =>
          one.paths['/health'] === undefined && one.paths['/api/v1'] !== undefined,
        'paths of the guide': (one) => Object.keys(one.paths).length === 0,
        'metrics elsewhere': (one) => one.paths['/metrics'] !== undefined,
        'subjects in the programs alone': (one) => one.subjectsIn === 'programs',
        'subjects in the settings': (one) => one.subjectsIn === 'settings',
        'the cluster first': (one) => /\.\{cluster_id\}\./.test(one.subjects['nats.subjects.event'] ?? ''),
        'the cluster last': (one) => one.subjects['nats.subjects.event']?.endsWith('{cluster_id}') === true,
        'health: guide': (one) => one.health === 'guide',
        'health: plain': (one) => one.health === 'plain',
        'health: components': (one) => one.health === 'components',
        'health: checks': (one) => one.health === 'checks',
        'health: code': (one) => one.health === 'code',
        'connections of the programs': (one) => one.connections === 'programs',
        'connections of its own': (one) => one.connections === 'own',
        'connections without names': (one) => one.connections === 'none',
        TLS: (one) => one.tls,
        'no TLS': (one) => !one.tls,
        'plain logs': (one) => one.logs === 'plain',
        'JSON logs': (one) => one.logs === 'json',
      }),
    ).toEqual([]);
  });
});
