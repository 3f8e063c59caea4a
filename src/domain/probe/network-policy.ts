import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { own } from '../kernel/own.ts';

/**
 * What NetworkPolicies say about one connection, exactly as the API defines it (networking.k8s.io/v1,
 * "NetworkPolicySpec"): a Pod selected by a policy of a direction accepts in that direction only what some
 * policy of that direction allows; both ends must allow; a Pod no policy selects allows everything.
 */
export type Labels = Readonly<Record<string, string>>;

const Selector = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});
export type LabelSelector = z.output<typeof Selector>;

const Peers = z
  .array(
    z.object({
      podSelector: Selector.nullish(),
      namespaceSelector: Selector.nullish(),
      ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).nullish() }).nullish(),
    }),
  )
  .nullish();
const Ports = z
  .array(
    z.object({
      /** Absent: TCP. */
      protocol: z.string().nullish(),
      /** Number, or the name of a container port; absent: every port. */
      port: z.union([z.number(), z.string()]).nullish(),
      endPort: z.number().nullish(),
    }),
  )
  .nullish();

/** The fields of a NetworkPolicy that decide; parses an object of the API server. */
export const NetworkPolicy = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('') }),
  spec: z
    .object({
      podSelector: Selector.default({}),
      policyTypes: z.array(z.string()).nullish(),
      ingress: z.array(z.object({ from: Peers, ports: Ports })).nullish(),
      egress: z.array(z.object({ to: Peers, ports: Ports })).nullish(),
    })
    .prefault({}),
});
export type NetworkPolicy = z.output<typeof NetworkPolicy>;

/** One end of a connection. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Labels;
  /**
   * All labels of the namespace. Absent: not known, but for the one every namespace has
   * (`kubernetes.io/metadata.name`); the result of a rule that needs another label is then unknown.
   */
  readonly namespaceLabels?: Labels;
  readonly ip?: string;
  /** Container ports that have a name, for rules that use one. */
  readonly namedPorts?: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
  }[];
}

export type Direction = 'Ingress' | 'Egress';
export interface ConnectionVerdict {
  /** Undefined: it hangs on something of an end that is not known (labels of its namespace, its address). */
  readonly allowed: boolean | undefined;
  /** Every policy that selects an end and lets the connection through in no rule; empty unless it is blocked. */
  readonly blockedBy: readonly { readonly policy: string; readonly direction: Direction }[];
}

type Truth = boolean | undefined;
const everyTrue = (all: readonly Truth[]): Truth =>
  all.includes(false) ? false : all.includes(undefined) ? undefined : true;
const someTrue = (all: readonly Truth[]): Truth =>
  all.includes(true) ? true : all.includes(undefined) ? undefined : false;

/** `port` is the destination Pod's own, after the Service's translation. */
export function judgeConnection(
  policies: readonly NetworkPolicy[],
  from: Endpoint,
  to: Endpoint,
  port: number,
  protocol: 'TCP' | 'UDP' | 'SCTP' = 'TCP',
): ConnectionVerdict {
  const connection = { to, port, protocol };
  const egress = judgeDirection(policies, 'Egress', from, to, connection);
  const ingress = judgeDirection(policies, 'Ingress', to, from, connection);
  return {
    allowed: everyTrue([egress.allowed, ingress.allowed]),
    blockedBy: [...egress.blockedBy, ...ingress.blockedBy],
  };
}

/** Whether some rule asks for labels of a namespace that the API server does not set itself. */
export function asksForNamespaceLabels(policies: readonly NetworkPolicy[]): boolean {
  return policies.some(({ spec }) =>
    [...(spec.ingress ?? []).map(({ from }) => from), ...(spec.egress ?? []).map(({ to }) => to)]
      .flatMap((peers) => peers ?? [])
      .some(({ namespaceSelector }) => {
        const { matchLabels, matchExpressions } = namespaceSelector ?? {};
        const keys = [...Object.keys(matchLabels ?? {}), ...(matchExpressions ?? []).map(({ key }) => key)];
        return keys.some((key) => key !== namespaceNameLabel);
      }),
  );
}

const namespaceNameLabel = 'kubernetes.io/metadata.name';

/**
 * Names of the policies that together let no client reach this port of a Pod: some select it for ingress, and no
 * rule of theirs speaks of the port. Who a rule admits is not asked, so that silence here promises nothing. Empty:
 * somebody may.
 */
export function closedToAll(
  policies: readonly NetworkPolicy[],
  to: Endpoint,
  port: number,
  protocol = 'TCP',
): readonly string[] {
  const selecting = selectingPolicies(policies, 'Ingress', to);
  const open = selecting.some(({ spec }) =>
    (spec.ingress ?? []).some((rule) => admitsPort(rule.ports, { to, port, protocol })),
  );
  return open ? [] : selecting.map(({ metadata }) => metadata.name);
}

/** Where name servers listen: the port of DNS, and those that Pods use which may not open it (OpenShift, CoreDNS samples). */
const namePorts = [53, 1053, 5353, 8053] as const;

/**
 * Names of the policies that together let a Pod ask no name server: some select it for egress, and no rule of theirs
 * can mean one. A rule that leaves its own namespace, or names a port by name, may mean one. Empty: it may ask.
 */
export function closedToNames(policies: readonly NetworkPolicy[], from: Endpoint): readonly string[] {
  const selecting = selectingPolicies(policies, 'Egress', from);
  const open = selecting.some(({ spec }) =>
    (spec.egress ?? []).some(({ to: peers, ports }) => {
      const leaves =
        (peers ?? []).length === 0 ||
        peers?.some((peer) => peer.ipBlock != null || peer.namespaceSelector != null) === true;
      const named = (ports ?? []).some(({ port }) => typeof port === 'string');
      return (
        leaves && (named || namePorts.some((port) => admitsPort(ports, { to: from, port, protocol: 'UDP' })))
      );
    }),
  );
  return open ? [] : selecting.map(({ metadata }) => metadata.name);
}

interface Connection {
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol: string;
}

/** One direction: the policies that select the Pod block nothing that any of them allows. */
function judgeDirection(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  subject: Endpoint,
  other: Endpoint,
  connection: Connection,
): ConnectionVerdict {
  const selecting = selectingPolicies(policies, direction, subject);
  if (selecting.length === 0) return { allowed: true, blockedBy: [] };
  const allowed = someTrue(
    selecting.flatMap(({ metadata, spec }) => {
      const rules =
        direction === 'Ingress'
          ? (spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
          : (spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
      return rules.map((rule) =>
        everyTrue([admitsPort(rule.ports, connection), admitsPeer(rule.peers, other, metadata.namespace)]),
      );
    }),
  );
  const blockedBy =
    allowed === false ? selecting.map((policy) => ({ policy: policy.metadata.name, direction })) : [];
  return { allowed, blockedBy };
}

function selectingPolicies(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  subject: Endpoint,
): readonly NetworkPolicy[] {
  return policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === subject.namespace &&
      appliesTo(spec, direction) &&
      matchesSelector(spec.podSelector, subject.labels),
  );
}

/** Without `policyTypes`: Ingress always, Egress when the policy has egress rules. */
function appliesTo(spec: NetworkPolicy['spec'], direction: Direction): boolean {
  const types = spec.policyTypes ?? [];
  if (types.length > 0) return types.includes(direction);
  return direction === 'Ingress' || (spec.egress?.length ?? 0) > 0;
}

function admitsPeer(peers: z.output<typeof Peers>, other: Endpoint, policyNamespace: string): Truth {
  if (peers === undefined || peers === null || peers.length === 0) return true;
  return someTrue(
    peers.map((peer) => {
      const block = peer.ipBlock;
      if (block !== undefined && block !== null) {
        const { ip } = other;
        if (ip === undefined) return undefined;
        return inBlock(ip, block.cidr) && !(block.except ?? []).some((except) => inBlock(ip, except));
      }
      const namespaces = peer.namespaceSelector;
      const inNamespace =
        namespaces === undefined || namespaces === null
          ? other.namespace === policyNamespace
          : selectsNamespace(namespaces, other);
      const pods = peer.podSelector;
      const selected = pods === undefined || pods === null || matchesSelector(pods, other.labels);
      return everyTrue([inNamespace, selected]);
    }),
  );
}

function selectsNamespace(selector: LabelSelector, { namespace, namespaceLabels }: Endpoint): Truth {
  const labels = { [namespaceNameLabel]: namespace, ...namespaceLabels };
  const requirements: LabelSelector[] = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ matchLabels: { [key]: value } })),
    ...(selector.matchExpressions ?? []).map((expression) => ({ matchExpressions: [expression] })),
  ];
  return everyTrue(
    requirements.map((one) => {
      const key = Object.keys(one.matchLabels ?? {})[0] ?? one.matchExpressions?.[0]?.key ?? '';
      const known = namespaceLabels !== undefined || key === namespaceNameLabel;
      return known ? matchesSelector(one, labels) : undefined;
    }),
  );
}

function admitsPort(ports: z.output<typeof Ports>, connection: Connection): boolean {
  if (ports === undefined || ports === null || ports.length === 0) return true;
  return ports.some((rule) => {
    if ((rule.protocol ?? 'TCP') !== connection.protocol) return false;
    if (rule.port === undefined || rule.port === null) return true;
    if (typeof rule.port === 'string')
      // A name means the destination Pod's container port of that name, in both directions.
      return (connection.to.namedPorts ?? []).some(
        (named) =>
          named.name === rule.port &&
          named.port === connection.port &&
          named.protocol === connection.protocol,
      );
    const end = rule.endPort ?? rule.port;
    return connection.port >= rule.port && connection.port <= end;
  });
}

/** An empty selector matches everything; all its requirements must hold. A label may be called `constructor`. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (own(labels, key) !== value) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = own(labels, key);
    switch (operator) {
      case 'In':
        return value !== undefined && (values ?? []).includes(value);
      case 'NotIn':
        // A Pod without the label satisfies NotIn.
        return value === undefined || !(values ?? []).includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/**
 * True when the address lies in the block. An address of one family is in no block of the other, so that `::/0` says
 * nothing about IPv4; one with an IPv4 tail (`::ffff:10.0.0.1`) is that IPv4 address, as in Go's `net.IPNet`.
 */
export function inBlock(ip: string, cidr: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(ip) === 0 || (family === 6 && isIP(ip) === 4)) return false;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return block.check(ip, isIP(ip) === 4 ? 'ipv4' : 'ipv6');
}
