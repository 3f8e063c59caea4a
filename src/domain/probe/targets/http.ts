import type { CallOptions } from '../../kernel/call.ts';
import type { ServiceId } from '../../platform/part.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ValueSource } from '../../platform/source.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  text(): string;
  /** Milliseconds until the last byte. */
  readonly latencyMs: number;
}

export interface ServiceTarget {
  readonly id: ServiceId;
  readonly url: string;
  /** Tried in turn until one does not answer 404. */
  readonly healthPaths: readonly string[];
  /** Where those come from; absent: the configuration. */
  readonly healthPathsSource?: ValueSource;
  /** Its other paths. */
  readonly paths: Platform['paths'];
}

export interface ServicesTarget {
  /** Undefined: that service is not configured. */
  find(id: ServiceId): ServiceTarget | undefined;
  /** Any HTTP status is an answer; only a missing answer throws. At most `maxBytes` (default 1 MiB) are read. */
  request(
    url: string,
    options?: CallOptions & {
      readonly method?: 'GET' | 'POST';
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly maxBytes?: number;
      /** Tries a service again that could not be reached a moment ago, which a run otherwise remembers. */
      readonly anew?: boolean;
    },
  ): Promise<HttpAnswer>;
  /**
   * What `work` asks of one service goes over one connection, which a Service of Kubernetes leads to one and the same
   * replica. `kept` tells afterwards whether it did: a server may close its connection after every answer.
   */
  overOneConnection<T>(work: (services: ServicesTarget, kept: () => boolean) => Promise<T>): Promise<T>;
}
