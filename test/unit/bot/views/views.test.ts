import { describe, expect, it } from 'vitest';
import {
  approvalsAnswer,
  faultAnswer,
  helpAnswer,
  historyAnswer,
  switchesAnswer,
  symptomsAnswer,
  verbHelpAnswer,
  whoamiAnswer,
} from '../../../../src/bot/views/answers.view.ts';
import { detailLines } from '../../../../src/bot/views/details.view.ts';
import { partLines } from '../../../../src/bot/views/health.view.ts';
import { homeView } from '../../../../src/bot/views/home.view.ts';
import {
  detailsModal,
  diagnoseModal,
  healthModal,
  rejectModal,
  resolveModal,
} from '../../../../src/bot/views/modals.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { tokenModal, tokenShown, tokensAnswer } from '../../../../src/bot/views/token.view.ts';
import { remediationStates } from '../../../../src/domain/fix/approval.ts';
import { undoPlan } from '../../../../src/domain/fix/execution.ts';
import {
  type Again,
  againAnswers,
  againFacts,
  type LookedAgain,
  type Measure,
} from '../../../../src/domain/fix/looked-again.ts';
import type { RemediationRow, StepRow } from '../../../../src/domain/fix/rows.ts';
import type { HealthReport } from '../../../../src/domain/health/health.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import type { Facts } from '../../../../src/domain/kernel/facts.ts';
import {
  type Elsewhere,
  type RemediationEvent,
  type RemediationView,
  remediationButtons,
} from '../../../../src/domain/message/remediation-view.ts';
import type { Rendered } from '../../../../src/domain/message/rendered.ts';
import type { InventoryNews, StageDifference } from '../../../../src/domain/platform/inventory.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { verbOf, verbs } from '../../../../src/handlers/grammar/command.ts';
import { commandOf } from '../../../../src/handlers/grammar/in-words.ts';
import { catalogueOf } from '../../../../src/main/understanding.ts';
import { markup } from '../../../../src/text/format.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { expectValidMessage, expectValidView, readableMessage } from '../../../support/slack-messages.ts';
import {
  aFinding,
  aPlan,
  approver,
  aRemediation,
  aReport,
  aRow,
  aRun,
  at,
  requester,
} from '../../../support/slack-views.ts';

const renderer = rendererOf(() => asInGuide);
const catalogue = catalogueOf(() => asInGuide);

const languages: readonly Language[] = ['en', 'zh-CN'];
const now = at('03:02:00');

function shown(rendered: Rendered): string {
  expectValidMessage(rendered);
  return `${rendered.text}\n\n${readableMessage(rendered)}`;
}

describe('the health table', () => {
  it('says the root first, then what stands behind it, worst first', () => {
    const report = aReport({
      overall: 'findings',
      roots: ['postgres'],
      rows: [
        aRow({
          part: 'postgres',
          state: 'down',
          fact: { key: 'ENDPOINT_REFUSED', facts: {} },
          witnesses: [{ key: 'runtime-not-running', facts: {} }],
        }),
        aRow({ part: 'agent-manager', state: 'down', consequenceOf: 'postgres' }),
        aRow({ part: 'nats', state: 'unknown', fact: { key: 'nobody-to-ask', facts: {} } }),
        aRow({ part: 'redis' }),
        aRow({ part: 'neo4j', state: 'not-configured' }),
      ],
    });

    const rendered = renderer.health({ run: aRun(), report, repaired: [], detailsButton: 'B1', now }, 'en');

    expect(shown(rendered).split('\n')[0]).toBe(
      ':octagonal_sign: *prod*: PostgreSQL is down: refuses connections; NATS could not be checked.',
    );
    const lines = readableMessage(rendered).split('\n');
    expect(lines[1]).toContain('/aetherius diagnose postgres prod');
    expect(lines).toContain(':arrow_right_hook: Behind it: agent-manager');
    expect(lines).toContain(':grey_question: NATS: no other part can report on it');
    expect(lines).toContain(':large_green_circle: 1 part is up: Redis.');
    expect(lines).toContain('Not configured: Neo4j.');
    expect(lines.at(-1)).toBe('[Details]');
  });

  it('calls each part what people there call it (R-PLAT25)', () => {
    const names = platformOf({
      parts: { postgres: { name: 'Main DB' }, 'agent-manager': { name: 'Fleet Desk' } },
    });
    const there = rendererOf((environment) => (environment === 'prod' ? names : asInGuide));
    const report = aReport({
      overall: 'findings',
      roots: ['postgres'],
      rows: [
        aRow({ part: 'postgres', state: 'down', fact: { key: 'refused', facts: {} } }),
        aRow({ part: 'agent-manager', state: 'down', consequenceOf: 'postgres' }),
      ],
    });
    const text = (environment: string) =>
      readableMessage(there.health({ run: aRun({ environment }), report, repaired: [], now }, 'en'));

    expect(text('prod')).toContain('Main DB is down');
    expect(text('prod')).toContain('Behind it: Fleet Desk');
    expect(text('prod')).not.toContain('agent-manager');
    expect(text('staging')).toContain('PostgreSQL is down');
  });

  it('names what nobody checks, in the headline where a part uses it, and what a state says nothing of', () => {
    const mysql = { name: 'mysql', image: 'mysql:8', usedBy: ['agent-manager'] } as const;
    const besides = [{ key: 'free-space-unseen', facts: {} }];
    const rows = [aRow({ part: 'postgres', state: 'up', besides })];
    const shown = (unchecked: HealthReport['unchecked']) => {
      const report = aReport({ overall: 'healthy', roots: [], rows, ...(unchecked && { unchecked }) });
      const view = { run: aRun(), report, repaired: [], now };
      return readableMessage(rendererOf(() => asInGuide).health(view, 'en'));
    };

    expect(shown([mysql])).toContain('Not checked: mysql (image mysql:8, used by agent-manager)');
    expect(shown([mysql])).not.toContain('is healthy');
    expect(shown([{ name: 'prometheus' }])).toContain('Not checked: prometheus.');
    expect(shown([{ name: 'prometheus' }])).toContain('is healthy');
    expect(shown(undefined)).toContain('free space could not be checked');
    expect(shown(undefined)).not.toContain('Not checked');
  });

  it('says "may be" of a part that nothing but the table of dependencies puts behind another', () => {
    const report = aReport({
      overall: 'findings',
      roots: ['nats'],
      rows: [
        aRow({ part: 'nats', state: 'down', fact: { key: 'refused', facts: {} } }),
        aRow({ part: 'agent-manager', state: 'down', consequenceOf: 'nats' }),
        aRow({ part: 'collect-agent', state: 'degraded', consequenceOf: 'nats', consequenceLikely: true }),
      ],
    });
    const text = (language: 'en' | 'zh-CN') =>
      readableMessage(renderer.health({ run: aRun(), report, repaired: [], now }, language));

    expect(text('en')).toContain('Behind it: agent-manager · Perhaps behind it: collect agents');
    expect(text('zh-CN')).toContain('可能受其影响：采集 Agent');
    const details = (language: 'en' | 'zh-CN') => partLines(report, wordsIn(language)).join('\n');
    expect(details('en')).toMatch(/agent-manager · down · because NATS is down/);
    expect(details('en')).toMatch(/collect agents · degraded · may be because NATS is down/);
    expect(details('zh-CN')).toContain('可能因为 NATS');
  });

  it('never lets "could not check" look like healthy or like broken', () => {
    const report = aReport({
      overall: 'unknown',
      rows: [aRow({ part: 'redis' }), aRow({ part: 'nats', state: 'unknown' })],
    });

    const rendered = renderer.health({ run: aRun(), report, repaired: [], now }, 'en');

    expect(shown(rendered).split('\n')[0]).toMatchInlineSnapshot(
      `":grey_question: *prod*: nothing is known to be broken; NATS could not be checked."`,
    );
  });

  it.each(languages)('names each check that could not be made, though every row is up, in %s', (language) => {
    const look = (probe: string, code: string) => ({
      ...{ key: `${probe}(database=agentManager)`, probe, part: 'postgres' as const },
      cause: { code, detail: '', facts: {} },
    });
    const unseen = [
      look('postgres.idle-in-transaction', 'timed-out'),
      look('postgres.lock-waits', 'forbidden'),
    ];
    const report = aReport({ overall: 'unknown', rows: [aRow({ part: 'postgres' })], unseen });

    const text = readableMessage(renderer.health({ run: aRun(), report, repaired: [], now }, language));

    expect(text.split('\n')[0]).toBe(
      {
        en: ':grey_question: *prod*: nothing is known to be broken; 2 checks could not be made.',
        'zh-CN': ':grey_question: *prod*：未发现故障，但有 2 项检查无法完成。',
      }[language],
    );
    const words = wordsIn(language);
    for (const one of unseen)
      expect(text).toContain(words.plain(`probe.${one.probe}` as 'probe.postgres.lock-waits'));
  });

  it.each(languages)('is valid while it waits, fills in and is complete in %s', (language) => {
    const waiting = aReport({ rows: [], overall: 'unknown', complete: false });
    const filling = aReport({
      complete: false,
      overall: 'unknown',
      rows: [
        aRow({ part: 'redis' }),
        aRow({ part: 'nats', state: 'unknown', pending: 2, fact: { key: 'pending', facts: {} } }),
      ],
    });

    for (const report of [waiting, filling, aReport()])
      expectValidMessage(renderer.health({ run: aRun(), report, repaired: [], now }, language));
  });
});

describe('a finding', () => {
  it('shows a code nobody wrote words for with its facts instead of hiding it', () => {
    const finding = aFinding({ code: 'SOMETHING_NEW' as FindingCode, facts: { value: '<!channel> & co' } });

    const rendered = renderer.finding(
      {
        run: aRun(),
        finding,
        refused: [{ remediation: 'x.y', reason: 'self-target', facts: { identity: 'run_id=1' } }],
      },
      'en',
    );

    expect(shown(rendered)).toContain('SOMETHING_NEW: value=&lt;!channel&gt; &amp; co');
    expect(readableMessage(rendered)).toContain(
      'It would change a dependency of this bot itself (run_id=1).',
    );
  });

  it.each([
    ['en', 'By hand: Look at the kinds of keys first. Only if all of them are caches: CONFIG SET'],
    ['zh-CN', '手动处理： 先看有哪些键。只有全部是缓存时：CONFIG SET maxmemory-policy allkeys-lru'],
  ] as const)('says in %s what people do by hand where a fix is refused', (language, said) => {
    const refused = { remediation: 'redis.set-eviction-policy', reason: 'missing-right', facts: {} };
    const view = { run: aRun(), finding: aFinding() };
    const shownWith = (more: { readonly instruction?: string }) =>
      readableMessage(renderer.finding({ ...view, refused: [{ ...refused, ...more }] }, language));

    expect(shownWith({ instruction: 'set-eviction-policy' }).replaceAll('*', '')).toContain(said);
    expect(shownWith({})).not.toContain('CONFIG SET');
  });

  it('names the part in what people do by hand, and leaves an order out that lacks a value', () => {
    const refused = { remediation: 'kubernetes.restart-workload', reason: 'missing-right', facts: {} };
    const shownWith = (instruction: string, language: 'en' | 'zh-CN') =>
      readableMessage(
        renderer.finding(
          { run: aRun(), finding: aFinding(), refused: [{ ...refused, instruction }] },
          language,
        ),
      );

    expect(shownWith('see-why-not-running', 'en')).toMatch(/By hand:\*? Look at .* exit code of Redis;/);
    expect(shownWith('see-why-not-running', 'zh-CN')).toMatch(/手动处理：\*? 查看 Redis 的/);
    // The values of this order are facts of another finding.
    expect(shownWith('mend-variable', 'en')).not.toContain('By hand');
  });
});

describe('the menu of other fixes', () => {
  it.each([
    ['en', '2 other fixes are possible.', 'Restart a service'],
    ['zh-CN', '另有 2 种修复方式可选。', '重启服务'],
  ] as const)('in %s names each, and carries nothing but the id of its row', (language, said, title) => {
    const rendered = renderer.otherFixes(
      {
        run: aRun(),
        choices: [
          { remediation: 'compose.restart-service', params: { part: 'redis' }, button: 'id-1' },
          { remediation: 'x.unknown', params: {}, button: 'id-2' },
        ],
      },
      language,
    );

    expectValidMessage(rendered);
    expect(rendered.text).toBe(said);
    expect(JSON.stringify(rendered.blocks)).toContain(title);
    expect(JSON.stringify(rendered.blocks)).toContain('"value":"id-1"');
    expect(JSON.stringify(rendered)).not.toContain('redis');
  });
});

describe('the card of a fix', () => {
  it('shows an approver what will run, who asked and until when', () => {
    const rendered = renderer.remediation(
      {
        remediation: aRemediation(),
        approvals: [],
        steps: [],
        needed: 1,
        buttons: { approve: 'A', reject: 'R', cancel: 'C' },
        now,
      },
      'en',
    );

    expect(shown(rendered)).toMatchInlineSnapshot(`
      ":raised_hand: *Let Redis evict old keys* · prod · \`k7-2f9q\`
      Waiting for approval by somebody else. Nothing has been changed. Asked for by <@U0REQUEST> at <!date^1795575660^{date_num} {time}|2026-11-25 03:01 UTC>. 0 of 1 approval. Valid until <!date^1795577460^{date_num} {time}|2026-11-25 03:31 UTC>.

      :raised_hand: *Let Redis evict old keys* · prod · \`k7-2f9q\`
      Waiting for approval by somebody else. Nothing has been changed.
      \`\`\`1. Set the eviction policy of Redis to allkeys-lru
         eviction policy: noeviction → allkeys-lru\`\`\`
      *What users will notice:* Once the memory limit of 8 MiB is reached, Redis drops keys instead of refusing writes. 120 keys may go: cache:* (120). By their prefix all of these are caches, which their users fill again. 120 of 120 keys were looked at (100 %).
      risk 2 (users may notice) · plan \`326f246c\` · can be undone for 1 h afterwards
      Asked for by <@U0REQUEST> at <!date^1795575660^{date_num} {time}|2026-11-25 03:01 UTC>.
      0 of 1 approval.
      Valid until <!date^1795577460^{date_num} {time}|2026-11-25 03:31 UTC>.
      [Approve] | [Reject …] | [Cancel]"
    `);
  });

  it.each([
    ['en', 'It waits for `k7-ahead` (Let Redis evict old keys) on redis/', 'It waited for `k7-ahead` until'],
    ['zh-CN', '上的 `k7-ahead`（', '等待 `k7-ahead` 期间批准已过期'],
  ] as const)('says in %s for which fix it waits, and has waited (R-X2)', (language, waits, waited) => {
    const card = (state: 'approved' | 'expired') =>
      renderer.remediation(
        {
          remediation: aRemediation({
            ...{ state, waitsFor: '01999999-0000-7000-8000-000000000002' },
            outcome: { waiting: 'target', other: 'k7-ahead' },
          }),
          other: aRemediation({ handle: 'k7-ahead', state: 'executing' }),
          ...{ approvals: [], steps: [], needed: 1, buttons: {}, now },
        },
        language,
      );

    expect(shown(card('approved'))).toContain(waits);
    expect(shown(card('expired'))).toContain(waited);
    expect(shown(card('expired'))).not.toContain(waits);
  });

  it.each([
    ['en', 'drops the least used of its 9 keys instead of refusing writes. These may be jobs, locks'],
    ['zh-CN', '从 9 个键中淘汰最少使用的键，而不再拒绝写入。不论其中是任务、锁、会话还是缓存。'],
  ] as const)('promises nothing in %s of a plan for which nobody looked at the keys', (language, said) => {
    const blast = { key: 'redis-eviction', facts: { keys: 9, maxmemory: 8_388_608 } };
    const remediation = aRemediation({ plan: aPlan({ blast }) });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };

    expect(shown(renderer.remediation(view, language))).toContain(said);
  });

  it.each([
    ['en', 'was not carried out, and nothing was changed. With the policy allkeys-lru Redis could drop keys'],
    [
      'zh-CN',
      '没有执行，未做任何更改。采用策略 allkeys-lru 时，Redis 可能淘汰这里没有登记为缓存的键：bull:*',
    ],
  ] as const)('says in %s why an approved plan is refused by now, in card and thread', (language, said) => {
    const facts = {
      ...{ differing: 'plan', reason: 'evicts-others', policy: 'allkeys-lru', prefixes: 'bull:* (7)' },
      ...{ keys: 9, looked: 9, elsewhere: 0 },
    };
    const remediation = aRemediation({ state: 'stale', outcome: facts });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };

    expect(shown(renderer.remediation(view, language))).toContain(said);
    expect(shown(renderer.remediationEvent({ remediation, kind: 'stale', facts }, language))).toContain(said);
    const moved = aRemediation({ state: 'stale', outcome: { differing: 'policy', reason: 'stale' } });
    expect(shown(renderer.remediation({ ...view, remediation: moved }, language))).not.toContain('bull:*');
  });

  describe('R-X12: says what was seen when it was asked again, in card and thread', () => {
    const measure = (facts: Facts, code?: 'REDIS_POLICY_NOEVICTION'): Measure => ({
      ...{ key: 'redis.eviction-policy', status: code === undefined ? 'healthy' : 'unhealthy', facts },
      findings:
        code === undefined
          ? []
          : [
              {
                code,
                severity: 'critical',
                part: 'redis',
                subject: 'redis',
                facts: { policy: 'noeviction' },
              },
            ],
    });
    const both = (outcome: Facts, language: 'en' | 'zh-CN') => {
      const state = outcome['reason'] === undefined ? 'succeeded' : 'failed';
      const remediation = aRemediation({ state, outcome });
      const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };
      return [
        shown(renderer.remediation(view, language)),
        shown(renderer.remediationEvent({ remediation, kind: state, facts: outcome }, language)),
      ];
    };
    const looked = (again: Again, more: Partial<LookedAgain> = {}): Facts =>
      againFacts({
        ...{ again, before: [measure({}, 'REDIS_POLICY_NOEVICTION')], after: [measure({ used: 7 })] },
        ...more,
      });

    it.each(againAnswers)('%s', (again) => {
      for (const language of languages)
        for (const text of both(looked(again), language)) {
          expect(text).toContain('used=7');
          expect(text).toContain('noeviction');
          const works = /worked|Fixed and verified|已修复并通过验证|生效：/.test(text);
          expect(works).toBe(again === 'gone');
          expect(text.includes(':large_green_circle:')).toBe(again === 'gone' || again === 'measured');
        }
    });

    it('with the moment from which it counts', () => {
      const due = { key: 'postgres-restart', facts: { now: 60, next: 200 } };
      for (const language of languages)
        for (const text of both(looked('not-due', { due }), language)) {
          expect(text).toContain('60');
          expect(text).toContain('200');
        }
    });

    it('of a fix that was asked for by name, before which nothing was measured', () => {
      for (const text of both(looked('measured', { before: [] }), 'en'))
        expect(text).toContain('Nothing was measured before.');
    });

    it('with why it could not look, in the words of the target', () => {
      const after = [{ ...measure({}), status: 'inconclusive' as const, why: 'refused', said: 'x' }];
      for (const text of both(looked('unseen', { after }), 'en'))
        expect(text).toContain('the connection was refused');
    });

    it.each([
      ['its own words', { said: 'canceling `x` <!channel>' }, "`canceling 'x' &lt;!channel&gt;`"],
      ['the stage alone', { why: 'refused' }, 'Why: the connection was refused.'],
      [
        'the checks that were not well',
        { unwell: JSON.stringify([measure({}, 'REDIS_POLICY_NOEVICTION')]) },
        'Not well afterwards: ',
      ],
    ])('of one that failed: %s', (_what, facts, said) => {
      for (const text of both({ reason: 'failed', ...facts }, 'en')) {
        expect(text).toContain(said);
        expect(text).not.toMatch(/Look at the (?:card|thread)/);
      }
    });
  });

  it('offers the plan from → to with its risk, undo and hash, and is the only place of its button', () => {
    const remediation = aRemediation({ state: 'proposed' });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: { request: 'B1' }, now };

    const text = shown(renderer.remediation(view, 'en'));

    expect(text).toContain('eviction policy: noeviction → allkeys-lru');
    expect(text).toContain('risk 2 (users may notice) · plan `326f246c` · can be undone for 1 h afterwards');
    expect(text).toContain('[Apply fix]');
  });

  it.each([
    ['en', 'Risk 3, because nothing shows which part of the platform `web` is.'],
    ['zh-CN', '风险 3：看不出 `web` 是平台的哪个部分'],
  ] as const)('says why the risk is higher than usual (%s)', (language, why) => {
    const raised = { key: 'unknown-part', facts: { workload: 'web' } };
    const remediation = aRemediation({ state: 'proposed', tier: 3, plan: { ...aPlan(), tier: 3, raised } });
    const view = { remediation, approvals: [], steps: [], needed: 2, buttons: { request: 'B1' }, now };

    expect(shown(renderer.remediation(view, language))).toContain(why);
  });

  it.each([
    [
      'en',
      'Argo CD application `shop` will undo this within minutes, if it heals itself.',
      'So this change is temporary.',
    ],
    ['zh-CN', 'Argo CD 应用 `shop` 会在几分钟内撤销此更改', '因此这只是临时更改。'],
  ] as const)(
    'says who puts a field back and shows the change as a patch, and not with the undo (%s)',
    (language, who, temporary) => {
      const plan = aPlan({
        notes: [
          { key: 'puts-back.argocd', facts: { name: 'shop' } },
          { key: 'temporary', facts: {} },
        ],
        patch: ['# kustomization.yaml', 'patches: []'],
      });
      const view = { approvals: [], steps: [], needed: 1, buttons: { request: 'B1' }, now };
      const of = (shownPlan: typeof plan) =>
        shown(renderer.remediation({ ...view, remediation: aRemediation({ plan: shownPlan }) }, language));

      for (const text of [who, temporary, '# kustomization.yaml\npatches: []']) {
        expect(of(plan)).toContain(text);
        expect(of(undoPlan(plan) ?? plan)).not.toContain(text);
      }
    },
  );

  it('says that the same fix is asked for elsewhere, and names the place to those who may know it', () => {
    const remediation = aRemediation({ state: 'proposed' });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };
    const first = (elsewhere: Elsewhere, language: 'en' | 'zh-CN' = 'en') =>
      shown(renderer.remediation({ ...view, elsewhere }, language)).split('\n')[1];
    const place = { channel: 'C0OTHER', handle: 'a1-b2c3' };

    expect(first({ state: 'requested', place })).toContain(
      'The same fix is in <#C0OTHER>: `a1-b2c3` is waiting for approval.',
    );
    expect(first({ state: 'executing' })).toContain('The same fix is under way elsewhere: it is running.');
    expect(first({ state: 'requested', place }, 'zh-CN')).toContain('<#C0OTHER>');
    expect(first({ state: 'executing', place, another: true })).toContain(
      'Another fix of the same target is in <#C0OTHER>: `a1-b2c3` is running. This one can be asked for once',
    );
    expect(first({ state: 'executing', another: true })).toContain(
      'Another fix of the same target is under way',
    );
    expect(first({ state: 'succeeded', place, overtook: true })).toContain(
      'Overtaken: `a1-b2c3` in <#C0OTHER> has changed the same since.',
    );
    expect(first({ state: 'succeeded', overtook: true }, 'zh-CN')).toContain('已被取代：另一个修复');
  });

  it('R-S13: calls an undo one: its title, what users notice, its state and its verdict', () => {
    const plan = undoPlan(
      aPlan({ undoBlast: { key: 'redis-eviction-undo', facts: { policy: 'noeviction' } } }),
    );
    if (plan === undefined) throw new Error('no undo');
    const remediation = aRemediation({ plan, undoOf: '01a212e7-5e1d-766b-b1f0-b22edc6e49fe' });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };

    const waits = shown(renderer.remediation(view, 'en'));
    const done = shown(
      renderer.remediation({ ...view, remediation: { ...remediation, state: 'succeeded' } }, 'en'),
    );
    const verdict = shown(renderer.remediationEvent({ remediation, kind: 'succeeded', facts: {} }, 'en'));

    expect(waits).toContain('*Undo: Let Redis evict old keys*');
    expect(waits).toContain('The fix is still in place.');
    expect(waits).toContain('Redis refuses writes again once its memory limit is reached');
    expect(waits).not.toMatch(/drops keys|Nothing has been changed/);
    expect(done).toContain('Taken back: Redis is as it was before the fix. Expect the problem again.');
    expect(done).not.toMatch(/Fixed|green/);
    expect(verdict).toContain('taken back. Redis is as it was before the fix');
  });

  it('R-X16: shows how far long work is, how fast and for how long, why it waits, and where it ended', () => {
    const line = (facts: Facts, outcome?: StepRow['outcome'], language: 'en' | 'zh-CN' = 'en') => {
      const step = { direction: 'apply', idx: 0, attempt: 1, fence: 1, intentAt: now, facts } as const;
      const steps = [outcome === undefined ? step : { ...step, outcome }];
      const remediation = aRemediation({ state: 'executing' });
      return shown(
        renderer.remediation({ remediation, approvals: [], steps, needed: 1, buttons: {}, now }, language),
      );
    };
    const half = { done: 500, total: 1_000, cursor: 7, perSecond: 50, leftSeconds: 10 };

    expect(line(half)).toContain('500 of 1000 (50 %). 50 a second, 10 s left.');
    expect(line(half, undefined, 'zh-CN')).toContain('已完成 500，共 1000（50 %）。');
    expect(line({ ...half, waits: 'lag' })).toContain('500 of 1000 (50 %). Waiting: a copy');
    expect(line({ ...half, waits: 'locks' })).not.toContain('a second');
    expect(line(half, 'failed')).toContain('500 of 1000 (50 %).');
    expect(line(half, 'failed')).not.toContain('left');
    expect(line({ done: 1_001, total: 1_000 })).toContain('1001 of 1001 (100 %).');
    const bytes = {
      ...half,
      done: 5 * 1024 ** 2,
      total: 10 * 1024 ** 2,
      perSecond: 1024 ** 2,
      unit: 'bytes',
    };
    expect(line(bytes)).toMatch(/5(\.0)? MiB of 10(\.0)? MiB \(50 %\)\. 1(\.0)? MiB a second, 10 s left\./);
    expect(line({})).not.toMatch(/ of 1000| a second|left\./);
  });

  it('says how far a stopped one came, and how to go on', () => {
    const facts = { reason: 'stopped-midway', done: 500, total: 1_000 };
    const said = renderer.remediationEvent({ remediation: aRemediation(), kind: 'failed', facts }, 'en');

    expect(said.text).toContain('was stopped after 500 of 1000. What was done stays.');
  });

  it('names what people know instead of long ids, and no option that is not used', () => {
    const id = 'd7953de8a1d7953de8a1d7953de8a1d7953de8a1';
    const [step] = aPlan().steps;
    const plan = aPlan({ target: `redis/${id}`, steps: [{ ...step, to: { ...step.to, persist: false } }] });
    const remediation = aRemediation({ state: 'proposed', plan, target: plan.target });
    const buttons = { request: 'B1' };

    const rendered = renderer.remediation(
      { remediation, approvals: [], steps: [], needed: 1, buttons, now },
      'en',
    );

    expect(JSON.stringify(rendered.blocks)).toContain('Let Redis evict old keys on Redis in prod');
    expect(JSON.stringify(rendered.blocks)).not.toContain(id);
    expect(shown(rendered)).not.toContain('persist');
  });

  it('gives no reason where only the finding stands for one', () => {
    const remediation = aRemediation({ findingKey: 'REDIS_POLICY_NOEVICTION|redis|maxmemory-policy' });
    const line = (reason: string) =>
      shown(renderer.remediationEvent({ remediation, kind: 'requested', reason, facts: {} }, 'en'));

    expect(line('REDIS_POLICY_NOEVICTION|redis|maxmemory-policy')).not.toContain('REDIS_POLICY');
    expect(line('writes fail')).toContain('writes fail');
  });

  it('shows what moves as it was counted last', () => {
    const live = { evictable: 7, maxmemory: 8_388_608 };
    const remediation = aRemediation({ live, liveAt: now });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };

    expect(shown(renderer.remediation(view, 'en'))).toMatch(
      /7 keys may go.*Counted at <!date\^\d+\^[^|]+\|2026/,
    );
  });

  it.each([
    [
      'en',
      /Reason given:\* text removed after 400 days\.?\n.*\n?.*Rejected by .*text removed after 30 days/s,
    ],
    ['zh-CN', /理由：\* 文本保存 400 天后已移除\n.*拒绝。文本保存 30 天后已移除/s],
  ] as const)('R-L7: says in %s that a reason was given, when it is kept no more', (language, said) => {
    const remediation = aRemediation({ state: 'rejected', reasonKeptDays: 400 });
    const vote = { personId: 'T:V', person: approver, decision: 'reject', reasonKeptDays: 30 } as const;
    const of = { planHash: 'a'.repeat(64), policyVersion: 'v', version: 1, decidedAt: now };
    const view = { remediation, approvals: [{ ...vote, ...of }], steps: [], needed: 1, buttons: {}, now };

    expect(shown(renderer.remediation(view, language))).toMatch(said);
  });

  it.each(remediationStates.flatMap((state) => languages.map((language) => [state, language] as const)))(
    'is valid in state %s in %s',
    (state, language) => {
      const buttons = Object.fromEntries(remediationButtons.map((button) => [button, `id-${button}`]));
      const approvals = [
        {
          personId: 'T:U',
          person: approver,
          decision: 'approve',
          planHash: 'a'.repeat(64),
          policyVersion: 'v',
          version: 1,
          decidedAt: now,
        },
        {
          personId: 'T:V',
          person: approver,
          decision: 'reject',
          reason: 'no',
          planHash: 'a'.repeat(64),
          policyVersion: 'v',
          version: 1,
          decidedAt: now,
        },
      ] as const;
      const steps = [
        { direction: 'apply', idx: 0, attempt: 1, fence: 1, intentAt: now, outcome: 'done', facts: {} },
      ] as const;

      const rendered = renderer.remediation(
        {
          remediation: aRemediation({ state, abortRequested: true }),
          approvals,
          steps,
          needed: 1,
          buttons,
          undoValidUntil: now,
          now,
        },
        language,
      );

      expectValidMessage(rendered);
    },
  );

  it.each([
    ['en', 'Do `k7-ahead` first: agent-manager stands on Redis.'],
    ['zh-CN', '请先执行 `k7-ahead`：agent-manager 依赖 Redis。'],
  ] as const)('says in %s which other fix of the same answer is done first', (language, said) => {
    const first = aRemediation({ handle: 'k7-ahead', state: 'proposed', plan: aPlan({ part: 'redis' }) });
    const remediation = aRemediation({ state: 'proposed', plan: aPlan({ part: 'agent-manager' }) });
    const view = { remediation, approvals: [], steps: [], needed: 1, buttons: {}, now };

    const rendered = renderer.remediation({ ...view, first }, language);
    expectValidMessage(rendered);
    expect(shown(rendered)).toContain(said);
    expect(shown(renderer.remediation(view, language))).not.toContain('k7-ahead');
    expect(
      shown(renderer.remediation({ ...view, first, elsewhere: { state: 'requested' } }, language)),
    ).not.toContain('k7-ahead');
  });

  it.each([
    ['en', 'Temporary: 4 h after it has worked I look', 'Temporary: until <!date^1795936200^'],
    ['zh-CN', '临时更改：生效 4 小时', '临时更改：到 <!date^1795936200^'],
  ] as const)(
    'R-X17: says in %s when a change that will not last is over its time',
    (language, before, after) => {
      const plan = aPlan({ endsAfterMs: 4 * 3_600_000 });
      const finishedAt = new Date('2026-11-29T03:10:00Z');
      const card = (more: Partial<RemediationRow>) =>
        shown(
          renderer.remediation(
            {
              remediation: aRemediation({ plan, ...more }),
              approvals: [],
              steps: [],
              needed: 1,
              buttons: {},
              now,
            },
            language,
          ),
        );

      expect(card({ state: 'proposed' })).toContain(before);
      expect(card({ state: 'rejected' })).not.toContain(before.slice(0, 4));
      expect(card({ state: 'succeeded', finishedAt })).toContain(after);
      for (const temporary of ['over', 'gone', 'kept', 'undone'] as const) {
        const said = card({ state: 'succeeded', finishedAt, outcome: { temporary } });
        expect(said).not.toContain(after);
        expect(said).toContain(
          wordsIn(language).say(`temporary.${temporary}`, { time: '2026-11-29T07:10:00Z' }),
        );
      }
    },
  );

  it.each([
    [
      'en',
      'and it is still there: Let Redis evict old keys. Nothing',
      '<@UREQ>, <@ULEAD>, please put the same',
    ],
    ['zh-CN', '但仍然存在：', '<@UREQ>, <@ULEAD>，请把相同的内容'],
  ] as const)(
    'R-X17: says in %s that it is over its time, with its lines and the button',
    (language, what, who) => {
      const plan = aPlan({ endsAfterMs: 4 * 3_600_000, patch: ['# kustomization.yaml', '<&>'] });
      const facts = { askUsers: 'UREQ,ULEAD', askGroups: '', ended: '2026-11-29T07:10:00Z' };
      const say = (more: Facts, buttons: RemediationView['buttons']) =>
        renderer.remediationEvent(
          {
            ...{ remediation: aRemediation({ state: 'succeeded', plan }), kind: 'temporary-over', buttons },
            facts: { ...facts, ...more },
          },
          language,
        );

      const rendered = say({}, { undo: 'B1' });
      expectValidMessage(rendered);
      expect(shown(rendered)).toContain(what);
      expect(shown(rendered)).toContain(who);
      expect(JSON.stringify(rendered.blocks)).toContain('# kustomization.yaml\\n<&>');
      expect(JSON.stringify(rendered.blocks)).toContain('"action_id":"remediation.undo"');
      const late = say({ reason: 'no-undo' }, {});
      expectValidMessage(late);
      expect(JSON.stringify(late.blocks)).not.toContain('remediation.undo');
      expect(late.text).not.toBe(rendered.text);
    },
  );

  it.each([
    [
      'en',
      'is back: Let Redis evict old keys had worked at',
      'Before: ',
      'Now: ',
      'its own check is not well',
    ],
    ['zh-CN', '修复的问题又出现了', '之前：', '现在：', '它自身的检查不再正常'],
  ] as const)(
    'R-X18: says in %s what came back, to whoever asked for the fix, with what was measured',
    (language, what, before, now, check) => {
      const measures = JSON.stringify([
        { key: 'redis.eviction-policy', status: 'unhealthy', facts: {}, findings: [aFinding()] },
      ]);
      const people = { askUsers: 'U0REQUEST', askGroups: '', worked: '2026-12-02T10:00:00Z' };
      const say = (facts: Facts) =>
        renderer.remediationEvent(
          {
            ...{ remediation: aRemediation({ state: 'succeeded' }), kind: 'came-back' },
            facts: { ...people, ...facts },
          },
          language,
        );

      const cause = say({ again: 'still', before: measures, after: measures });
      expectValidMessage(cause);
      expect(cause.text).toContain('<@U0REQUEST>');
      for (const part of [what, before, now]) expect(cause.text).toContain(part);
      const own = say({ reason: 'check', unwell: measures });
      expectValidMessage(own);
      expect(own.text).toContain('<@U0REQUEST>');
      for (const part of [check, now]) expect(own.text).toContain(part);
      expect(own.text).not.toContain(what);
      // Whoever reads it decides nothing there.
      expect(JSON.stringify([cause.blocks, own.blocks])).not.toContain('action_id');
    },
  );

  it.each(languages)('has a public line for every event in %s', (language) => {
    const kinds = [
      'requested',
      'approved',
      'rejected',
      'cancelled',
      'expired',
      'superseded',
      'stale',
      'executing',
      'stop-requested',
      'verifying',
      'succeeded',
      'failed',
      'rolling_back',
      'rolled_back',
      'rollback_failed',
      'indeterminate',
      'reminder',
      'escalated',
      'refused',
      'temporary-over',
      'temporary-gone',
      'temporary-kept',
      'temporary-unseen',
      'came-back',
    ] as const satisfies readonly RemediationEvent['kind'][];

    for (const kind of kinds) {
      const rendered = renderer.remediationEvent(
        { remediation: aRemediation(), kind, by: approver, reason: 'why', facts: {} },
        language,
      );
      expectValidMessage(rendered);
      expect(rendered.text).toContain('k7-2f9q');
    }
  });
});

describe('the digest', () => {
  const remembered = { ...aFinding(), firstSeen: '2026-11-24T09:00:00Z' };
  const strip = [
    { localDate: '2026-11-23', critical: 0, warning: 1 },
    { localDate: '2026-11-24', critical: null, warning: null },
    { localDate: '2026-11-25', critical: 1, warning: 0 },
  ];
  const base = {
    environment: 'prod',
    localDate: '2026-11-25',
    since: '2026-11-23T09:00:00Z',
    fresh: [],
    worse: [],
    fixed: [],
    still: [],
    flapping: [],
    unseen: [],
    strip,
    quiet: false,
  };

  it('is one quiet line when nothing changed, and does not call a missing day green', () => {
    const rendered = renderer.digest({ difference: { ...base, quiet: true }, run: aRun(), runId: 'r' }, 'en');

    expect(shown(rendered)).toMatchInlineSnapshot(`
      ":large_green_circle: *prod* · 2026-11-25: nothing to report; nothing changed since <!date^1795424400^{date_num} {time}|2026-11-23 09:00 UTC>, nothing is wrong.

      :large_green_circle: *prod* · 2026-11-25: nothing to report; nothing changed since <!date^1795424400^{date_num} {time}|2026-11-23 09:00 UTC>, nothing is wrong."
    `);
    const still = { ...base, quiet: true, still: [remembered] };
    expect(shown(renderer.digest({ difference: still, run: aRun(), runId: 'r' }, 'en'))).toContain(
      'Last days: 🟧 11-23  ▫️ 11-24  🟥 11-25  (▫️ no digest that day)',
    );
  });

  it.each(languages)(
    'says in %s that it is late, and calls nothing healthy that it could not check at',
    (language) => {
      const difference = { ...base, quiet: true, lateSince: '2026-11-25T09:00:00Z', unseen: ['neo4j'] };

      const rendered = renderer.digest({ difference, run: aRun(), runId: 'r' }, language);

      expectValidMessage(rendered);
      expect(shown(rendered)).not.toContain('large_green_circle');
      expect(shown(rendered)).toContain('Neo4j');
      expect(shown(rendered)).toMatch(/09:00 UTC/);
    },
  );

  it.each([
    [
      'en',
      /^\*Ran without approvals, open until somebody else has looked at it\*\n:rotating_light: `k7-2f9q` “Let Redis evict old keys”, by <@U0REQUEST>, <@U0BOSS>, since .*2026-11-24 09:00 UTC>/m,
      'and 4 more',
    ],
    [
      'zh-CN',
      /^\*未经批准即运行，待其他人检查\*\n:rotating_light: `k7-2f9q`“让 Redis 淘汰旧键”，自 .*2026-11-24 .* 起，由 <@U0REQUEST>、<@U0BOSS> 运行/m,
      '另有 4 个',
    ],
  ] as const)(
    'R-A9: says in %s who let what run without approvals, also on a quiet day',
    (language, said, more) => {
      const followUp = {
        ...{
          remediationId: 'x',
          handle: 'k7-2f9q',
          environment: 'prod',
          actionId: 'redis.set-eviction-policy',
        },
        ...{ people: ['T1:U0REQUEST', 'T1:U0BOSS'], openedAt: new Date('2026-11-24T09:00:00Z') },
      };
      for (const quiet of [true, false]) {
        const view = { difference: { ...base, quiet }, run: aRun(), runId: 'r' };

        const text = shown(renderer.digest({ ...view, followUps: Array(12).fill(followUp) }, language));
        expect(text).toMatch(said);
        expect(text).toContain('/aetherius fixes close');
        expect(text).toContain(more);
        expect(shown(renderer.digest({ ...view, followUps: [] }, language))).not.toContain('k7-2f9q');
      }
    },
  );

  it.each([
    [
      'en',
      /over their time and still there\*\n:hourglass: `k7-2f9q` “Let Redis evict old keys/,
      '… and 4 more.',
    ],
    ['zh-CN', /已到期但仍然存在的临时更改\*\n:hourglass: `k7-2f9q`“/, '… 另有 4 个。'],
  ] as const)('R-X17: lists in %s what is over its time, also on a quiet day', (language, said, more) => {
    const one = { handle: 'k7-2f9q', actionId: 'redis.set-eviction-policy', endsAt: now };
    const unseen = { ...one, handle: 'k7-away', unseenSince: now };
    for (const quiet of [true, false]) {
      const view = { difference: { ...base, quiet }, run: aRun(), runId: 'r' };

      const rendered = renderer.digest({ ...view, overdue: [one, unseen, ...Array(10).fill(one)] }, language);
      expectValidMessage(rendered);
      expect(shown(rendered)).toMatch(said);
      expect(shown(rendered)).toContain(more);
      expect(shown(rendered)).toMatch(
        /:grey_question: `k7-away`.*(?:could not be looked at since|起无法检查)/,
      );
      expect(shown(renderer.digest({ ...view, overdue: [] }, language))).not.toContain('k7-2f9q');
    }
  });

  it.each(languages)('tells new, worse, fixed and still there apart in %s (R-SLACK24)', (language) => {
    const difference = {
      ...base,
      fresh: [remembered],
      worse: [{ before: { ...remembered, severity: 'warning' as const }, now: remembered }],
      fixed: [remembered],
      still: [remembered],
      flapping: ['REDIS_POLICY_NOEVICTION|redis|maxmemory-policy', 'OTHER|nats|x'],
      unseen: ['neo4j'],
    };

    const rendered = renderer.digest({ difference, run: aRun(), runId: 'r' }, language);

    expectValidMessage(rendered);
    expect(readableMessage(rendered)).toContain('<chart ');
  });
});

describe('what workers found', () => {
  const news = {
    lookedAt: at('03:00:00'),
    since: at('02:00:00'),
    counts: { workload: 8, service: 7, database: 2, client: 3, subject: 12 },
    changes: [
      { kind: 'workload', part: 'redis', before: 'shelf', now: 'rack' },
      { kind: 'database', part: 'agent-manager', now: 'fleet' },
      { kind: 'subject', before: '<!here>.*' },
      ...Array.from({ length: 4 }, (_, index) => ({ kind: 'client' as const, now: `c-${index}` })),
    ],
    images: { 'agent-manager': 'registry.a/manager:1.4', redis: 'redis:7' },
    late: [{ area: 'messages', seenAt: '2026-11-25T01:00:00.000Z' }],
  } as const satisfies InventoryNews;
  const home = (inventory: InventoryNews, language: Language) => {
    const view = homeView(
      {
        ...{ environments: [{ name: 'prod', inventory }], pending: [], switches: [], followUps: [] },
        ...{ record: { state: 'confirmed' }, runs: [], fixes: [], now },
      },
      wordsIn(language),
    );
    expectValidView(view);
    return JSON.stringify(view.blocks[2]);
  };

  it('stands in App Home with its time, what is other than yesterday, and what could not be looked at', () => {
    const text = home(news, 'en');
    expect(text).toContain('8 workloads, 7 Services, 2 databases, 3 clients of NATS, 12 subjects of NATS');
    expect(text).toContain('workload of Redis was `shelf` and is `rack`');
    expect(text).toContain('database of agent-manager `fleet` is new');
    expect(text).toContain('subject of NATS `&lt;!here&gt;.*` is gone');
    expect(text).toContain('2 more');
    expect(text).toContain('NATS could not be looked at since <!date^');
    // What nobody could look at is not none.
    expect(home({ ...news, counts: { workload: 1 } }, 'en')).not.toContain('NATS, ');
    expect(home({ ...news, changes: [], late: [] }, 'en')).toContain('Nothing is other than at <!date^');

    const chinese = home(news, 'zh-CN');
    expect(chinese).toContain('Redis 的工作负载由 `shelf` 变为 `rack`');
    expect(chinese).toContain('无法查看NATS');
  });

  it('says what does not run the same in all environments that the reader sees', () => {
    const stage = (name: string, manager: string) => ({
      name,
      inventory: { ...news, images: { ...news.images, 'agent-manager': manager } },
    });
    const text = (...environments: readonly ReturnType<typeof stage>[]) => {
      const view = homeView(
        {
          ...{ environments, pending: [], switches: [], followUps: [] },
          ...{ record: { state: 'confirmed' }, runs: [], fixes: [], now },
        },
        wordsIn('en'),
      );
      expectValidView(view);
      return JSON.stringify(view.blocks);
    };
    const prod = stage('prod', 'registry.a/manager:1.4');

    expect(text(prod, stage('staging', 'registry.b/x/manager:1.5'))).toContain(
      'Not the same in all environments: agent-manager (prod: `manager:1.4`, staging: `manager:1.5`).',
    );
    // The same from another registry, and what another environment does not have.
    expect(text(prod, stage('staging', 'registry.b/x/manager:1.4'))).not.toContain('Not the same');
    expect(text(prod)).not.toContain('Not the same');
  });

  it('is one line of the digest where something is other, and none where nothing is', () => {
    const difference = {
      ...{ environment: 'prod', localDate: '2026-11-25', fresh: [], worse: [], fixed: [], still: [] },
      ...{ flapping: [], unseen: [], strip: [], quiet: false, inventory: news },
    };
    const text = (inventory: InventoryNews, language: Language) =>
      shown(renderer.digest({ difference: { ...difference, inventory }, run: aRun(), runId: 'r' }, language));

    expect(text(news, 'en')).toMatch(
      /^Other than at .*workload of Redis was `shelf` and is `rack`.*2 more\.$/m,
    );
    expect(text(news, 'zh-CN')).toMatch(/^与 .*Redis 的工作负载由 `shelf` 变为 `rack`.*。$/m);
    expect(text({ ...news, changes: [] }, 'en')).not.toContain('Other than');
  });

  it.each([true, false])(
    'is one line of the digest where other environments run another, quiet: %s',
    (quiet) => {
      const difference = {
        ...{ environment: 'prod', localDate: '2026-11-25', fresh: [], worse: [], fixed: [], still: [] },
        ...{ flapping: [], unseen: [], strip: [], quiet },
      };
      const images = [
        { environment: 'prod', image: 'redis:6' },
        { environment: 'staging', image: 'redis:7' },
      ];
      const text = (stages: readonly StageDifference[]) =>
        shown(renderer.digest({ difference: { ...difference, stages }, run: aRun(), runId: 'r' }, 'en'));

      expect(text([{ part: 'redis', images }])).toContain(
        'Not the same in all environments: Redis (prod: `redis:6`, staging: `redis:7`).',
      );
      expect(text([])).not.toContain('Not the same');
    },
  );
});

describe('views of one person', () => {
  it.each(languages)('are valid in %s', (language) => {
    const words = wordsIn(language);
    const pending = [{ remediation: aRemediation(), buttons: { approve: 'A', reject: 'R' } }];
    const environments = [
      { name: 'prod', last: aRun({ summary: { overall: 'findings', roots: ['redis'] } }), healthButton: 'H' },
      { name: 'staging' },
    ];

    const switches = [
      { scope: '*', reason: 'a drill', by: approver, at: now, until: now },
      { scope: 'redis.set-eviction-policy', reason: 'not this one', by: approver, at: now },
    ];

    const record = { state: 'held', why: { anchored: 60, seq: 50 } } as const;
    const followUps = Array.from({ length: 8 }, (_, index) => ({
      ...{ remediationId: 'id', handle: `r-${index}`, environment: 'prod', people: ['T1:U1'], openedAt: now },
      actionId: 'redis.set-eviction-policy',
    }));
    expectValidView(
      homeView(
        { environments, pending, record, switches, followUps, runs: [aRun()], fixes: [aRemediation()], now },
        words,
      ),
    );
    expectValidView(
      homeView(
        {
          environments: [],
          pending: [],
          record: { state: 'confirmed' },
          switches: [],
          followUps: [],
          runs: [],
          fixes: [],
          now,
        },
        words,
      ),
    );
    expectValidView(healthModal({ environments: ['prod', 'staging'], initial: 'staging' }, words));
    expectValidView(rejectModal('{}', ['a → b'], words));
    expectValidView(resolveModal('{}', words));
    expectValidView(
      diagnoseModal(
        { metadata: '{}', text: 'dial tcp: refused', environments: ['prod'], offered: catalogue },
        words,
      ),
    );
    expectValidView(detailsModal(detailLines([], words), words));
    const token = { id: 'abcdefgh', until: now, text: `aeb_${'a'.repeat(66)}` };
    expectValidView(tokenModal(words));
    expectValidView(tokenShown(token, words));
    expect(JSON.stringify(tokenShown(token, words))).toContain(token.text);
    expectValidMessage(tokensAnswer([], words));
    expectValidMessage(
      tokensAnswer(
        [
          { id: 'abcdefgh', name: '<!here> & co', expiresAt: now },
          { id: 'hgfedcba', name: 'laptop', expiresAt: now, lastUsedAt: now },
        ],
        words,
      ),
    );
    expectValidMessage(helpAnswer(['prod'], words));
    const powers = {
      environments: [{ environment: 'prod', rights: ['read', 'start'] as const }],
      tiers: [1] as const,
    };
    expectValidMessage(whoamiAnswer(requester, undefined, powers, words));
    expectValidMessage(whoamiAnswer(requester, 'guest', { environments: [], tiers: [] }, words));
    expectValidMessage(approvalsAnswer([aRemediation()], words));
    expectValidMessage(historyAnswer([aRun()], words));
    expectValidMessage(
      renderer.runFailed(
        { run: aRun(), reference: 'abc', error: new AppError('TIMED_OUT', 'too late') },
        language,
      ),
    );
  });
});

describe('the answer to help', () => {
  it.each(languages)('has a line for every word of the grammar and for no other in %s', (language) => {
    const { text } = helpAnswer(['prod'], wordsIn(language));

    const named = [...text.matchAll(/`\/aetherius ([a-z]+|\p{Script=Han}+)/gu)].map(
      (match) => match[1] ?? '',
    );
    expect(named.map(verbOf).toSorted()).toEqual(verbs.filter((verb) => verb !== 'help').toSorted());
    expect(named.every((word) => /[a-z]/.test(word) === (language === 'en'))).toBe(true);
    // By task: a title, eleven lines, and the environments.
    expect(text.split('\n')).toHaveLength(13);
  });

  it.each(languages)('tells each verb in full in %s', (language) => {
    const words = wordsIn(language);
    for (const verb of verbs.filter((one) => one !== 'help')) {
      const answer = verbHelpAnswer(verb, words);
      expect(answer?.text).toMatch(/^`\/aetherius /);
      const named = [...(answer?.text ?? '').matchAll(/`\/aetherius ([a-z]+|\p{Script=Han}+)/gu)];
      expect(named.map((match) => verbOf(match[1] ?? ''))).toContain(verb);
    }
  });
});

describe('what is switched off', () => {
  const of = (scope: string) =>
    switchesAnswer(
      [{ scope, reason: 'a drill', by: approver, at: now }],
      { state: 'confirmed', places: [], seq: 0 },
      wordsIn('en'),
    ).text;

  it.each(languages)('R-X10: names what is under way, or says that nothing is, in %s', (language) => {
    const words = wordsIn(language);
    const said = (rows: readonly RemediationRow[]) =>
      switchesAnswer(
        [{ scope: '*', reason: 'a drill', by: approver, at: now }],
        { state: 'confirmed', places: [], seq: 0 },
        words,
        [],
        rows,
      ).text;
    const row = aRemediation({ state: 'executing' });

    expect(said([row])).toContain(`• \`${row.handle}\``);
    expect(said([row])).toContain(words.say('fix.state.executing'));
    expect(said([])).toContain(words.say('switch.runs-none'));
  });

  it.each(languages)('R-X10: stands on a card that waits, with who, when and why, in %s', (language) => {
    const words = wordsIn(language);
    const off = { scope: '*', reason: 'the <!channel> sale', by: approver, at: now };
    const card = (state: RemediationRow['state'], more: { off?: typeof off; outcome?: Facts } = {}) => {
      const { outcome, ...view } = more;
      const row = aRemediation({ state, ...(outcome === undefined ? {} : { outcome }) });
      return JSON.stringify(
        renderer.remediation(
          { remediation: row, approvals: [], steps: [], needed: 1, buttons: {}, now, ...view },
          language,
        ).blocks,
      );
    };
    const said = words.say('switch.all', {
      ...{ reason: off.reason, who: markup(`<@${approver.userId}>`), since: now.toISOString() },
    });

    for (const state of ['proposed', 'requested', 'approved'] as const)
      expect(card(state, { off })).toContain(JSON.stringify(said).slice(1, -1));
    expect(card('proposed', { off })).not.toContain('<!channel>');
    expect(card('proposed')).not.toContain(words.say('card.off'));
    // Of one that the worker has let wait it is told once, as the worker saw it.
    const seen = { waiting: 'kill-switch', why: 'a sale', person: approver.userId, since: now.toISOString() };
    expect(card('approved', { off, outcome: seen })).not.toContain(words.say('card.off'));
    expect(card('approved', { off, outcome: seen })).toContain(`<@${approver.userId}>`);
    // A version before this one has kept neither person nor time.
    expect(card('approved', { outcome: { waiting: 'kill-switch', why: 'a sale' } })).toContain(
      words.say('card.waiting.kill-switch.bare', { why: 'a sale' }),
    );
  });

  it('R-X10: says what goes on while all fixes are off, and not where one kind is', () => {
    expect(of('*')).toContain('\nChecks, digests and alerts go on. A fix that runs ends after its step');
    expect(of('redis.set-eviction-policy')).not.toContain('go on');
  });
});

describe('what there is to ask for', () => {
  const faults = [
    { reason: 'unknown-symptom', facts: { text: 'lunch <!channel>' } },
    { reason: 'unknown-part', facts: { word: 'nobody' } },
    { reason: 'unknown-fix', facts: { word: 'nothing' } },
    { reason: 'missing', facts: { verb: 'diagnose', what: 'symptom' } },
    { reason: 'missing', facts: { verb: 'logs', what: 'part' } },
    { reason: 'missing', facts: { verb: 'fix', what: 'id' } },
  ] as const;

  it.each(languages)(
    'is one tap where words fit several symptoms, without what it pings, in %s',
    (language) => {
      const words = wordsIn(language);
      const choices = [
        { id: 'S3', typed: 'S3' },
        { id: 'H2', typed: 'H2 redis' },
      ];
      const fault = {
        ...{ reason: 'several-symptoms' as const, choices },
        facts: { text: `slow <!channel> ${'x'.repeat(4000)}` },
      };
      const answer = faultAnswer(fault, words, { offered: catalogue, environment: 'prod' });
      const json = JSON.stringify(answer.blocks);
      const values = [...json.matchAll(/"value":"([^"]+)"/g)].map((match) => match[1] ?? '');

      expectValidMessage(answer);
      expect(json).not.toContain('<!channel>');
      expect(values).toEqual(['diagnose S3 env=prod', 'diagnose H2 redis env=prod']);
      for (const value of values)
        expect(commandOf(value, ['prod'], { ...catalogue, values: () => undefined }).ok).toBe(true);
      expectValidView(
        diagnoseModal(
          { metadata: '{}', text: 'slow', environments: ['prod'], offered: catalogue, choices },
          words,
        ),
      );
    },
  );

  it.each(languages)('can be chosen from, and each entry is a command that is read, in %s', (language) => {
    const words = wordsIn(language);
    const answers = [
      symptomsAnswer(catalogue, words),
      switchesAnswer([], { state: 'confirmed', places: [], seq: 0 }, words, [], [], catalogue),
      ...faults.map((fault) => faultAnswer(fault, words, { offered: catalogue, environment: 'prod' })),
    ];
    for (const answer of answers) {
      expectValidMessage(answer);
      const json = JSON.stringify(answer.blocks);
      const values = [...json.matchAll(/"value":"([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(values.length).toBeGreaterThan(5);
      for (const value of values)
        expect({
          value,
          read: commandOf(value, ['prod'], { ...catalogue, values: () => undefined }).ok,
        }).toEqual({
          value,
          read: true,
        });
      expect(json).not.toContain('<!channel>');
    }
  });
});
