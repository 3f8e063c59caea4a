import { protocolPorts } from '../../../domain/platform/table.ts';

export interface Place {
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

/** Only the host and port of a URL are kept: the rest of it may be secret. */
export function placeOf(text: string): Place {
  // `bolt+s://` and the like are no special schemes: their ports would not be understood.
  const url = new URL(text.replace(/^(?:bolt|neo4j)(?:\+s|\+ssc)?:/, 'neo4j:'));
  const port = url.port === '' ? (defaultPorts[url.protocol] ?? protocolPorts.bolt) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** The same for people; undefined for what is no URL. */
export function addressIn(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { host, port } = placeOf(text);
  return host === '' ? undefined : addressText({ host, port });
}

export const addressText = ({ host, port }: Place): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
