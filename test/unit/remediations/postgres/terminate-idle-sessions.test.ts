import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { terminateIdleSessions } from '../../../../src/remediations/postgres/terminate-idle-sessions.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const params = { database: 'agentManager', olderThanSeconds: 60 } as const;
/** A session of the role that only agent-manager uses, by the fixture's platform. */
const ofService = {
  ...{ application: 'app', user: 'u', client: 'local', own: false, wrote: false, tables: '', open: 90 },
  ...{ backend_start: '100.1', xact_start: '200.1' },
};
const fresh = () => {
  const fixture = fixtures['postgres.terminate-idle-sessions']();
  const context = {
    deps: fixture.targets as With<'postgres'>,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  return { fixture, context };
};

describe('postgres.terminate-idle-sessions', () => {
  it('plans one step a session, each named by pid, backend start and transaction start', async () => {
    const { context } = fresh();

    const plan = await terminateIdleSessions.plan(params, context);

    expect(plan).toMatchObject({ tier: 2, objects: 2, identity: { system_identifier: '7012345' } });
    expect(plan.steps.map((step) => step.precondition)).toEqual([
      { pid: 7, backend_start: '100.1', xact_start: '200.1' },
      { pid: 8, backend_start: '100.2', xact_start: '200.2' },
    ]);
    expect(plan.undo).toBeUndefined();
  });

  it('R-P4: finds the very session and ends it in one statement', async () => {
    const { context, fixture } = fresh();
    const plan = await terminateIdleSessions.plan(params, context);

    await terminateIdleSessions.applyStep(plan.steps[0], plan, context);

    const [statement] = fixture.log.filter((sql) => sql.includes('pg_terminate_backend'));
    expect(statement).toMatch(
      /backend_start\)::text = \$2[\s\S]*xact_start\)::text = \$3[\s\S]*state LIKE 'idle in transaction%'/,
    );
  });

  it('R-P7: refuses when there are more sessions than a leak has', async () => {
    const { context } = fresh();
    const many = Array.from({ length: 101 }, (_, pid) => ({ ...ofService, pid, mine: true }));
    const deps = {
      ...context.deps,
      postgres: { ...context.deps.postgres, query: () => Promise.resolve(many as never) },
    };

    await expect(terminateIdleSessions.plan(params, { ...context, deps })).rejects.toMatchObject({
      facts: { reason: 'too-many-targets' },
    });
  });

  it('R-P6: refuses when the role may not end what it would have to', async () => {
    const { context } = fresh();
    const foreign = [{ ...ofService, pid: 1, mine: false }];
    const deps = {
      ...context.deps,
      postgres: { ...context.deps.postgres, query: () => Promise.resolve(foreign as never) },
    };

    await expect(terminateIdleSessions.plan(params, { ...context, deps })).rejects.toMatchObject({
      facts: { reason: 'missing-right', verb: 'pg_terminate_backend', resource: 'sessions of u' },
    });
  });
});
