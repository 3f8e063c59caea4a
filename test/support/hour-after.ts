import { watchedOf } from '../../src/domain/fix/hour-after.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import type { TestDatabase } from './postgres.ts';

type Sql = Pick<TestDatabase, 'sql'>;

/** The fix worked so many minutes earlier than it did, and whatever is planned of its hour is so much earlier, too. */
export async function workedEarlier({ sql }: Sql, remediationId: string, minutes: number): Promise<void> {
  await sql(
    `UPDATE remediations SET finished_at = finished_at - make_interval(mins => $2),
       outcome = CASE WHEN outcome->>'watched' LIKE '%"due"%'
         THEN outcome || jsonb_build_object('watched', ((outcome->>'watched')::jsonb || jsonb_build_object('due',
           to_char(((outcome->>'watched')::jsonb->>'due')::timestamptz AT TIME ZONE 'UTC' - make_interval(mins => $2),
             'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text)
         ELSE outcome END
     WHERE id = $1`,
    [remediationId, minutes],
  );
}

/** How far the hour after this fix is. */
export async function hourOf({ sql }: Sql, remediationId: string): Promise<ReturnType<typeof watchedOf>> {
  const [row] = await sql<{ state: string; outcome: RemediationRow['outcome']; finished_at: Date }>(
    'SELECT state, outcome, finished_at FROM remediations WHERE id = $1',
    [remediationId],
  );
  return row === undefined
    ? undefined
    : watchedOf({
        state: row.state as RemediationRow['state'],
        surface: { teamId: '-', channel: '-', language: 'en' },
        outcome: row.outcome ?? {},
        finishedAt: row.finished_at,
      });
}

/** What the plain renderer has said in the thread of what came back. */
export async function saidOfHour(
  { sql }: Sql,
  remediationId: string,
): Promise<readonly { readonly event: string; readonly facts: Record<string, unknown> }[]> {
  const rows = await sql<{ text: string }>(
    `SELECT payload->>'text' AS text FROM outbox JOIN messages ON messages.id = message_id
     WHERE remediation_id = $1 AND purpose = 'remediation-event' ORDER BY outbox.seq`,
    [remediationId],
  );
  return rows
    .map(({ text }) => JSON.parse(text) as { event: string; facts: Record<string, unknown> })
    .filter(({ event }) => event === 'came-back');
}
