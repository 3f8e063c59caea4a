import type { AuditKeys } from '../../domain/audit/audit.ts';
import { brokenHead, heldWhy, trustedMarks } from '../../domain/audit/record.ts';
import type { AuditRow } from '../../domain/audit/rows.ts';
import { typedReason } from '../../domain/audit/texts.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { namedId } from '../../domain/kernel/named-id.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Sweeper } from '../../domain/ports/sweeper.ts';

export interface RecordNoticeDeps {
  readonly store: StoreOf<'audit' | 'messages'>;
  readonly keys: AuditKeys;
  /** Where it is said. */
  readonly channel: string;
  readonly held: (why: Facts) => Rendered;
  readonly confirmed: (by: Person, reason: string) => Rendered;
}

const purpose = 'record-held';
/** What is older was said, or would be no news: the row of a message is not kept for ever. */
const newsMs = 24 * 3_600_000;

/**
 * Says in a channel that the bot has stopped deciding (R-L5), and when a person lets it go on: once each, however many
 * processes look.
 */
export function createRecordNotice(deps: RecordNoticeDeps): Sweeper {
  const { store, keys, channel } = deps;
  const idOf = ({ seq, hash }: AuditRow) => namedId(`${purpose} ${channel} ${seq} ${hash}`);
  return {
    sweep: () =>
      store.tx(async (tx) => {
        // R-L3: this cannot stand in the record itself.
        const end = await tx.audit.end();
        const broken = brokenHead(end);
        if (broken !== undefined) {
          const id = namedId(`${purpose} ${channel} broken ${end.head?.hash} ${end.last?.hash}`);
          if ((await tx.messages.find({ id })).length > 0) return 0;
          await tx.messages.post({ id, purpose, channel, rendered: deps.held(broken), urgency: 'decision' });
          return 1;
        }
        const marks = trustedMarks(await tx.audit.marks(), keys);
        const { held, confirmed } = marks;
        if (held === undefined) return 0;
        const now = (await tx.now()).getTime();
        const isNews = ({ ts }: AuditRow) => now - ts.getTime() < newsMs;
        const isSaid = async (row: AuditRow) => (await tx.messages.find({ id: idOf(row) })).length > 0;
        const post = async (row: AuditRow, rendered: Rendered): Promise<number> => {
          if (!isNews(row) || (await isSaid(row))) return 0;
          await tx.messages.post({ id: idOf(row), purpose, channel, rendered, urgency: 'decision' });
          return 1;
        };
        const why = heldWhy(marks);
        if (why !== undefined) return post(held, deps.held(why));
        if (confirmed === undefined || !(await isSaid(held))) return 0;
        const reason = typedReason(confirmed, await tx.audit.texts(confirmed.seq, confirmed.seq));
        return post(confirmed, deps.confirmed(personOf(confirmed), reason ?? ''));
      }),
  };
}

/** The actor of a row of the audit is `workspace:person`. */
function personOf({ actor, actorTeam }: AuditRow): Person {
  return { userId: actor.slice(actor.indexOf(':') + 1), teamId: actorTeam, via: 'slack' };
}
