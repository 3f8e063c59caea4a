import type { PartRow } from '../domain/health/health.ts';
import { isAgainst } from '../domain/health/health-witness.ts';
import type { Words } from './words.ts';

/** Who saw what a row says, and who saw the opposite, each in a phrase of its own; plain, not escaped. */
export function witnessPhrases(row: Pick<PartRow, 'state' | 'witnesses'>, words: Words): readonly string[] {
  const said = (against: boolean): string =>
    row.witnesses
      .filter(({ key }) => isAgainst(row.state, key) === against)
      .map(({ key, facts }) => words.lookupPlain(`health.witness.${key}`, facts) ?? key)
      .join(words.language === 'zh-CN' ? '、' : ', ');
  const [agreeing, opposed] = [said(false), said(true)];
  return [
    ...(agreeing === '' ? [] : [words.plain('health.witness', { witness: agreeing })]),
    ...(opposed === '' ? [] : [words.plain('health.witness-against', { witness: opposed })]),
  ];
}
