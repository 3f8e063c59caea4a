import { z } from 'zod';
import type { DestinationKey } from '../../../domain/fix/destination-advice.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { clientsSeen } from '../../shared/store-clients.ts';
import { type Address, addressIn } from '../../values/destination.ts';
import type { Others } from '../../values/destination-of-others.ts';
import { lookAtMap, sourceOf } from '../object/config-source.ts';
import { type Context, look, named, type Place, placeOf, type Seen } from '../object/workload.ts';
import { podsOf } from '../object/workload-object.ts';
import { type DestinationSpot, destinationAt } from './destination-in-map.ts';
import { isYounger } from './younger-pods.ts';

/** A key of a part, and where it stands: its workload, the ConfigMap and the place in it. */
export interface Standing {
  readonly place: Place;
  readonly seen: Seen;
  readonly spot: DestinationSpot;
  /** Secrets that may hide it. */
  readonly mayHide: readonly string[];
  readonly map: Awaited<ReturnType<typeof lookAtMap>>;
  readonly value: string;
}

/** What a part's configuration says for a key, by its workload. AppError CONFLICT where something hides it. */
export async function standingDestination(
  part: ConfiguredId,
  workload: string | undefined,
  key: DestinationKey,
  context: Context,
): Promise<Standing> {
  const { deps, signal } = context;
  const wanted = { part, ...(workload === undefined ? {} : { workload }) };
  const place = await named(placeOf(wanted, deps), wanted, deps, signal);
  const seen = await look(place, deps, signal);
  const setting = deps.platform.keys[key];
  const {
    map: name,
    entry,
    form,
    mayHide,
  } = await sourceOf(...[seen.object, part, setting, place.namespace, context]);
  const spot = { namespace: place.namespace, map: name, entry, form, setting, key };
  const map = await lookAtMap(place.namespace, name, context);
  return { place, seen, spot, mayHide, map, value: destinationAt(map, spot).value };
}

/** The destinations of the other parts, by their workloads. */
export function othersIn(
  { key, part }: { readonly key: DestinationKey; readonly part: ConfiguredId },
  context: Context,
): Others<Standing> {
  return {
    destination: ({ value, spot: { setting } }) => ({ value, setting }),
    standing: (one) => standingDestination(one, undefined, key, context),
    mustLeadNowhere: (own) => mustLeadNowhere(own, addressIn(own.value), context),
    inEffect: async ({ spot, place, seen }) =>
      seen.desired > 0 && (await isYounger(spot, place, seen, context)) === true,
    isProved: (shown) => isProved(shown, key, part, context),
  };
}

/** What a name of the cluster's own stands for; undefined: it is no name of one of this namespace. */
function serviceIn(host: string, from: string, namespace: string): string | undefined {
  const [name = '', where = from, kind = 'svc', ...domain] = host.toLowerCase().split('.');
  const own = kind === 'svc' && (domain.length === 0 || domain.at(-1) === 'local');
  return own && where === namespace && !/^\d+$/.test(name) ? name : undefined;
}

const Service = z.object({ spec: z.object({ ports: z.array(z.object({ port: z.number() })).default([]) }) });

async function serviceNamed(name: string, { deps, signal }: Context) {
  const services = await deps.kubernetes.list('services', deps.kubernetes.namespace, { signal });
  const found = services.find(({ metadata }) => metadata.name === name);
  return found === undefined ? undefined : Service.parse(found).spec;
}

const Names = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        hostNetwork: z.boolean().nullish(),
        dnsPolicy: z.string().nullish(),
        dnsConfig: z.object({ searches: z.array(z.string()).nullish() }).nullish(),
        hostAliases: z.array(z.object({ hostnames: z.array(z.string()).default([]) })).nullish(),
      }),
    }),
  }),
});

/**
 * Whether its Pods find a host by something else than the cluster's own names: their own machine, an alias, or a resolver
 * or search domains that are not the cluster's. Source: Kubernetes, "DNS for Services and Pods", Pod's DNS policy.
 */
function isFoundElsewhere(host: string, workload: KubeObject): boolean {
  const { hostNetwork, dnsPolicy, dnsConfig, hostAliases } = Names.parse(workload).spec.template.spec;
  const policy = dnsPolicy ?? 'ClusterFirst';
  const byCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && hostNetwork !== true);
  return (
    host.toLowerCase() === 'localhost' ||
    !byCluster ||
    (dnsConfig?.searches ?? []).length > 0 ||
    (hostAliases ?? []).some(({ hostnames }) => hostnames.includes(host))
  );
}

/**
 * An address is wrong only where nothing can be behind it: no Service has the name, or the Service has no such port.
 * What lies outside of the namespace is not seen from here, and may be meant.
 */
async function mustLeadNowhere(
  { place, seen, value, spot }: Standing,
  { host, port }: Address,
  context: Context,
): Promise<void> {
  const key = spot.setting;
  const service = serviceIn(host, place.namespace, context.deps.kubernetes.namespace);
  if (service === undefined || isFoundElsewhere(host, seen.object))
    throw refused('address-outside', { key, address: value });
  const spec = await serviceNamed(service, context);
  if (spec === undefined) return;
  if (port === undefined || spec.ports.some((one) => one.port === port))
    throw refused('address-leads-somewhere', { key, address: value });
}

/** The part runs with it, the name is a Service's, and the store itself sees the part's Pods connected. */
async function isProved(
  { place, seen, value }: Standing,
  key: DestinationKey,
  owner: ConfiguredId,
  context: Context,
): Promise<boolean> {
  const { host, port } = addressIn(value);
  const service = serviceIn(host, place.namespace, context.deps.kubernetes.namespace);
  if (service === undefined) return false;
  const spec = await serviceNamed(service, context);
  if (spec === undefined || (port !== undefined && spec.ports.every((one) => one.port !== port)))
    return false;
  return isConnected(key, place, seen, owner, context);
}

const Pod = z.object({ status: z.object({ podIP: z.string().exactOptional() }).prefault({}) });

/**
 * Whether the store has a connection from a Pod of this workload, by its own list. PostgreSQL is asked in the database of
 * `owner`: so it has that as well. False where nobody can see it.
 */
export async function isConnected(
  key: DestinationKey,
  place: Place,
  seen: Seen,
  owner: ConfiguredId,
  context: Context,
): Promise<boolean> {
  const { deps, signal } = context;
  const pods = await podsOf(place.kind, place.namespace, seen.uid, deps.kubernetes, signal);
  const addresses = pods.flatMap((pod) =>
    pod.metadata.deletionTimestamp === undefined ? (Pod.parse(pod).status.podIP ?? []) : [],
  );
  const { clients } = await clientsSeen(key, owner, context);
  return clients.some((client) => addresses.includes(client));
}
