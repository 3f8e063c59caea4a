import type { RemediationState } from '../../../domain/fix/approval.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { undoUntil } from '../../../domain/fix/temporary.ts';
import { present } from '../../../domain/kernel/present.ts';
import { readerOf } from '../../../domain/message/cards.ts';
import type { OutboxMessage } from '../../../domain/message/outbox.ts';
import type { Rendered } from '../../../domain/message/rendered.ts';
import type { StoreOf, TxOf } from '../../../domain/ports/store.ts';
import type { Language } from '../../../domain/run/run.ts';
import type { RemediationMessages } from './remediation-messages.service.ts';

type CardRepository = 'buttons' | 'killSwitches' | 'messages' | 'remediations';

export interface CardKeeper {
  /** R-A10: what people decide with, from the fix as it is stored now; undefined where there is none. */
  draw(message: OutboxMessage): Promise<Rendered | undefined>;
  /** The cards of this fix, with buttons of now. */
  redraw(remediationId: string): Promise<void>;
  /**
   * Cards whose buttons no bot of this token has made: those of before, and of a version beside this one. Says how many were
   * drawn anew.
   */
  sweep(): Promise<number>;
}

/** States in which a card has buttons. */
const pressable: readonly RemediationState[] = [
  'proposed',
  'requested',
  'approved',
  'executing',
  'indeterminate',
  'succeeded',
];
/** More than there are of fixes that somebody can still decide about. */
const most = 500;
/** So many times a card without any button is drawn as well: a bot of before may have posted it as a worker left it. */
const firstRounds = 3;

export function createCardKeeper({
  store,
  messages,
  languageOf,
  linkTo,
}: {
  readonly store: StoreOf<CardRepository | 'runs'>;
  readonly messages: Pick<RemediationMessages, 'card' | 'draw' | 'threadOf'>;
  /** The language of a person; undefined where Slack does not say: that of the channel. */
  readonly languageOf?: (userId: string) => Promise<Language | undefined>;
  /** Where a message opens; undefined where Slack does not say. */
  readonly linkTo?: (channel: string, ts: string) => Promise<string | undefined>;
}): CardKeeper {
  let rounds = 0;
  /** Asked of Slack before the transaction, which waits for nobody. */
  const readerOfCard = async (purpose: string, remediationId: string) => {
    const userId = readerOf(purpose);
    if (userId === undefined) return undefined;
    const place = await store.tx(async (tx) => {
      const row = await tx.remediations.get(remediationId);
      return row === undefined ? undefined : messages.threadOf(tx, row);
    });
    const [language, link] = await Promise.all([
      languageOf?.(userId),
      place === undefined ? undefined : linkTo?.(place.channel, place.ts),
    ]);
    return present({ language, link });
  };
  const drawLocked = async (
    id: string,
    isWanted: (tx: TxOf<CardRepository>, row: RemediationRow) => Promise<boolean>,
  ): Promise<boolean> =>
    store.tx(async (tx) => {
      const row = await tx.remediations.lock(id);
      if (row === undefined || !(await isWanted(tx, row))) return false;
      await messages.card(tx, row);
      return true;
    });
  const isOfBefore = async (tx: TxOf<CardRepository>, row: RemediationRow): Promise<boolean> => {
    if (row.surface === undefined || !pressable.includes(row.state)) return false;
    if (row.state === 'succeeded' && (await tx.now()) >= (undoUntil(row) ?? new Date(0))) return false;
    const newest = await tx.buttons.newestOf(row.id);
    return newest === undefined ? rounds < firstRounds : !newest.sealed;
  };
  return {
    async draw({ id, purpose, remediationId }) {
      if (remediationId === undefined) return undefined;
      const reader = await readerOfCard(purpose, remediationId);
      return store.tx(async (tx) => {
        const row = await tx.remediations.get(remediationId);
        return row === undefined ? undefined : messages.draw(tx, row, { id, purpose }, reader);
      });
    },
    async redraw(remediationId) {
      await drawLocked(remediationId, () => Promise.resolve(true));
    },
    async sweep() {
      const rows = await store.tx((tx) => tx.remediations.list({ states: pressable, limit: most }));
      let drawn = 0;
      for (const { id } of rows) if (await drawLocked(id, isOfBefore)) drawn += 1;
      rounds += 1;
      return drawn;
    },
  };
}
