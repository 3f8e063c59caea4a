import { anchorMac } from '../../domain/audit/audit.ts';
import type { AnchorPlaceName, AuditAnchor } from '../../domain/audit/audit-anchor.ts';
import type { RecordGuard } from '../../domain/audit/record.ts';
import type { Logger } from '../../domain/kernel/clock.ts';
import { within } from '../../domain/kernel/within.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Sweeper } from '../../domain/ports/sweeper.ts';

export interface AnchoringDeps {
  readonly store: StoreOf<'audit'>;
  readonly places: readonly AnchorPlace[];
  readonly guard: RecordGuard;
  readonly key: { readonly id: string; readonly secret: string | Uint8Array };
  /** A head is written down when so many rows have come, or so many milliseconds have gone, since the last one. */
  readonly everyRows: number;
  readonly everyMs: number;
  readonly logger: Logger;
  /** How long a place may take to store one; default 10 s. */
  readonly writeMs?: number;
}

/** The record is compared with its anchors at least so often, in milliseconds. */
const lookMs = 60_000;

/** What this process knows to stand in a place. */
interface Last {
  readonly seq: number;
  readonly at: number;
  /** The confirmation that stood in the record then. */
  readonly confirmed: number;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
  /** By the clock of the database, in milliseconds. */
  readonly now: number;
  /** The newest confirmation, and when it was made. */
  readonly confirmed: number;
  readonly confirmedAt: number;
}

/**
 * Writes the head of the audit log down outside of PostgreSQL (R-L5). Any number of processes may do it: an anchor that
 * stands twice says the same. A place that contradicts the record, or has lost what was written there, is left as it is
 * until a person has looked: a new anchor would hide it.
 */
export function createAnchoring(deps: AnchoringDeps): Sweeper {
  const { store, places, guard, key, everyRows, everyMs, logger, writeMs = 10_000 } = deps;
  let looked = Number.NEGATIVE_INFINITY;
  const lasts = new Map<AnchorPlaceName, Last>();
  /** Places that were handed an anchor which nobody has read there yet. */
  const handed = new Set<AnchorPlaceName>();

  const isDue = (last: Last | undefined, head: Head): boolean => {
    if (head.seq === 0) return false;
    if (last === undefined || last.confirmed !== head.confirmed) return true;
    if (last.seq === head.seq) return false;
    return Math.abs(head.seq - last.seq) >= everyRows || head.now - last.at >= everyMs;
  };

  const read = (): Promise<Head> =>
    store.tx(async (tx) => {
      const { seq, hash } = await tx.audit.head();
      const { confirmed } = await tx.audit.marks();
      return {
        ...{ seq, hash, now: (await tx.now()).getTime(), confirmed: confirmed?.seq ?? 0 },
        confirmedAt: confirmed?.ts.getTime() ?? 0,
      };
    });

  /** What stands there already counts, whoever wrote it. */
  const learn = async (place: AnchorPlace, newest: AuditAnchor | undefined, head: Head): Promise<void> => {
    const before = lasts.get(place.name);
    if (newest === undefined) return;
    const at = newest.at.getTime();
    // The same again is news only of a place that was handed it.
    if (before !== undefined && (at < before.at || (at === before.at && !handed.has(place.name)))) return;
    const confirmed = head.confirmedAt <= at ? head.confirmed : -1;
    lasts.set(place.name, { seq: newest.seq, at, confirmed });
    if (place.handsOn !== true) return;
    handed.delete(place.name);
    await store.tx((tx) => tx.audit.saveAnchor(newest));
  };

  const writeTo = async (place: AnchorPlace, anchor: AuditAnchor, turn: string): Promise<boolean> => {
    try {
      await within(writeMs, (signal) => place.write(anchor, signal, turn));
    } catch (err) {
      logger.error(
        { err, place: place.name, seq: anchor.seq },
        'the head of the audit cannot be written down',
      );
      return false;
    }
    if (place.handsOn === true) handed.add(place.name);
    else await store.tx((tx) => tx.audit.saveAnchor(anchor));
    return true;
  };

  /** Processes that look at once see the same newest anchor, and take the same turn after it. */
  const turnAfter = (newest: AuditAnchor | undefined, head: Head): string =>
    [
      ...(newest === undefined ? ['first'] : [newest.seq, newest.hash]),
      ...[head.confirmed, Math.floor((head.now - (newest?.at.getTime() ?? 0)) / everyMs)],
    ].join(' ');

  return {
    async sweep() {
      if (places.length === 0) return 0;
      const before = await read();
      const due = places.filter(({ name }) => isDue(lasts.get(name), before));
      // Also where nothing is due: a database may be put back under a bot that runs.
      if (due.length === 0 && handed.size === 0 && before.now - looked < lookMs) return 0;
      looked = before.now;
      const { state, places: states } = await guard.check();
      const stateOf = ({ name }: AnchorPlace) => states.find(({ place }) => place === name);
      for (const place of places)
        if (stateOf(place)?.status === 'agrees') await learn(place, stateOf(place)?.anchor, before);
      if (state === 'held') return 0;
      const head = await read();
      let written = 0;
      for (const place of due) {
        const { status, anchor: newest } = stateOf(place) ?? {};
        if (status !== 'agrees' && status !== 'empty') continue;
        if (!isDue(lasts.get(place.name), head)) continue;
        const bare = {
          seq: head.seq,
          hash: head.hash,
          keyId: key.id,
          place: place.name,
          at: new Date(head.now),
        };
        const anchor = { ...bare, mac: anchorMac(key.secret, bare) };
        if (!(await writeTo(place, anchor, turnAfter(newest, head)))) continue;
        lasts.set(place.name, { seq: head.seq, at: head.now, confirmed: head.confirmed });
        written += 1;
      }
      return written;
    },
  };
}
