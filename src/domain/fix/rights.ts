import { present } from '../kernel/present.ts';
import { partIds, serviceIds } from '../platform/part.ts';
import { bareName, factsOf, type Platform } from '../platform/platform.ts';
import type { NeededRight } from './remediation.ts';

/** Which part of the product needs a right: an installation gives only those it wants to use. */
export const rightFeatures = [
  'health',
  'diagnosis',
  'exec',
  'restart',
  'workloads',
  'services',
  'configmaps',
  'connections',
  'models',
  'secrets',
  'credentials',
  'debug',
] as const;
export type RightFeature = (typeof rightFeatures)[number];

/** Where a right holds: in the platform's namespace, in the collect agents', where events of nodes are kept, or in the bot's own. */
export const rightPlaces = ['platform', 'agents', 'node-events', 'own'] as const;
export type RightPlace = (typeof rightPlaces)[number];

/** Nodes have no namespace; the cluster writes their events here. */
export const nodeEventsNamespace = 'default';

/** Name of the role that carries these rights; one of its own for each place, since several may be one namespace. */
export function roleName(feature: RightFeature, place: RightPlace): string {
  return `aetherius-bot-${feature}${roleSuffix[place]}`;
}

export const roleSuffix: Readonly<Record<RightPlace, string>> = {
  platform: '',
  agents: '-agents',
  'node-events': '-nodes',
  own: '-self',
};

/** The value of the Helm chart that gives the rights of a feature in a place. */
export function chartValue(feature: RightFeature, place: RightPlace): string {
  return `${place === 'agents' ? 'agentFeatures' : 'features'}.${feature}`;
}

/** Kinds of which a right is given for named objects alone. */
export const namedKinds = [
  'configmaps',
  'daemonsets',
  'deployments',
  'secrets',
  'services',
  'statefulsets',
] as const;
export type NamedKind = (typeof namedKinds)[number];
export type RightNames = Readonly<Record<NamedKind, readonly string[]>>;

/**
 * The objects that the named rights are for, as an installation has them: of the platform what can be restarted, the
 * Services in front of it, the configuration of its services, and whose Secrets its parts use; in the agents' namespace, which is the cluster's, one workload with its ConfigMap and
 * the one Secret that both sides share.
 */
export function rightNames(place: RightPlace, platform: Platform): RightNames {
  const { parts, secrets } = platform;
  const agent = parts['collect-agent'];
  if (place === 'agents')
    return {
      configmaps: [agent.configMap],
      daemonsets: [bareName(agent.workload)],
      deployments: [],
      secrets: [secrets.token],
      services: [],
      statefulsets: [],
    };
  const all = partIds.flatMap((part) =>
    part === 'collect-agent' ? [] : (factsOf(platform, part).workload ?? []),
  );
  const of = (kind: string) => all.filter((name) => name.startsWith(`${kind}/`)).map(bareName);
  return {
    configmaps: serviceIds.map((part) => parts[part].configMap),
    daemonsets: of('daemonset'),
    deployments: of('deployment'),
    secrets: [...new Set([parts['agent-manager'].secret, ...Object.values(secrets)])].toSorted(),
    // Collect agents listen nowhere: no Service leads to them.
    services: partIds.flatMap((part) =>
      part === 'collect-agent' ? [] : (factsOf(platform, part).service ?? []),
    ),
    statefulsets: of('statefulset'),
  };
}

export interface KubernetesRight {
  readonly feature: RightFeature;
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly places: readonly RightPlace[];
  /** Only for the objects of that kind in `rightNames`. */
  readonly named?: NamedKind;
  /** Only for the objects of these names, which are the same everywhere. */
  readonly only?: readonly string[];
}

/** The Secret that keeps a registration token from before, beside the one that is written. */
export const keptToken = 'aetherius-kept-registration-token';
/** The Secret that keeps a password of Neo4j from before, and the new one. */
export const keptPassword = 'aetherius-kept-neo4j-password';

const both = ['platform', 'agents'] as const;
const platform = ['platform'] as const;
const agents = ['agents'] as const;

/**
 * Every Kubernetes right the worker uses, and nothing more. The roles under `deploy/`, the Helm chart, `doctor` and
 * the guide for operators are made of this list.
 */
export const kubernetesRights: readonly KubernetesRight[] = [
  { feature: 'health', group: '', resource: 'pods', verbs: ['list'], places: both },
  { feature: 'health', group: '', resource: 'services', verbs: ['list'], places: platform },
  { feature: 'health', group: 'apps', resource: 'deployments', verbs: ['list'], places: platform },
  { feature: 'health', group: 'apps', resource: 'statefulsets', verbs: ['list'], places: platform },
  { feature: 'health', group: 'apps', resource: 'daemonsets', verbs: ['list'], places: both },
  {
    feature: 'health',
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    verbs: ['list'],
    places: platform,
  },
  { feature: 'diagnosis', group: '', resource: 'events', verbs: ['list'], places: platform },
  { feature: 'diagnosis', group: '', resource: 'events', verbs: ['list'], places: ['node-events'] },
  { feature: 'diagnosis', group: 'apps', resource: 'replicasets', verbs: ['list'], places: platform },
  { feature: 'diagnosis', group: '', resource: 'configmaps', verbs: ['list', 'get'], places: platform },
  {
    feature: 'diagnosis',
    group: '',
    resource: 'configmaps',
    verbs: ['get'],
    places: agents,
    named: 'configmaps',
  },
  {
    feature: 'diagnosis',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: ['list'],
    places: both,
  },
  {
    feature: 'diagnosis',
    group: 'monitoring.coreos.com',
    resource: 'prometheusrules',
    verbs: ['list'],
    places: platform,
  },
  {
    feature: 'diagnosis',
    group: 'monitoring.coreos.com',
    resource: 'servicemonitors',
    verbs: ['list'],
    places: platform,
  },
  {
    feature: 'diagnosis',
    group: 'monitoring.coreos.com',
    resource: 'podmonitors',
    verbs: ['list'],
    places: platform,
  },
  {
    feature: 'diagnosis',
    group: 'monitoring.coreos.com',
    resource: 'prometheuses',
    verbs: ['list'],
    places: platform,
  },
  // A role of a namespace may let its own object be read: policies select namespaces by their labels.
  { feature: 'diagnosis', group: '', resource: 'namespaces', verbs: ['get'], places: both },
  { feature: 'diagnosis', group: '', resource: 'pods', verbs: ['get'], places: both },
  { feature: 'diagnosis', group: '', resource: 'pods/log', verbs: ['get'], places: both },
  { feature: 'diagnosis', group: 'metrics.k8s.io', resource: 'pods', verbs: ['list'], places: both },
  // Over a websocket, which is a GET, the API server wants the one; since 1.35 it wants the other as well.
  { feature: 'exec', group: '', resource: 'pods/exec', verbs: ['get', 'create'], places: platform },
  ...(['deployments', 'statefulsets', 'daemonsets'] as const).map(
    (resource): KubernetesRight => ({
      feature: 'restart',
      group: 'apps',
      resource,
      verbs: ['get', 'patch'],
      places: resource === 'daemonsets' ? both : platform,
      named: resource,
    }),
  ),
  // Which of them is the part, where nobody names it.
  ...(['deployments', 'statefulsets', 'daemonsets'] as const).map(
    (resource): KubernetesRight => ({
      feature: 'restart',
      group: 'apps',
      resource,
      verbs: ['list'],
      places: resource === 'daemonsets' ? both : platform,
    }),
  ),
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
  // The same objects as for a restart; what may be changed of them is the admission policy's business.
  ...(['deployments', 'statefulsets'] as const).flatMap((resource): readonly KubernetesRight[] => [
    {
      feature: 'workloads',
      group: 'apps',
      resource,
      verbs: ['get', 'patch'],
      places: platform,
      named: resource,
    },
    { feature: 'workloads', group: 'apps', resource, verbs: ['list'], places: platform },
  ]),
  // Its Pods, and the earlier revisions that can be gone back to.
  { feature: 'workloads', group: 'apps', resource: 'replicasets', verbs: ['list'], places: platform },
  { feature: 'workloads', group: '', resource: 'pods', verbs: ['list'], places: platform },
  // Who else chooses the number of Pods, and whether one may be away.
  {
    feature: 'workloads',
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['list'],
    places: platform,
  },
  {
    feature: 'workloads',
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list'],
    places: platform,
  },
  // Whether a quota leaves room for what is asked for.
  { feature: 'workloads', group: '', resource: 'resourcequotas', verbs: ['list'], places: platform },
  { feature: 'workloads', group: '', resource: 'pods', verbs: ['get'], places: ['own'] },
  { feature: 'workloads', group: 'apps', resource: 'replicasets', verbs: ['get'], places: ['own'] },
  {
    feature: 'services',
    group: '',
    resource: 'services',
    verbs: ['get', 'patch'],
    places: platform,
    named: 'services',
  },
  // Which Pods it selects, and which workload's Pods it was meant for.
  { feature: 'services', group: '', resource: 'pods', verbs: ['list'], places: platform },
  ...(['deployments', 'statefulsets', 'daemonsets', 'replicasets'] as const).map(
    (resource): KubernetesRight => ({
      feature: 'services',
      group: 'apps',
      resource,
      verbs: ['list'],
      places: platform,
    }),
  ),
  { feature: 'services', group: '', resource: 'pods', verbs: ['get'], places: ['own'] },
  { feature: 'services', group: 'apps', resource: 'replicasets', verbs: ['get'], places: ['own'] },
  // One value in the configuration of a part, which then restarts: with the rights of a restart.
  {
    feature: 'configmaps',
    group: '',
    resource: 'configmaps',
    verbs: ['get', 'patch'],
    places: both,
    named: 'configmaps',
  },
  // Who else reads it.
  { feature: 'configmaps', group: '', resource: 'pods', verbs: ['list'], places: both },
  ...(['deployments', 'statefulsets', 'daemonsets'] as const).map(
    (resource): KubernetesRight => ({
      feature: 'configmaps',
      group: 'apps',
      resource,
      verbs: ['list'],
      places: both,
    }),
  ),
  // A Job that runs nothing, and the policies that it owns; the cluster deletes those with it. They have names of their
  // own making: the admission policy says which, and what may stand in them.
  {
    feature: 'connections',
    group: 'batch',
    resource: 'jobs',
    verbs: ['get', 'create', 'delete'],
    places: platform,
  },
  {
    feature: 'connections',
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: ['list', 'get', 'create'],
    places: platform,
  },
  // Which Pods the two ends are, and to which port of them a Service leads.
  { feature: 'connections', group: '', resource: 'pods', verbs: ['list'], places: platform },
  { feature: 'connections', group: '', resource: 'services', verbs: ['list'], places: platform },
  ...(['deployments', 'statefulsets', 'daemonsets', 'replicasets'] as const).map(
    (resource): KubernetesRight => ({
      feature: 'connections',
      group: 'apps',
      resource,
      verbs: ['list'],
      places: platform,
    }),
  ),
  { feature: 'connections', group: '', resource: 'pods', verbs: ['get'], places: ['own'] },
  { feature: 'connections', group: 'apps', resource: 'replicasets', verbs: ['get'], places: ['own'] },
  // A Job that runs one fixed program on the claim of the model, with the image of the service: the admission policy says
  // which. It belongs to nobody and is deleted by us alone where it was stopped, else by the cluster.
  {
    feature: 'models',
    group: 'batch',
    resource: 'jobs',
    verbs: ['get', 'create', 'delete'],
    places: platform,
  },
  // Who may mount it, and from where.
  {
    feature: 'models',
    group: '',
    resource: 'persistentvolumeclaims',
    verbs: ['get'],
    places: platform,
  },
  // Whose Pods mount it, how its own Pod ended, and how far it is.
  { feature: 'models', group: '', resource: 'pods', verbs: ['list'], places: platform },
  { feature: 'models', group: '', resource: 'pods/log', verbs: ['get'], places: platform },
  { feature: 'models', group: 'apps', resource: 'replicasets', verbs: ['list'], places: platform },
  { feature: 'secrets', group: '', resource: 'secrets', verbs: ['get'], places: both, named: 'secrets' },
  // One key of the agents' Secret. It may be made where it is missing, and deleted again where it was made.
  {
    feature: 'credentials',
    group: '',
    resource: 'secrets',
    verbs: ['get', 'patch', 'delete'],
    places: agents,
    named: 'secrets',
  },
  // One key of the Secrets that log in to Neo4j; none of them is made or deleted.
  {
    feature: 'credentials',
    group: '',
    resource: 'secrets',
    verbs: ['get', 'patch'],
    places: platform,
    named: 'secrets',
  },
  // What stood there before, until undo ends: the cluster deletes it with a Job that runs nothing. What is made cannot be
  // named in a role: the admission policy says which it may be, and what may stand in it.
  ...(
    [
      [agents, keptToken],
      [platform, keptPassword],
    ] as const
  ).flatMap(([places, kept]): readonly KubernetesRight[] => [
    {
      feature: 'credentials',
      group: '',
      resource: 'secrets',
      verbs: ['get', 'delete'],
      places,
      only: [kept],
    },
    { feature: 'credentials', group: '', resource: 'secrets', verbs: ['create'], places },
    { feature: 'credentials', group: 'batch', resource: 'jobs', verbs: ['get', 'create', 'delete'], places },
  ]),
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
  readonly resourceNames?: readonly string[];
}

export type RuleRight = Pick<KubernetesRight, 'group' | 'resource' | 'verbs' | 'named' | 'only'>;

/**
 * Rules for some rights; resources of one group with the same verbs share a rule, but for the named ones. A named right
 * without a name gives no rule: to Kubernetes an empty list of names means every object.
 */
export function roleRules(rights: readonly RuleRight[], names: RightNames): readonly RoleRule[] {
  const shared = rights.filter(({ named, only }) => named === undefined && only === undefined);
  return [
    ...sharedRules(shared),
    ...rights.flatMap((right) => {
      const resourceNames = namesOf(right, names) ?? [];
      if (resourceNames.length === 0) return [];
      const { group, resource, verbs } = right;
      return [{ apiGroups: [group], resources: [resource], verbs: verbs.toSorted(), resourceNames }];
    }),
  ];
}

/** Undefined: every object of the kind. */
const namesOf = ({ named, only }: RuleRight, names: RightNames): readonly string[] | undefined =>
  named === undefined ? only : names[named];

function sharedRules(rights: readonly RuleRight[]): readonly RoleRule[] {
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

export type RightQuestion = Omit<NeededRight, 'feature'> & {
  readonly feature: RightFeature;
  readonly subresource?: string;
};

/** The rights as single questions to the API server (SelfSubjectAccessReview), the named ones for each name. */
export function asQuestions(
  rights: readonly KubernetesRight[],
  namespace: string,
  names: RightNames,
): readonly RightQuestion[] {
  return rights.flatMap((right) => {
    const { feature, group, resource, verbs } = right;
    const [kind = '', subresource] = resource.split('/');
    return verbs.flatMap((verb) =>
      (namesOf(right, names) ?? [undefined]).map((name) => ({
        feature,
        verb,
        group,
        resource: kind,
        namespace,
        ...present({ subresource, name }),
      })),
    );
  });
}

/**
 * The chart's value that gives a right which the API server refused; undefined for one that no feature has. `resource` as
 * in a refusal: `pods/exec`, `pods.metrics.k8s.io`, `secrets/agent-auth-token`. `wanted`: where several features have it.
 */
export function allowedBy(
  refused: { readonly verb: string; readonly resource: string; readonly namespace: string },
  where: { readonly namespace: string; readonly agentNamespace: string },
  wanted?: RightFeature,
): string | undefined {
  const place =
    refused.namespace === where.namespace
      ? 'platform'
      : refused.namespace === where.agentNamespace
        ? 'agents'
        : refused.namespace === nodeEventsNamespace
          ? 'node-events'
          : undefined;
  if (place === undefined) return undefined;
  const gives = ({ group, resource, verbs, places }: KubernetesRight) => {
    const asked = group === 'metrics.k8s.io' ? `${resource}.${group}` : resource;
    return places.includes(place) && verbs.includes(refused.verb) && asked === refused.resource;
  };
  const all = kubernetesRights.filter(gives);
  const right = all.find(({ feature }) => feature === wanted) ?? all[0];
  return right === undefined ? undefined : chartValue(right.feature, place);
}
