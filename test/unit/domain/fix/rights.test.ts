import { describe, expect, it } from 'vitest';
import {
  asQuestions,
  kubernetesRights,
  type RightFeature,
  rightFeatures,
  rightPlaces,
  rightsAt,
  roleName,
  roleRules,
} from '../../../../src/domain/fix/rights.ts';

/** What a feature may do, as `group/resource verbs`, in the order of the alphabet. */
const may = (feature: RightFeature, place: (typeof rightPlaces)[number]) =>
  roleRules(rightsAt(place, [feature]))
    .flatMap(({ apiGroups, resources, verbs }) =>
      resources.map((resource) => `${apiGroups.join()}/${resource} ${verbs.join()}`),
    )
    .toSorted();

describe('what an installation gives away with a feature', () => {
  it('health lists, and nothing else', () => {
    expect(may('health', 'platform')).toEqual([
      '/pods list',
      '/services list',
      'apps/daemonsets list',
      'apps/deployments list',
      'apps/statefulsets list',
      'discovery.k8s.io/endpointslices list',
    ]);
    // Agents run as any kind of workload.
    expect(may('health', 'agents')).toEqual([
      '/pods list',
      'apps/daemonsets list',
      'apps/deployments list',
      'apps/statefulsets list',
    ]);
    expect(may('health', 'node-events')).toEqual([]);
  });

  it('diagnosis reads, and runs programs in Pods', () => {
    expect(may('diagnosis', 'platform')).toEqual([
      '/configmaps get,list',
      '/events list',
      '/namespaces get',
      '/pods get',
      '/pods/exec create,get',
      '/pods/log get',
      'apps/replicasets list',
      'metrics.k8s.io/pods list',
      'networking.k8s.io/networkpolicies list',
    ]);
    expect(may('diagnosis', 'agents')).toEqual(
      may('diagnosis', 'platform').filter((one) => !/replica/.test(one)),
    );
    expect(may('diagnosis', 'node-events')).toEqual(['/events list']);
  });

  it('restart changes workloads, of the agents their DaemonSet alone', () => {
    expect(may('restart', 'platform')).toEqual([
      '/pods list',
      'apps/daemonsets get,patch',
      'apps/deployments get,patch',
      'apps/replicasets list',
      'apps/statefulsets get,patch',
      'policy/poddisruptionbudgets list',
    ]);
    expect(may('restart', 'agents')).toEqual(['/pods list', 'apps/daemonsets get,patch']);
    expect(may('restart', 'own')).toEqual(['/pods get', 'apps/replicasets get']);
  });

  it('secrets and debug containers are of the platform’s namespace alone', () => {
    expect([may('secrets', 'platform'), may('secrets', 'agents')]).toEqual([['/secrets get'], []]);
    expect(may('debug', 'platform')).toEqual(['/pods watch', '/pods/ephemeralcontainers patch']);
    expect(may('debug', 'agents')).toEqual([]);
  });

  it('takes each right of a place with its feature, and of no other', () => {
    const all = rightPlaces.flatMap((place) => rightsAt(place, rightFeatures));

    expect(new Set(all).size).toBe(kubernetesRights.length);
    expect(rightsAt('platform', [])).toEqual([]);
  });
});

describe('rules of a role', () => {
  it('join the verbs of one resource, and the resources of one group with the same verbs', () => {
    expect(
      roleRules([
        { group: '', resource: 'pods', verbs: ['watch'] },
        { group: 'apps', resource: 'deployments', verbs: ['list'] },
        { group: '', resource: 'services', verbs: ['list', 'watch'] },
        { group: '', resource: 'pods', verbs: ['list', 'watch'] },
        { group: 'apps', resource: 'pods', verbs: ['list'] },
      ]),
    ).toEqual([
      { apiGroups: [''], resources: ['pods', 'services'], verbs: ['list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments', 'pods'], verbs: ['list'] },
    ]);
  });

  it('stand in a role of their own where nodes’ events are', () => {
    expect(roleName('health', 'platform')).toBe('aetherius-bot-health');
    expect(roleName('health', 'agents')).toBe('aetherius-bot-health');
    expect(roleName('diagnosis', 'node-events')).toBe('aetherius-bot-diagnosis-nodes');
  });
});

it('asks the API server about each verb alone, a part of a resource by itself', () => {
  const exec = kubernetesRights.filter(({ resource }) => resource === 'pods/exec' || resource === 'secrets');

  expect(asQuestions(exec, 'prod')).toEqual([
    ...['get', 'create'].map((verb) => ({
      ...{ feature: 'diagnosis', verb, group: '', resource: 'pods', subresource: 'exec', namespace: 'prod' },
    })),
    { feature: 'secrets', verb: 'get', group: '', resource: 'secrets', namespace: 'prod' },
  ]);
});
