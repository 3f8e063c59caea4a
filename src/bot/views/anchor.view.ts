import { type AuditAnchor, anchorText } from '../../domain/audit/audit-anchor.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';
import { plainAnswer } from './answers.view.ts';
import { who } from './phrases.ts';
import { heldLines } from './switches.ts';

/** A head of the audit log as a message: one line for people, and the line that both verifiers read. */
export function anchorMessage(anchor: AuditAnchor, words: Words): Rendered {
  const said = words.say('record.anchor', { seq: anchor.seq, at: anchor.at.toISOString() });
  return {
    text: `${said}\n\`${anchorText(anchor)}\``,
    metadata: { eventType: messageEventType, payload: { kind: 'anchor' } },
  };
}

/** Said once in a channel when the bot stops deciding. */
export function heldMessage(why: Facts, words: Words): Rendered {
  return plainAnswer([...heldLines(why, words), words.say('record.reading')].join('\n'), words);
}

/** Said there when a person has let it go on. */
export function confirmedMessage(
  { by, reason }: { readonly by: Person; readonly reason: string },
  words: Words,
): Rendered {
  return plainAnswer(words.say('record.goes-on', { who: markup(who(by, words)), reason }), words);
}
