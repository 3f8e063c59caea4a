import { describe, expect, it } from 'vitest';
import { approvalsAnswer } from '../../../../src/bot/views/answers.view.ts';
import { fitMessage } from '../../../../src/bot/views/fit.ts';
import { harmless } from '../../../../src/bot/views/harmless.ts';
import { homeView } from '../../../../src/bot/views/home.view.ts';
import { detailsModal, rejectModal } from '../../../../src/bot/views/modals.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import type { Rendered } from '../../../../src/domain/message/rendered.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { expectValidMessage, expectValidView } from '../../../support/slack-messages.ts';
import {
  aFinding,
  aPlan,
  approver,
  aRemediation,
  aReport,
  aRow,
  aRun,
  at,
} from '../../../support/slack-views.ts';

const renderer = rendererOf(() => asInGuide);

const now = at('03:02:00');
const words = wordsIn('en');

/** Numbers from a seed, so that a failure can be repeated. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pieces = [
  '<!channel>',
  '<!here>',
  '<@U0APPROVE>',
  '<https://evil.test|click>',
  '&amp;',
  '&',
  '<',
  '>',
  '```',
  '`',
  '*',
  '_',
  '\u202E',
  '\u0000',
  '👩‍👩‍👧‍👦',
  '𠀀',
  '“',
  '\n',
  '\t',
  '',
  ' ',
  '{environment}',
  '§',
  '$&',
  '%s',
  'a'.repeat(300),
] as const;

function hostile(roll: () => number): string {
  const length = roll() < 0.05 ? 800 : Math.floor(roll() * 12);
  return Array.from({ length }, () => pieces[Math.floor(roll() * pieces.length)] ?? '').join('');
}

/** Text from data must not ping anybody, link anywhere or make a mention: every `<` of mrkdwn is ours. */
function expectNoMarkup(rendered: Rendered): void {
  const mrkdwn: string[] = [rendered.text];
  const plain: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(collect);
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && 'text' in value && typeof value.text === 'string')
      (value.type === 'mrkdwn' ? mrkdwn : plain).push(value.text);
    Object.values(value).forEach(collect);
  };
  collect(rendered.blocks);
  const ours = /<@U0(?:REQUEST|APPROVE)>|<!date\^\d+\^\{date_num\} \{time\}\|[-\d]+ [\d:]+ UTC>/g;
  for (const text of mrkdwn) expect(text.replace(ours, '').match(/<[^>]*>?/g) ?? []).toEqual([]);
  // Where Slack reads no mrkdwn, a moment in it would stay letters.
  expect(plain.filter((text) => text.includes('!date^'))).toEqual([]);
}

describe('views with hostile, empty and huge data (R-SLACK26)', () => {
  it.each(Array.from({ length: 16 }, (_, index) => index + 1))(
    'stay valid and harmless (seed %i)',
    (seed) => {
      const roll = dice(seed);
      const word = () => hostile(roll);
      const facts = () =>
        Object.fromEntries(
          Array.from({ length: Math.floor(roll() * 12) }, (_, index) => [`f${index}`, word()]),
        );
      const measures = () =>
        JSON.stringify([{ key: word(), status: 'unhealthy', facts: facts(), findings: [finding()] }]);
      const language = roll() < 0.5 ? 'en' : 'zh-CN';
      const finding = () =>
        aFinding({
          code: roll() < 0.5 ? 'REDIS_POLICY_NOEVICTION' : (word() as FindingCode),
          subject: word(),
          facts: facts(),
          since: word(),
          excerpts: [{ source: word(), lines: Array.from({ length: 50 }, word) }],
        });
      const step = () => ({
        kind: word(),
        target: word(),
        from: facts(),
        to: facts(),
        precondition: { a: 1 },
        safety: 'idempotent' as const,
      });
      const plan = aPlan({
        params: facts(),
        steps: [step(), ...Array.from({ length: 40 }, step)],
        blast: { key: word(), facts: facts() },
        notes: [
          { key: word(), facts: facts() },
          { key: 'puts-back.argocd', facts: { name: word() } },
          { key: 'changed-by', facts: { field: word(), by: word(), at: word() } },
        ],
        patch: [word(), word()],
        target: word(),
      });
      const remediation = aRemediation({
        handle: word(),
        environment: word(),
        actionId: word(),
        target: word(),
        reason: word(),
        plan,
      });
      const report = aReport({
        overall: 'findings',
        roots: ['postgres', 'redis'],
        rows: partIds.map((part) =>
          aRow({
            part,
            state: roll() < 0.5 ? 'down' : 'degraded',
            fact: { key: word(), facts: facts() },
            witnesses: [{ key: word(), facts: facts() }],
            findings: [finding()],
          }),
        ),
      });
      const run = aRun({ environment: word() });
      const buttons = { request: 'B', approve: 'A', reject: 'R', cancel: 'C', stop: 'S', undo: 'U' };
      const approvals = Array.from({ length: 12 }, () => ({
        personId: word(),
        person: approver,
        decision: 'reject' as const,
        reason: word(),
        planHash: word(),
        policyVersion: word(),
        version: 1,
        decidedAt: now,
      }));

      const messages = [
        renderer.health(
          { run, report, repaired: [{ part: 'redis', handle: word() }], detailsButton: 'D', now },
          language,
        ),
        renderer.finding(
          {
            run,
            finding: finding(),
            refused: [{ remediation: word(), reason: word(), facts: facts() }],
          },
          language,
        ),
        renderer.remediation({ remediation, approvals, steps: [], needed: 1, buttons, now }, language),
        renderer.remediationEvent(
          {
            ...{ remediation, kind: 'came-back' },
            facts: {
              ...{ askUsers: 'U0REQUEST', askGroups: '', worked: word(), again: 'still' },
              ...{
                reason: roll() < 0.5 ? 'check' : word(),
                before: measures(),
                after: measures(),
                unwell: measures(),
              },
            },
          },
          language,
        ),
        renderer.remediationEvent(
          { remediation, kind: 'rejected', by: approver, reason: word(), facts: facts() },
          language,
        ),
        renderer.offerRefused({ run, remediation: word(), reason: word(), facts: facts() }, language),
        renderer.runFailed(
          {
            ...{ run, reference: word() },
            error: new AppError('CONFLICT', word(), { facts: { ...facts(), reason: word() } }),
          },
          language,
        ),
        renderer.digest(
          {
            difference: {
              environment: word(),
              localDate: '2026-11-25',
              fresh: Array.from({ length: 30 }, () => ({ ...finding(), firstSeen: word() })),
              worse: [],
              fixed: [],
              still: Array.from({ length: 30 }, () => ({ ...finding(), firstSeen: word() })),
              flapping: [word()],
              unseen: [word()],
              strip: [],
              quiet: false,
            },
            run,
            runId: run.id,
          },
          language,
        ),
        approvalsAnswer(
          Array.from({ length: 8 }, () => remediation),
          wordsIn(language),
        ),
      ];

      for (const message of messages) {
        const fitted = fitMessage(message, wordsIn(language));
        expectValidMessage(fitted.rendered);
        expectNoMarkup(fitted.rendered);
        if (fitted.rest !== undefined)
          expect(JSON.stringify(fitted.rendered.blocks)).toContain(wordsIn(language).plain('fit.attached'));
        // R-A10: whoever has written it, it goes out as it is; only what decides is left to the bot.
        const { rendered: left, taken } = harmless(message, new Set());
        if (JSON.stringify(message.blocks).includes('"action_id":"remediation.'))
          expect(taken).toBe(Object.keys(buttons).length);
        else expect(left).toEqual(message);
      }
      expectValidView(
        homeView(
          {
            environments: [{ name: word(), last: run }],
            pending: [{ remediation, buttons: { approve: 'A' } }],
            record: { state: 'confirmed' },
            switches: [{ scope: word(), reason: word(), by: approver, at: now, until: now }],
            followUps: [
              {
                ...{ remediationId: word(), handle: word(), environment: word(), actionId: word() },
                ...{ people: [word()], openedAt: now },
              },
            ],
            runs: [run],
            fixes: [remediation],
            now,
          },
          words,
        ),
      );
      expectValidView(rejectModal('{}', Array.from({ length: 40 }, word), words));
      expectValidView(detailsModal(Array.from({ length: 400 }, word), words));
    },
  );
});
