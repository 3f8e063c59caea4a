import { present } from '../domain/kernel/present.ts';
import type { IssueReport } from '../domain/report/issue-report.ts';
import { runReference } from '../domain/run/reference.ts';
import { causePlain } from '../text/cause.ts';
import type { Words } from '../text/words.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { inEnvironment } from './environment.ts';
import { UsageFault } from './faults.ts';
import { findingOutput } from './health.command.ts';
import type { ReportOutput } from './output-schemas.ts';

/** An issue from a stored run: the one named, or the latest. */
export async function reportCommand(
  context: ServedContext,
  named: string | undefined,
  options: { readonly env?: string },
): Promise<ExitCode> {
  const { words: plain } = context;
  const run = named === undefined ? undefined : runReference(named);
  if (named !== undefined && run === undefined) throw new UsageFault('cli.fault.run', { run: named });
  const { reports } = context.services;
  const made = await reports.make({
    language: plain.language,
    ...present({ run, environment: options.env }),
  });
  if (made === undefined) {
    context.err(
      run === undefined ? plain.plain('cli.report.none') : plain.plain('cli.report.unknown', { run }),
    );
    return exitCodes.findings;
  }
  const { report, text } = made;
  const { words } = inEnvironment(context, await context.config(), report.run.environment);
  context.out(
    context.output === 'json' ? JSON.stringify(reportOutput(report, text, words), null, 2) : text.trimEnd(),
  );
  return exitCodes.ok;
}

function reportOutput(report: IssueReport, text: string, words: Words): ReportOutput {
  const { run, problem, deployment, versions, results } = report;
  return {
    run: {
      id: run.id,
      kind: run.kind,
      environment: run.environment,
      state: run.state,
      time: run.time,
      endedAt: run.endedAt ?? null,
    },
    problem: {
      overall: problem.overall,
      asked: problem.asked ?? null,
      symptoms: [...problem.symptoms],
      findings: problem.findings.map((finding) => findingOutput(finding, words)),
      since: problem.since ?? null,
    },
    steps: { trigger: null, command: report.command ?? null },
    errors: report.errors.map(({ source, lines, left }) => ({ source, lines: [...lines], left })),
    environment: {
      deployment:
        deployment === undefined || deployment.kind === 'none'
          ? null
          : {
              kind: deployment.kind,
              namespace: deployment.namespace ?? null,
              project: deployment.project ?? null,
            },
      versions: versions.map(({ part, version, images, seenAt }) => ({
        part,
        version: version ?? null,
        images: [...images],
        ...present({ seenAt }),
      })),
      configured: deployment === undefined ? null : [...deployment.parts],
      bot: report.bot,
    },
    results: {
      causes: results.causes.map((cause) => ({
        id: cause.id,
        verdict: cause.verdict,
        text: causePlain(cause, words),
        missing: [...cause.missing],
      })),
      parts: results.parts.map(({ part, state }) => ({ part, state })),
      checks: { ...results.checks },
      unseen: results.unseen.map(({ probe, part, cause, reason }) => ({
        probe,
        part,
        why: cause?.code ?? reason ?? 'unknown',
      })),
      fixes: results.fixes.map(({ handle, action, target, state }) => ({ handle, action, target, state })),
    },
    text,
  };
}
