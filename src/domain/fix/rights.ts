import { present } from '../kernel/present.ts';
import type { NeededRight } from './remediation.ts';

/** Which part of the product needs a right: an installation gives only those it wants to use. */
export const rightFeatures = ['health', 'diagnosis', 'restart', 'secrets', 'debug'] as const;
export type RightFeature = (typeof rightFeatures)[number];

/** Where a right holds: in the platform's namespace, in the collect agents', where events of nodes are kept, or in the bot's own. */
export const rightPlaces = ['platform', 'agents', 'node-events', 'own'] as const;
export type RightPlace = (typeof rightPlaces)[number];

/** Nodes have no namespace; the cluster writes their events here. */
export const nodeEventsNamespace = 'default';

/** Name of the role that carries these rights; one of its own where the platform may live in that namespace too. */
export function roleName(feature: RightFeature, place: RightPlace): string {
  return `aetherius-bot-${feature}${place === 'node-events' ? '-nodes' : place === 'own' ? '-self' : ''}`;
}

export interface KubernetesRight {
  readonly feature: RightFeature;
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly places: readonly RightPlace[];
}

const both = ['platform', 'agents'] as const;
const platform = ['platform'] as const;

/**
 * Every Kubernetes right the worker uses, and nothing more. The roles under `deploy/`, the Helm chart, `doctor` and
 * the guide for operators are made of this list.
 */
export const kubernetesRights: readonly KubernetesRight[] = [
  { feature: 'health', group: '', resource: 'pods', verbs: ['list'], places: both },
  { feature: 'health', group: '', resource: 'services', verbs: ['list'], places: platform },
  { feature: 'health', group: 'apps', resource: 'deployments', verbs: ['list'], places: both },
  { feature: 'health', group: 'apps', resource: 'statefulsets', verbs: ['list'], places: both },
  { feature: 'health', group: 'apps', resource: 'daemonsets', verbs: ['list'], places: both },
  {
    feature: 'health',
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    verbs: ['list'],
    places: platform,
  },
  { feature: 'diagnosis', group: '', resource: 'events', verbs: ['list'], places: both },
  { feature: 'diagnosis', group: '', resource: 'events', verbs: ['list'], places: ['node-events'] },
  { feature: 'diagnosis', group: 'apps', resource: 'replicasets', verbs: ['list'], places: platform },
  { feature: 'diagnosis', group: '', resource: 'configmaps', verbs: ['list', 'get'], places: both },
  {
    feature: 'diagnosis',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: ['list'],
    places: both,
  },
  // A role of a namespace may let its own object be read: policies select namespaces by their labels.
  { feature: 'diagnosis', group: '', resource: 'namespaces', verbs: ['get'], places: both },
  { feature: 'diagnosis', group: '', resource: 'pods', verbs: ['get'], places: both },
  { feature: 'diagnosis', group: '', resource: 'pods/log', verbs: ['get'], places: both },
  // Over a websocket, which is a GET, the API server wants the one; since 1.35 it wants the other as well.
  { feature: 'diagnosis', group: '', resource: 'pods/exec', verbs: ['get', 'create'], places: both },
  { feature: 'diagnosis', group: 'metrics.k8s.io', resource: 'pods', verbs: ['list'], places: both },
  { feature: 'restart', group: 'apps', resource: 'deployments', verbs: ['get', 'patch'], places: platform },
  { feature: 'restart', group: 'apps', resource: 'statefulsets', verbs: ['get', 'patch'], places: platform },
  { feature: 'restart', group: 'apps', resource: 'daemonsets', verbs: ['get', 'patch'], places: both },
  // Whose Pods they are and at which addresses, so that nothing is changed on which the bot itself stands.
  { feature: 'restart', group: 'apps', resource: 'replicasets', verbs: ['list'], places: platform },
  { feature: 'restart', group: '', resource: 'pods', verbs: ['list'], places: both },
  // Whether one of several may be away for a moment.
  {
    feature: 'restart',
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list'],
    places: platform,
  },
  // Who owns the bot's own Pod, so that no fix changes that.
  { feature: 'restart', group: '', resource: 'pods', verbs: ['get'], places: ['own'] },
  { feature: 'restart', group: 'apps', resource: 'replicasets', verbs: ['get'], places: ['own'] },
  { feature: 'secrets', group: '', resource: 'secrets', verbs: ['get'], places: platform },
  // Only where `debugImage` is set. The services run in the platform's namespace, and only they are asked.
  { feature: 'debug', group: '', resource: 'pods/ephemeralcontainers', verbs: ['patch'], places: platform },
  // What it says is waited for, not asked for again and again.
  { feature: 'debug', group: '', resource: 'pods', verbs: ['watch'], places: platform },
];

/** One rule of a Kubernetes Role, as `kubectl` writes it. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Rules for some rights; resources of one group with the same verbs share a rule. */
export function roleRules(
  rights: readonly Pick<KubernetesRight, 'group' | 'resource' | 'verbs'>[],
): readonly RoleRule[] {
  const byResource = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { group, resource, verbs } of rights) {
    const key = `${group}/${resource}`;
    const known = byResource.get(key) ?? { group, resource, verbs: new Set<string>() };
    for (const verb of verbs) known.verbs.add(verb);
    byResource.set(key, known);
  }
  const byVerbs = new Map<string, { group: string; verbs: readonly string[]; resources: string[] }>();
  for (const { group, resource, verbs } of byResource.values()) {
    const sorted = [...verbs].sort();
    const key = `${group}|${sorted.join(',')}`;
    const known = byVerbs.get(key) ?? { group, verbs: sorted, resources: [] };
    known.resources.push(resource);
    byVerbs.set(key, known);
  }
  return [...byVerbs.values()].map(({ group, verbs, resources }) => ({
    apiGroups: [group],
    resources,
    verbs,
  }));
}

/** The rights of one place, of the features that are wanted. */
export function rightsAt(place: RightPlace, features: readonly RightFeature[]): readonly KubernetesRight[] {
  return kubernetesRights.filter((right) => right.places.includes(place) && features.includes(right.feature));
}

/** The rights as single questions to the API server (SelfSubjectAccessReview). */
export function asQuestions(
  rights: readonly KubernetesRight[],
  namespace: string,
): readonly (NeededRight & { readonly feature: RightFeature; readonly subresource?: string })[] {
  return rights.flatMap(({ feature, group, resource, verbs }) => {
    const [name = '', subresource] = resource.split('/');
    return verbs.map((verb) => ({
      feature,
      verb,
      group,
      resource: name,
      namespace,
      ...present({ subresource }),
    }));
  });
}
