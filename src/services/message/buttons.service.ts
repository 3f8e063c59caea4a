import { createBounded, unwrittenFacts } from '../../domain/audit/bounded.ts';
import { personId } from '../../domain/fix/approval.ts';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { cardPurpose, isCard } from '../../domain/message/cards.ts';
import { homePlace } from '../../domain/message/seal.ts';
import type { Button } from '../../domain/ports/buttons.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { Buttons, DecidingClick } from './contract.ts';

const ttlMs = 60 * 60_000;
/** Refused clicks within a minute that are written down. */
const mostRefused = 30;
/** Slack shows a message a moment before we have written down where it stands. */
const placeMs = 2_000;
const pollMs = 100;

export interface ButtonsDeps {
  readonly store: StoreOf<'audit' | 'buttons' | 'messages' | 'remediations'>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Draws the cards of a fix anew, with buttons of now. */
  readonly redraw: (remediationId: string) => Promise<void>;
  /** Counts clicks that would have decided from a message that the bot has not made. */
  readonly onForged?: () => void;
}

/** Rows behind buttons, for handlers. A Home that is drawn again shows the buttons it showed before. */
export function createButtons(deps: ButtonsDeps): Buttons {
  const { store, ids, clock } = deps;
  const rows = createBounded(mostRefused);
  const forgedRows = createBounded(mostRefused);
  const made = new Map<string, { readonly id: string; readonly until: number }>();
  const get: Buttons['get'] = (id) => store.tx((tx) => tx.buttons.get(id));
  const refused: Buttons['refused'] = async ({ by, purposes, requestId, payloadDigest, reason }) => {
    const taken = rows.take(clock.now().getTime());
    if (taken === undefined) return;
    await store.tx((tx) =>
      tx.audit.append({
        ...{ actor: personId(by), actorTeam: by.teamId, action: 'slack.button-refused' },
        ...{ requestIds: [requestId], payloadDigest },
        facts: { reason: reason ?? 'old-button', purpose: purposes.join(' '), ...unwrittenFacts(taken) },
      }),
    );
  };
  const alarm = async (button: Button, click: DecidingClick): Promise<void> => {
    const { by, place, requestId, payloadDigest } = click;
    const facts = { purpose: button.purpose, ...place, sealed: button.sealed };
    deps.logger.error(
      { ...facts, button: button.id, remediation: button.remediationId, person: by.userId },
      'a button that the bot has not put there was pressed: nothing is decided by it',
    );
    deps.onForged?.();
    const taken = forgedRows.take(clock.now().getTime());
    if (taken === undefined) return;
    await store.tx((tx) =>
      tx.audit.append({
        ...{ actor: personId(by), actorTeam: by.teamId, action: 'slack.button-forged' },
        ...{ requestIds: [requestId], payloadDigest },
        ...present({ remediationId: button.remediationId, planHash: button.planHash }),
        facts: { ...facts, ...unwrittenFacts(taken) },
      }),
    );
  };
  return {
    get,
    refused,
    async deciding(click) {
      const { id, purposes, by, requestId, payloadDigest } = click;
      const button = await get(id);
      if (button === undefined || button.expired || !purposes.includes(button.purpose)) {
        await refused({ by, purposes, requestId, payloadDigest });
        throw notFound('old-button');
      }
      const { remediationId } = button;
      const where = await placeOf(deps, button, click.place);
      if (where === 'here' && remediationId !== undefined) return { ...button, remediationId };
      if (where === 'not-yet') throw notFound('card-not-yet');
      if (where === 'older' && remediationId !== undefined) {
        await refused({ by, purposes, requestId, payloadDigest, reason: 'newer-card' });
        await deps.redraw(remediationId);
        throw notFound('newer-card');
      }
      await alarm(button, click);
      throw notFound('button-forged');
    },
    offeredIn: (thread) => store.tx((tx) => offeredIn(tx, thread)),
    async make({ purpose, remediationId, planHash, environment, mute }) {
      const key = [purpose, remediationId, planHash, environment, mute].join(' ');
      const now = clock.now().getTime();
      const known = made.get(key);
      if (known !== undefined && known.until > now) return known.id;
      const id = ids.token();
      await store.tx((tx) =>
        tx.buttons.create({
          id,
          purpose,
          ttlMs,
          places: [homePlace],
          ...present({
            remediationId,
            planHash,
            data:
              environment === undefined && mute === undefined ? undefined : present({ environment, mute }),
          }),
        }),
      );
      made.set(key, { id, until: now + ttlMs / 2 });
      for (const [other, { until }] of made) if (until <= now) made.delete(other);
      return id;
    },
  };
}

/** More offers than these no thread has. */
const mostOffers = 200;

/** What has ended meanwhile is no offer, though nobody has swept it yet. */
async function offeredIn(
  tx: TxOf<'buttons' | 'messages' | 'remediations'>,
  { channel, threadTs }: Parameters<Buttons['offeredIn']>[0],
): ReturnType<Buttons['offeredIn']> {
  const now = await tx.now();
  const rows = await tx.remediations.list({ channel, states: ['proposed'], limit: mostOffers });
  const offered: { id: string; ts: string }[] = [];
  for (const { id, offerExpiresAt } of rows) {
    if (offerExpiresAt <= now) continue;
    const [card] = await tx.messages.find({ remediationId: id, purpose: cardPurpose });
    const { ts, parentId } = card ?? {};
    const [parent] = parentId === undefined ? [] : await tx.messages.find({ id: parentId });
    const stands = card?.threadTs ?? parent?.threadTs ?? parent?.ts;
    const button = await tx.buttons.newestOf(id);
    if (ts !== undefined && button !== undefined && (stands === threadTs || ts === threadTs))
      offered.push({ id: button.id, ts });
  }
  return offered;
}

const notFound = (reason: string): AppError =>
  new AppError('NOT_FOUND', 'no such button', { facts: { reason } });

/**
 * R-A10: whether the bot itself has put this button there. `not-yet`: it may have, and where its message stands is not written
 * down yet. `older`: in a card of this very fix, by a version that sealed nothing, or under another token.
 */
async function placeOf(
  { store, clock }: Pick<ButtonsDeps, 'store' | 'clock'>,
  button: Button,
  place: DecidingClick['place'],
): Promise<'here' | 'not-yet' | 'older' | 'forged'> {
  const { remediationId, planHash, places, sealed, ofBefore } = button;
  if (remediationId === undefined || planHash === undefined) return 'forged';
  const isThere = ({ channel, ts }: { readonly channel: string; readonly ts?: string }): boolean =>
    !('home' in place) && ts !== undefined && ts === place.ts && channel === place.channel;
  if (!sealed) {
    if ('home' in place) return 'older';
    const { own, answer } = await store.tx(async (tx) => {
      const runId = ofBefore ? (await tx.remediations.get(remediationId))?.runId : undefined;
      return {
        own: await tx.messages.find({ remediationId }),
        answer: runId === undefined ? [] : await tx.messages.find({ runId }),
      };
    });
    const isOurs = own.some((message) => isCard(message.purpose) && isThere(message));
    // Offers once stood in the finding itself; and a window that was open over the upgrade says of no message.
    if (ofBefore) return isOurs || answer.some(isThere) ? 'here' : 'older';
    return isOurs ? 'older' : 'forged';
  }
  if ('home' in place) return places.includes(homePlace) ? 'here' : 'forged';
  const messages = places.filter((id) => id !== homePlace);
  const until = clock.now().getTime() + placeMs;
  for (;;) {
    const known = messages.length === 0 ? [] : await store.tx((tx) => tx.messages.find({ ids: messages }));
    if (known.some(isThere)) return 'here';
    if (!known.some(({ ts, lost }) => ts === undefined && lost === undefined)) return 'forged';
    if (clock.now().getTime() >= until) return 'not-yet';
    await clock.sleep(pollMs);
  }
}
