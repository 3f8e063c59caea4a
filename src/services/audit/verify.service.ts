import {
  type AuditFault,
  type AuditKeys,
  type AuditPosition,
  auditHash,
  auditStart,
  checkAnchorMac,
  isSigned,
  walkAuditRow,
} from '../../domain/audit/audit.ts';
import type { AnchorPlaceName, AuditAnchor } from '../../domain/audit/audit-anchor.ts';
import { anchorName, answered, confirmedAction, heldAction } from '../../domain/audit/record.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import { checkSignature, type SigningStart, startHolds } from '../../domain/audit/signature.ts';
import { checkTexts, removedThrough, textsBySeq } from '../../domain/audit/texts.ts';
import type { Trust } from '../../domain/kernel/signing.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { AuditVerdict, VerifiedPlace } from './contract.ts';
import { createFaults, type Faults, type RecordFault } from './faults.ts';

const page = 1_000;
/** A place that says nothing for so long is unreachable. */
const placeMs = 60_000;

type Held = readonly AuditAnchor[] | undefined;

/** What the walk over the rows came to. */
interface Walked {
  readonly at: AuditPosition;
  /** Of the rows that an anchor names. */
  readonly hashes: ReadonlyMap<number, string>;
  readonly confirmations: readonly AuditRow[];
  /** The log begins with the bot finding that it was emptied. */
  readonly emptied: boolean;
  /** How many rows were after the start of the signatures. */
  readonly signed: number;
}

/**
 * R-L6: walks the whole log by pages, and compares its end with the head and with every anchor. It goes on after each
 * fault, and the verdict is the worst of all. Memory does not grow with the log, only with the number of anchors.
 */
export async function verifyAudit(
  store: StoreOf<'audit'>,
  keys: AuditKeys,
  places: readonly AnchorPlace[],
  trust?: Trust,
): Promise<AuditVerdict> {
  const recorded = await store.tx((tx) => tx.audit.anchors());
  const held = new Map<AnchorPlaceName, Held>();
  for (const place of places) held.set(place.name, await everythingIn(place));
  const wanted = new Set([...recorded, ...[...held.values()].flatMap((anchors) => anchors ?? [])].map(seqOf));

  const faults = createFaults();
  const walked = await walk(store, { keys, wanted, trust, faults });
  const head = await store.tx((tx) => tx.audit.headIfAny());
  const outside = [...held].flatMap(([place, anchors]) => unansweredOf(place, anchors ?? [], walked));
  const noted = recorded.filter((anchor) => !answered(anchor, walked.confirmations.at(-1)));
  const own = noted.filter((anchor) => checkAnchorMac(anchor, keys) === undefined);
  faults.add(endFault(walked, head, { outside, own }));
  faults.add(...anchorFaults(noted, walked, keys));
  for (const [place, anchors] of held) faults.add(...placeFaults(place, anchors, walked, { own, keys }));
  const { at, signed } = walked;
  return (
    faults.verdict() ?? {
      ...{ verdict: 'intact', rows: at.seq, head: at.hash, places: summaries(held, walked) },
      ...(trust === undefined ? {} : { signed }),
    }
  );
}

const seqOf = ({ seq }: AuditAnchor): number => seq;

async function everythingIn(place: AnchorPlace): Promise<Held> {
  const anchors: AuditAnchor[] = [];
  try {
    for await (const anchor of place.all(AbortSignal.timeout(placeMs))) anchors.push(anchor);
    return anchors;
  } catch {
    return undefined;
  }
}

async function walk(
  store: StoreOf<'audit'>,
  {
    keys,
    wanted,
    trust,
    faults,
  }: {
    readonly keys: AuditKeys;
    readonly wanted: ReadonlySet<number>;
    readonly trust: Trust | undefined;
    readonly faults: Faults;
  },
): Promise<Walked> {
  const start = await store.tx((tx) => tx.audit.signingStart());
  let signed = 0;
  const hashes = new Map<number, string>();
  const confirmations: AuditRow[] = [];
  let emptied = false;
  let at = auditStart;
  let last = 0;
  for (;;) {
    // The head is read after the rows, so that a row that came meanwhile is never beyond it; and after the texts what is
    // said of those that went, since it is said before they go.
    const { rows, texts, removals, head } = await store.tx(async (tx) => {
      const rows = await tx.audit.rows(last + 1, page);
      const [first, end] = [rows[0], rows.at(-1)];
      return {
        rows,
        texts: first === undefined || end === undefined ? [] : await tx.audit.texts(first.seq, end.seq),
        removals: await tx.audit.textRemovals(),
        head: await tx.audit.headIfAny(),
      };
    });
    if (rows.length === 0) return { at, hashes, confirmations, emptied, signed };
    const beside = textsBySeq(texts);
    // A row of somebody who has no key says nothing of texts that are gone.
    const removal = removals.find((row) => isSigned(row, keys));
    const through = removal === undefined ? 0 : removedThrough(removal);
    for (const row of rows) {
      last = row.seq;
      const { at: next, faults: found } = walkAuditRow(at, row, keys);
      if (found[0] !== undefined && head !== undefined && row.seq > head.seq) {
        const detail = `row ${row.seq} stands behind the head, which is row ${head.seq}, and ${found[0].detail}`;
        faults.add({ verdict: 'row-behind-head', seq: row.seq, detail, last: head.seq });
        // It is no part of the log.
        continue;
      }
      faults.add(...found);
      at = next;
      // Of columns that are not what was signed nothing more can be told.
      const altered = found.some(({ verdict }) => verdict === 'row-altered');
      if (trust !== undefined) {
        if (!altered) faults.add(checkSignature(row, trust, start) ?? startFault(at, start, trust));
        if (start === undefined || at.seq > start.seq) signed += 1;
      }
      if (!altered) faults.add(checkTexts(row, beside.get(row.seq) ?? [], { keys, through }));
      // What an anchor remembers is compared with what the row itself comes to.
      if (wanted.has(at.seq)) hashes.set(at.seq, auditHash(row, row.prevHash));
      if (row.action === confirmedAction && found.length === 0) confirmations.push(row);
      if (at.seq === 1) emptied = row.action === heldAction && row.facts?.seq === 0;
    }
  }
}

/** R-L9: at the row after which signing began, the bot's signature over it. */
function startFault(
  at: AuditPosition,
  start: SigningStart | undefined,
  trust: Trust,
): RecordFault | undefined {
  if (start === undefined || at.seq !== start.seq) return undefined;
  if (startHolds(start, trust) && start.hash === at.hash) return undefined;
  return {
    verdict: 'signature-invalid',
    seq: at.seq,
    detail: `no bot has signed that rows up to ${at.seq} need no signature`,
  };
}

/** Anchors of a place after the last one that a confirmation names. */
function unansweredOf(
  place: AnchorPlaceName,
  anchors: readonly AuditAnchor[],
  { confirmations }: Pick<Walked, 'confirmations'>,
): readonly AuditAnchor[] {
  const named = new Set(
    confirmations.map(({ facts }) => facts?.[place]).filter((name) => name !== undefined),
  );
  return anchors.slice(anchors.findLastIndex((anchor) => named.has(anchorName(anchor))) + 1);
}

/** What the end of the rows, the head inside and the anchors say together. */
function endFault(
  { at, emptied, confirmations }: Walked,
  head: { readonly seq: number; readonly hash: string } | undefined,
  anchors: { readonly outside: readonly AuditAnchor[]; readonly own: readonly AuditAnchor[] },
): RecordFault | undefined {
  const newest = Math.max(0, ...anchors.outside.map(seqOf), ...anchors.own.map(seqOf));
  const fault = (verdict: AuditFault, seq: number, detail: string): RecordFault => ({
    ...{ verdict, seq, detail },
    last: at.seq,
  });
  const known = Math.max(newest, head?.seq ?? 0);
  if (at.seq === 0 && (known > 0 || head === undefined))
    return fault('everything-deleted', known, 'the log has no row');
  if (emptied && confirmations.length === 0)
    return fault('everything-deleted', newest, 'the log had no row when the bot looked');
  if (head === undefined) return fault('head-put-back', at.seq, 'the head is not there');
  if (at.seq < head.seq)
    return fault('tail-cut', head.seq, `the log ends at row ${at.seq}, and its head is row ${head.seq}`);
  if (at.seq > head.seq)
    return fault(
      'head-put-back',
      head.seq,
      `the head is row ${head.seq}, and the log goes on to row ${at.seq}`,
    );
  if (at.hash !== head.hash) return fault('head-put-back', head.seq, 'the head names another last row');
  const inside = Math.max(0, ...anchors.own.map(seqOf));
  if (inside > at.seq)
    return fault(
      'head-put-back',
      inside,
      `the log and its head end at row ${at.seq}, and row ${inside} was written down`,
    );
  return undefined;
}

/** One place outside, by everything that it holds. */
function placeFaults(
  place: AnchorPlaceName,
  anchors: Held,
  walked: Walked,
  { own, keys }: { readonly own: readonly AuditAnchor[]; readonly keys: AuditKeys },
): readonly RecordFault[] {
  const last = walked.at.seq;
  if (anchors === undefined)
    return [{ verdict: 'anchor-unreachable', seq: last, detail: `${place} cannot be read`, last, place }];
  const there = new Set(anchors.map(({ seq, hash }) => `${seq} ${hash}`));
  const gone = own.filter((anchor) => anchor.place === place && !there.has(`${anchor.seq} ${anchor.hash}`));
  return [
    ...anchorFaults(unansweredOf(place, anchors, walked), walked, keys),
    ...gone.map(({ seq }): RecordFault => {
      const detail = `row ${seq} was written down in ${place}, and is not there any more`;
      return { verdict: 'anchor-missing', seq, detail, place };
    }),
  ];
}

/** Anchors that were not signed by us; the newest one that is beyond the end; and those that name another row. */
function anchorFaults(
  anchors: readonly AuditAnchor[],
  { at, hashes }: Walked,
  keys: AuditKeys,
): readonly RecordFault[] {
  const forged = anchors.flatMap((anchor): readonly RecordFault[] => {
    const fault = checkAnchorMac(anchor, keys);
    return fault === undefined ? [] : [{ ...fault, place: anchor.place }];
  });
  const ours = anchors.filter((anchor) => checkAnchorMac(anchor, keys) === undefined);
  const beyond = ours.findLast(({ seq }) => seq > at.seq);
  const others = ours.filter(({ seq, hash }) => seq <= at.seq && hashes.get(seq) !== hash);
  return [
    ...forged,
    ...[beyond].flatMap((anchor): readonly RecordFault[] => {
      if (anchor === undefined) return [];
      const { seq, place } = anchor;
      const detail = `${place} remembers row ${seq}, and the log ends at row ${at.seq}`;
      return [{ verdict: 'older-state', seq, detail, last: at.seq, place }];
    }),
    ...others.map(({ seq, place }): RecordFault => {
      return { verdict: 'anchor-mismatch', seq, detail: `${place} remembers another row ${seq}`, place };
    }),
  ];
}

function summaries(held: ReadonlyMap<AnchorPlaceName, Held>, walked: Walked): readonly VerifiedPlace[] {
  return [...held].map(([place, anchors = []]) => {
    const newest = anchors.at(-1);
    const left = unansweredOf(place, anchors, walked).length;
    return {
      ...{ place, anchors: anchors.length, answered: anchors.length - left },
      ...(newest === undefined ? {} : { seq: newest.seq }),
    };
  });
}
