import { describe, expect, it } from 'vitest';
import { postgresReplicationSlots } from '../../../../src/probes/postgres/replication-slots.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

const GiB = 1024 ** 3;
const look = (...slots: readonly (readonly [name: string, held: number, bound: number])[]) =>
  postgresReplicationSlots.run(
    postgresReplicationSlots.params.parse({}),
    probeContext({
      postgres: postgresInTurn(
        slots.map(([name, held, bound]) => ({ name, held: `${held}`, bound: `${bound}` })),
      ),
    }),
  );

describe('postgres.replication-slots', () => {
  it('counts from one GiB on, and is critical where nothing bounds it', async () => {
    expect(await look(['old', GiB - 1, -1])).toMatchObject({ status: 'healthy', facts: { unreadSlots: 1 } });
    expect(await look(['old', GiB, -1], ['other', 2 * GiB, -1], ['young', 5, -1])).toMatchObject({
      findings: [{ code: 'PG_SLOT_HOLDS_WAL', severity: 'critical', subject: 'old', facts: { count: 2 } }],
    });
  });

  it('is a warning with its bound, where there is one', async () => {
    expect(await look(['old', GiB, 4 * GiB])).toMatchObject({
      findings: [{ severity: 'warning', facts: { heldBytes: GiB, boundBytes: 4 * GiB } }],
    });
  });
});
