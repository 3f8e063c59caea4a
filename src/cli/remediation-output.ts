import type { Plan } from '../domain/fix/remediation.ts';
import type { RemediationRow } from '../domain/fix/rows.ts';
import { undoTimeMs } from '../domain/fix/temporary.ts';
import type { Decided } from '../services/fix/contract.ts';
import { changedLines } from '../text/plan-diff.ts';
import { temporaryText } from '../text/temporary.ts';
import type { Words } from '../text/words.ts';
import { type ExitCode, exitCodes, type Terminal } from './context.ts';
import type { ApprovalsOutput, FixOutput } from './output-schemas.ts';

export function remediationOutput(row: RemediationRow): ApprovalsOutput['remediations'][number] {
  const { id, handle, environment, actionId: action, target, state, tier, planHash } = row;
  return { id, handle, environment, action, target, state, tier, planHash };
}

export function remediationTitle(
  row: Pick<RemediationRow, 'actionId' | 'plan' | 'undoOf'>,
  words: Words,
): string {
  const title = words.lookupPlain(`remediation.${row.actionId}`, row.plan.params) ?? row.actionId;
  return row.undoOf === undefined ? title : words.plain('card.undo-title', { remediation: title });
}

/** One fix in a list. */
export function remediationLine(row: RemediationRow, words: Words): string {
  const { handle, state, environment, planHash: hash } = row;
  return words.plain('cli.approvals.line', {
    ...{ handle, state, environment, hash },
    title: remediationTitle(row, words),
  });
}

/** Exactly what would run, from the stored plan (R-A10). */
export function planText(row: RemediationRow, words: Words): string {
  const { handle, environment, planHash: hash } = row;
  const title = remediationTitle(row, words);
  const tier = tierText(row.tier, words);
  const first = words.plain('cli.fix.planned', { hash, handle, title, environment, tier });
  const temporary = temporaryText(row, words);
  return [first, ...planLines(row.plan, words), ...(temporary === undefined ? [] : [`  ${temporary}`])].join(
    '\n',
  );
}

/** The same of a plan that is stored nowhere and has no name. */
export function dryPlanText(plan: Plan, hash: string, words: Words): string {
  const title = remediationTitle({ actionId: plan.actionId, plan }, words);
  const { environment } = plan;
  const tier = tierText(plan.tier, words);
  const first = words.plain('cli.fix.dry', { hash, title, environment, tier });
  const { endsAfterMs: ms } = plan;
  return [
    first,
    ...planLines(plan, words),
    ...(ms === undefined ? [] : [`  ${words.plain('temporary.for', { ms })}`]),
  ].join('\n');
}

function tierText(tier: number, words: Words): string {
  return words.lookupPlain(`card.tier.${tier}`) ?? String(tier);
}

function planLines(plan: Plan, words: Words): readonly string[] {
  const blast = words.lookupPlain(`blast.${plan.blast.key}`, plan.blast.facts);
  const raised =
    plan.raised === undefined ? undefined : words.lookupPlain(`raised.${plan.raised.key}`, plan.raised.facts);
  const steps = plan.steps.flatMap((step, index) => [
    words.plain('cli.fix.step', {
      idx: index + 1,
      what:
        words.lookupPlain(`step.${step.kind}`, { ...step.to, target: step.target }) ??
        words.plain('card.step.fallback', { kind: step.kind, target: step.target }),
    }),
    ...changedLines(step, words).map((line) => `     ${line}`),
  ]);
  return [
    ...(raised === undefined ? [] : [`  ${raised}`]),
    ...steps,
    ...(blast === undefined ? [] : [words.plain('cli.fix.blast', { text: blast })]),
    plan.undo === undefined
      ? words.plain('cli.fix.undo-no')
      : words.plain('cli.fix.undo-yes', { ms: undoTimeMs(plan) }),
    ...(plan.notes ?? []).flatMap(({ key, facts }) => {
      const note = words.lookupPlain(`note.${key}`, facts);
      return note === undefined ? [] : [`  ${note}`];
    }),
    ...(plan.patch ?? []).map((line) => `    ${line}`),
  ];
}

/** The outcome of a decision: refused decisions come as AppErrors, so what is left is recorded or too late. */
export function sayDecided(context: Terminal, decided: Decided): ExitCode {
  const { words } = context;
  const { remediation, moved, from } = decided;
  const { handle, state: to } = remediation;
  const note =
    words.lookupPlain(`decision.${decided.note}`, { handle, state: to }) ??
    words.plain('decision.fallback', { handle, state: to });
  const output: FixOutput = { remediation: remediationOutput(remediation), moved, note: decided.note };
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : moved
        ? words.plain('cli.decision.moved', { handle, from, to, note })
        : words.plain('cli.decision.unmoved', { handle, to, note }),
  );
  return moved || decided.note === 'already-recorded' ? exitCodes.ok : exitCodes.findings;
}
