import { stringify } from 'yaml';
import type { Direction } from '../../../domain/probe/network-policy.ts';
import type { Labels } from './service-object.ts';

/** How the names begin of what lets a connection through for a while; the admission policy knows them by it. */
export const connectionPrefix = 'aetherius-connection-';
/** Seconds after which the cluster ends it at the latest. */
export const mostSeconds = 300;

const suffixOf = { Ingress: 'in', Egress: 'out' } as const;

/** Name of the Job of one operation, the same whoever goes on with it. */
export const jobName = (operation: string): string => `${connectionPrefix}${operation}`;
export const policyName = (operation: string, direction: Direction): string =>
  `${jobName(operation)}-${suffixOf[direction]}`;

/** What a policy allows: the Pods of one end, one port, those of the other. */
export interface Allowed {
  readonly direction: Direction;
  readonly pods: Labels;
  readonly peer: Labels;
  readonly port: number;
}

/** Allow rules add up: this one takes nothing from any other policy. */
export function allowSpec({ direction, pods, peer, port }: Allowed): object {
  const peers = [{ podSelector: { matchLabels: peer } }];
  const ports = [{ protocol: 'TCP', port }];
  return {
    podSelector: { matchLabels: pods },
    policyTypes: [direction],
    ...(direction === 'Ingress' ? { ingress: [{ from: peers, ports }] } : { egress: [{ to: peers, ports }] }),
  };
}

/** The policy that goes with its Job. Without labels: no tool takes it for its own. */
export function allowPolicy(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  allowed: Allowed,
  owner: { readonly name: string; readonly uid: string },
): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', ...owner }] },
    spec: allowSpec(allowed),
  };
}

/** The same rules to keep, for where the installation's policies are made. */
export function lastingPolicies(
  name: string,
  allowed: readonly Allowed[],
  namespace: string,
): readonly string[] {
  const manifests = allowed.map((one) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: { name: `${name}-${suffixOf[one.direction]}`, namespace },
    spec: allowSpec(one),
  }));
  const text = manifests.map((one) => stringify(one, { lineWidth: 0 })).join('---\n');
  return ['# networkpolicy.yaml', ...text.trimEnd().split('\n')];
}
