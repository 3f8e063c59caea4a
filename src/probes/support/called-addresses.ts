/** Addresses that a program calls in vain, as its log has them, beside those that its settings give. */

import { protocolPorts } from '../../domain/platform/table.ts';
import type { LogLine } from './log-lines.ts';

export interface Address {
  readonly scheme: 'http' | 'bolt';
  readonly host: string;
  readonly port: number;
}

export interface Call extends Address {
  /** Lines that speak of it. */
  readonly count: number;
  /** The last of them. */
  readonly line: LogLine;
}

/** A setting of a program: a variable, or a key of its file. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** A call that no setting gives, and the setting that was meant for it. */
export interface Astray {
  readonly call: Call;
  readonly setting: Setting;
  readonly given: Address;
}

/** A failed request of Go's client (`url.Error`, package net/url): `Post "http://host:port/path": reason`. */
const goRequest = /\b(?:Get|Head|Post|Put|Patch|Delete) \\?"(https?:\/\/[^\s"\\]+)\\?":/g;
/** Neo4j's driver for Python (package neo4j, `neo4j._async.io`): that of a connection, and that of a name. */
const neo4jDriver = /(?:couldn't connect to|cannot resolve address) ([\w.-]+):(\d+)/gi;

/** Addresses in the lines of a log to which a call failed, each once. */
export function callsIn(lines: readonly LogLine[]): readonly Call[] {
  const calls = new Map<string, Call>();
  for (const line of lines)
    for (const address of [...requests(line.raw), ...connections(line.raw)]) {
      const key = textOf(address);
      calls.set(key, { ...address, count: (calls.get(key)?.count ?? 0) + 1, line });
    }
  return [...calls.values()];
}

const requests = (text: string): readonly Address[] =>
  [...text.matchAll(goRequest)].flatMap(([, url = '']) => addressOf(url) ?? []);

const connections = (text: string): readonly Address[] =>
  [...text.matchAll(neo4jDriver)].map(([, host = '', port]) => ({
    scheme: 'bolt',
    host,
    port: Number(port),
  }));

/** `http://host:port`, without the path and without who logs in. */
export const textOf = ({ scheme, host, port }: Address): string => `${scheme}://${host}:${port}`;

/** Undefined: no address of a kind that is looked at. */
function addressOf(text: string): Address | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [, kind, tls] = /^(http|bolt)(s|\+s(?:sc)?)?:$/.exec(url?.protocol ?? '') ?? [];
  if (url === undefined || url.hostname === '' || (kind !== 'http' && kind !== 'bolt')) return undefined;
  const usual = protocolPorts[kind === 'http' && tls !== undefined ? 'https' : kind];
  return { scheme: kind, host: url.hostname, port: Number(url.port || usual) };
}

const labelOf = (host: string): string => host.split('.')[0] ?? host;

/** Whether a setting gives this address, whole or by its host alone. */
const gives = ({ value }: Setting, { host, port }: Address): boolean => {
  if (value === host || value.includes(`${host}:${port}`)) return true;
  const given = addressOf(value);
  return given !== undefined && labelOf(given.host) === labelOf(host) && given.port === port;
};

export const isGiven = (call: Address, settings: readonly Setting[]): boolean =>
  settings.some((setting) => gives(setting, call));

/** `AGENT_MANAGER_URL` and `services.agent_manager` are of the host `agent-manager`. */
function isNamed(setting: string, host: string): boolean {
  const words = (text: string) => `-${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-`;
  const label = labelOf(host);
  return label.length >= 4 && words(setting).includes(words(label));
}

/**
 * Calls that no setting gives, where one was meant for them: of HTTP by the name of the host that is called, of Bolt the
 * only one there is. With `neo4j://` a driver calls what the server names, so that nothing can be said then.
 */
export function astray(calls: readonly Call[], settings: readonly Setting[]): readonly Astray[] {
  const given = settings.flatMap((setting) => {
    const address = addressOf(setting.value);
    return address === undefined ? [] : [{ setting, address }];
  });
  const routed = settings.some(({ value }) => /^neo4j(?:\+s(?:sc)?)?:/.test(value));
  return calls
    .filter((call) => !isGiven(call, settings) && !(routed && call.scheme === 'bolt'))
    .flatMap((call): readonly Astray[] => {
      const own = given.filter(({ address }) => address.scheme === call.scheme);
      const meant =
        call.scheme === 'bolt' ? own : own.filter(({ setting }) => isNamed(setting.name, call.host));
      const [first, ...more] = meant;
      if (first === undefined || (call.scheme === 'bolt' && more.length > 0)) return [];
      return [{ call, setting: first.setting, given: first.address }];
    });
}
