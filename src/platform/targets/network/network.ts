import { lookup } from 'node:dns/promises';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { within } from '../../../domain/kernel/within.ts';
import { type PartId, partIds, serviceIds } from '../../../domain/platform/part.ts';
import type { NetworkTarget } from '../../../domain/probe/targets/network.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import { targetError } from '../failure.ts';
import { addressText, type Place, placeOf } from './address.ts';
import { tcpCheck } from './tcp-check.ts';

/** Where the parts of an environment listen, as it is configured. */
export function createNetworkTarget(config: EnvironmentConfig): NetworkTarget {
  const places = placesOf(config);
  return {
    knows: (part) => places[part] !== undefined,
    near: (part) => nearTo(part, places),
    async address(part) {
      const place = await places[part]?.();
      return place === undefined ? undefined : addressText(place);
    },
    async handshake(part, { timeoutMs, signal, at }) {
      const place = at ?? (await places[part]?.());
      if (place === undefined) throw new AppError('NOT_FOUND', 'a part has no address', { facts: { part } });
      const { host, port } = place;
      const began = performance.now();
      const seen = await tcpCheck(host, port, { timeoutMs, ...present({ signal }) });
      const ms = Math.round(performance.now() - began);
      if (seen === 'dns' || seen === 'aborted') throw targetError(seen, { what: part, host, port });
      return { host, port, answer: seen === 'connect-timeout' ? 'silent' : seen, ms };
    },
  };
}

/** Of a whole network: its first three bytes, or half of an address of IPv6. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address.split('.').slice(0, 3).join('.');
  const [head = '', tail] = address.split('::');
  const given = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - given.length - rest);
  return [...given, ...Array.from({ length: zeros }, () => '0')].slice(0, 4).join(':');
}

/** How long a name may take to be looked up. */
const lookupMs = 2_000;

async function networksOf(host: string): Promise<readonly string[]> {
  const found = await within(lookupMs, lookup(host, { all: true }), { late: () => [] }).catch(() => []);
  return found.map(({ address }) => networkOf(address));
}

async function nearTo(part: PartId, places: Places): Promise<readonly PartId[]> {
  const hostOf = async (id: PartId) => (await places[id]?.().catch(() => undefined))?.host;
  const own = await hostOf(part);
  if (own === undefined) return [];
  const networks = await networksOf(own);
  const isNear = async (id: PartId): Promise<boolean> => {
    const host = await hostOf(id);
    if (host === undefined || id === part) return false;
    return host === own || (await networksOf(host)).some((network) => networks.includes(network));
  };
  const all = partIds.filter((id) => places[id] !== undefined);
  const near = await Promise.all(all.map(isNear));
  return all.filter((_id, index) => near[index]);
}

type Places = Readonly<Partial<Record<PartId, () => Promise<Place | undefined>>>>;

function placesOf(config: EnvironmentConfig): Places {
  const { postgres, redis, nats, neo4j } = config;
  const services = serviceIds.flatMap((id) => {
    const url = config.services[id]?.url;
    return url === undefined ? [] : [[id, () => Promise.resolve(placeOf(url))] as const];
  });
  return {
    ...Object.fromEntries(services),
    ...present({
      postgres: postgres === undefined ? undefined : async () => placeOf(await postgres.url.reveal()),
      redis: redis === undefined ? undefined : () => redisPlace(redis),
      nats: nats === undefined ? undefined : async () => placeOf(await nats.url.reveal()),
      neo4j: neo4j === undefined ? undefined : async () => placeOf(await neo4j.url.reveal()),
    }),
  };
}

async function redisPlace(redis: NonNullable<EnvironmentConfig['redis']>): Promise<Place | undefined> {
  switch (redis.kind) {
    case 'single':
      return placeOf(await redis.url.reveal());
    case 'sentinel':
      return redis.sentinels[0];
    case 'cluster':
      return redis.nodes[0];
  }
}
