import type { AuditAnchor } from '../audit/audit-anchor.ts';
import type { Person, RemediationState } from '../fix/approval.ts';
import type { Plan, Tier } from '../fix/remediation.ts';
import type { Facts } from '../kernel/facts.ts';
import type { ProbeOutcome } from '../look/probe.ts';
import type { Run, RunKind, RunSource, RunWithOutcomes, Surface } from '../run/run.ts';

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

export interface Inbox {
  /** False: this delivery was accepted before. */
  accept(entry: {
    readonly key: string;
    readonly kind: string;
    readonly payloadDigest: string;
  }): Promise<boolean>;
  /** Forgets deliveries longer ago than any redelivery or replay may come; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}

export interface NewRun {
  readonly id: string;
  readonly kind: RunKind;
  readonly environment: string;
  readonly params: Facts;
  readonly source: RunSource;
  readonly requestedBy?: Person;
  readonly surface?: Surface;
  readonly dedupeKey?: string;
}

/** Which run is meant when nobody names it; what is left out does not matter. */
export interface RunFilter {
  readonly kinds: readonly RunKind[];
  readonly environment?: string;
  /** Where its answer belongs; with `threadTs`: one with a message of its own in that thread. */
  readonly channel?: string;
  readonly threadTs?: string;
  readonly requestedBy?: Pick<Person, 'teamId' | 'userId'>;
}

export interface Runs {
  /** False: a run with this dedupe key exists. */
  insert(run: NewRun): Promise<boolean>;
  get(id: string): Promise<RunWithOutcomes | undefined>;
  list(filter: {
    readonly environment?: string;
    readonly kind?: RunKind;
    readonly limit: number;
  }): Promise<readonly Run[]>;
  /** queued, or running with a lease that ended → running for `owner`; undefined when somebody else has it or it is over. */
  claim(
    id: string,
    owner: string,
    leaseMs: number,
    /** Runs of others are not claimed. Default: any. */
    environments?: readonly string[],
  ): Promise<Run | undefined>;
  /** False: the lease is not ours any more; stop. */
  extend(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** One statement, however many; an outcome whose key is there already takes its place. Keys are distinct. */
  saveOutcomes(id: string, outcomes: readonly ProbeOutcome[]): Promise<void>;
  /** running → complete/failed, only while `owner` holds it. */
  finish(id: string, owner: string, state: 'complete' | 'failed', summary: unknown): Promise<boolean>;
  /** Queued runs nobody has taken, and running ones whose lease ended; oldest first. */
  waiting(
    environments: readonly string[],
    olderThanMs: number,
    limit: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly environment: string;
      readonly kind: RunKind;
      readonly attempt: number;
    }[]
  >;
  markEnqueued(id: string): Promise<void>;
  /** The newest run that is over and has looked at something. */
  latest(where: RunFilter): Promise<Run | undefined>;
  /** By its id, or by the last eight digits of it, which is what people see. */
  byReference(reference: string): Promise<Run | undefined>;
  byDedupeKey(key: string): Promise<Run | undefined>;
  /** Runs asked for longer ago that nobody holds become `expired`; returns those. */
  expire(olderThanMs: number, limit: number): Promise<readonly Run[]>;
}

/** A Slack payload as data: `chat.postMessage` arguments without channel and thread. */
export interface Rendered {
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly metadata?: { readonly eventType: string; readonly payload: Facts };
}

export interface Messages {
  /** A new message of ours and its first render, in this transaction's outbox. Returns its id. */
  post(message: {
    readonly id: string;
    readonly purpose: string;
    readonly channel: string;
    readonly threadTs?: string;
    /** Reply under another message of ours, wherever that lands. */
    readonly parentId?: string;
    readonly runId?: string;
    readonly remediationId?: string;
    readonly rendered: Rendered;
    readonly priority?: 0 | 1;
  }): Promise<string>;
  /** A newer render of it (version + 1); pending older ones are superseded (S4). */
  update(messageId: string, rendered: Rendered, options?: { readonly priority?: 0 | 1 }): Promise<void>;
  find(filter: {
    readonly runId?: string;
    readonly remediationId?: string;
    readonly purpose?: string;
  }): Promise<
    readonly {
      readonly id: string;
      readonly purpose: string;
      readonly channel: string;
      readonly ts?: string;
      readonly threadTs?: string;
      readonly parentId?: string;
    }[]
  >;
  ephemeral(
    to: { readonly channel: string; readonly userId: string; readonly threadTs?: string },
    rendered: Rendered,
  ): Promise<void>;
  /** Publishes App Home of a user (`views.publish`). */
  home(to: { readonly userId: string }, view: unknown): Promise<void>;
  /** A file under a message of ours or in a thread; `content` is UTF-8 text or base64. */
  upload(file: {
    readonly channel: string;
    readonly threadTs?: string;
    readonly parentId?: string;
    readonly filename: string;
    readonly title: string;
    readonly content: string;
    readonly encoding: 'utf8' | 'base64';
    readonly comment?: string;
  }): Promise<void>;
}

export interface Button {
  readonly id: string;
  readonly purpose: string;
  readonly runId?: string;
  readonly remediationId?: string;
  readonly planHash?: string;
  readonly data: Facts;
  readonly expired: boolean;
}
export interface Buttons {
  create(button: {
    readonly id: string;
    readonly purpose: string;
    readonly runId?: string;
    readonly remediationId?: string;
    readonly planHash?: string;
    readonly data?: Facts;
    readonly ttlMs: number;
  }): Promise<void>;
  get(id: string): Promise<Button | undefined>;
}

export interface RemediationRow {
  readonly id: string;
  readonly handle: string;
  readonly environment: string;
  readonly actionId: string;
  readonly actionVersion: number;
  readonly target: string;
  readonly state: RemediationState;
  readonly version: number;
  readonly tier: Tier;
  readonly plan: Plan;
  readonly planHash: string;
  readonly findingKey?: string;
  readonly runId?: string;
  readonly undoOf?: string;
  readonly surface?: Surface;
  readonly proposedAt: Date;
  readonly offerExpiresAt: Date;
  readonly requester?: Person;
  readonly requesterId?: string;
  readonly reason?: string;
  /** Person ids who could approve when it was requested (A8). */
  readonly eligible: readonly string[];
  readonly policyVersion?: string;
  readonly requestedAt?: Date;
  readonly requestExpiresAt?: Date;
  readonly approvedAt?: Date;
  readonly approvalExpiresAt?: Date;
  readonly attempt: number;
  readonly fence?: number;
  readonly leaseOwner?: string;
  readonly leaseUntil?: Date;
  readonly abortRequested: boolean;
  readonly verifyUntil?: Date;
  readonly outcome?: Facts;
  readonly evidenceDigest?: string;
  readonly successor?: string;
  readonly finishedAt?: Date;
}

export interface ApprovalRow {
  readonly personId: string;
  readonly person: Person;
  readonly decision: 'approve' | 'reject';
  readonly planHash: string;
  readonly policyVersion: string;
  readonly reason?: string;
  readonly version: number;
  readonly decidedAt: Date;
}

export interface StepRow {
  readonly direction: 'apply' | 'undo';
  readonly idx: number;
  readonly attempt: number;
  readonly fence: number;
  readonly intentAt: Date;
  readonly outcome?: 'done' | 'observed-done' | 'failed' | 'not-done';
  readonly outcomeAt?: Date;
  readonly facts: Facts;
}

/** Columns a transition may set; everything else is fixed at proposal. */
export type RemediationChange = Partial<{
  requester: Person;
  requesterId: string;
  reason: string;
  eligible: readonly string[];
  policyVersion: string;
  requestedAt: Date;
  requestExpiresAt: Date;
  approvedAt: Date;
  approvalExpiresAt: Date;
  attempt: number;
  fence: number;
  leaseOwner: string;
  leaseUntil: Date;
  imageVersion: string;
  abortRequested: boolean;
  verifyUntil: Date;
  outcome: Facts;
  evidenceDigest: string;
  successor: string;
  finishedAt: Date;
}>;

export interface Remediations {
  insert(row: {
    readonly id: string;
    readonly handle: string;
    readonly plan: Plan;
    readonly planHash: string;
    readonly findingKey?: string;
    readonly runId?: string;
    readonly undoOf?: string;
    readonly surface?: Surface;
    readonly offerExpiresAt: Date;
  }): Promise<void>;
  get(idOrHandle: string): Promise<RemediationRow | undefined>;
  /** SELECT … FOR UPDATE: the lock under which every decision is made (A1). */
  lock(idOrHandle: string): Promise<RemediationRow | undefined>;
  list(filter: {
    readonly environment?: string;
    readonly states?: readonly RemediationState[];
    readonly target?: string;
    readonly runId?: string;
    readonly limit: number;
  }): Promise<readonly RemediationRow[]>;
  /** `WHERE id AND state = from AND version`; false when 0 rows moved: re-read and tell the real state. */
  move(
    row: Pick<RemediationRow, 'id' | 'state' | 'version'>,
    to: RemediationState,
    change: RemediationChange,
  ): Promise<boolean>;
  /** Sets columns without a change of state, under the same guard. */
  change(row: Pick<RemediationRow, 'id' | 'state' | 'version'>, change: RemediationChange): Promise<boolean>;
  approvals(id: string): Promise<readonly ApprovalRow[]>;
  /** A5: one row a person, version + 1 when the mind changed. */
  saveApproval(
    id: string,
    approval: {
      readonly personId: string;
      readonly person: Person;
      readonly decision: 'approve' | 'reject';
      readonly planHash: string;
      readonly policyVersion: string;
      readonly reason?: string;
      readonly payloadDigest: string;
    },
  ): Promise<void>;
  /** Serialises proposals for one target until the transaction ends. */
  lockTarget(environment: string, target: string): Promise<void>;
  /** X3: next fence of the target. */
  nextFence(environment: string, target: string): Promise<number>;
  steps(id: string): Promise<readonly StepRow[]>;
  /** X4. False when the fence is stale (the row's fence is another): stop, touch nothing. */
  intent(
    id: string,
    step: {
      readonly direction: 'apply' | 'undo';
      readonly idx: number;
      readonly attempt: number;
      readonly fence: number;
    },
  ): Promise<boolean>;
  outcome(
    id: string,
    step: {
      readonly direction: 'apply' | 'undo';
      readonly idx: number;
      readonly attempt: number;
      readonly fence: number;
      readonly outcome: 'done' | 'observed-done' | 'failed' | 'not-done';
      readonly facts: Facts;
    },
  ): Promise<boolean>;
  /** Approved ones to (re-)enqueue, and open ones whose lease ended (FOR UPDATE SKIP LOCKED). */
  dispatchable(
    environments: readonly string[],
    olderThanMs: number,
    limit: number,
  ): Promise<readonly RemediationRow[]>;
  markEnqueued(id: string): Promise<void>;
  /** proposed/requested/approved past their expiry by the database clock. */
  overdue(limit: number): Promise<readonly RemediationRow[]>;
}

export interface AuditEntry {
  readonly actor: string;
  readonly actorTeam: string;
  /** `remediation.approve`, `remediation.refused`, `step.intent`, … */
  readonly action: string;
  readonly remediationId?: string;
  readonly planHash?: string;
  readonly from?: RemediationState;
  readonly to?: RemediationState;
  readonly policyVersion?: string;
  readonly reason?: string;
  readonly requestIds?: readonly string[];
  readonly payloadDigest?: string;
  readonly facts?: Facts;
}
export interface AuditRow extends AuditEntry {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly mac: string;
  readonly keyId: string;
  readonly ts: Date;
}
export interface Audit {
  /** Serialised by the head row; hash and MAC are made here. */
  append(entry: AuditEntry): Promise<AuditRow>;
  rows(from: number, limit: number): Promise<readonly AuditRow[]>;
  head(): Promise<{ readonly seq: number; readonly hash: string; readonly ts: Date }>;
  /** L5: heads that were written down elsewhere, oldest first. */
  anchors(): Promise<readonly AuditAnchor[]>;
  saveAnchor(anchor: AuditAnchor & { readonly reference?: string }): Promise<void>;
}

export interface ChannelSettings {
  readonly channel: string;
  readonly teamId: string;
  readonly digestEnabled?: boolean;
  /** `HH:MM` */
  readonly digestAt?: string;
  readonly digestTimezone?: string;
  /** Set by the store. */
  readonly updatedAt?: Date;
}
export interface Channels {
  get(channel: string): Promise<ChannelSettings | undefined>;
  all(): Promise<readonly ChannelSettings[]>;
  save(settings: ChannelSettings, by: Person): Promise<void>;
}

export interface Digests {
  /** False: this channel's digest of that local day exists. */
  insert(digest: {
    readonly channel: string;
    readonly environment: string;
    readonly localDate: string;
    readonly dueAt: Date;
    readonly runId: string;
  }): Promise<boolean>;
  last(
    channel: string,
    environment: string,
  ): Promise<
    | { readonly localDate: string; readonly findings: readonly unknown[]; readonly finishedAt: Date }
    | undefined
  >;
  finish(runId: string, findings: readonly unknown[]): Promise<void>;
  /** History for the 7-day strip, newest first. */
  recent(
    channel: string,
    environment: string,
    days: number,
  ): Promise<readonly { readonly localDate: string; readonly findings: readonly unknown[] }[]>;
  /** Local date of the newest digest of the channel, finished or not. */
  latestDate(channel: string): Promise<string | undefined>;
}

export interface KillSwitches {
  /** X10: global or this action's. */
  active(actionId: string): Promise<{ readonly scope: string; readonly reason: string } | undefined>;
  set(scope: string, active: boolean, by: Person, reason: string): Promise<void>;
}

export const directoryKinds = ['installation', 'person', 'group', 'channel'] as const;
export type DirectoryKind = (typeof directoryKinds)[number];

/** What the bot has read from Slack about people, for processes that hold no Slack token. */
export interface DirectorySnapshots {
  /** The entry, held against change until the transaction ends; `ageMs` by the database clock. */
  get(
    kind: DirectoryKind,
    id: string,
  ): Promise<{ readonly data: unknown; readonly ageMs: number } | undefined>;
  /** `readAt`: database time before Slack was asked. An older read never replaces a newer one. */
  save(kind: DirectoryKind, id: string, data: unknown, readAt: Date): Promise<void>;
}
