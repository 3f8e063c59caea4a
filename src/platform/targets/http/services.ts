import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type ServiceId, serviceIds } from '../../../domain/platform/part.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import type { ServicesTarget, ServiceTarget } from '../../../domain/probe/targets/http.ts';
import { CircuitBreaker, defaultTimeouts, type Timeouts, unconnected } from '../failure.ts';
import { type HttpCall, httpCall } from './http-call.ts';

export interface ServiceSettings extends Pick<ServiceTarget, 'healthPaths' | 'healthPathsSource'> {
  readonly url: string;
  /** Of its paths those that are its own. */
  readonly paths?: Partial<Platform['paths']>;
}
export type ServicesSettings = Readonly<Partial<Record<ServiceId, ServiceSettings>>>;

const mebibyte = 1024 * 1024;

/** The platform's HTTP services. A connection a call: what a health check measures is what a new client meets. */
export function createServicesTarget(
  services: ServicesSettings,
  paths: Platform['paths'],
  timeouts: Timeouts = defaultTimeouts,
): ServicesTarget {
  const found = new Map<ServiceId, ServiceTarget>();
  for (const id of serviceIds) {
    const service = services[id];
    if (service !== undefined)
      found.set(id, {
        ...service,
        id,
        url: service.url.replace(/\/$/, ''),
        paths: { ...paths, ...service.paths },
      });
  }
  const breakers = new Map<string, CircuitBreaker>();
  const breaker = (key: string, make: () => CircuitBreaker) => {
    const known = breakers.get(key) ?? make();
    breakers.set(key, known);
    return known;
  };
  /** A path may hang while another answers; a port that is not there has no paths. */
  const guarded = <T>(url: URL, anew: boolean, call: () => Promise<T>) => {
    const ofHost = breaker(url.host, () => new CircuitBreaker(unconnected));
    const ofPath = breaker(`${url.host}${url.pathname}`, () => new CircuitBreaker());
    if (anew) for (const one of [ofHost, ofPath]) one.forget();
    return ofHost.run(() => ofPath.run(call));
  };
  /** How a call gets its connection: one of its own, or a kept one. */
  type Connection = Pick<HttpCall, 'agent' | 'onConnect'> & Pick<Required<HttpCall>, 'headers'>;
  const ownConnection: Connection = { headers: { connection: 'close' } };

  const requestOver =
    (connectionTo: (url: URL) => Connection): ServicesTarget['request'] =>
    async (address, options = {}) => {
      if (!URL.canParse(address)) throw new AppError('INVALID_INPUT', 'not a URL');
      const url = new URL(address);
      const name = [...found.values()].find((service) => new URL(service.url).host === url.host)?.id;
      const callMs = options.timeoutMs ?? timeouts.callMs;
      const { headers, ...connection } = connectionTo(url);
      return guarded(url, options.anew === true, () =>
        httpCall({
          what: name ?? 'HTTP',
          url,
          method: options.method ?? 'GET',
          headers: { accept: 'application/json, text/plain, */*', ...headers, ...options.headers },
          ...present({ body: options.body }),
          maxBytes: options.maxBytes ?? mebibyte,
          connectMs: Math.min(timeouts.connectMs, callMs),
          callMs,
          ...present({ signal: options.signal }),
          ...connection,
        }),
      );
    };

  const target: ServicesTarget = {
    find: (id) => found.get(id),
    request: requestOver(() => ownConnection),
    async overOneConnection(work) {
      const keep = { keepAlive: true, maxSockets: 1 };
      const agents = { 'http:': new HttpAgent(keep), 'https:': new HttpsAgent(keep) };
      let made = 0;
      const onConnect = () => {
        made += 1;
      };
      const request = requestOver(({ protocol }) => ({
        agent: protocol === 'https:' ? agents['https:'] : agents['http:'],
        headers: {},
        onConnect,
      }));
      try {
        return await work({ ...target, request }, () => made <= 1);
      } finally {
        for (const agent of Object.values(agents)) agent.destroy();
      }
    },
  };
  return target;
}
