import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { endBlockingSession } from '../../../../src/remediations/postgres/end-blocking-session.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

/** The fixture's server, with other facts of the session. */
const context = (more: Readonly<Record<string, unknown>> = {}) => {
  const { targets } = fixtures['postgres.end-blocking-session']();
  const { query, ...postgres } = (targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) =>
    (await query(...args)).map((row) => ('pid' in row ? { ...row, ...more } : row));
  const deps = { ...targets, postgres: { ...postgres, query: asked as typeof query } };
  return { deps, signal: new AbortController().signal, now: () => new Date(0) };
};

describe('postgres.end-blocking-session', () => {
  it('cancels what runs and ends what is idle, each bound to the moment at which it began', async () => {
    const active = await endBlockingSession.plan({ pid: 7, how: 'cancel' }, context({ state: 'active' }));
    const idle = await endBlockingSession.plan({ pid: 7, how: 'end' }, context());

    expect(active.steps).toMatchObject([
      {
        kind: 'postgres-cancel-statement',
        precondition: { pid: 7, backend_start: '100.1', xact_start: '200.1', query_start: '201.1' },
      },
    ]);
    expect(idle.steps[0].kind).toBe('postgres-terminate-session');
    expect(idle.steps[0].precondition).toEqual({ pid: 7, backend_start: '100.1', xact_start: '200.1' });
    expect(idle.undo).toBeUndefined();
  });

  it.each([
    ['nobody waits for it', { waiting: 0 }, 'nothing-to-do'],
    ['its process id is used again', { backend_start: '300.1' }, 'no-target'],
    ['it is the bot itself', { kind: 'aetherius-bot' }, 'not-a-client'],
    ['it is a worker of the server', { kind: 'autovacuum worker' }, 'not-a-client'],
    ['it is in a database of others', { name: 'shop' }, 'not-a-client'],
    ['the role may not end it', { mine: false }, 'missing-right'],
  ])('is not offered where %s', async (_why, more, reason) => {
    const plan = endBlockingSession.plan({ pid: 7, how: 'end', backendStart: '100.1' }, context(more));

    await expect(plan).rejects.toMatchObject({ facts: { reason } });
  });

  it('does not promise that to cancel helps where no statement runs', async () => {
    await expect(endBlockingSession.plan({ pid: 7, how: 'cancel' }, context())).rejects.toMatchObject({
      facts: { reason: 'nothing-to-cancel' },
    });
  });

  it('takes pid, moment and way from the finding', () => {
    const found = (state: string) =>
      endBlockingSession.paramsFor({
        ...{ code: 'PG_LOCK_BLOCKS', severity: 'critical', part: 'postgres', subject: 'pid 7' },
        facts: { pid: 7, state, backendStart: '100.1' },
      });

    expect(found('active')).toEqual({ pid: 7, how: 'cancel', backendStart: '100.1' });
    expect(found('idle in transaction')).toMatchObject({ how: 'end' });
  });
});
