import { describe, expect, it } from 'vitest';
import {
  asQuestions,
  kubernetesRights,
  rightFeatures,
  rightsAt,
  roleRules,
} from '../../src/domain/fix/rights.ts';
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

  it('contain no wildcard and nothing that deletes', () => {
    const odd = kubernetesRights.filter(
      ({ group, resource, verbs }) =>
        [group, resource, ...verbs].includes('*') || verbs.some((verb) => verb.startsWith('delete')),
    );

    expect(odd).toEqual([]);
  });

  it('change nothing for health and diagnosis', () => {
    const writing = rightsAt('platform', ['health', 'diagnosis']).filter(({ verbs, resource }) =>
      verbs.some(
        (verb) => !['get', 'list'].includes(verb) && !(verb === 'create' && resource === 'pods/exec'),
      ),
    );

    expect(writing).toEqual([]);
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
    const fromRules = roleRules(rights)
      .flatMap(({ apiGroups, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups.join()}/${resource}`)),
      )
      .sort();
    const fromQuestions = asQuestions(rights, 'x').map(
      ({ verb, group, resource, subresource }) =>
        `${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`,
    );

    expect(fromRules).toEqual([...new Set(fromQuestions)].sort());
  });
});
