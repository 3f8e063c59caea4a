import { describe, expect, it } from 'vitest';
import type { ServedContext } from '../../../src/cli/context.ts';
import { fixCommand } from '../../../src/cli/fix.command.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { RunWithOutcomes } from '../../../src/domain/run/run.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import type { DecisionInput } from '../../../src/services/fix/contract.ts';
import type { StartRun } from '../../../src/services/run/contract.ts';
import { wordsIn } from '../../../src/text/words.ts';

const runId = '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10';
const row = {
  id: '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a11',
  handle: 'K7F2',
  environment: 'prod',
  actionId: 'redis.set-eviction-policy',
  target: 'redis run_id=1',
  state: 'proposed',
  tier: 2,
  planHash: 'abcdef0123',
  runId,
  plan: {
    params: {},
    steps: [{ kind: 'x', target: 'redis', from: { policy: 'noeviction' }, to: { policy: 'allkeys-lru' } }],
    blast: { key: 'none', facts: {} },
  },
} as unknown as RemediationRow;

/** A platform whose worker ends the run after some looks, in this state, with these proposals. */
function world(
  ends: { after: number; state: RunWithOutcomes['state']; summary?: unknown },
  rows: readonly RemediationRow[],
) {
  const started: StartRun[] = [];
  const requested: DecisionInput[] = [];
  const printed: string[] = [];
  const complained: string[] = [];
  let looks = 0;
  let at = 0;
  const by = { teamId: 'T1', userId: 'UREQ', via: 'command-line' } as const;
  const context = {
    words: wordsIn('en'),
    output: 'text',
    out: (text: string) => void printed.push(text),
    err: (text: string) => void complained.push(text),
    now: () => new Date(at),
    sleep: (ms: number) => {
      at += ms;
      return Promise.resolve();
    },
    requestId: () => 'request-1',
    config: () =>
      Promise.resolve(
        parseConfig('environments: { prod: { runtime: { kind: none } } }', {
          role: 'command-line',
          where: 'a',
          folder: '/',
          env: {},
        }),
      ),
    remediations: ['redis.set-eviction-policy'],
    person: by,
    services: {
      runs: {
        start: (input: StartRun) => {
          started.push(input);
          return Promise.resolve({ runId, duplicate: false, courier: 'down' });
        },
        get: () => {
          looks += 1;
          const state = looks > ends.after ? ends.state : 'running';
          return Promise.resolve({ id: runId, environment: 'prod', state, summary: ends.summary });
        },
      },
      remediations: {
        get: (id: string) => {
          const remediation = rows.find((one) => one.id === id);
          return Promise.resolve(remediation && { remediation, approvals: [], steps: [] });
        },
      },
      deciding: {
        remediations: {
          request: (input: DecisionInput) => {
            requested.push(input);
            return Promise.resolve({
              remediation: { ...row, state: 'requested' },
              moved: true,
              from: 'proposed',
              note: 'recorded',
            });
          },
        },
      },
    },
  };
  const run = (args: readonly string[] = [], options: Parameters<typeof fixCommand>[3] = {}) =>
    fixCommand(context as unknown as ServedContext, 'redis.set-eviction-policy', args, options);
  return { run, started, requested, printed, complained };
}

describe('aetherius fix', () => {
  it('starts the run that makes the plan, waits for it, shows the plan, and changes nothing', async () => {
    const { run, started, requested, printed } = world(
      { after: 3, state: 'complete', summary: { offer: row.id } },
      [row],
    );

    expect(await run(['policy=allkeys-lru'])).toBe(0);

    expect(started).toMatchObject([
      {
        kind: 'propose',
        environment: 'prod',
        source: 'command-line',
        params: { remediation: 'redis.set-eviction-policy', policy: 'allkeys-lru' },
        requestedBy: { userId: 'UREQ' },
      },
    ]);
    expect(requested).toEqual([]);
    expect(printed.join('\n')).toContain('eviction policy: noeviction → allkeys-lru');
    expect(printed.join('\n')).toContain('Nothing has been changed.');
  });

  it('with --yes asks for exactly the plan that was shown', async () => {
    const offered = { after: 0, state: 'complete', summary: { offer: row.id } } as const;
    const { run, requested, printed } = world(offered, [row]);

    expect(await run([], { yes: true, reason: 'memory is full' })).toBe(0);

    expect(requested).toMatchObject([
      {
        id: row.id,
        planHash: row.planHash,
        reason: 'memory is full',
        by: { userId: 'UREQ' },
        requestId: 'request-1',
      },
    ]);
    expect(requested[0]?.payloadDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(printed.join('\n')).toContain('abcdef01');
  });

  it('asks for the open offer that the run found instead of making a second one', async () => {
    const earlier = { ...row, runId: '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a99' };
    const { run, requested } = world({ after: 0, state: 'complete', summary: { offer: row.id } }, [earlier]);

    expect(await run(['policy=allkeys-lru'], { yes: true })).toBe(0);

    expect(requested).toMatchObject([{ id: row.id }]);
  });

  it.each([
    [{ reason: 'nothing-to-do', facts: {} }, 'There is nothing to change: it is as it should be'],
    [{ reason: 'not-configured', facts: { missing: 'redis' } }, 'This environment has no redis'],
  ])('says why there is no plan, and asks for nothing', async (refused, said) => {
    const { run, requested, printed } = world({ after: 0, state: 'complete', summary: { refused } }, [row]);

    expect(await run(['policy=allkeys-lru'], { yes: true })).toBe(1);

    expect(requested).toEqual([]);
    expect(printed.join('\n')).toContain(`No plan was made: ${said}.`);
  });

  it('gives up after a minute without a worker, and says where the run is', async () => {
    const { run, complained } = world({ after: Number.POSITIVE_INFINITY, state: 'complete' }, []);

    expect(await run()).toBe(2);

    expect(complained.join('\n')).toContain(runId);
  });

  it('passes on why a run failed', async () => {
    const { run } = world({ after: 0, state: 'failed', summary: { code: 'TIMED_OUT' } }, []);

    await expect(run()).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });
});
