import { isTerminal } from '../domain/fix/approval.ts';
import type { RemediationRow } from '../domain/fix/rows.ts';
import { endedAs, endOf } from '../domain/fix/temporary.ts';
import type { Value } from './format.ts';
import type { Words } from './words.ts';

/** R-X17: when a change that will not last is over its time, and after that what became of it; mrkdwn. */
export function temporaryLine(row: RemediationRow, words: Words): string | undefined {
  const told = toldOf(row);
  return told === undefined ? undefined : words.lookup(told.key, told.values);
}

/** The same as plain text. */
export function temporaryText(row: RemediationRow, words: Words): string | undefined {
  const told = toldOf(row);
  return told === undefined ? undefined : words.lookupPlain(told.key, told.values);
}

function toldOf(
  row: RemediationRow,
): { readonly key: string; readonly values: Readonly<Record<string, Value>> } | undefined {
  const { endsAfterMs } = row.plan;
  if (endsAfterMs === undefined || row.undoOf !== undefined) return undefined;
  const end = endOf(row);
  if (end !== undefined)
    return { key: `temporary.${endedAs(row) ?? 'until'}`, values: { time: end.toISOString() } };
  // What was not done has no end.
  return isTerminal(row.state) ? undefined : { key: 'temporary.for', values: { ms: endsAfterMs } };
}
