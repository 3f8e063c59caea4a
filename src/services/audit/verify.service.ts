import {
  type AuditFault,
  type AuditKeys,
  type AuditPosition,
  auditStart,
  checkAnchorMac,
  checkAuditRow,
} from '../../domain/audit/audit.ts';
import type { AnchorPlaceName, AuditAnchor } from '../../domain/audit/audit-anchor.ts';
import { anchorName, answered, confirmedAction, heldAction } from '../../domain/audit/record.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import { checkSignature, type SigningStart, startHolds } from '../../domain/audit/signature.ts';
import { checkTexts, textsBySeq } from '../../domain/audit/texts.ts';
import type { Trust } from '../../domain/kernel/signing.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { AuditVerdict, VerifiedPlace } from './contract.ts';

const page = 1_000;
/** A place that says nothing for so long is unreachable. */
const placeMs = 60_000;

type Fault = Exclude<AuditVerdict, { verdict: 'intact' }>;
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
 * R-L6: walks the whole log by pages, and compares its end with the head and with every anchor. One verdict: that of the
 * first row that does not fit, then of the end, then of the places. Memory does not grow with the log, only with the
 * number of anchors.
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

  const walked = await walk(store, keys, wanted, trust);
  if ('verdict' in walked) return walked;
  const head = await store.tx((tx) => tx.audit.headIfAny());
  const outside = [...held].flatMap(([place, anchors]) => unansweredOf(place, anchors ?? [], walked));
  const noted = recorded.filter((anchor) => !answered(anchor, walked.confirmations.at(-1)));
  const own = noted.filter((anchor) => checkAnchorMac(anchor, keys) === undefined);
  const end = endFault(walked, head, { outside, own });
  if (end !== undefined) return end;
  const inside = anchorFault(noted, walked, keys);
  if (inside !== undefined) return inside;
  for (const [place, anchors] of held) {
    const fault = placeFault(place, anchors, walked, { own, keys });
    if (fault !== undefined) return fault;
  }
  const { at } = walked;
  const { signed } = walked;
  return {
    ...{ verdict: 'intact', rows: at.seq, head: at.hash, places: summaries(held, walked) },
    ...(trust === undefined ? {} : { signed }),
  };
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
  keys: AuditKeys,
  wanted: ReadonlySet<number>,
  trust: Trust | undefined,
): Promise<Walked | Fault> {
  const start = await store.tx((tx) => tx.audit.signingStart());
  let signed = 0;
  const hashes = new Map<number, string>();
  const confirmations: AuditRow[] = [];
  let emptied = false;
  let at = auditStart;
  for (;;) {
    // The head is read after the rows, so that a row that came meanwhile is never beyond it; and after the texts what is
    // said of those that went, since it is said before they go.
    const { rows, texts, through, head } = await store.tx(async (tx) => {
      const rows = await tx.audit.rows(at.seq + 1, page);
      const [first, last] = [rows[0], rows.at(-1)];
      return {
        rows,
        texts: first === undefined || last === undefined ? [] : await tx.audit.texts(first.seq, last.seq),
        through: await tx.audit.textsRemovedThrough(),
        head: await tx.audit.headIfAny(),
      };
    });
    const beside = textsBySeq(texts);
    if (rows.length === 0) return { at, hashes, confirmations, emptied, signed };
    for (const row of rows) {
      const checked = checkAuditRow(at, row, keys);
      if ('verdict' in checked) {
        if (head === undefined || row.seq <= head.seq) return checked;
        const detail = `row ${row.seq} stands behind the head, which is row ${head.seq}, and ${checked.detail}`;
        return { verdict: 'row-behind-head', seq: row.seq, detail, last: head.seq };
      }
      at = checked.at;
      if (trust !== undefined) {
        const fault = checkSignature(row, trust, start) ?? startFault(at, start, trust);
        if (fault !== undefined) return fault;
        if (start === undefined || at.seq > start.seq) signed += 1;
      }
      const typed = checkTexts(row, beside.get(row.seq) ?? [], { keys, through });
      if (typed !== undefined) return typed;
      if (wanted.has(at.seq)) hashes.set(at.seq, at.hash);
      if (row.action === confirmedAction) confirmations.push(row);
      if (at.seq === 1) emptied = row.action === heldAction && row.facts?.['seq'] === 0;
    }
  }
}

/** R-L9: at the row after which signing began, the bot's signature over it. */
function startFault(at: AuditPosition, start: SigningStart | undefined, trust: Trust): Fault | undefined {
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
): Fault | undefined {
  const newest = Math.max(0, ...anchors.outside.map(seqOf), ...anchors.own.map(seqOf));
  const fault = (verdict: AuditFault, seq: number, detail: string): Fault => ({
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
function placeFault(
  place: AnchorPlaceName,
  anchors: Held,
  walked: Walked,
  { own, keys }: { readonly own: readonly AuditAnchor[]; readonly keys: AuditKeys },
): Fault | undefined {
  if (anchors === undefined)
    return {
      verdict: 'anchor-unreachable',
      seq: walked.at.seq,
      detail: `${place} cannot be read`,
      last: walked.at.seq,
      place,
    };
  const fault = anchorFault(unansweredOf(place, anchors, walked), walked, keys);
  if (fault !== undefined) return fault;
  const there = new Set(anchors.map(({ seq, hash }) => `${seq} ${hash}`));
  const gone = own.find((anchor) => anchor.place === place && !there.has(`${anchor.seq} ${anchor.hash}`));
  if (gone === undefined) return undefined;
  const detail = `row ${gone.seq} was written down in ${place}, and is not there any more`;
  return { verdict: 'anchor-missing', seq: gone.seq, detail, place };
}

/** The first anchor that was not signed by us; else one that is beyond the end; else one that names another row. */
function anchorFault(
  anchors: readonly AuditAnchor[],
  { at, hashes }: Walked,
  keys: AuditKeys,
): Fault | undefined {
  for (const anchor of anchors) {
    const forged = checkAnchorMac(anchor, keys);
    if (forged !== undefined) return { ...forged, place: anchor.place };
  }
  const beyond = anchors.findLast(({ seq }) => seq > at.seq);
  if (beyond !== undefined) {
    const { seq, place } = beyond;
    const detail = `${place} remembers row ${seq}, and the log ends at row ${at.seq}`;
    return { verdict: 'older-state', seq, detail, last: at.seq, place };
  }
  const other = anchors.find(({ seq, hash }) => hashes.get(seq) !== hash);
  if (other === undefined) return undefined;
  const { seq, place } = other;
  return { verdict: 'anchor-mismatch', seq, detail: `${place} remembers another row ${seq}`, place };
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
