import { createBounded, unwrittenFacts } from '../../domain/audit/bounded.ts';
import { personId } from '../../domain/fix/approval.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Buttons } from './contract.ts';

const ttlMs = 60 * 60_000;
/** Refused clicks within a minute that are written down. */
const mostRefused = 30;

/** Rows behind buttons, for handlers. A Home that is drawn again shows the buttons it showed before. */
export function createButtons({
  store,
  ids,
  clock,
}: {
  store: StoreOf<'audit' | 'buttons'>;
  ids: Ids;
  clock: Clock;
}): Buttons {
  const rows = createBounded(mostRefused);
  const made = new Map<string, { readonly id: string; readonly until: number }>();
  return {
    get: (id) => store.tx((tx) => tx.buttons.get(id)),
    async refused({ by, purposes, requestId, payloadDigest }) {
      const taken = rows.take(clock.now().getTime());
      if (taken === undefined) return;
      await store.tx((tx) =>
        tx.audit.append({
          ...{ actor: personId(by), actorTeam: by.teamId, action: 'slack.button-refused' },
          ...{ requestIds: [requestId], payloadDigest },
          facts: { reason: 'old-button', purpose: purposes.join(' '), ...unwrittenFacts(taken) },
        }),
      );
    },
    async make({ purpose, remediationId, planHash, environment }) {
      const key = [purpose, remediationId, planHash, environment].join(' ');
      const now = clock.now().getTime();
      const known = made.get(key);
      if (known !== undefined && known.until > now) return known.id;
      const id = ids.token();
      await store.tx((tx) =>
        tx.buttons.create({
          id,
          purpose,
          ttlMs,
          ...present({
            remediationId,
            planHash,
            data: environment === undefined ? undefined : { environment },
          }),
        }),
      );
      made.set(key, { id, until: now + ttlMs / 2 });
      for (const [other, { until }] of made) if (until <= now) made.delete(other);
      return id;
    },
  };
}
