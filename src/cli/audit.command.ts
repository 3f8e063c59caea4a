import { createHash } from 'node:crypto';
import type { ExportFormat } from '../domain/audit/export.ts';
import { present } from '../domain/kernel/present.ts';
import type { AuditVerdict, ExportVerdict, RecordFault } from '../services/audit/contract.ts';
import type { Words } from '../text/words.ts';
import { auditExitCodes, type CliContext, type ExitCode, exitCodes } from './context.ts';
import { placeIn } from './export-protocol.ts';
import { UsageFault } from './faults.ts';

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly from?: string;
  readonly to?: string;
  /** A file, or `-` for standard output. */
  readonly out: string;
  readonly manifest?: string;
}

/** What stands beside an exported file by default. */
const manifestOf = (file: string): string => `${file}.manifest.json`;

/** Writes the record into a file, and beside it what proves that file; the bot reads it for the owner of the token. */
export async function exportAudit(context: CliContext, options: ExportOptions): Promise<ExitCode> {
  const { out, format, manifest: beside = out === '-' ? undefined : manifestOf(out) } = options;
  if (beside === undefined) throw new UsageFault('cli.fault.manifest-needed');
  const parts = await context.fetchExport({
    format,
    ...present({ from: place(options.from), to: place(options.to) }),
  });
  const file = context.saveParts(out);
  const digest = createHash('sha256');
  let manifest: Awaited<ReturnType<typeof last>>;
  try {
    manifest = await last(parts, async (text) => {
      digest.update(text);
      await file.write(text);
    });
  } catch (error) {
    file.drop();
    throw error;
  }
  if (manifest?.sha256 !== digest.digest('hex')) {
    file.drop();
    throw new UsageFault('cli.fault.export-broken', {}, exitCodes.couldNotLook);
  }
  file.end();
  const whole = context.saveParts(beside);
  await whole.write(`${JSON.stringify(manifest, null, 2)}\n`);
  whole.end();
  const { rows, from, to, sha256 } = manifest;
  const told = context.words.plain('cli.audit.exported', {
    rows,
    from,
    to,
    sha256,
    file: out,
    manifest: beside,
  });
  if (out === '-') context.err(told);
  else context.out(context.output === 'json' ? JSON.stringify(manifest, null, 2) : told);
  return exitCodes.ok;
}

/** Hands the text on, and returns the manifest behind it; undefined where it broke off. */
async function last(
  parts: Awaited<ReturnType<CliContext['fetchExport']>>,
  write: (text: string) => Promise<void>,
) {
  for await (const part of parts) {
    if ('manifest' in part) return part.manifest;
    await write(part.text);
  }
  return undefined;
}

function place(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  const given = placeIn(text);
  if (given === undefined) throw new UsageFault('cli.fault.export-place', { place: text });
  return given;
}

/** Checks an exported file without the database; an auditor's machine needs no configuration for it. */
export async function verifyExported(
  context: CliContext,
  { export: file, manifest = manifestOf(file) }: { readonly export: string; readonly manifest?: string },
): Promise<ExitCode> {
  const verdict = await context.verifyExport(file, manifest);
  if (context.output === 'json') context.out(JSON.stringify(verdict, null, 2));
  else for (const line of exportLines(verdict, context.words)) context.out(line);
  return verdict.verdict === 'intact' ? exitCodes.ok : auditExitCodes[verdict.verdict];
}

function exportLines(verdict: ExportVerdict, words: Words): readonly string[] {
  if (verdict.verdict !== 'intact') return broken(verdict, words, 'cli.audit.export-broken');
  const { rows, from, to, head, signed } = verdict;
  const facts = { rows, from, to, head, signed: signed ?? 0 };
  return [words.plain(signed === undefined ? 'cli.audit.export-intact' : 'cli.audit.export-signed', facts)];
}

/** Recomputes the audit log from its rows and compares it with what places outside remember of it. */
export async function verifyAudit(context: CliContext): Promise<ExitCode> {
  const audit = await context.audit();
  const verdict = await audit.verify();
  if (context.output === 'json') context.out(JSON.stringify(verdict, null, 2));
  else for (const line of lines(verdict, context.words)) context.out(line);
  return verdict.verdict === 'intact' ? exitCodes.ok : auditExitCodes[verdict.verdict];
}

function lines(verdict: AuditVerdict, words: Words): readonly string[] {
  if (verdict.verdict !== 'intact') return broken(verdict, words, 'cli.audit.broken');
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

/** So many are told in words; `--output json` has more. */
const mostTold = 50;

/** The worst first, then everything else that is wrong. */
function broken(
  verdict: Exclude<AuditVerdict, { verdict: 'intact' }>,
  words: Words,
  key: 'cli.audit.broken' | 'cli.audit.export-broken',
): readonly string[] {
  const sentenceOf = ({ verdict: name, seq, last: end = seq, place }: RecordFault): string =>
    words.plain(`audit.verdict.${name}`, {
      ...{ seq, last: end },
      place: words.plain(`audit.place.${place ?? 'file'}`),
    });
  const { faults, more = 0 } = verdict;
  const others = faults.filter(
    (fault) =>
      fault.verdict !== verdict.verdict || fault.seq !== verdict.seq || fault.place !== verdict.place,
  );
  const untold = Math.max(0, others.length - mostTold) + more;
  return [
    words.plain(key, { verdict: verdict.verdict, sentence: sentenceOf(verdict) }),
    ...others
      .slice(0, mostTold)
      .map((fault) => words.plain('cli.audit.also', { verdict: fault.verdict, sentence: sentenceOf(fault) })),
    ...(untold === 0 ? [] : [words.plain('cli.audit.more', { count: untold })]),
  ];
}
