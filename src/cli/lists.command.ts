import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import type { FixListOutput, SymptomsOutput } from './output-schemas.ts';
import { table } from './table.ts';

/** All that can be diagnosed; it connects to nothing. */
export async function listSymptoms(context: CliContext): Promise<ExitCode> {
  const { words, columns, output } = context;
  const { symptoms } = await context.offered();
  const rows: SymptomsOutput['symptoms'] = symptoms.map((id) => ({
    id,
    title: words.lookupPlain(`diagnosis.${id}`) ?? id,
  }));
  context.out(
    output === 'json'
      ? JSON.stringify({ symptoms: rows } satisfies SymptomsOutput, null, 2)
      : table(
          rows.map(({ id, title }) => [id, title]),
          columns,
        ),
  );
  return exitCodes.ok;
}

/** Every fix, each with the values that it takes; it connects to nothing. */
export async function listFixes(context: CliContext): Promise<ExitCode> {
  const { words, columns, output } = context;
  const { fixes } = await context.offered();
  const rows: FixListOutput['fixes'] = fixes.map(({ id, takes }) => ({
    ...{ id, takes },
    title: words.lookupPlain(`remediation.${id}`) ?? id,
  }));
  context.out(
    output === 'json'
      ? JSON.stringify({ fixes: rows } satisfies FixListOutput, null, 2)
      : table(
          rows.map(({ id, title, takes }) => [id, takes === '' ? title : `${title}: ${takes}`]),
          columns,
        ),
  );
  return exitCodes.ok;
}
