import type { Audit } from './audit.ts';
import type { Buttons } from './buttons.ts';
import type { Channels } from './channels.ts';
import type { Digests } from './digests.ts';
import type { DirectorySnapshots } from './directory.ts';
import type { Inbox } from './inbox.ts';
import type { KillSwitches } from './kill-switches.ts';
import type { Messages } from './messages.ts';
import type { Remediations } from './remediations.ts';
import type { Runs } from './runs.ts';

/**
 * PostgreSQL as the services see it. Everything that must be true together happens in one `Tx`;
 * time inside a transaction is the database's (`Tx.now`), never the process's.
 */
export interface Store {
  /** READ COMMITTED, retried on serialization failure and deadlock; `statementTimeoutMs` bounds each statement. */
  tx<T>(work: (tx: Tx) => Promise<T>, options?: { readonly statementTimeoutMs?: number }): Promise<T>;
  /** `work` makes exactly one statement, which is its own transaction: a third of the round trips of `tx`. */
  single<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls back on NOTIFY of `topic` (`outbox`, `runs`, `remediations`, `directory`); a hint only, polling stays the truth. */
  listen(topic: Topic, callback: (payload: string) => void): Promise<{ stop(): Promise<void> }>;
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type Topic = 'outbox' | 'runs' | 'remediations' | 'directory';

export interface Tx {
  /** Database clock at the start of the statement (`clock_timestamp()`). */
  now(): Promise<Date>;
  readonly inbox: Inbox;
  readonly runs: Runs;
  readonly messages: Messages;
  readonly buttons: Buttons;
  readonly remediations: Remediations;
  readonly audit: Audit;
  readonly channels: Channels;
  readonly digests: Digests;
  readonly killSwitches: KillSwitches;
  readonly directory: DirectorySnapshots;
  /** Removes outbox rows sent or replaced longer ago; returns how many. */
  sweepOutbox(olderThanMs: number): Promise<number>;
  /** Delivered on commit. */
  notify(topic: Topic, payload: string): Promise<void>;
}
