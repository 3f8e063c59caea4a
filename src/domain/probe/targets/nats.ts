import type { CallOptions } from '../../kernel/call.ts';

/** The name of the bot's own connections: what they listen to shows nothing of the platform. */
export const ownClient = 'aetherius-bot';

export interface NatsTarget {
  /** Connects as a client and measures a round trip; facts of the server's INFO. */
  connect(options?: CallOptions): Promise<{
    readonly latencyMs: number;
    readonly serverId: string;
    readonly serverName: string;
    readonly version: string;
    readonly jetstream: boolean;
  }>;
  /** A monitoring endpoint (`/varz`, `/connz?…`, `/jsz?…`) as JSON; undefined monitor → TargetError('dns')-free AppError NOT_FOUND. */
  monitor<T>(path: string, options?: CallOptions): Promise<T>;
  readonly hasMonitor: boolean;
  /**
   * Subscribes for at most `ms`, or until `most` messages have come, and returns the subjects seen with counts (never
   * payloads). TargetError `forbidden` when the server does not allow the subscription.
   */
  listen(
    subject: string,
    ms: number,
    options?: CallOptions & { readonly most?: number },
  ): Promise<Readonly<Record<string, number>>>;
  /**
   * Subscribes as `listen` does and returns, by subject, how many messages came and the names of the fields of the last one
   * (top level, no values); `fields` is absent where it was no JSON object. TargetError `forbidden` as for `listen`.
   */
  shapes(
    subject: string,
    ms: number,
    options?: CallOptions & { readonly most?: number },
  ): Promise<Readonly<Record<string, MessageShape>>>;
  /** JetStream API request, e.g. `STREAM.NAMES`; JSON reply. */
  jetstream<T>(api: string, body: unknown, options?: CallOptions): Promise<T>;
}

/** What is kept of the messages of one subject. */
export interface MessageShape {
  readonly count: number;
  readonly fields?: readonly string[];
}
