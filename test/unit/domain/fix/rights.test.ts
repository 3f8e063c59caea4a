import { describe, expect, it } from 'vitest';
import {
  allowedBy,
  asQuestions,
  chartValue,
  kubernetesRights,
  type RightFeature,
  rightFeatures,
  rightNames,
  rightPlaces,
  rightsAt,
  roleName,
  roleRules,
} from '../../../../src/domain/fix/rights.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';

/** What a feature may do, as `group/resource verbs`, with the names it may do it to, in the order of the alphabet. */
const may = (feature: RightFeature, place: (typeof rightPlaces)[number]) =>
  roleRules(rightsAt(place, [feature]), rightNames(place, asInGuide))
    .flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
      resources.map((resource) =>
        [`${apiGroups.join()}/${resource}`, verbs.join(), ...(resourceNames ?? [])].join(' '),
      ),
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
    expect(may('health', 'agents')).toEqual(['/pods list', 'apps/daemonsets list']);
    expect(may('health', 'node-events')).toEqual([]);
  });

  it('diagnosis reads; of the agents’ ConfigMaps their own alone', () => {
    expect(may('diagnosis', 'platform')).toEqual([
      '/configmaps get,list',
      '/events list',
      '/namespaces get',
      '/pods get',
      '/pods/log get',
      'apps/replicasets list',
      'metrics.k8s.io/pods list',
      'monitoring.coreos.com/podmonitors list',
      'monitoring.coreos.com/prometheuses list',
      'monitoring.coreos.com/prometheusrules list',
      'monitoring.coreos.com/servicemonitors list',
      'networking.k8s.io/networkpolicies list',
    ]);
    expect(may('diagnosis', 'agents')).toEqual([
      '/configmaps get collect-agent-config',
      '/namespaces get',
      '/pods get',
      '/pods/log get',
      'metrics.k8s.io/pods list',
      'networking.k8s.io/networkpolicies list',
    ]);
    expect(may('diagnosis', 'node-events')).toEqual(['/events list']);
  });

  it('R-X15: commands run in the platform’s Pods alone, by a feature of their own', () => {
    expect(may('exec', 'platform')).toEqual(['/pods/exec create,get']);
    expect(rightPlaces.filter((place) => may('exec', place).length > 0)).toEqual(['platform']);
  });

  it('R-X15: restart changes the workloads that have names, of the agents their DaemonSet alone', () => {
    expect(may('restart', 'platform')).toEqual([
      '/pods list',
      'apps/daemonsets list',
      'apps/deployments get,patch agent-manager orchestrator-service reasoning-service',
      'apps/deployments list',
      'apps/replicasets list',
      'apps/statefulsets get,patch postgres redis nats neo4j',
      'apps/statefulsets list',
      'policy/poddisruptionbudgets list',
    ]);
    expect(may('restart', 'agents')).toEqual([
      '/pods list',
      'apps/daemonsets get,patch collect-agent',
      'apps/daemonsets list',
    ]);
    expect(may('restart', 'own')).toEqual(['/pods get', 'apps/replicasets get']);
  });

  it('R-X15: Services are changed by name, and the workloads behind them are only listed', () => {
    expect(may('services', 'platform')).toEqual([
      '/pods list',
      '/services get,patch agent-manager orchestrator-service reasoning-service postgres redis nats neo4j',
      'apps/daemonsets list',
      'apps/deployments list',
      'apps/replicasets list',
      'apps/statefulsets list',
    ]);
    expect(may('services', 'agents')).toEqual([]);
    expect(may('services', 'own')).toEqual(['/pods get', 'apps/replicasets get']);
  });

  it('R-X15: a connection takes Jobs and policies of the platform’s namespace, and nothing may be changed', () => {
    expect(may('connections', 'platform')).toEqual([
      '/pods list',
      '/services list',
      'apps/daemonsets list',
      'apps/deployments list',
      'apps/replicasets list',
      'apps/statefulsets list',
      'batch/jobs create,delete,get',
      'networking.k8s.io/networkpolicies create,get,list',
    ]);
    expect(may('connections', 'agents')).toEqual([]);
    expect(may('connections', 'own')).toEqual(['/pods get', 'apps/replicasets get']);
  });

  it('R-X15: a credential is written in Secrets with a name; what is made cannot be read but by name', () => {
    expect(may('credentials', 'agents')).toEqual([
      '/secrets create',
      '/secrets delete,get aetherius-kept-registration-token',
      '/secrets delete,get,patch agent-auth-token',
      'batch/jobs create,delete,get',
    ]);
    expect(may('credentials', 'platform')).toEqual([
      '/secrets create',
      '/secrets delete,get aetherius-kept-neo4j-password',
      '/secrets get,patch agent-auth-token database-credentials nats-credentials neo4j-credentials',
      'batch/jobs create,delete,get',
    ]);
    expect(rightPlaces.filter((place) => may('credentials', place).length > 0)).toEqual([
      'platform',
      'agents',
    ]);
  });

  it('R-X15: Secrets are read by name, in the agents’ namespace the one that both sides share', () => {
    expect(may('secrets', 'platform')).toEqual([
      '/secrets get agent-auth-token database-credentials nats-credentials neo4j-credentials',
    ]);
    expect(may('secrets', 'agents')).toEqual(['/secrets get agent-auth-token']);
    expect(may('debug', 'platform')).toEqual(['/pods watch', '/pods/ephemeralcontainers patch']);
    expect(may('debug', 'agents')).toEqual([]);
  });

  it('names things as the installation does', () => {
    const platform = platformOf({
      parts: {
        redis: { workload: 'deployment/cache', service: 'cache-front' },
        'collect-agent': { workload: 'daemonset/collector' },
      },
      secrets: { token: 'shared' },
    });

    expect(rightNames('platform', platform)).toMatchObject({
      deployments: ['agent-manager', 'orchestrator-service', 'reasoning-service', 'cache'],
      statefulsets: ['postgres', 'nats', 'neo4j'],
      services: [
        ...['agent-manager', 'orchestrator-service', 'reasoning-service', 'postgres', 'cache-front'],
        ...['nats', 'neo4j'],
      ],
    });
    expect(rightNames('agents', platform)).toMatchObject({ daemonsets: ['collector'], secrets: ['shared'] });
  });

  it('takes each right of a place with its feature, and of no other', () => {
    const all = rightPlaces.flatMap((place) => rightsAt(place, rightFeatures));

    expect(new Set(all).size).toBe(kubernetesRights.length);
    expect(rightsAt('platform', [])).toEqual([]);
  });
});

const noNames = {
  ...{ configmaps: [], daemonsets: [], deployments: [], secrets: [], services: [], statefulsets: [] },
};

describe('rules of a role', () => {
  it('of named objects are left out without a name, because an empty list would mean all', () => {
    const patch = {
      group: 'apps',
      resource: 'daemonsets',
      verbs: ['patch', 'get'],
      named: 'daemonsets',
    } as const;

    expect(roleRules([patch], noNames)).toEqual([]);
    expect(roleRules([patch], { ...noNames, daemonsets: ['a'] })).toEqual([
      { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['get', 'patch'], resourceNames: ['a'] },
    ]);
  });

  it('join the verbs of one resource, and the resources of one group with the same verbs', () => {
    expect(
      roleRules(
        [
          { group: '', resource: 'pods', verbs: ['watch'] },
          { group: 'apps', resource: 'deployments', verbs: ['list'] },
          { group: '', resource: 'services', verbs: ['list', 'watch'] },
          { group: '', resource: 'pods', verbs: ['list', 'watch'] },
          { group: 'apps', resource: 'pods', verbs: ['list'] },
        ],
        noNames,
      ),
    ).toEqual([
      { apiGroups: [''], resources: ['pods', 'services'], verbs: ['list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments', 'pods'], verbs: ['list'] },
    ]);
  });

  it('stand in a role of their own where nodes’ events are', () => {
    expect(roleName('health', 'platform')).toBe('aetherius-bot-health');
    expect(roleName('health', 'agents')).toBe('aetherius-bot-health-agents');
    expect(roleName('diagnosis', 'node-events')).toBe('aetherius-bot-diagnosis-nodes');
  });
});

it('asks the API server about each verb alone, a part of a resource by itself, and of what has a name by name', () => {
  const exec = kubernetesRights.filter(({ feature }) => feature === 'exec' || feature === 'secrets');
  const kept = {
    feature: 'credentials',
    group: '',
    resource: 'secrets',
    verbs: ['get'],
    places: ['agents'],
  } as const;
  const secret = { feature: 'secrets', verb: 'get', group: '', resource: 'secrets', namespace: 'prod' };

  expect(
    asQuestions([...exec, { ...kept, only: ['c'] }], 'prod', { ...noNames, secrets: ['a', 'b'] }),
  ).toEqual([
    ...['get', 'create'].map((verb) => ({
      ...{ feature: 'exec', verb, group: '', resource: 'pods', subresource: 'exec', namespace: 'prod' },
    })),
    { ...secret, name: 'a' },
    { ...secret, name: 'b' },
    { ...secret, feature: 'credentials', name: 'c' },
  ]);
});

it('a refusal tells which value of the chart would have allowed it', () => {
  const where = { namespace: 'prod', agentNamespace: 'kube-system' };
  const of = (verb: string, resource: string, namespace = 'prod') =>
    allowedBy({ verb, resource, namespace }, where);

  expect(of('create', 'pods/exec')).toBe('features.exec');
  expect(of('patch', 'deployments')).toBe('features.restart');
  expect(of('patch', 'services')).toBe('features.services');
  expect(of('create', 'jobs')).toBe('features.connections');
  expect(of('get', 'secrets')).toBe('features.secrets');
  expect(of('list', 'pods.metrics.k8s.io')).toBe('features.diagnosis');
  expect(of('list', 'pods', 'kube-system')).toBe('agentFeatures.health');
  expect(of('get', 'secrets', 'kube-system')).toBe('agentFeatures.secrets');
  expect(of('create', 'pods/exec', 'kube-system')).toBeUndefined();
  expect(of('list', 'events', 'default')).toBe('features.diagnosis');
  expect(of('list', 'pods', 'elsewhere')).toBeUndefined();
  expect(of('delete', 'pods')).toBeUndefined();
  expect(chartValue('restart', 'own')).toBe('features.restart');
});
