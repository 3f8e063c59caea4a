import type { TestDatabase } from './postgres.ts';

type Sql = Pick<TestDatabase, 'sql'>;

/** The end of this fix was so long ago, by the clock of the database. */
export async function endAgo({ sql }: Sql, remediationId: string, ago = '1 minute'): Promise<void> {
  await sql('ALTER TABLE temporary_changes DISABLE TRIGGER temporary_change_is_closed_once');
  await sql(
    `UPDATE temporary_changes SET ends_at = clock_timestamp() - $2::interval, due_at = clock_timestamp() - $2::interval
     WHERE remediation_id = $1`,
    [remediationId, ago],
  );
  await sql('ALTER TABLE temporary_changes ENABLE TRIGGER temporary_change_is_closed_once');
}

/** Whoever looks next looks at it. */
export async function lookNow({ sql }: Sql, remediationId: string): Promise<void> {
  await sql(
    'UPDATE temporary_changes SET due_at = clock_timestamp() WHERE remediation_id = $1 AND closed_at IS NULL',
    [remediationId],
  );
}

interface Said {
  readonly event: string;
  readonly facts: Record<string, unknown>;
  readonly buttons?: Record<string, string>;
}

/** What the plain renderer has said of its end in the thread, each render of it. */
export async function saidOfEnd({ sql }: Sql, remediationId: string): Promise<readonly Partial<Said>[]> {
  const rows = await sql<{ text: string }>(
    `SELECT payload->>'text' AS text FROM outbox JOIN messages ON messages.id = message_id
     WHERE remediation_id = $1 AND purpose LIKE 'remediation-%' ORDER BY outbox.seq`,
    [remediationId],
  );
  return rows
    .map(({ text }) => JSON.parse(text) as Partial<Said>)
    .filter(({ event = '' }) => event.startsWith('temporary-'));
}
