import type { EmulatorClock } from './types.ts';

export interface Ids {
  /** Slack-like object id, unique in this emulator: `F0000000A`. */
  next(prefix: string): string;
  /** Message timestamp: seconds, a dot, six digits; always greater than the one before. */
  ts(): string;
  /** Five characters, as Slack gives to blocks without a block_id. */
  short(): string;
  /** A trigger_id: `number.number.hex`. */
  trigger(): string;
  /** Version of a view. */
  hash(): string;
  envelope(): string;
}

/** Ids that count up, so that two runs of one test see the same ones. */
export function createIds(clock: EmulatorClock): Ids {
  let counter = 0;
  let lastMicros = 0;
  const count = (): number => {
    counter += 1;
    return counter;
  };
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  return {
    next: (prefix) => `${prefix}${count().toString(36).toUpperCase().padStart(10, '0')}`,
    ts: () => {
      lastMicros = Math.max(clock.now() * 1000, lastMicros + 1);
      const seconds = Math.floor(lastMicros / 1_000_000);
      return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    short: () => `b${count().toString(36).padStart(4, '0')}`,
    trigger: () => `${count()}.${Math.floor(clock.now())}.${hex(count(), 32)}`,
    hash: () => `${Math.floor(clock.now() / 1000)}.${hex(count(), 8)}`,
    envelope: () => `${hex(Math.floor(clock.now() / 1000), 8)}-0000-4000-8000-${hex(count(), 12)}`,
  };
}
