import type { AuditVerdict } from '../services/audit/contract.ts';
import type { Words } from '../text/words.ts';
import { auditExitCodes, type CliContext, type ExitCode, exitCodes } from './context.ts';

/** Recomputes the audit log from its rows and compares it with what places outside remember of it. */
export async function verifyAudit(context: CliContext): Promise<ExitCode> {
  const audit = await context.audit();
  const verdict = await audit.verify();
  if (context.output === 'json') context.out(JSON.stringify(verdict, null, 2));
  else for (const line of lines(verdict, context.words)) context.out(line);
  return verdict.verdict === 'intact' ? exitCodes.ok : auditExitCodes[verdict.verdict];
}

function lines(verdict: AuditVerdict, words: Words): readonly string[] {
  if (verdict.verdict !== 'intact') {
    const { seq, last = seq } = verdict;
    const place = words.plain(`audit.place.${verdict.place ?? 'file'}`);
    const sentence = words.plain(`audit.verdict.${verdict.verdict}`, { seq, last, place });
    return [words.plain('cli.audit.broken', { verdict: verdict.verdict, sentence })];
  }
  const { rows, head, places } = verdict;
  const outside = places.map(({ place, anchors, answered, seq = 0 }) =>
    words.plain(answered === 0 ? 'cli.audit.place' : 'cli.audit.place-answered', {
      ...{ anchors, answered, seq },
      place: words.plain(`audit.place.${place}`),
    }),
  );
  return [
    words.plain('cli.audit.intact', { rows, head }),
    ...(places.length === 0 ? [words.plain('cli.audit.unanchored')] : outside),
  ];
}
