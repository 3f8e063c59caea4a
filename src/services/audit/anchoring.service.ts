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

/**
 * Writes the head of the audit log down outside of PostgreSQL (R-L5). Any number of processes may do it: an anchor that
 * stands twice says the same. A place that contradicts the record, or has lost what was written there, is left as it is
 * until a person has looked: a new anchor would hide it.
 */
export function createAnchoring(deps: AnchoringDeps): Sweeper {
  const { store, places, guard, key, everyRows, everyMs, logger, writeMs = 10_000 } = deps;
  let looked = Number.NEGATIVE_INFINITY;
  const lasts = new Map<AnchorPlaceName, Last>();

  const isDue = (last: Last | undefined, head: { seq: number; now: number; confirmed: number }): boolean => {
    if (head.seq === 0) return false;
    if (last === undefined || last.confirmed !== head.confirmed) return true;
    if (last.seq === head.seq) return false;
    return Math.abs(head.seq - last.seq) >= everyRows || head.now - last.at >= everyMs;
  };

  const read = () =>
    store.tx(async (tx) => {
      const { seq, hash } = await tx.audit.head();
      const { confirmed } = await tx.audit.marks();
      return { seq, hash, now: (await tx.now()).getTime(), confirmed: confirmed?.seq ?? 0 };
    });

  const writeTo = async (place: AnchorPlace, anchor: AuditAnchor): Promise<boolean> => {
    try {
      await within(writeMs, (signal) => place.write(anchor, signal));
    } catch (err) {
      logger.error(
        { err, place: place.name, seq: anchor.seq },
        'the head of the audit cannot be written down',
      );
      return false;
    }
    await store.tx((tx) => tx.audit.saveAnchor(anchor));
    return true;
  };

  return {
    async sweep() {
      if (places.length === 0) return 0;
      const before = await read();
      const due = places.filter(({ name }) => isDue(lasts.get(name), before));
      // Also where nothing is due: a database may be put back under a bot that runs.
      if (due.length === 0 && before.now - looked < lookMs) return 0;
      looked = before.now;
      const { state, places: states } = await guard.check();
      if (state === 'held') return 0;
      const sound = due.filter(({ name }) => {
        const status = states.find(({ place }) => place === name)?.status;
        return status === 'agrees' || status === 'empty';
      });
      const head = await read();
      let written = 0;
      for (const place of sound) {
        const bare = {
          seq: head.seq,
          hash: head.hash,
          keyId: key.id,
          place: place.name,
          at: new Date(head.now),
        };
        if (!(await writeTo(place, { ...bare, mac: anchorMac(key.secret, bare) }))) continue;
        lasts.set(place.name, { seq: head.seq, at: head.now, confirmed: head.confirmed });
        written += 1;
      }
      return written;
    },
  };
}
