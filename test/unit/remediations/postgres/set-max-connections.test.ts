import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { setMaxConnections } from '../../../../src/remediations/postgres/set-max-connections.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const context = (more: Readonly<Record<string, unknown>> = {}) => {
  const fixture = fixtures['postgres.set-max-connections']();
  const { query, ...postgres } = (fixture.targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) => {
    if (more.forbidden === true && String(args[1]).includes('pg_file_settings'))
      throw new TargetError('forbidden', 'permission denied');
    return (await query(...args)).map((row) => ({ ...row, ...more }));
  };
  const deps = { ...fixture.targets, postgres: { ...postgres, query: asked as typeof query } };
  return { deps, signal: new AbortController().signal, now: () => new Date(0), log: fixture.log };
};

describe('postgres.set-max-connections', () => {
  it('writes the value and says that nothing changes before a restart; undo takes its entry away', async () => {
    const there = context();
    const plan = await setMaxConnections.plan({ value: 200 }, there);
    for (const step of [...plan.steps, ...(plan.undo ?? [])])
      await setMaxConnections.applyStep(step, plan, there);

    expect(there.log.filter((sql) => sql.startsWith('ALTER'))).toEqual([
      'ALTER SYSTEM SET max_connections = 200',
      'ALTER SYSTEM RESET max_connections',
    ]);
    expect(plan.blast).toEqual({ key: 'postgres-max-connections', facts: { now: 100, value: 200 } });
  });

  it.each([
    ['it is as high already', { next: 200 }, 'nothing-to-do'],
    ['the command line says it', { source: 'command line' }, 'set-on-command-line'],
    ['copies follow', { copies: 1 }, 'copies-follow'],
    ['it is a copy', { standby: true }, 'copies-follow'],
    ['the role may not', { super: false, may: false }, 'missing-right'],
    ['nobody would see that it was written', { forbidden: true }, 'missing-right'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(setMaxConnections.plan({ value: 200 }, context(more))).rejects.toMatchObject({
      facts: { reason },
    });
  });

  it('takes the value from the finding, and none that is out of range', () => {
    const found = (wanted: number) =>
      setMaxConnections.paramsFor({
        ...{ code: 'PG_LIMIT_TOO_LOW', severity: 'warning', part: 'postgres', subject: 'max_connections' },
        facts: { wanted },
      });

    expect(found(200)).toEqual({ value: 200 });
    expect(found(2_000)).toBeUndefined();
  });
});
