import type { Inbox } from '../../domain/ports/inbox.ts';
import { ids } from './gate.ts';
import type { Query } from './query.ts';

/** What is left of a delivery that needs no handling any more: where and whom to answer, nothing that was typed. */
export const answerable = `jsonb_strip_nulls(jsonb_build_object('response_url', payload->'response_url',
  'user_id', coalesce(payload->'user_id', payload#>'{user,id}')))`;

export function createInbox(query: Query): Inbox {
  return {
    async accept({ key, kind, payloadDigest }) {
      const { count } = await query(
        'INSERT INTO inbox (key, kind, payload_digest) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING',
        ids(key, kind, payloadDigest),
      );
      return count === 1;
    },
  };
}
