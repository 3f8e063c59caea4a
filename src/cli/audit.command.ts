import { type CliContext, type ExitCode, exitCodes } from './context.ts';

/** Recomputes the audit log from its rows and says whether anybody has changed it. */
export async function verifyAudit(context: CliContext): Promise<ExitCode> {
  const audit = await context.audit();
  const verdict = await audit.verify();
  const { words } = context;
  if (context.output === 'json') context.out(JSON.stringify(verdict, null, 2));
  else if (verdict.verdict === 'intact')
    context.out(words.plain('cli.audit.intact', { rows: verdict.rows, head: verdict.head }));
  else {
    const { seq, detail } = verdict;
    const word = words.lookupPlain(`audit.verdict.${verdict.verdict}`) ?? verdict.verdict;
    context.out(words.plain('cli.audit.broken', { seq, verdict: word, detail }));
  }
  return verdict.verdict === 'intact' ? exitCodes.ok : exitCodes.findings;
}
