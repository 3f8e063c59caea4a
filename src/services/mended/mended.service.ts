import { isHealthReport } from '../../domain/health/health.ts';
import { areCausesMended, isReportMended, type JudgedCause, type Look } from '../../domain/health/mended.ts';
import type { Urgency } from '../../domain/message/sending.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { QuestionOf } from '../../domain/probe/question.ts';
import type { Run } from '../../domain/run/run.ts';
import { rootPurpose } from '../run/run.service.ts';

/** What a look writes when it sees answers of before mended. */
export type MendedRepository = 'audit' | 'buttons' | 'killSwitches' | 'messages' | 'remediations' | 'runs';

export interface Mending {
  /** Ends what was offered in the answer of this run and nobody has asked for. */
  readonly endOffers: (tx: TxOf<MendedRepository>, runId: string) => Promise<void>;
  /** A health check and a diagnosis ask the same in other words. */
  readonly questionOf: QuestionOf;
}

/** More answers are not edited after one look: the newest are read, and Slack takes few edits a minute. */
export const mostAnswers = 10;
/** What is older tells of another day. */
const withinMs = 24 * 60 * 60_000;

/** The causes that a finished diagnosis has left in its run. */
export function judgedCauses(summary: unknown): readonly JudgedCause[] {
  if (typeof summary !== 'object' || summary === null || !('causes' in summary)) return [];
  return Array.isArray(summary.causes) ? (summary.causes as readonly JudgedCause[]) : [];
}

/**
 * Edits the newest answers of an environment whose findings this look has seen well, in the transaction that stores the
 * look: each once, whoever is killed when. `began`: answers that were over by then are older than the look.
 */
export async function showMended(
  tx: TxOf<MendedRepository>,
  environment: string,
  look: Look & { readonly began: Date },
  mending: Mending,
): Promise<void> {
  const answers = await tx.runs.unmended(environment, { before: look.began, withinMs, limit: mostAnswers });
  for (const run of answers) {
    if (!(await isMended(tx, run, look, mending))) continue;
    // Fixes before runs before messages, as a verdict locks them.
    await mending.endOffers(tx, run.id);
    await mend(tx, run.id);
  }
}

async function isMended(
  tx: TxOf<'runs'>,
  run: Run,
  look: Look,
  { questionOf }: Pick<Mending, 'questionOf'>,
): Promise<boolean> {
  const asked = (outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] =>
    outcomes.map((outcome) => ({ ...outcome, key: questionOf(outcome) }));
  const outcomes = asked((await tx.runs.get(run.id))?.outcomes ?? []);
  const newer = { ...look, outcomes: asked(look.outcomes) };
  if (run.kind === 'health')
    return isHealthReport(run.summary) && isReportMended(run.summary, outcomes, newer);
  return areCausesMended({ causes: judgedCauses(run.summary), outcomes }, newer);
}

/** Says in the answer of this run that what it found is mended: by this fix, or as a newer look saw. */
export async function mend(tx: TxOf<'messages' | 'runs'>, runId: string, fix?: string): Promise<void> {
  // What a look has seen by itself is said behind what people wait for.
  if (await tx.runs.mend(runId, fix)) await sayAgain(tx, runId, fix === undefined ? 'progress' : 'decision');
}

/** The answer is as it was. */
export async function unmend(tx: TxOf<'messages' | 'runs'>, runId: string): Promise<void> {
  if (await tx.runs.unmend(runId)) await sayAgain(tx, runId, 'decision');
}

/** What stands above it is drawn when it is sent. */
async function sayAgain(tx: TxOf<'messages'>, runId: string, urgency: Urgency): Promise<void> {
  const [root] = await tx.messages.find({ runId, purpose: rootPurpose });
  if (root !== undefined) await tx.messages.again(root.id, urgency);
}
