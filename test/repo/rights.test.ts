import { describe, expect, it } from 'vitest';
import type { Remediation } from '../../src/domain/fix/remediation.ts';
import {
  asQuestions,
  kubernetesRights,
  rightFeatures,
  rightNames,
  rightPlaces,
  rightsAt,
  roleRules,
} from '../../src/domain/fix/rights.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { remediations } from '../../src/remediations/index.ts';
import { read, repositoryFiles } from './files.ts';

const may = (verb: string, resource: string): boolean =>
  kubernetesRights.some((right) => right.resource === resource && right.verbs.includes(verb));

describe('the rights that are asked for', () => {
  it('cover every kind that a probe lists', () => {
    const probes = repositoryFiles(/^src\/probes\/.*\.ts$/)
      .map(read)
      .join('\n');
    const listed = [...probes.matchAll(/\blist\(\s*'([a-z]+)'/g)].map((match) => match[1] ?? '');

    expect(listed.length).toBeGreaterThan(0);
    expect([...new Set(listed)].filter((kind) => !may('list', kind))).toEqual([]);
  });

  it('cover what the restart of a workload needs, as the remediation itself says', () => {
    const restart = remediations.find(({ id }) => id === 'kubernetes.restart-workload');

    expect(restart).toBeDefined();
    for (const kind of ['deployments', 'statefulsets', 'daemonsets'])
      for (const verb of ['get', 'patch']) expect(may(verb, kind), `${verb} ${kind}`).toBe(true);
  });

  it('contain no wildcard, and of what makes or deletes only what lets a connection through, fetches the model or hands a credential on', () => {
    const wild = kubernetesRights.filter(({ group, resource, verbs }) =>
      [group, resource, ...verbs].includes('*'),
    );
    const making = kubernetesRights
      .filter(({ resource }) => resource !== 'pods/exec')
      .flatMap(({ feature, resource, verbs, places }) =>
        verbs
          .filter((verb) => verb === 'create' || verb.startsWith('delete'))
          .map((verb) => [feature, verb, resource, ...places].join(' ')),
      );

    expect(wild).toEqual([]);
    expect(making).toEqual([
      'connections create jobs platform',
      'connections delete jobs platform',
      'connections create networkpolicies platform',
      'models create jobs platform',
      'models delete jobs platform',
      'credentials delete secrets agents',
      ...['agents', 'platform'].flatMap((place) => [
        `credentials delete secrets ${place}`,
        `credentials create secrets ${place}`,
        `credentials create jobs ${place}`,
        `credentials delete jobs ${place}`,
      ]),
    ]);
  });

  it('cover what a connection needs, as the remediation itself says', async () => {
    const connection = (remediations as readonly unknown[] as readonly Remediation[]).find(
      ({ id }) => id === 'kubernetes.allow-connection',
    );
    const deps = { kubernetes: { namespace: 'aetherius' } } as Targets;
    const needed = await connection?.rights?.({}, { deps, signal: new AbortController().signal });

    expect(needed?.length).toBeGreaterThan(5);
    for (const { verb, group, resource, feature = 'exec' } of needed ?? [])
      expect(
        kubernetesRights.some(
          (right) =>
            right.feature === feature &&
            right.group === group &&
            right.resource === resource &&
            right.verbs.includes(verb),
        ),
        `${verb} ${resource}`,
      ).toBe(true);
  });

  it('change nothing for health and diagnosis', () => {
    const writing = rightPlaces
      .flatMap((place) => rightsAt(place, ['health', 'diagnosis']))
      .filter(
        ({ verbs, resource }) =>
          resource === 'pods/exec' || verbs.some((verb) => !['get', 'list'].includes(verb)),
      );

    expect(writing).toEqual([]);
  });

  it('R-X15: change and disclose only what has a name, and nothing by commands in the cluster’s own namespace', () => {
    const wide = kubernetesRights.filter(
      ({ verbs, resource, named, only = [] }) =>
        (verbs.includes('patch') || (resource === 'secrets' && verbs.some((verb) => verb !== 'create'))) &&
        named === undefined &&
        only.length === 0 &&
        // Pods have names of their own making; the admission policy caps what may be added to them.
        resource !== 'pods/ephemeralcontainers',
    );

    expect(wide).toEqual([]);
    expect(
      kubernetesRights.filter(({ resource }) => resource === 'pods/exec').flatMap(({ places }) => places),
    ).toEqual(['platform']);
  });

  it('let nothing but a debug container into a Pod, in the platform’s namespace alone', () => {
    expect(rightsAt('agents', ['debug'])).toEqual([]);
    expect(rightsAt('platform', ['debug'])).toMatchObject([
      { resource: 'pods/ephemeralcontainers', verbs: ['patch'] },
      { resource: 'pods', verbs: ['watch'] },
    ]);
    const users = repositoryFiles(/^src\/.*\.ts$/).filter((path) =>
      read(path).includes("'ephemeralcontainers'"),
    );
    expect(users.toSorted()).toEqual([
      'src/domain/probe/targets/kubernetes.ts',
      'src/platform/targets/kubernetes/debug-container.ts',
    ]);
  });

  it('say the same as rules and as questions', () => {
    const rights = rightsAt('platform', rightFeatures);
    const names = rightNames('platform', asInGuide);
    const fromRules = roleRules(rights, names)
      .flatMap(({ apiGroups, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups.join()}/${resource}`)),
      )
      .sort();
    const fromQuestions = asQuestions(rights, 'x', names).map(
      ({ verb, group, resource, subresource }) =>
        `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`,
    );

    expect([...new Set(fromRules)].sort()).toEqual([...new Set(fromQuestions)].sort());
  });
});
