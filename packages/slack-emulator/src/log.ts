import type { JsonObject } from './types.ts';

/** One line of the delivery log. Tokens and signatures never get in. */
export type LogEntry =
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'api';
      readonly method: string;
      readonly args: JsonObject;
      readonly result: JsonObject;
      /** What the caller saw: an HTTP status, or 0 for a connection that was dropped. */
      readonly status: number;
      readonly afterMs: number;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'delivery';
      readonly deliveryId: string;
      readonly transport: 'socket' | 'http';
      readonly connection: string | null;
      readonly type: string;
      readonly payload: JsonObject;
      readonly retry: number;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'ack';
      readonly deliveryId: string;
      readonly outcome: string;
      readonly ack: unknown;
      readonly afterMs: number;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'socket';
      readonly connection: string;
      readonly what: 'open' | 'hello' | 'disconnect' | 'reset' | 'closed' | 'refused';
      readonly detail: string;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'response_url';
      readonly grant: string;
      readonly body: JsonObject;
      readonly status: number;
      readonly result: string;
    }
  | {
      readonly seq: number;
      readonly at: number;
      readonly kind: 'user';
      readonly action: string;
      readonly detail: JsonObject;
    };

/** An entry before it has its number and time. */
export type NewLogEntry = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, 'seq' | 'at'>
    : never
  : never;

export interface DeliveryLog {
  add(entry: NewLogEntry): LogEntry;
  /** Everything so far, oldest first. */
  all(): readonly LogEntry[];
  /** API calls only, optionally of one method. */
  calls(method?: string): readonly Extract<LogEntry, { kind: 'api' }>[];
  clear(): void;
  onAdd(listener: (entry: LogEntry) => void): () => void;
}

const keepAtMost = 20_000;

/** `now` in milliseconds since 1970. The oldest entries go when there are more than 20,000. */
export function createDeliveryLog(now: () => number): DeliveryLog {
  let seq = 0;
  let entries: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();
  return {
    add: (entry) => {
      seq += 1;
      const whole = { seq, at: now(), ...entry } as LogEntry;
      entries.push(whole);
      if (entries.length > keepAtMost) entries = entries.slice(-keepAtMost / 2);
      for (const listener of listeners) listener(whole);
      return whole;
    },
    all: () => entries,
    calls: (method) =>
      entries.filter(
        (entry): entry is Extract<LogEntry, { kind: 'api' }> =>
          entry.kind === 'api' && (method === undefined || entry.method === method),
      ),
    clear: () => {
      entries = [];
    },
    onAdd: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
