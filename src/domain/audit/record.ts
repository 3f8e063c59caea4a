import { AppError } from '../kernel/errors.ts';
import type { Facts } from '../kernel/facts.ts';
import { present } from '../kernel/present.ts';
import { type AuditKeys, type AuditPosition, auditStart, checkAnchor, isSigned } from './audit.ts';
import type { AnchorPlaceName, AuditAnchor } from './audit-anchor.ts';
import type { AuditRow } from './rows.ts';

/** A person of the highest tier let the bot go on with a record that its anchors contradict. */
export const confirmedAction = 'audit.confirmed';
/** The bot found that an anchor contradicts its record, and stopped. */
export const heldAction = 'audit.held';

/**
 * What one place says of the record: it `agrees`; it is `empty` and never had an anchor of this record; one that was
 * written there is `missing`; it is `unreachable`; it cannot be judged (`key-unknown`); or it contradicts the record.
 */
export type PlaceStatus =
  | 'agrees'
  | 'empty'
  | 'missing'
  | 'unreachable'
  | 'key-unknown'
  | 'older-state'
  | 'anchor-mismatch'
  | 'mac-invalid';

export interface PlaceState {
  readonly place: AnchorPlaceName;
  readonly status: PlaceStatus;
  /** The anchor that says so, or the newest one. */
  readonly anchor?: AuditAnchor;
}

/**
 * Whether decisions may stand on this database. `unanchored`: no place is configured, and nobody can say; `held`: an
 * anchor contradicts it, and a person must confirm, or its head is not its last row (`why.broken`), and whoever owns the
 * database must put it right; `unconfirmed`: no place could be asked, so no execution begins.
 */
export interface RecordState {
  readonly state: 'unanchored' | 'confirmed' | 'unconfirmed' | 'held';
  readonly places: readonly PlaceState[];
  /** Last row of the record. */
  readonly seq: number;
  /** Of `held`: the place that contradicts, the row that it remembers and the last row that was there. */
  readonly why?: Facts;
}

/** What the database has as the end of the record: its head, and the last row that is there. */
export interface RecordEnd {
  readonly head?: AuditPosition;
  readonly last?: AuditPosition;
}

/** R-L3: why nothing can be added to the record: its head is not its last row. Undefined: it is. */
export function brokenHead({ head, last = auditStart }: RecordEnd): Facts | undefined {
  if (head?.seq === last.seq && head.hash === last.hash) return undefined;
  return { broken: true, head: head?.seq ?? 0, last: last.seq };
}

/** Nothing could be written down, because the record is broken; a caller that only wanted to send a message goes on. */
export const isRecordBroken = (error: unknown): boolean =>
  error instanceof AppError && error.facts.reason === 'record-broken';

/** Of a record on which nothing is decided: the key of what people are told. */
export const heldReason = ({ why }: Pick<RecordState, 'why'>): 'record-broken' | 'record-held' =>
  why?.broken === true ? 'record-broken' : 'record-held';

/** Asked before each decision and each execution (R-L5). */
export interface RecordGuard {
  /** Asks every place now. */
  check(): Promise<RecordState>;
  /** Within the time of a click: what a place says that does not answer in time is what it said last. */
  quick(): Promise<RecordState>;
}

/** For an installation without a place outside. */
export const unanchored: RecordGuard = {
  check: () => Promise.resolve({ state: 'unanchored', places: [], seq: 0 }),
  quick: () => Promise.resolve({ state: 'unanchored', places: [], seq: 0 }),
};

const contradicting: ReadonlySet<PlaceStatus> = new Set(['older-state', 'anchor-mismatch', 'mac-invalid']);

export const contradicts = ({ status }: PlaceState): boolean => contradicting.has(status);

/** The newest row of each kind that says whether people have been asked; undefined when there is no such row. */
export interface Marks {
  readonly confirmed?: AuditRow;
  readonly held?: AuditRow;
}

/** What of the marks was signed by us: who may write rows cannot make one. */
export function trustedMarks({ confirmed, held }: Marks, keys: AuditKeys): Marks {
  return {
    ...(confirmed !== undefined && isSigned(confirmed, keys) ? { confirmed } : {}),
    ...(held !== undefined && isSigned(held, keys) ? { held } : {}),
  };
}

/** Why nothing is decided or carried out, by the marks alone; undefined where they say nothing. */
export function heldWhy({ confirmed, held }: Marks): Facts | undefined {
  return held === undefined || held.seq <= (confirmed?.seq ?? 0) ? undefined : (held.facts ?? {});
}

/** Anchors of a place that a confirmation has not answered: those after the one that it names. */
export function unanswered<A extends Pick<AuditAnchor, 'seq' | 'hash'>>(
  anchors: readonly A[],
  place: AnchorPlaceName,
  confirmed: AuditRow | undefined,
): readonly A[] {
  const named = confirmed?.facts?.[place];
  if (typeof named !== 'string') return anchors;
  return anchors.slice(anchors.findLastIndex((anchor) => anchorName(anchor) === named) + 1);
}

/** How a confirmation names an anchor. */
export function anchorName({ seq, hash }: Pick<AuditAnchor, 'seq' | 'hash'>): string {
  return `${seq} ${hash.slice(0, 12)}`;
}

/** Facts of a confirmation: what each place held last when the person confirmed. */
export function confirmationFacts({ places, seq }: RecordState): Facts {
  const named = places.flatMap(({ place, anchor }) =>
    anchor === undefined ? [] : [[place, anchorName(anchor)] as const],
  );
  return { rows: seq, ...Object.fromEntries(named) };
}

/** Whether this anchor was written down before the confirmation, so that it need not be there any more. */
export function answered(recorded: AuditAnchor, confirmed: AuditRow | undefined): boolean {
  return confirmed !== undefined && recorded.at.getTime() <= confirmed.ts.getTime();
}

/** One place, by what it holds (`undefined`: it did not answer) and by what the database remembers to have written there. */
export function judgePlace(seen: {
  readonly place: AnchorPlaceName;
  readonly anchors: readonly AuditAnchor[] | undefined;
  readonly recorded: AuditAnchor | undefined;
  readonly hashAt: (seq: number) => string | undefined;
  readonly confirmed: AuditRow | undefined;
  readonly keys: AuditKeys;
}): PlaceState {
  const { place, anchors, recorded, hashAt, confirmed, keys } = seen;
  if (anchors === undefined) return { place, status: 'unreachable' };
  const newest = anchors.at(-1);
  const open = unanswered(anchors, place, confirmed);
  const faults = open.flatMap((anchor) => {
    const fault = checkAnchor(anchor, hashAt(anchor.seq), keys);
    return fault === undefined ? [] : [{ anchor, verdict: fault.verdict as PlaceStatus }];
  });
  const worst =
    faults.find(({ verdict }) => verdict === 'older-state') ??
    faults.find(({ verdict }) => contradicting.has(verdict)) ??
    faults[0];
  // Named by its newest anchor: a confirmation answers all that is there.
  if (worst !== undefined) return { place, status: worst.verdict, anchor: newest ?? worst.anchor };
  const gone =
    recorded !== undefined &&
    !answered(recorded, confirmed) &&
    !open.some(({ seq, hash }) => seq === recorded.seq && hash === recorded.hash);
  const last = newest === undefined ? {} : { anchor: newest };
  if (gone) return { place, status: 'missing', ...last };
  return { place, status: open.length === 0 ? 'empty' : 'agrees', ...last };
}

/** All places together. One that contradicts is enough to stop; one that agrees is enough to go on. */
export function judgeRecord(places: readonly PlaceState[], seq: number, marks: Marks): RecordState {
  // Another process saw a place that this one does not read.
  const elsewhere = heldWhy(marks);
  if (places.some(contradicts)) return { state: 'held', places, seq, why: recordFacts(places, seq) };
  if (elsewhere !== undefined) return { state: 'held', places, seq, why: elsewhere };
  if (places.length === 0) return { state: 'unanchored', places, seq };
  const has = (status: PlaceStatus) => places.some((place) => place.status === status);
  const known = has('agrees') || (has('empty') && !has('missing'));
  return { state: known ? 'confirmed' : 'unconfirmed', places, seq };
}

/** What people are told: the place that says so, the row it remembers and the row at which the record ends. */
function recordFacts(places: readonly PlaceState[], seq: number): Facts {
  const said = places.find(contradicts);
  return { ...present({ place: said?.place, status: said?.status, anchored: said?.anchor?.seq }), seq };
}
