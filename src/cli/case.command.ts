import { type Case, mostCaseBytes, type ReplayedCase, readCase } from '../domain/case/case.ts';
import { present } from '../domain/kernel/present.ts';
import { runReference } from '../domain/run/reference.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { UsageFault } from './faults.ts';
import type { ReplayOutput } from './output-schemas.ts';

/** Prints the case of a stored diagnosis: what is printed is the file. */
export async function keepCase(
  context: ServedContext,
  named: string,
  { cause, note }: { readonly cause?: string; readonly note?: string },
): Promise<ExitCode> {
  // As text it would be folded and escaped for a terminal, and be no case any more.
  if (context.output !== 'json') throw new UsageFault('cli.fault.case-json', { run: named });
  const run = runReference(named);
  if (run === undefined) throw new UsageFault('cli.fault.run', { run: named });
  const { cases } = context.services;
  const found = await cases.find(run);
  if (found === undefined) {
    context.err(context.words.plain('cli.case.unknown', { run }));
    return exitCodes.findings;
  }
  const { text } = await cases.keep(found.id, present({ cause, note }));
  context.out(text.trimEnd());
  return exitCodes.ok;
}

/** Exit codes: 0 each verdict is as it was, 1 one is another one, 2 a file is no case. */
export async function replayCases(context: CliContext, paths: readonly string[]): Promise<ExitCode> {
  const { words } = context;
  const { replay } = await context.replays();
  const cases: ReplayOutput['cases'] = [];
  const lines: string[] = [];
  for (const path of paths.flatMap((one) => context.caseFiles(one))) {
    const kept = await caseIn(context, path);
    const replayed = await replay(kept, context.signal);
    cases.push(caseOutput(path, kept, replayed));
    lines.push(...caseLines(path, kept, replayed, words));
  }
  const changed = cases.filter((one) => one.changed.length > 0).length;
  const output: ReplayOutput = { cases, changed };
  context.out(
    context.output === 'json'
      ? JSON.stringify(output, null, 2)
      : [...lines, words.plain('cli.replay.total', { cases: cases.length, changed })].join('\n'),
  );
  return changed === 0 ? exitCodes.ok : exitCodes.findings;
}

async function caseIn(context: CliContext, path: string): Promise<Case> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of context.read(path)) {
      bytes += piece.length;
      if (bytes > mostCaseBytes) break;
      pieces.push(piece);
    }
  } catch (error) {
    context.signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    const facts = { path, code: code ?? 'unknown' };
    throw new UsageFault('cli.fault.case-unreadable', facts, exitCodes.couldNotLook);
  }
  if (bytes > mostCaseBytes)
    throw new UsageFault(
      'cli.fault.case-too-large',
      { path, most: String(mostCaseBytes / 2 ** 20) },
      exitCodes.couldNotLook,
    );
  const kept = readCase(Buffer.concat(pieces).toString('utf8'));
  if (kept === undefined) throw new UsageFault('cli.fault.case-broken', { path }, exitCodes.couldNotLook);
  return kept;
}

function caseOutput(
  path: string,
  { run, right }: Case,
  replayed: ReplayedCase,
): ReplayOutput['cases'][number] {
  return {
    ...{ path, run: run.id, environment: run.environment },
    changed: replayed.changed.map((one) => ({ ...one })),
    right: right === undefined ? null : { ...right, confirmed: replayed.right ?? null },
  };
}

function caseLines(
  path: string,
  { run, right }: Case,
  { changed, right: confirmed }: ReplayedCase,
  words: Words,
): readonly string[] {
  const facts = { path, run: run.id.slice(-8), environment: run.environment };
  const verdict = (one: (typeof changed)[number]['now']): string =>
    words.plain(one === 'absent' ? 'cli.replay.absent' : `diagnose.verdict.${one}`);
  return [
    changed.length === 0
      ? words.plain('cli.replay.same', facts)
      : words.plain('cli.replay.changed', { ...facts, count: changed.length }),
    ...changed.map(({ id, part, before, now }) =>
      words.plain('cli.replay.verdict', {
        ...{ cause: id, part, before: verdict(before), now: verdict(now) },
      }),
    ),
    ...(right?.cause === undefined
      ? []
      : [words.plain(confirmed === true ? 'cli.replay.right' : 'cli.replay.wrong', { cause: right.cause })]),
    ...(right?.note === undefined ? [] : [words.plain('cli.replay.note', { note: right.note })]),
  ].map((line, index) => (index === 0 ? line : `  ${line}`));
}
