import { all, any, type Condition, found, hint } from '../domain/diagnosis/diagnosis.ts';
import type { PartId } from '../domain/platform/part.ts';

/**
 * No Pod or container of a part is there, and `unanswered`: nothing answers in its place. What the installation names,
 * or a Service looks for, has to be here. Of what only the guide names nobody knows: it may run elsewhere, behind a
 * firewall that refuses, and so a silence leaves the cause open.
 */
export function gone(part: PartId, unanswered: Condition): Condition {
  return any(
    all(found('PART_MISSING', part), unanswered),
    all(found('PART_ABSENT', part), found('SERVICE_WITHOUT_PODS', part)),
    all(hint('PART_ABSENT', part), unanswered),
  );
}
