import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type PartId, serviceIds } from '../../../domain/platform/part.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import type { NetworkTarget } from '../../../domain/probe/targets/network.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import { targetError } from '../failure.ts';
import { tcpCheck } from './tcp-check.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': protocolPorts.http,
  'https:': protocolPorts.https,
  'postgres:': protocolPorts.postgres,
  'postgresql:': protocolPorts.postgres,
  'redis:': protocolPorts.redis,
  'rediss:': protocolPorts.redis,
  'nats:': protocolPorts.nats,
  'tls:': protocolPorts.nats,
};

/** Where the parts of an environment listen, as it is configured. */
export function createNetworkTarget(config: EnvironmentConfig): NetworkTarget {
  const places = placesOf(config);
  return {
    knows: (part) => places[part] !== undefined,
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

/** Only the host and port of a URL are kept: the rest of it may be secret. */
function placeOf(text: string): Place {
  // `bolt+s://` and the like are no special schemes: their ports would not be understood.
  const url = new URL(text.replace(/^(?:bolt|neo4j)(?:\+s|\+ssc)?:/, 'neo4j:'));
  const port = url.port === '' ? (defaultPorts[url.protocol] ?? protocolPorts.bolt) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function placesOf(
  config: EnvironmentConfig,
): Readonly<Partial<Record<PartId, () => Promise<Place | undefined>>>> {
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
