import type { Alerts } from './alerts.ts';
import type { Audit } from './audit.ts';
import type { Bundles } from './bundles.ts';
import type { Buttons } from './buttons.ts';
import type { Channels } from './channels.ts';
import type { Digests } from './digests.ts';
import type { DirectorySnapshots } from './directory.ts';
import type { Inbox } from './inbox.ts';
import type { Inventories } from './inventories.ts';
import type { KillSwitches } from './kill-switches.ts';
import type { Messages } from './messages.ts';
import type { Mutes } from './mutes.ts';
import type { Remediations } from './remediations.ts';
import type { Retention } from './retention.ts';
import type { Runs } from './runs.ts';
import type { SlackSockets } from './slack-sockets.ts';
import type { Temporaries } from './temporaries.ts';
import type { Tokens } from './tokens.ts';
import type { Watches } from './watches.ts';

/**
 * PostgreSQL as a service sees it: the repositories that it names, and no others. Everything that must be true together
 * happens in one transaction; time inside of it is the database's (`Tx.now`), never the process's.
 * The members are properties: the compiler compares the parameters of a method both ways, and a store of few
 * repositories would then pass for one of many.
 */
export interface StoreOf<R extends Repository> {
  /** READ COMMITTED, retried on serialization failure and deadlock; `statementTimeoutMs` bounds each statement. */
  readonly tx: <T>(
    work: (tx: TxOf<R>) => Promise<T>,
    options?: { readonly statementTimeoutMs?: number },
  ) => Promise<T>;
  /** `work` makes exactly one statement, which is its own transaction: a third of the round trips of `tx`. */
  readonly single: <T>(work: (tx: TxOf<R>) => Promise<T>) => Promise<T>;
}

/** Every repository, for the composition. */
export interface Store extends StoreOf<Repository>, Listening {
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Listening {
  /** Calls back on NOTIFY of `topic` (`outbox`, `runs`, `remediations`, `directory`); a hint only, polling stays the truth. */
  listen(topic: Topic, callback: (payload: string) => void): Promise<{ stop(): Promise<void> }>;
}

export type Topic = 'outbox' | 'runs' | 'remediations' | 'directory';

/** Name of a repository. */
export type Repository = Exclude<keyof Tx, 'now' | 'notify'>;

/** A transaction with the repositories `R`; the clock and hints belong to every one. */
export type TxOf<R extends Repository> = Pick<Tx, 'now' | 'notify' | R>;

/** A transaction with every repository. */
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
  readonly temporaries: Temporaries;
  readonly tokens: Tokens;
  readonly slackSockets: SlackSockets;
  readonly retention: Retention;
  readonly bundles: Bundles;
  readonly inventories: Inventories;
  readonly alerts: Alerts;
  readonly watches: Watches;
  readonly mutes: Mutes;
  /** Delivered on commit. */
  notify(topic: Topic, payload: string): Promise<void>;
}
