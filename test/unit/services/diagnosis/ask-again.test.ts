import { describe, expect, it } from 'vitest';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import type { RemediationRow } from '../../../../src/domain/fix/rows.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { type Finding, findingKey } from '../../../../src/domain/probe/finding.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { diagnoses } from '../../../../src/main/registries.ts';
import { createAskAgain } from '../../../../src/services/diagnosis/ask-again.service.ts';
import { emitters, partOf } from '../../../support/diagnosis.ts';
import { registered } from '../../../support/remediation-fixtures.ts';

type Answer = Partial<Pick<ProbeOutcome, 'status' | 'findings' | 'facts' | 'cause'>>;
const outcomeOf = (call: ProbeCall, more: Answer = {}): ProbeOutcome => ({
  ...{ key: callKey(call), probe: call.probe, part: partOf(call), findings: [], facts: {} },
  ...{ status: (more.findings ?? []).length > 0 ? 'unhealthy' : 'healthy' },
  ...{ startedAt: new Date(0).toISOString(), durationMs: 1, ...more },
});
const finding = (code: Finding['code'], more: Partial<Finding> = {}): Finding => ({
  ...{ code, severity: 'warning', part: 'postgres', subject: 'postgres', facts: {} },
  ...more,
});

/** What was asked, and what each probe answers now; one that is not named is healthy. */
function asking(now: Readonly<Record<string, Answer>>, run: object | undefined) {
  const asked: string[] = [];
  const { again, measure } = createAskAgain({
    ...{ diagnoses, emitters, unreachable, remediations: registered, givesWork: new Set(['a.work']) },
    store: {
      tx: async (work: (tx: unknown) => unknown) => work({ runs: { get: async () => run } }),
    } as never,
    healthCalls: () => [{ probe: 'redis.eviction-policy' }, { probe: 'redis.connection' }],
    probes: {
      run: async (calls) =>
        calls.map((call) => {
          asked.push(callKey(call));
          return outcomeOf(call, now[call.probe]);
        }),
    },
  });
  const look = {
    targets: { environment: 'prod', platform: asInGuide },
    signal: new AbortController().signal,
  };
  const fix = (actionId: string, part: PartId, own?: Finding, params = {}) =>
    ({
      ...{ id: 'f', runId: 'r', actionId, environment: 'prod' },
      findingKey: own === undefined ? undefined : findingKey(own),
      plan: {
        part,
        params,
        verifyWith: [{ probe: 'postgres.connection', with: { database: 'agentManager' } }],
      },
    }) as unknown as RemediationRow;
  return { asked, again: (row: RemediationRow) => again(row, look), measure, look, fix };
}

const limit = finding('PG_LIMIT_TOO_LOW', { subject: 'max_connections', facts: { max: 60, used: 58 } });
const near = finding('PG_CONNECTIONS_NEAR_LIMIT', { facts: { used: 58 } });
const shares = { probe: 'postgres.session-shares' } as const;
const headroom = { probe: 'postgres.connections-headroom' } as const;
const diagnosed = {
  kind: 'diagnose',
  outcomes: [outcomeOf(shares, { findings: [limit] }), outcomeOf(headroom, { findings: [near] })],
  summary: {
    causes: [
      { id: 'D1.a', part: 'postgres', verdict: 'confirmed', for: [findingKey(limit), findingKey(near)] },
    ],
  },
};
const setLimit = 'postgres.set-max-connections';

describe('the diagnosis that led to a fix is asked again', () => {
  it('and says that its cause is gone, with what is measured now', async () => {
    const { again, fix, asked } = asking({ [shares.probe]: { facts: { used: 20 } } }, diagnosed);

    const looked = await again(fix(setLimit, 'postgres', limit));

    expect(looked).toMatchObject({ again: 'gone', cause: 'D1.a' });
    expect(looked.before).toMatchObject([{ findings: [{ facts: { used: 58 } }] }]);
    expect(looked.after).toMatchObject([{ key: shares.probe, facts: { used: 20 }, findings: [] }]);
    expect(asked).toContain('postgres.idle-in-transaction');
  });

  it('and says that it is still there, with the number', async () => {
    const now = { ...limit, facts: { max: 60, used: 59 } };
    const answers = { [shares.probe]: { findings: [now] }, [headroom.probe]: { findings: [near] } };

    const { again, fix } = asking(answers, diagnosed);

    expect(await again(fix(setLimit, 'postgres', limit))).toMatchObject({
      again: 'still',
      after: expect.arrayContaining([
        expect.objectContaining({ findings: [expect.objectContaining({ facts: { max: 60, used: 59 } })] }),
      ]),
    });
  });

  it.each([
    [shares.probe, 'unseen'],
    // What was found before is seen: whether it still matters is another question.
    [headroom.probe, 'still'],
  ])('and where %s could not look, is %s', async (blind, expected) => {
    const cause = { code: 'no-answer', detail: 'no answer', facts: {} };
    const answers = {
      ...{ [shares.probe]: { findings: [limit] }, [headroom.probe]: { findings: [near] } },
      ...{ [blind]: { status: 'inconclusive', cause } as const },
    };
    const { again, fix } = asking(answers, diagnosed);

    expect((await again(fix(setLimit, 'postgres', limit))).again).toBe(expected);
  });

  it('and takes no other part’s trouble for its own', async () => {
    const image = (part: PartId) => finding('POD_IMAGE_UNAVAILABLE', { part, subject: `deployment/${part}` });
    const pods = { probe: 'kubernetes.pods', with: { logs: 2 } } as const;
    const run = {
      kind: 'diagnose',
      outcomes: [outcomeOf(pods, { findings: [image('redis'), image('nats')] })],
      summary: {
        causes: [{ id: 'K1.a', part: 'runtime', verdict: 'confirmed', for: [findingKey(image('redis'))] }],
      },
    };
    const { again, fix } = asking({ [pods.probe]: { findings: [image('nats')] } }, run);

    const looked = await again(fix('kubernetes.set-image', 'redis', image('redis')));

    expect(looked.again).toBe('gone');
    expect(looked.after.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('and calls what happened before the fix no news, and what came since still there', async () => {
    const timedOut = (count: number) =>
      finding('STEP_TIMED_OUT', { part: 'orchestrator-service', subject: 'w/s', facts: { count } });
    const probe = 'services.step-timeouts';
    const run = {
      kind: 'diagnose',
      outcomes: [outcomeOf({ probe }, { findings: [timedOut(3)] })],
      summary: {
        causes: [
          { id: 'S5.a', part: 'orchestrator-service', verdict: 'confirmed', for: [findingKey(timedOut(3))] },
        ],
      },
    };
    const told = async (count: number) => {
      const { again, fix } = asking({ [probe]: { findings: [timedOut(count)] } }, run);
      return (await again(fix('compose.set-step-timeout', 'orchestrator-service', timedOut(3)))).again;
    };

    expect(await told(3)).toBe('no-news');
    expect(await told(4)).toBe('still');
  });
});

describe('the finding of a health check that led to a fix is looked for again', () => {
  const keeps = finding('REDIS_POLICY_NOEVICTION', { part: 'redis', subject: 'redis' });
  const run = {
    kind: 'health',
    outcomes: [outcomeOf({ probe: 'redis.eviction-policy' }, { findings: [keeps] })],
  };

  it.each([
    ['gone', {}],
    ['still', { 'redis.eviction-policy': { findings: [keeps] } }],
    ['unseen', { 'redis.eviction-policy': { status: 'inconclusive' } }],
  ] as const)('%s', async (expected, now) => {
    const { again, fix, asked } = asking(now, run);

    expect((await again(fix('redis.set-eviction-policy', 'redis', keeps))).again).toBe(expected);
    expect(asked).toEqual(['redis.eviction-policy']);
  });

  it('could not be looked for where nobody asks for it any more', async () => {
    const { again, fix } = asking(
      {},
      {
        kind: 'health',
        outcomes: [outcomeOf({ probe: 'nats.server' }, { findings: [keeps] })].map((one) => ({
          ...one,
          key: 'nats.server(old=true)',
        })),
      },
    );

    expect((await again(fix('redis.set-eviction-policy', 'redis', keeps))).again).toBe('unseen');
  });
});

describe('a fix that somebody asks for by name', () => {
  it('is measured by what its diagnoses ask about its part and database, and by nothing that gives work', async () => {
    const { measure, asked, look } = asking({}, undefined);

    const before = await measure(
      { remediation: 'postgres.create-indexes', with: { database: 'orchestrator' } },
      'postgres',
      { ...look, answer: 'r' },
    );

    expect(asked.length).toBeGreaterThan(0);
    expect(before.map(({ key }) => key)).toEqual(asked);
    expect(asked.filter((key) => key.includes('agentManager'))).toEqual([]);
    expect(asked).toContain('postgres.missing-indexes(database=orchestrator)');
  });

  it.each([
    ['gone', [limit], []],
    ['still', [limit], [limit]],
    ['measured', [], []],
  ] as const)('is %s by what was measured before and after', async (expected, was, is) => {
    const run = { kind: 'propose', outcomes: [outcomeOf(shares, { findings: was, facts: { used: 58 } })] };
    const { again, fix } = asking({ [shares.probe]: { findings: is, facts: { used: 20 } } }, run);

    expect(await again(fix(setLimit, 'postgres'))).toMatchObject({
      again: expected,
      before: [{ facts: { used: 58 } }],
      after: expect.arrayContaining([expect.objectContaining({ facts: { used: 20 } })]),
    });
  });

  it('of an earlier version, before which nothing was measured, says what is there now', async () => {
    const { again, fix } = asking({}, { kind: 'propose', outcomes: [] });

    const looked = await again(fix(setLimit, 'postgres'));

    expect(looked).toMatchObject({ again: 'measured', before: [] });
    expect(looked.after).not.toEqual([]);
  });

  it('without any sign of its own is measured by the checks of its plan', async () => {
    const { again, fix, asked } = asking({}, undefined);

    await again(fix('no.such-fix', 'postgres'));

    expect(asked).toEqual(['postgres.connection(database=agentManager)']);
  });
});
