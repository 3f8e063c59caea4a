/** What a person reads of a plan: a sentence, what changes in words of the language, what is noticed, risk, undo, rights. */
import { describe, expect, it } from 'vitest';
import { diffLines, planBlocks } from '../../src/bot/views/remediation.view.ts';
import { dryPlanText } from '../../src/cli/remediation-output.ts';
import type { Plan, PlanStep, Remediation } from '../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import { changedLines } from '../../src/text/plan-diff.ts';
import { wordsIn } from '../../src/text/words.ts';
import { fixtures, type RemediationName, registered } from '../support/remediation-fixtures.ts';

const languages = ['en', 'zh-CN'] as const;

async function planOf(remediation: Remediation): Promise<Plan> {
  const { targets, params } = fixtures[remediation.id as RemediationName]();
  return remediation.plan(remediation.params.parse(params), {
    ...{ deps: targets, signal: new AbortController().signal, now: () => new Date(0) },
    operation: { id: '6f1d', age: () => Promise.resolve(0) },
  });
}
const stepsOf = ({ steps, undo }: Plan): readonly PlanStep[] => [...steps, ...(undo ?? [])];

describe.each(registered.map((remediation) => [remediation.id, remediation] as const))(
  'the plan of %s',
  (_id, remediation) => {
    it.each(languages)('has every word that it needs (%s)', async (language) => {
      const plan = await planOf(remediation);
      const words = wordsIn(language);
      const keys = [
        `remediation.${plan.actionId}`,
        `blast.${plan.blast.key}`,
        `card.tier.${plan.tier}`,
        `remedy.${remediation.instruction}`,
        ...stepsOf(plan).map(({ kind }) => `step.${kind}`),
        ...(plan.notes ?? []).map(({ key }) => `note.${key}`),
        ...(plan.raised === undefined ? [] : [`raised.${plan.raised.key}`]),
        ...(plan.undoBlast === undefined ? [] : [`blast.${plan.undoBlast.key}`]),
      ];

      expect(keys.filter((key) => words.lookupPlain(key) === undefined)).toEqual([]);
    });

    it('names each fact that changes in words of each language', async () => {
      const plan = await planOf(remediation);
      const names = new Set(
        stepsOf(plan).flatMap(({ from, to }) => [...Object.keys(from), ...Object.keys(to)]),
      );
      const changing = [...names].filter((name) =>
        stepsOf(plan).some(
          ({ from, to }) => from[name] !== to[name] && !/^\S+ (image|resources)$/.test(name),
        ),
      );

      for (const language of languages)
        expect(
          changing.filter((name) => wordsIn(language).lookupPlain(`diff.${name}`) === undefined),
        ).toEqual([]);
    });

    it('shows for each step what it changes, in lines that fit a phone', async () => {
      const plan = await planOf(remediation);
      for (const language of languages)
        for (const step of stepsOf(plan)) {
          const lines = changedLines(step, wordsIn(language));
          expect(lines.join('\n'), step.kind).not.toMatch(/null|undefined|generation \d|\[object/);
          expect(lines.filter((line) => line.length > 200)).toEqual([]);
          expect(lines, step.kind).not.toEqual([]);
        }
    });

    it('says what is noticed, the risk, and for how long it can be undone', async () => {
      const plan = await planOf(remediation);
      const row = {
        plan,
        tier: plan.tier,
        planHash: 'a'.repeat(64),
        actionId: plan.actionId,
        state: 'proposed',
      } as RemediationRow;
      const words = wordsIn('en');
      const text = JSON.stringify(planBlocks(row, words));

      expect(text).toContain('What users will notice:');
      expect(text).toContain(`risk ${plan.tier} (`);
      expect(text).toContain(
        plan.undo === undefined ? 'cannot be undone' : 'can be undone for 1 h afterwards',
      );
      // The command line shows the same steps.
      const dry = dryPlanText(plan, row.planHash, words);
      for (const line of diffLines(plan.steps, words)) expect(dry).toContain(line.trim());
    });

    it('R-P5, R-P6: is tried by the API server, and asks for its rights, where it writes to Kubernetes', async () => {
      if (remediation.changes === undefined) return;
      const { steps } = await planOf(remediation);

      expect(remediation.rights).toBeDefined();
      expect(steps.some(({ precondition }) => precondition.admitted !== undefined)).toBe(true);
    });

    it('shows who set a field last, where it writes one of Kubernetes', () => {
      const fields = (remediation.changes ?? []).filter((change) => 'fields' in change);

      // A restart sets a mark of our own alone.
      const ours = fields.every(({ feature }) => feature === 'restart');
      expect(remediation.otherHand !== undefined).toBe(!ours);
    });
  },
);
