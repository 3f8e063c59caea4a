import { partIds } from '../../domain/platform/part.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import type {
  IssueReport,
  ReportedCause,
  ReportedFix,
  ReportedPart,
  ReportWriter,
  Unseen,
} from '../../domain/report/issue-report.ts';
import { causePlain } from '../../text/cause.ts';
import { type Words, wordsIn } from '../../text/words.ts';
import { cut } from './blocks.ts';
import { factList, findingFacts, listOf, partName } from './phrases.ts';

/** The guide's form, filled in: pure, the same text in Slack, in a file and on the command line. */
export const reportWriterOf = (platformOf: PlatformOf): ReportWriter => ({
  form: (report, language) => formText(report, wordsIn(language, platformOf(report.run.environment))),
});

function formText(report: IssueReport, words: Words): string {
  const { run } = report;
  const sections = [
    [`# ${words.plain('report.title', { environment: run.environment, what: titleOf(report, words) })}`],
    [heading('report.problem', words), ...problemLines(report, words)],
    [heading('report.steps', words), ...stepLines(report, words)],
    [heading('report.errors', words), ...errorLines(report, words)],
    [heading('report.environment', words), ...environmentLines(report, words)],
    [heading('report.results', words), ...resultLines(report, words)],
    [words.plain('report.footer', { time: report.madeAt, run: run.id, version: report.bot })],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Heading = 'report.problem' | 'report.steps' | 'report.errors' | 'report.environment' | 'report.results';

function heading(key: Heading, words: Words): string {
  return `## ${words.plain(key)}\n`;
}

/** Data with line breaks in it must not begin a heading or a list of its own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export function kindOf({ run }: IssueReport, words: Words): string {
  return words.lookupPlain(`run.kind.${run.kind}`) ?? run.kind;
}

function symptomName(id: string, words: Words): string {
  return words.lookupPlain(`diagnosis.${id}`) ?? id;
}

function sentenceOf(finding: IssueReport['problem']['findings'][number], words: Words): string {
  const known = words.lookupPlain(`finding.${finding.code}`, findingFacts(finding, words));
  return oneLine(known ?? factList(finding.facts));
}

function withoutStop(text: string): string {
  return text.replace(/[.。]$/, '');
}

function titleOf(report: IssueReport, words: Words): string {
  const { problem, results, run } = report;
  const [top] = results.causes.filter((cause) => cause.verdict === 'confirmed');
  if (top !== undefined) {
    const id = top.id.split('.')[0] ?? top.id;
    const facts = { symptom: symptomName(id, words), cause: withoutStop(causePlain(top, words)) };
    return words.plain('report.title.cause', { ...facts, id: top.id });
  }
  const [finding] = problem.findings;
  if (run.state !== 'complete' && finding === undefined)
    return words.plain('report.title.failed', { kind: kindOf(report, words) });
  const symptom = listOf(
    problem.symptoms.map((id) => symptomName(id, words)),
    words,
  );
  if (problem.overall === 'no-cause') return words.plain('report.title.none', { symptom });
  const possible = results.causes.filter((cause) => cause.verdict === 'possible');
  if (possible.length > 0) return words.plain('report.title.possible', { symptom, count: possible.length });
  if (finding !== undefined) return withoutStop(sentenceOf(finding, words));
  return words.plain(problem.overall === 'healthy' ? 'report.title.healthy' : 'report.title.unknown');
}

function problemLines(report: IssueReport, words: Words): readonly string[] {
  const { problem, results, run } = report;
  const confirmed = results.causes.filter((cause) => cause.verdict === 'confirmed');
  const impacts = confirmed.flatMap(
    ({ id }) => words.lookupPlain(`diagnosis.${id.split('.')[0]}.impact`) ?? [],
  );
  const findings = problem.findings.map((finding) => {
    const text = sentenceOf(finding, words);
    const facts = {
      severity: words.plain(`severity.${finding.severity}`),
      part: partName(finding.part, words),
      subject: oneLine(finding.subject),
      code: finding.code,
      text,
    };
    return `  - ${words.plain('report.problem.finding', facts)}`;
  });
  const since =
    problem.since === undefined
      ? words.plain('report.problem.since', { since: words.plain('report.not-known') })
      : words.plain('report.problem.since', { since: problem.since });
  const seen = {
    time: run.time,
    kind: kindOf(report, words),
    environment: run.environment,
    run: run.id.slice(-8),
  };
  return [
    ...confirmed.map(
      (cause) =>
        `- ${words.plain('report.problem.cause', { id: cause.id, cause: causePlain(cause, words) })}`,
    ),
    ...[...new Set(impacts)].map((text) => `- ${words.plain('report.problem.impact', { text })}`),
    ...(problem.asked === undefined
      ? []
      : [`- ${words.plain('report.problem.asked', { text: cut(oneLine(problem.asked), 600, words) })}`]),
    `- ${words.plain('report.problem.seen', seen)}`,
    ...(findings.length === 0
      ? [`- ${words.plain('report.problem.nothing')}`]
      : [`- ${since}`, `- ${words.plain('report.problem.found')}`, ...findings]),
  ];
}

function stepLines(report: IssueReport, words: Words): readonly string[] {
  const { command } = report;
  const count = Object.values(report.results.checks).reduce((sum, one) => sum + one, 0);
  return [
    `1. ${words.plain('report.steps.trigger')}`,
    ...(command === undefined ? [] : [`2. ${words.plain('report.steps.again', { command, count })}`]),
  ];
}

const longestLine = 500;

/** Indented by four: in Markdown nothing in a log line then has a meaning. */
function errorLines({ errors }: IssueReport, words: Words): readonly string[] {
  if (errors.length === 0) return [words.plain('report.errors.none')];
  return errors.flatMap(({ source, lines, left }, index) => [
    ...(index === 0 ? [] : ['']),
    words.plain('report.errors.source', { source: oneLine(source) }),
    '',
    ...lines.map((line) => `    ${cut(line, longestLine, words)}`),
    ...(left === 0 ? [] : ['', words.plain('report.errors.left', { count: left })]),
  ]);
}

function environmentLines(report: IssueReport, words: Words): readonly string[] {
  const { deployment, versions } = report;
  const missing = partIds.filter((part) => part !== 'runtime' && deployment?.parts.includes(part) === false);
  const names = (parts: readonly string[]) =>
    listOf(
      parts.map((part) => partName(part, words)),
      words,
    );
  // What carries the parts has been said by the way of deployment.
  const parts = names((deployment?.parts ?? []).filter((part) => part !== 'runtime'));
  return [
    `- ${words.plain('report.deployment', { how: deploymentText(deployment, words) })}`,
    `- ${words.plain('report.versions')}`,
    ...versions.map((seen) => `  - ${versionText(seen, words)}`),
    ...(versions.length === 0 ? [`  - ${words.plain('report.not-known')}`] : []),
    ...(deployment === undefined
      ? []
      : missing.length === 0
        ? [`- ${words.plain('report.configuration', { parts })}`]
        : [`- ${words.plain('report.configuration.without', { parts, missing: names(missing) })}`]),
    `- ${words.plain('report.bot', { version: report.bot })}`,
  ];
}

function deploymentText(deployment: IssueReport['deployment'], words: Words): string {
  switch (deployment?.kind) {
    case 'kubernetes': {
      const { namespace, agentNamespace: agents } = deployment;
      return words.plain('report.deployment.kubernetes', { namespace, agents });
    }
    case 'compose':
      return words.plain('report.deployment.compose', { project: deployment.project });
    case 'none':
      return words.plain('report.deployment.none');
    default:
      return words.plain('report.not-known');
  }
}

function versionText(seen: IssueReport['versions'][number], words: Words): string {
  const images = listOf(seen.images, words);
  const known = [
    ...(seen.version === undefined ? [] : [seen.version]),
    ...(seen.images.length === 0 ? [] : [words.plain('report.version.image', { images })]),
    ...(seen.seenAt === undefined ? [] : [words.plain('report.version.earlier', { time: seen.seenAt })]),
  ];
  const version = known.length === 0 ? words.plain('report.not-known') : known.join(' · ');
  return oneLine(words.plain('report.version', { part: partName(seen.part, words), version }));
}

function resultLines(report: IssueReport, words: Words): readonly string[] {
  const { run, results } = report;
  const over = run.state === 'complete' || run.state === 'failed' || run.state === 'expired';
  return [
    ...(over ? [] : [`- ${words.plain('report.results.unfinished')}`]),
    ...(over && run.state !== 'complete'
      ? [`- ${words.plain('report.results.failed', { code: run.failure ?? run.state })}`]
      : []),
    ...pathLines(results.path, words),
    ...results.causes.map((cause) => `- ${causeText(cause, words)}`),
    ...results.parts.map((part) => `- ${partText(part, results.parts, words)}`),
    `- ${words.plain('report.results.checks', results.checks)}`,
    ...(results.unseen.length === 0
      ? []
      : [
          `- ${words.plain('report.results.unseen')}`,
          ...results.unseen.map((unseen) => `  - ${unseenText(unseen, words)}`),
        ]),
    ...(results.fixes.length === 0
      ? [`- ${words.plain('report.results.fixes.none')}`]
      : [
          `- ${words.plain('report.results.fixes')}`,
          ...results.fixes.map((fix) => `  - ${fixText(fix, words)}`),
        ]),
  ];
}

function pathLines(path: IssueReport['results']['path'], words: Words): readonly string[] {
  if (path === undefined) return [];
  const steps = path.steps.map(({ key, ok }) => {
    const step = words.plain(`diagnose.step.${key}`);
    if (ok === undefined) return words.plain('report.results.step.unknown', { step });
    return words.plain(ok ? 'report.results.step.yes' : 'report.results.step.no', { step });
  });
  const facts = { part: partName(path.part, words), steps: steps.join(' → ') };
  return [`- ${words.plain('report.results.path', facts)}`];
}

function causeText(reported: ReportedCause, words: Words): string {
  const { id, verdict, missing } = reported;
  const said = words.plain('report.results.cause', {
    id,
    verdict: words.plain(`diagnose.verdict.${verdict}`),
    cause: causePlain(reported, words),
  });
  if (verdict !== 'possible' || missing.length === 0) return said;
  const open = words.plain('report.results.missing', { probes: listOf(missing, words) });
  return words.language === 'zh-CN' ? `${said}${open}` : `${said} ${open}`;
}

function partText(row: ReportedPart, rows: readonly ReportedPart[], words: Words): string {
  const facts = { part: partName(row.part, words), state: words.plain(`state.${row.state}`) };
  const root = rows.find((other) => other.part === row.consequenceOf);
  if (root === undefined) return words.plain('report.results.part', facts);
  const because = { root: partName(root.part, words), rootState: words.plain(`state.${root.state}`) };
  const key =
    row.consequenceLikely === true ? 'report.results.part.may-because' : 'report.results.part.because';
  return words.plain(key, { ...facts, ...because });
}

function unseenText({ probe, part, cause, reason }: Unseen, words: Words): string {
  const why =
    cause === undefined
      ? (words.lookupPlain(`skip.${reason ?? ''}`) ?? words.plain('diagnose.no-reason'))
      : (words.lookupPlain(`cause.${cause.code}`, { detail: cause.detail, ...cause.facts }) ??
        `${cause.code}: ${cause.detail}`);
  const facts = { part: partName(part, words), probe, why: oneLine(why) };
  return words.plain('report.results.unseen.line', facts);
}

function fixText({ handle, action, params, target, state }: ReportedFix, words: Words): string {
  return words.plain('report.results.fix', {
    handle,
    fix: oneLine(words.lookupPlain(`remediation.${action}`, params) ?? action),
    target: oneLine(target),
    state: words.plain(`fix.state.${state}`),
  });
}
