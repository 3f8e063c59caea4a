import type { StepRow } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Remediations } from '../../domain/ports/remediations.ts';
import { ids, json } from './gate.ts';
import { type Query, withoutNulls } from './query.ts';

interface StoredStep {
  readonly direction: 'apply' | 'undo';
  readonly idx: number;
  readonly attempt: number;
  readonly fence: number;
  readonly intent_at: Date;
  readonly outcome: NonNullable<StepRow['outcome']> | null;
  readonly outcome_at: Date | null;
  readonly facts: Facts;
}

/**
 * Intents and outcomes (R-X4). Both hold the remediation's row while they check its fence, so that a claim
 * with a newer fence comes before or after them, never in between (R-X3).
 */
export function createSteps(query: Query): Pick<Remediations, 'steps' | 'intent' | 'progress' | 'outcome'> {
  return {
    async steps(id) {
      const { rows } = await query<StoredStep>(
        `SELECT direction, idx, attempt, fence, intent_at, outcome, outcome_at, facts
         FROM remediation_steps WHERE remediation_id = $1 ORDER BY intent_at, direction, idx, attempt`,
        ids(id),
      );
      return rows.map((row) =>
        withoutNulls<StepRow>({
          direction: row.direction,
          idx: row.idx,
          attempt: row.attempt,
          fence: row.fence,
          intentAt: row.intent_at,
          outcome: row.outcome ?? undefined,
          outcomeAt: row.outcome_at ?? undefined,
          facts: row.facts,
        }),
      );
    },
    async intent(id, { direction, idx, attempt, fence }) {
      const { count } = await query(
        `WITH holder AS (
           SELECT id FROM remediations WHERE id = $1 AND fence = $5 AND state IN ('executing', 'rolling_back')
             AND (lease_until IS NULL OR lease_until > clock_timestamp())
           FOR NO KEY UPDATE)
         INSERT INTO remediation_steps (remediation_id, direction, idx, attempt, fence)
         SELECT id, $2, $3, $4, $5 FROM holder ON CONFLICT DO NOTHING`,
        ids(id, direction, idx, attempt, fence),
      );
      return count === 1;
    },
    async progress(id, { direction, idx, attempt, fence, facts }) {
      const { count } = await query(
        `WITH holder AS (SELECT id FROM remediations WHERE id = $1 AND fence = $5 FOR NO KEY UPDATE)
         UPDATE remediation_steps SET facts = $6
         WHERE remediation_id = (SELECT id FROM holder) AND direction = $2 AND idx = $3 AND attempt = $4
           AND fence = $5 AND outcome IS NULL`,
        [...ids(id, direction, idx, attempt, fence), json(facts)],
      );
      return count === 1;
    },
    // `fence` is the caller's: a recovery writes the outcome of an intent made under an older one.
    async outcome(id, { direction, idx, attempt, fence, outcome, facts }) {
      const { count } = await query(
        `WITH holder AS (SELECT id FROM remediations WHERE id = $1 AND fence = $5 FOR NO KEY UPDATE)
         UPDATE remediation_steps SET outcome = $6, outcome_at = clock_timestamp(), facts = $7
         WHERE remediation_id = (SELECT id FROM holder) AND direction = $2 AND idx = $3 AND attempt = $4
           AND fence <= $5 AND outcome IS NULL`,
        [...ids(id, direction, idx, attempt, fence, outcome), json(facts)],
      );
      return count === 1;
    },
  };
}
