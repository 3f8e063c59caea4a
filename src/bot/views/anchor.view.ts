import { type AuditAnchor, anchorText } from '../../domain/audit/audit-anchor.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Words } from '../../text/words.ts';
import { messageEventType } from '../ids.ts';

/** A head of the audit log as a message: one line for people, and the line that both verifiers read. */
export function anchorMessage(anchor: AuditAnchor, words: Words): Rendered {
  const said = words.say('record.anchor', { seq: anchor.seq, at: anchor.at.toISOString() });
  return {
    text: `${said}\n\`${anchorText(anchor)}\``,
    metadata: { eventType: messageEventType, payload: { kind: 'anchor' } },
  };
}
