import type { Runtime } from '../../lab/types.ts';
import { notYet } from './catalogue.ts';
import {
  type CauseCoverage,
  type EntryCoverage,
  measureCoverage,
  plantedByCi,
  withoutProof,
} from './coverage-measure.ts';
import { serversOf } from './coverage-scan.ts';
import { page, table } from './markdown.ts';

/**
 * `docs/coverage.md`: of each id how much of it is proved, from the sources alone. `existing` keeps its date as long
 * as nothing else changes, so that the page says since when it has been so; `now` is the date of what changed.
 */
export function coverageSummary(existing: string | undefined, now: Date): string {
  const measured = measureCoverage('');
  const said = /^Counted (\d{4}-\d{2}-\d{2}) by/m.exec(existing ?? '')?.[1];
  if (said !== undefined && summaryOf(measured, said) === existing) return existing;
  return summaryOf(measured, now.toISOString().slice(0, 10));
}

function summaryOf(measured: readonly EntryCoverage[], date: string): string {
  const symptoms = measured.filter(({ entry }) => entry.command === undefined);
  const commands = measured.filter(({ entry }) => entry.command !== undefined);
  const causes = symptoms.flatMap((one) => one.causes);
  const missing = withoutProof(measured);
  return page(
    '# Coverage',
    [
      'Of every cause in the troubleshooting guide: where CI plants it and asks the bot for it in Slack ([campaign](campaign.md)), and whether tests see its findings on a real server.',
      'CI plants on Kubernetes only what Compose cannot have.',
      'Every id with its modules, probes, tests, faults and answers stands in `artifacts/coverage.md`, which `npm run docs` writes.',
      `Counted ${date} by \`npm run docs\`: ${measured.length} ids, ${causes.length} causes, ${missing.length} without a proof.`,
    ].join('\n'),
    table(
      [
        'Id',
        'Symptom',
        'Causes',
        'CI plants on Compose',
        'on Kubernetes',
        'Seen on a real server',
        'No proof',
      ],
      symptoms.map((one) => [
        one.entry.id,
        one.title,
        `${one.causes.length}`,
        count(one.causes, planted('compose')),
        count(one.causes, planted('kubernetes')),
        count(one.causes, ({ seen }) => seen.length > 0),
        missing.filter((id) => id.startsWith(`${one.entry.id}.`)).join(', '),
      ]),
    ),
    table(
      ['Id', 'What', 'Real servers in its tests'],
      commands.map(({ entry, title, tests }) => [
        entry.id,
        title,
        notYet.includes(entry.id)
          ? 'this version does not answer it and says so'
          : [...new Set(tests.flatMap(serversOf))].join(', ') || 'none',
      ]),
    ),
  );
}

const count = (causes: readonly CauseCoverage[], has: (cause: CauseCoverage) => boolean) =>
  `${causes.filter(has).length}`;

const planted =
  (runtime: Runtime) =>
  (cause: CauseCoverage): boolean =>
    plantedByCi(cause).includes(runtime);
