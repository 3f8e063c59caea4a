import type { AuditKeys } from '../../domain/audit/audit.ts';
import { checkAnchorMac } from '../../domain/audit/audit.ts';
import type { AuditAnchor } from '../../domain/audit/audit-anchor.ts';
import {
  brokenHead,
  contradicts,
  heldAction,
  judgePlace,
  judgeRecord,
  type RecordGuard,
  type RecordState,
  trustedMarks,
} from '../../domain/audit/record.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { within } from '../../domain/kernel/within.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import type { StoreOf } from '../../domain/ports/store.ts';

export interface RecordGuardDeps {
  readonly store: StoreOf<'audit'>;
  /** Those that this process may read. */
  readonly places: readonly AnchorPlace[];
  readonly keys: AuditKeys;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
  /** Says what it finds and writes nothing down. */
  readonly looksOnly?: boolean;
  /** How long a place may take; default 10 s, and 700 ms for a click. */
  readonly placeMs?: { readonly check: number; readonly quick: number };
}

interface Asked {
  readonly anchors?: readonly AuditAnchor[] | undefined;
  /** Read now, and not remembered. */
  readonly current: boolean;
}

/** What a place said last is believed for so long when it does not answer a click in time. */
const believedMs = 60_000;

/**
 * Compares the record with what places outside remember of it (R-L5). Finding that they contradict each other is
 * written down, so that processes which read other places stop too.
 */
export function createRecordGuard(deps: RecordGuardDeps): RecordGuard {
  const { store, places, keys, logger, clock } = deps;
  const limits = deps.placeMs ?? { check: 10_000, quick: 700 };
  const last = new Map<string, { readonly at: number; readonly anchors: readonly AuditAnchor[] }>();

  const ask = async (place: AnchorPlace, ms: number): Promise<Asked> => {
    try {
      const anchors = await within(ms, (signal) => place.recent(signal));
      last.set(place.name, { at: clock.now().getTime(), anchors });
      return { anchors, current: true };
    } catch (err) {
      logger.warn({ err, place: place.name }, 'a place of anchors does not answer');
      const before = last.get(place.name);
      const fresh = before !== undefined && clock.now().getTime() - before.at < believedMs;
      return { anchors: ms === limits.quick && fresh ? before.anchors : undefined, current: false };
    }
  };

  const look = async (ms: number): Promise<RecordState> => {
    const names = places.map(({ name }) => name);
    // Before the places are asked: what is written there meanwhile is not missed.
    const recorded = names.length === 0 ? [] : await store.tx((tx) => tx.audit.lastAnchors(names));
    const asked = await Promise.all(places.map((place) => ask(place, ms)));
    const seqs = asked.flatMap(({ anchors = [] }) => anchors.map(({ seq }) => seq));
    // After they were asked: what they remember is read here, if it is there.
    const { hashes, marks, end } = await store.tx(async (tx) => ({
      hashes: seqs.length === 0 ? new Map<number, string>() : await tx.audit.hashesAt(seqs),
      marks: trustedMarks(await tx.audit.marks(), keys),
      end: await tx.audit.end(),
    }));
    const states = names.map((place, index) => {
      const { anchors, current } = asked[index] ?? { current: false };
      const own = recorded.find((anchor) => anchor.place === place);
      const signed = own !== undefined && checkAnchorMac(own, keys) === undefined;
      return judgePlace({
        place,
        anchors,
        recorded: current && signed ? own : undefined,
        hashAt: (seq) => hashes.get(seq),
        confirmed: marks.confirmed,
        keys,
      });
    });
    const { seq = 0 } = end.head ?? {};
    // R-L3: nothing can be added to it, whatever the places say.
    const broken = brokenHead(end);
    return broken === undefined
      ? judgeRecord(states, seq, marks)
      : { state: 'held', places: states, seq, why: broken };
  };

  const watched = async (ms: number): Promise<RecordState> => {
    const state = await look(ms);
    if (deps.looksOnly === true) return state;
    if (state.why?.broken === true) logger.error(state.why, 'the head of the audit log is not its last row');
    else if (state.places.some(contradicts)) await writeDown(state);
    return state;
  };

  /** Once for each time: a person's confirmation answers it. */
  const writeDown = async (state: RecordState): Promise<void> => {
    const facts = state.why ?? {};
    logger.error({ facts }, 'the record is contradicted by its anchors: nothing is decided or carried out');
    await store
      .tx(async (tx) => {
        const { held, confirmed } = trustedMarks(await tx.audit.marks(), keys);
        if (held !== undefined && held.seq > (confirmed?.seq ?? 0)) return;
        await tx.audit.append({ actor: 'system', actorTeam: '-', action: heldAction, facts });
      })
      .catch((err: unknown) => logger.error({ err }, 'that the bot stopped could not be written down'));
  };

  return { check: () => watched(limits.check), quick: () => watched(limits.quick) };
}
