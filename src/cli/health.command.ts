import type { HealthReport, PartRow } from '../domain/health/health.ts';
import { present } from '../domain/kernel/present.ts';
import { visible } from '../domain/kernel/text.ts';
import type { Finding } from '../domain/probe/finding.ts';
import { unseenLine } from '../text/unseen.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { subjectOf } from './environment.ts';
import type { HealthOutput } from './output-schemas.ts';
import { table } from './table.ts';

/** Looks from this process, without Redis and without our own PostgreSQL: it must work on the worst day. */
export async function healthCommand(
  context: CliContext,
  options: { readonly env?: string },
): Promise<ExitCode> {
  const { environment, at } = await subjectOf(context, options.env);
  const { rules, runner, targets } = await context.checks();
  const started = at ?? context.now();
  const seen = await targets.forRun(environment, context.signal);
  const words = context.words.about(seen.platform);
  const calls = rules.calls(environment);
  const outcomes = await runner.run(calls, { targets: seen, signal: context.signal });
  const report = rules.judge({ environment, calls, outcomes });
  const output = healthOutput(report, started, at ?? context.now(), words);
  context.out(context.output === 'json' ? JSON.stringify(output, null, 2) : healthText(output, words));
  return { healthy: exitCodes.ok, findings: exitCodes.findings, unknown: exitCodes.couldNotLook }[
    report.overall
  ];
}

export function healthOutput(report: HealthReport, started: Date, ended: Date, words: Words): HealthOutput {
  return {
    environment: report.environment,
    time: started.toISOString(),
    tookMs: ended.getTime() - started.getTime(),
    overall: report.overall,
    roots: [...report.roots],
    unseen: (report.unseen ?? []).map((look) => ({
      ...{ probe: look.probe, part: look.part },
      text: unseenLine(look, words),
    })),
    parts: report.rows.map((row) => partOutput(row, words)),
  };
}

function partOutput(row: PartRow, words: Words): HealthOutput['parts'][number] {
  const said = ({ key, facts }: PartRow['fact'], group: string) => ({
    key,
    facts: { ...facts },
    text: words.lookupPlain(`health.${group}.${key}`, facts) ?? factsText(key, facts),
  });
  return {
    part: row.part,
    state: row.state,
    ...present({ latencyMs: row.latencyMs }),
    fact: said(row.fact, 'fact'),
    ...present({ consequenceOf: row.consequenceOf }),
    witnesses: row.witnesses.map((witness) => said(witness, 'witness')),
    findings: row.findings.map((finding) => findingOutput(finding, words)),
  };
}

export function findingOutput(
  finding: Finding,
  words: Words,
): HealthOutput['parts'][number]['findings'][number] {
  const { code, severity, part, subject, facts, since, excerpts } = finding;
  const text =
    words.lookupPlain(`finding.${code}`, { ...facts, subject, part: partName(part, words) }) ??
    factsText(`${code} ${subject}`, facts);
  return {
    code,
    severity,
    part,
    subject,
    facts: { ...facts },
    ...present({
      since,
      excerpts: excerpts?.map(({ source, lines }) => ({ source, lines: [...lines] })),
    }),
    text,
  };
}

function factsText(head: string, facts: Finding['facts']): string {
  return [head, ...Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`)].join(' ');
}

function partName(part: string, words: Words): string {
  return words.lookupPlain(`part.${part}`) ?? part;
}

export function healthText(output: HealthOutput, words: Words): string {
  const found = output.parts.flatMap((part) => part.findings);
  const state = {
    healthy: words.plain('cli.health.healthy'),
    findings: words.plain('cli.health.findings', { count: found.length }),
    unknown: words.plain('cli.health.unknown'),
  }[output.overall];
  const { environment, time, tookMs: took } = output;
  const rows = output.parts.map((part) => [
    words.plain(`state.${part.state}`),
    partName(part.part, words),
    part.latencyMs === undefined ? '' : words.plain('cli.health.latency', { latency: part.latencyMs }),
    visible(rowFact(part, output, words)),
  ]);
  const findings = found.map((finding) => [
    `  ${words.plain(`severity.${finding.severity}`)}`,
    finding.code,
    visible(finding.text.replaceAll('*', '').replaceAll('`', '')),
  ]);
  return [
    words.plain('cli.health.title', { environment, state, time, took }),
    '',
    table(rows),
    ...(findings.length === 0 ? [] : ['', words.plain('cli.health.findings-title'), table(findings)]),
    ...found.flatMap((finding) => excerptLines(finding, words, '  ')),
    ...(output.unseen.length === 0 ? [] : ['', words.plain('cli.health.unseen-title')]),
    ...output.unseen.map(({ text }) => `  ${visible(text)}`),
  ].join('\n');
}

/** What a part itself said, under the finding: where from, then line by line. */
export function excerptLines(
  { excerpts = [] }: HealthOutput['parts'][number]['findings'][number],
  words: Words,
  indent: string,
): readonly string[] {
  return excerpts.flatMap(({ source, lines }) => [
    `${indent}${words.plain('finding.excerpt', { source })}`,
    ...lines.map((line) => `${indent}  | ${visible(line)}`),
  ]);
}

function rowFact(part: HealthOutput['parts'][number], output: HealthOutput, words: Words): string {
  const root = output.parts.find((other) => other.part === part.consequenceOf);
  const because =
    root === undefined
      ? []
      : [
          words.plain('health.because', {
            root: partName(root.part, words),
            state: words.plain(`state.${root.state}`),
          }),
        ];
  const witnesses = part.witnesses.map((witness) => words.plain('health.witness', { witness: witness.text }));
  return [part.fact.text, ...because, ...witnesses].join('; ');
}
