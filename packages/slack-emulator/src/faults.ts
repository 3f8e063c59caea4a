import type { JsonObject } from './types.ts';

/** What goes wrong with one call. `drop_after` does the work first: Slack has stored the post, the answer is lost. */
export type Fault =
  | { readonly kind: 'ratelimited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'http_error'; readonly status: number }
  | { readonly kind: 'http_error_after'; readonly status: number }
  | { readonly kind: 'drop_before' }
  | { readonly kind: 'drop_after' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'delay_after'; readonly ms: number }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'error_after'; readonly error: string };

export interface FaultRule {
  /** A Web API method, `response_url`, `upload`, or `*` for every method. */
  readonly method: string;
  readonly fault: Fault;
  /** How many calls it hits; without it, every one until it is cleared. */
  readonly times?: number;
  /** Calls to let through before the first hit. */
  readonly skip?: number;
  /** Only calls whose arguments equal these. */
  readonly match?: JsonObject;
}

export interface Faults {
  /** Adds a rule and returns the function that takes it away. */
  add(rule: FaultRule): () => void;
  clear(): void;
  /** Rules that can still hit. */
  active(): readonly FaultRule[];
  /** The fault for this call, if any; it counts as used. */
  take(method: string, args: JsonObject): Fault | null;
}

export function createFaults(): Faults {
  interface Armed {
    readonly rule: FaultRule;
    skip: number;
    left: number;
  }
  let armed: Armed[] = [];
  const fits = ({ rule }: Armed, method: string, args: JsonObject): boolean =>
    (rule.method === '*' || rule.method === method) &&
    Object.entries(rule.match ?? {}).every(([name, value]) => args[name] === value);
  return {
    add: (rule) => {
      const entry: Armed = { rule, skip: rule.skip ?? 0, left: rule.times ?? Infinity };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear: () => {
      armed = [];
    },
    active: () => armed.map(({ rule }) => rule),
    take: (method, args) => {
      for (const entry of armed) {
        if (!fits(entry, method, args)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) armed = armed.filter((other) => other !== entry);
        return entry.rule.fault;
      }
      return null;
    },
  };
}
