import { present } from '../../domain/kernel/present.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import { type Deployment } from '../../domain/report/issue-environment.ts';
import { issueReport, type ReportWriter, reportKinds } from '../../domain/report/issue-report.ts';
import type { Run, RunWithOutcomes } from '../../domain/run/run.ts';
import { rootPurpose } from '../run/run.service.ts';
import type { ReportQuery, ReportService } from './contract.ts';

export interface ReportServiceOptions {
  readonly store: StoreOf<'messages' | 'remediations' | 'runs'>;
  readonly writer: ReportWriter;
  /** By environment, from the configuration. */
  readonly deployments: Readonly<Record<string, Deployment>>;
  /** Version of this bot. */
  readonly version: string;
}

/** How many health checks back the versions of the parts are looked for. */
const earlierChecks = 5;
const mostFixes = 50;

/** X1: what a stored run knows, as an issue for the maintainers. Reads only; no system under diagnosis is asked. */
export function createReportService(options: ReportServiceOptions): ReportService {
  const { store, writer, deployments, version } = options;
  return {
    async make(query) {
      const source = await store.tx(async (tx) => {
        const found = await find(tx, query);
        const run = found === undefined ? undefined : await tx.runs.get(found.id);
        if (run === undefined) return undefined;
        const fixes = await tx.remediations.list({ runId: run.id, limit: mostFixes });
        return { run, fixes, earlier: await earlierHealth(tx, run), madeAt: await tx.now() };
      });
      if (source === undefined) return undefined;
      const { run, fixes, earlier, madeAt } = source;
      const deployment = Object.hasOwn(deployments, run.environment)
        ? deployments[run.environment]
        : undefined;
      const report = issueReport({
        run,
        fixes,
        bot: version,
        madeAt,
        ...present({ earlier, deployment }),
      });
      return { report, text: writer.form(report, query.language) };
    },
    attach: ({ report, text }) =>
      store.tx(async (tx) => {
        const run = await tx.runs.get(report.run.id);
        const [root] = await tx.messages.find({ runId: report.run.id, purpose: rootPurpose });
        if (run?.surface === undefined || root === undefined) return undefined;
        const { threadTs } = run.surface;
        const filename = `issue-${run.id.slice(-8)}.md`;
        await tx.messages.upload({
          channel: root.channel,
          runId: run.id,
          filename,
          title: filename,
          content: text,
          encoding: 'utf8',
          ...(threadTs === undefined ? { parentId: root.id } : { threadTs }),
        });
        return { channel: root.channel };
      }),
  };
}

async function find(
  tx: TxOf<'runs'>,
  { run: reference, place, by, environment }: ReportQuery,
): Promise<Run | undefined> {
  if (reference !== undefined) {
    const run = await tx.runs.byReference(reference);
    return run !== undefined && reportKinds.some((kind) => kind === run.kind) ? run : undefined;
  }
  const wanted = { kinds: reportKinds, ...present({ environment }) };
  if (place === undefined && by === undefined) return tx.runs.latest(wanted);
  const channel = place?.channel;
  const tries = [
    ...(place?.threadTs === undefined ? [] : [place]),
    ...(channel === undefined ? [] : [{ channel }]),
    ...(by === undefined ? [] : [{ requestedBy: by }]),
  ];
  for (const narrower of tries) {
    const run = await tx.runs.latest({ ...wanted, ...narrower });
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The last check of all parts before this run: it has seen versions that a single diagnosis does not ask for. */
async function earlierHealth(tx: TxOf<'runs'>, run: Run): Promise<RunWithOutcomes | undefined> {
  const checks = await tx.runs.list({ environment: run.environment, kind: 'health', limit: earlierChecks });
  const before = checks.find(
    (check) => check.id !== run.id && check.state === 'complete' && check.createdAt <= run.createdAt,
  );
  return before === undefined ? undefined : tx.runs.get(before.id);
}
