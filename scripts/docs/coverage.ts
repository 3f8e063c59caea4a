import type { DiagnosisCause } from '../../src/domain/diagnosis/diagnosis.ts';
import { en } from '../../src/text/en.ts';
import { notYet } from './catalogue.ts';
import { type CauseCoverage, type EntryCoverage, isProved, measureCoverage } from './coverage-measure.ts';
import { type PlantedFault, readCampaign, readTests, type SourceFile, serversOf } from './coverage-scan.ts';
import { code, page, table } from './markdown.ts';
import { remediationFiles } from './remediation-files.ts';

const words: Readonly<Record<string, string>> = en;
const unproved = '**not proved on a real component**';

/** The whole report, an artifact: every id with its proofs, from the sources and the tables of the campaign. */
export function coverageReport(campaign = readCampaign()): string {
  const measured = measureCoverage(campaign);
  return page(
    '# Coverage',
    introduction(),
    '## In short',
    ...inShort(measured),
    ...measured.flatMap((one) => [
      `## ${one.diagnosis === undefined ? one.entry.id : `${one.entry.id} ${one.diagnosis.slug}`}`,
      ...sectionOf(one),
    ]),
  );
}

function introduction(): string {
  const everywhere = readTests().filter(({ text }) => /from '[^']*\/src\/diagnoses\/index\.ts'/.test(text));
  return [
    'Every id of the troubleshooting guide: the modules that answer it, the tests that name it, and the real component on which it was proved.',
    'All of it is found in the registries, the tests, the faults of the lab and the tables of the campaign (`campaign.md` beside this file); only the list of ids is written by hand.',
    '',
    '- *Diagnosed*: a [fault of the lab](../docs/guides/lab.md) was planted on a whole platform, and the bot, asked in Slack, named its cause first and nothing else; counted are variants of the fault, those not tried count as not proved.\n  In the first table a cause counts with its first variant.',
    '- *Findings on*: tests that run the probes against that very server name the findings that make the cause true; that the answer then names it is shown without a platform only.',
    `- ${unproved}: neither of the two.`,
    '',
    'On these platforms PostgreSQL, Redis, NATS, Neo4j, Kubernetes and Docker are the real ones; the three services and the collect agent are programs of the lab ([what is real](../docs/guides/lab.md#what-is-real)).',
    'A test is listed when it names the cause, or one of the findings that speak for it together with a probe that makes it.',
    `Besides, these read the registry of diagnoses as a whole: ${everywhere.map(testLink).join(', ')}.`,
  ].join('\n');
}

/** One line an id: diagnoses by their causes, then what is no diagnosis. */
function inShort(measured: readonly EntryCoverage[]): readonly string[] {
  const [commands, symptoms] = [true, false].map((is) =>
    measured.filter(({ entry }) => (entry.command !== undefined) === is),
  );
  const share = (causes: readonly CauseCoverage[], has: (cause: CauseCoverage) => boolean) =>
    `${causes.filter(has).length} of ${causes.length}`;
  const on = (runtime: string) => (cause: CauseCoverage) =>
    cause.diagnosed.some((one) => one.runtime === runtime);
  return [
    table(
      [
        'Id',
        'Symptom',
        'Causes diagnosed on Kubernetes',
        'on Compose',
        'findings on a real server',
        'Not proved',
      ],
      (symptoms ?? []).map(({ entry, title, causes }) => [
        entry.id,
        title,
        share(causes, on('kubernetes')),
        share(causes, on('compose')),
        share(causes, ({ seen }) => seen.length > 0),
        causes
          .filter((cause) => !isProved(cause))
          .map(({ id }) => id)
          .join(', '),
      ]),
    ),
    table(
      ['Id', 'What', 'Modules', 'Test files', 'Real servers in them'],
      (commands ?? []).map(({ entry, title, modules, tests }) => [
        entry.id,
        title,
        String(modules.length),
        String(tests.length),
        [...new Set(tests.flatMap(serversOf))].join(', ') || 'none',
      ]),
    ),
  ];
}

function sectionOf(one: EntryCoverage): readonly string[] {
  const { entry, modules, causes, title } = one;
  if (modules.length === 0) {
    const why = notYet.includes(entry.id)
      ? 'This version does not answer it and says so.'
      : 'Nothing answers it.';
    return [`${title}.`, `${why} ${unproved}`];
  }
  const probeLines = one.probes.map(({ id, tests }) => [
    `[${code(id)}](../src/probes/${id.replace('.', '/')}.probe.ts)`,
    listed(tests),
  ]);
  return [
    `${title}.`,
    `Modules: ${modules.map(sourceLink).join(', ')}`,
    ...(probeLines.length === 0 ? [] : [table(['Probe', 'Tests that name it'], probeLines)]),
    ...(causes.length > 0 ? [causeTable(one)] : [testTable(one)]),
  ];
}

function causeTable({ causes, diagnosis }: EntryCoverage): string {
  return table(
    ['Cause', 'Remedies', 'Tests', 'Faults of the lab', 'Proved'],
    causes.map((cause) => {
      const part = diagnosis?.causes.find(({ id }) => id === cause.id)?.part;
      return [
        cause.id,
        remediesOf(cause.cause),
        listed(cause.tests),
        faultCell(cause.faults),
        proofCell(cause, diagnosis?.id === 'H2' ? undefined : part),
      ];
    }),
  );
}

function faultCell(planted: readonly PlantedFault[]): string {
  const byFile = new Map<string, PlantedFault[]>();
  for (const one of planted) byFile.set(one.path, [...(byFile.get(one.path) ?? []), one]);
  return [...byFile]
    .map(([path, ones]) => {
      const places = [...new Set(ones.flatMap(({ fault }) => fault.runtimes))].join(', ');
      const variants = ones.reduce((n, { fault }) => n + fault.variants.length, 0);
      return `[${path.split('/').at(-1)?.replace('.fault.ts', '')}](../${path}): ${variants} variants on ${places}`;
    })
    .join('; ');
}

function proofCell(cause: CauseCoverage, part: string | undefined): string {
  if (!isProved(cause)) return unproved;
  const component = part === undefined || part === 'runtime' ? '' : `${words[`part.${part}`] ?? part} `;
  const whole = cause.diagnosed.map(
    ({ runtime, right, of }) => `diagnosed: ${component}on ${runtime}, ${right} of ${of} variants`,
  );
  const names = [...new Set(cause.seen.map(({ server }) => server))];
  const seen = names.map((name) => {
    const where = cause.seen.filter(({ server }) => server === name).map(({ test }) => testLink(test));
    return `findings on ${name}: ${where.join(', ')}`;
  });
  return [...whole, ...seen].join('; ');
}

function testTable({ tests }: EntryCoverage): string {
  return table(
    ['Test', 'Real servers in it'],
    tests.map((test) => [testLink(test), serversOf(test).join(', ')]),
  );
}

/** Links, or that there are none. */
function listed(tests: readonly SourceFile[]): string {
  return tests.length === 0 ? 'none' : tests.map(testLink).join(', ');
}

function testLink({ path }: SourceFile): string {
  return `[${path.replace(/^test\//, '').replace(/\.test\.ts$/, '')}](../${path})`;
}

function sourceLink(path: string): string {
  return `[${path.replace(/^src\//, '')}](../${path})`;
}

function remediesOf({ remedies }: DiagnosisCause): string {
  const buttons = remedies.flatMap((remedy) => ('remediation' in remedy ? [remedy.remediation] : []));
  const files = remediationFiles();
  const links = [...new Set(buttons)].map((id) => `[${code(id)}](../src/remediations/${files[id]})`);
  const texts = remedies.flatMap((remedy) => ('instruction' in remedy ? [remedy.instruction] : []));
  return [...links, ...texts.map((key) => `text ${code(key)}`)].join(', ');
}
