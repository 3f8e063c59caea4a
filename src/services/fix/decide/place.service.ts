import type { RemediationState } from '../../../domain/fix/approval.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { StoreOf } from '../../../domain/ports/store.ts';
import type { Language } from '../../../domain/run/run.ts';
import type { ChangedPlace, PlaceService } from '../contract.ts';
import type { DecisionDeps, MoveRepository } from './remediation-deps.ts';
import { changeRemediation, moveRemediation } from './remediation-move.service.ts';

/** Where requests go whose own channel is closed. */
export interface Fallback {
  readonly channel: string;
  readonly language: Language;
}

export interface PlaceDeps extends Omit<DecisionDeps, 'record' | 'store'> {
  readonly store: StoreOf<MoveRepository>;
  readonly fallback?: Fallback;
}

/** What waits for people, and what goes on without them. */
const waiting: readonly RemediationState[] = ['proposed', 'requested', 'approved'];
const running: readonly RemediationState[] = ['executing', 'verifying', 'rolling_back', 'indeterminate'];
const open: readonly RemediationState[] = [...waiting, ...running];
/** More than one channel ever has open at a time. */
const most = 500;

/**
 * R-S7: Slack says that a channel is shared, archived, deleted or out of the bot's sight. What is open there moves to
 * the fallback channel or is cancelled. The same event twice does nothing twice: the state decides.
 */
export function createPlaceService(deps: PlaceDeps): PlaceService {
  const openIn = (channel: string | undefined): Promise<readonly RemediationRow[]> =>
    deps.store.tx((tx) =>
      tx.remediations.list({
        states: open,
        limit: most,
        ...(channel === undefined ? {} : { channel }),
      }),
    );
  const closed: PlaceService['closed'] = async (place) => {
    const refuge = await usable(deps, place.channel);
    const done = { moved: 0, cancelled: 0 };
    for (const { id } of await openIn(place.channel)) {
      const came = await leave(deps, id, place, refuge);
      if (came !== undefined) done[came] += 1;
    }
    return done;
  };
  return {
    closed,
    async renumbered({ from, to }) {
      await deps.store.tx(async (tx) => {
        await tx.messages.renumber(from, to);
        for (const { id } of await tx.remediations.list({ channel: from, limit: most })) {
          const row = await tx.remediations.lock(id);
          if (row?.surface?.channel === from)
            await tx.remediations.change(row, { surface: { ...row.surface, channel: to } });
        }
      });
    },
    async gone(event) {
      const done = { moved: 0, cancelled: 0 };
      for (const { id } of await openIn(undefined))
        if ((await leave(deps, id, event, undefined)) !== undefined) done.cancelled += 1;
      return done;
    },
  };
}

interface Refuge extends Fallback {
  readonly private: boolean;
}

/** The fallback channel, where decisions may be made in it now. */
async function usable(
  { fallback, directory }: Pick<PlaceDeps, 'fallback' | 'directory'>,
  left: string,
): Promise<Refuge | undefined> {
  if (fallback === undefined || fallback.channel === left) return undefined;
  const found = await directory.channel(fallback.channel);
  if ('unavailable' in found || found.known.externallyShared || found.known.archived) return undefined;
  return { ...fallback, private: found.known.private };
}

type Left = Pick<ChangedPlace, 'requestId' | 'payloadDigest'> & {
  readonly channel?: string;
  readonly why: string;
};

async function leave(
  deps: PlaceDeps,
  id: string,
  left: Left,
  refuge: Refuge | undefined,
): Promise<'moved' | 'cancelled' | undefined> {
  return deps.store.tx(async (tx) => {
    const row = await tx.remediations.lock(id);
    // It may have ended, or have moved, since it was listed.
    if (row === undefined || !open.includes(row.state)) return undefined;
    if (left.channel !== undefined && row.surface?.channel !== left.channel) return undefined;
    const { requestId, payloadDigest } = left;
    const facts: Facts = {
      reason: `place-${left.why}`,
      ...(left.channel === undefined ? {} : { channel: left.channel }),
    };
    const cause = { requestId, payloadDigest, facts };
    // What only members of a private channel may know does not go into one that everybody reads.
    const fits = refuge !== undefined && (refuge.private || !row.privatePlace) ? refuge : undefined;
    if (row.state === 'proposed') {
      await moveRemediation(tx, deps, row, 'cancelled', { ...cause, event: 'none' });
      return 'cancelled';
    }
    if (fits !== undefined && row.surface !== undefined) {
      const { threadTs: _thread, ...surface } = row.surface;
      const moved = await changeRemediation(
        tx,
        deps,
        row,
        'remediation.moved-place',
        {
          surface: { ...surface, channel: fits.channel, language: fits.language },
          privatePlace: fits.private,
        },
        { ...cause, facts: { ...facts, to: fits.channel }, event: 'moved-place' },
      );
      await deps.messages.tell(tx, moved, 'moved-place', { ...facts, to: fits.channel });
      return 'moved';
    }
    if (!waiting.includes(row.state)) return undefined;
    const cancelled = await moveRemediation(tx, deps, row, 'cancelled', {
      ...cause,
      // Nothing is written any more where nobody can write.
      event: left.why === 'shared' ? 'cancelled' : 'none',
    });
    await deps.messages.tell(tx, cancelled, 'cancelled', facts);
    return 'cancelled';
  });
}
