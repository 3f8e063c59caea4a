import type { HealthReport, PartRow, PartState } from '../domain/health/health.ts';
import { isAgainst } from '../domain/health/health-witness.ts';
import { present } from '../domain/kernel/present.ts';
import { visible } from '../domain/kernel/text.ts';
import { type Quieted, quietedOf } from '../domain/mute/mute.ts';
import type { Finding, Severity } from '../domain/probe/finding.ts';
import { uncheckedText } from '../text/unchecked.ts';
import { unseenLine } from '../text/unseen.ts';
import { witnessPhrases } from '../text/witness.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { subjectOf } from './environment.ts';
import type { HealthOutput } from './output-schemas.ts';
import { painted, type Tone } from './screen.ts';
import { table } from './table.ts';

export interface HealthOptions {
  readonly env?: string;
  readonly watch?: boolean;
  /** Seconds between two looks. */
  readonly interval?: number;
}

/**
 * Looks from this process, without Redis and without our own PostgreSQL: it must work on the worst day. With `watch` it
 * goes on until it is interrupted, and prints the answer again when something is other than before; the exit code is
 * that of the last look.
 */
export async function healthCommand(context: CliContext, options: HealthOptions): Promise<ExitCode> {
  let last = await lookOnce(context, options);
  show(context, last);
  while (options.watch === true && !context.signal.aborted) {
    await context.sleep((options.interval ?? 0) * 1000).catch(() => undefined);
    if (context.signal.aborted) break;
    const next = await lookOnce(context, options);
    // What was cut off saw nothing.
    if (context.signal.aborted) break;
    if (essence(next.output) !== essence(last.output)) {
      if (context.output === 'text') context.out('');
      show(context, next);
    }
    last = next;
  }
  return { healthy: exitCodes.ok, findings: exitCodes.findings, unknown: exitCodes.couldNotLook }[
    last.output.overall
  ];
}

interface Looked {
  readonly output: HealthOutput;
  readonly words: Words;
}

async function lookOnce(context: CliContext, options: HealthOptions): Promise<Looked> {
  const { environment, at, known } = await subjectOf(context, options.env);
  const { rules, runner, again, targets } = await context.checks();
  const started = at ?? context.now();
  const seen = await targets.forRun(environment, context.signal);
  try {
    const words = context.words.about(seen.platform);
    const calls = rules.calls(environment);
    let done = 0;
    const first = await runner.run(calls, {
      ...{ targets: seen, signal: context.signal },
      onOutcome: () =>
        context.progress?.(words.plain('cli.health.progress', { done: (done += 1), of: calls.length })),
    });
    const asked = { environment, calls, targets: seen, signal: context.signal };
    const outcomes = [...first, ...(await again({ ...asked, outcomes: first }))];
    const report = rules.judge({ environment, calls, outcomes });
    const ended = at ?? context.now();
    const quieting = { mutes: [], known };
    const found = report.rows.flatMap(({ findings }) => findings);
    const accepted = quietedOf(found, quieting, ended);
    return { output: healthOutput(report, started, ended, words, accepted), words };
  } finally {
    context.progress?.('');
    if (options.watch === true) await seen.release?.();
  }
}

function show(context: CliContext, { output, words }: Looked): void {
  context.out(
    context.output === 'json' ? JSON.stringify(output, null, 2) : healthText(output, words, context.columns),
  );
}

/** What is other when somebody has to look again: no time, and no number that moves by itself. */
function essence({ overall, parts, unseen }: HealthOutput): string {
  return JSON.stringify([
    overall,
    parts.map(({ part, state, fact, findings }) => [
      ...[part, state, fact.key],
      findings.map(({ code, subject }) => `${code} ${subject}`).toSorted(),
    ]),
    unseen.map(({ probe }) => probe).toSorted(),
  ]);
}

export function healthOutput(
  report: HealthReport,
  started: Date,
  ended: Date,
  words: Words,
  accepted: readonly Quieted[] = [],
): HealthOutput {
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
    ...(accepted.length === 0 ? {} : { accepted: acceptedOnce(accepted) }),
    ...(report.unchecked === undefined
      ? {}
      : {
          unchecked: report.unchecked.map((one) => ({
            ...{ name: one.name, text: uncheckedText([one], words) },
            ...present({ image: one.image, product: one.product }),
            ports: [...(one.ports ?? [])],
            usedBy: [...(one.usedBy ?? [])],
          })),
        }),
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
    ...present({ consequenceOf: row.consequenceOf, consequenceLikely: row.consequenceLikely }),
    witnesses: row.witnesses.map((witness) => ({
      ...said(witness, 'witness'),
      ...(isAgainst(row.state, witness.key) ? { against: true as const } : {}),
    })),
    findings: row.findings.map((finding) => findingOutput(finding, words)),
    ...present({ besides: row.besides?.map((beside) => said(beside, 'beside')) }),
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

export function healthText(output: HealthOutput, words: Words, columns?: number): string {
  const found = output.parts.flatMap((part) => part.findings);
  const state = {
    healthy: words.plain('cli.health.healthy'),
    findings: words.plain('cli.health.findings', { count: found.length }),
    unknown: words.plain('cli.health.unknown'),
  }[output.overall];
  const { environment, time, tookMs: took } = output;
  const rows = output.parts.map((part) => [
    painted(stateTone[part.state], words.plain(`state.${part.state}`)),
    partName(part.part, words),
    part.latencyMs === undefined ? '' : words.plain('cli.health.latency', { latency: part.latencyMs }),
    visible(rowFact(part, output, words)),
  ]);
  const findings = found.map((finding) => [
    `  ${painted(severityTone[finding.severity], words.plain(`severity.${finding.severity}`))}`,
    finding.code,
    visible(finding.text.replaceAll('*', '').replaceAll('`', '')),
  ]);
  return [
    painted(overallTone[output.overall], words.plain('cli.health.title', { environment, state, time, took })),
    ...uncheckedLines(output, words),
    '',
    table(rows, columns),
    ...(findings.length === 0
      ? []
      : ['', words.plain('cli.health.findings-title'), table(findings, columns)]),
    ...found.flatMap((finding) => excerptLines(finding, words, '  ')),
    ...acceptedLines(output, words),
    ...(output.unseen.length === 0 ? [] : ['', words.plain('cli.health.unseen-title')]),
    ...output.unseen.map(({ text }) => `  ${visible(text)}`),
  ].join('\n');
}

/** Each cause of a part once, however many subjects it has. */
function acceptedOnce(accepted: readonly Quieted[]): NonNullable<HealthOutput['accepted']> {
  const each = accepted.map(({ by: { part, cause, reason } }) => ({ part, cause, reason }));
  return [...new Map(each.map((one) => [`${one.cause} ${one.part}`, one])).values()];
}

/** What the configuration accepts of what was found; it is counted like the rest. */
function acceptedLines({ accepted = [] }: HealthOutput, words: Words): readonly string[] {
  if (accepted.length === 0) return [];
  const lines = accepted.map(({ part, cause, reason }) =>
    words.plain('cli.mute.accepted.one', { cause, part: partName(part, words), reason }),
  );
  return ['', words.plain('cli.mute.accepted'), ...lines.map((line) => `  ${visible(line)}`)];
}

function uncheckedLines({ unchecked = [] }: HealthOutput, words: Words): readonly string[] {
  if (unchecked.length === 0) return [];
  const named = unchecked.map(({ name, image, product, ports, usedBy }) => ({
    ...{ name, ports, usedBy },
    ...present({ image, product }),
  }));
  return [visible(words.plain('unchecked.line', { what: uncheckedText(named, words) }))];
}

const stateTone: Readonly<Record<PartState, Tone>> = {
  down: 'bad',
  degraded: 'warn',
  unknown: 'warn',
  up: 'good',
  'not-configured': 'dim',
};
const severityTone: Readonly<Record<Severity, Tone>> = { critical: 'bad', warning: 'warn', info: 'dim' };
const overallTone: Readonly<Record<HealthOutput['overall'], Tone>> = {
  healthy: 'good',
  findings: 'bad',
  unknown: 'warn',
};

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
          words.plain(part.consequenceLikely === true ? 'health.may-because' : 'health.because', {
            root: partName(root.part, words),
            state: words.plain(`state.${root.state}`),
          }),
        ];
  const witnesses = witnessPhrases(part, words);
  const besides = (part.besides ?? []).map(({ text }) => text);
  return [part.fact.text, ...because, ...witnesses, ...besides].join('; ');
}
