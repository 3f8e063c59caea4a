import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { askAnywhere } from './databases.ts';

const params = z.strictObject({
  heldBytes: z
    .number()
    .positive()
    .default(1024 ** 3)
    .meta({ description: 'WAL held back by a slot without a reader that is a finding, in bytes.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

interface Slot {
  readonly name: string;
  readonly held: string;
  /** -1: it may hold without end. */
  readonly bound: string;
}

export const postgresReplicationSlots = defineProbe({
  id: 'postgres.replication-slots',
  doc: `Looks for replication slots without a reader that hold WAL back.
Without max_slot_wal_keep_size such a slot fills the disk, and PostgreSQL stops.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 8_000,
  emits: ['PG_SLOT_HOLDS_WAL'],
  async run({ heldBytes }: Params, { deps, signal }: ProbeContext<Deps>) {
    const slots = await askAnywhere<Slot>(deps.postgres, sql, [], { signal });
    const held = slots.filter((slot) => Number(slot.held) >= heldBytes);
    const worst = held[0];
    return verdict(worst === undefined ? [] : [holds(worst, held.length)], { unreadSlots: slots.length });
  },
});

/** `lost`: what it held is gone, and it holds no more. https://www.postgresql.org/docs/current/view-pg-replication-slots.html */
const sql = `SELECT slot_name AS name,
    (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - restart_lsn)::bigint::text AS held,
    (SELECT CASE setting WHEN '-1' THEN -1 ELSE setting::bigint * 1024 * 1024 END FROM pg_settings
      WHERE name = 'max_slot_wal_keep_size')::text AS bound
  FROM pg_replication_slots
  WHERE NOT active AND restart_lsn IS NOT NULL AND wal_status IS DISTINCT FROM 'lost'
  ORDER BY restart_lsn`;

function holds(slot: Slot, count: number): Finding {
  const bound = Number(slot.bound);
  return {
    code: 'PG_SLOT_HOLDS_WAL',
    severity: bound < 0 ? 'critical' : 'warning',
    part: 'postgres',
    subject: slot.name,
    facts: { heldBytes: Number(slot.held), count, ...(bound < 0 ? {} : { boundBytes: bound }) },
  };
}
