import type { Incident } from '../../domain/alert/incident.ts';
import type { Directory } from '../../domain/fix/eligibility.ts';
import type { RemediationRow } from '../../domain/fix/rows.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Pins } from '../../domain/ports/pins.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { RunWithOutcomes } from '../../domain/run/run.ts';
import {
  placesOf,
  shownOf,
  type TimelineFix,
  type TimelineSources,
  timelineOf,
} from '../../domain/timeline/timeline.ts';
import type { Timeline, TimelineQuery, TimelineService } from './contract.ts';

type Repositories = 'alerts' | 'audit' | 'messages' | 'mutes' | 'remediations' | 'runs';

export interface TimelineServiceOptions {
  readonly store: StoreOf<Repositories>;
  readonly directory: Pick<Directory, 'channel'>;
  /** Absent in a process that cannot ask Slack. */
  readonly pins?: Pins;
}

/** More is not read for one timeline. */
const most = { incidents: 20, alerts: 1000, runs: 50, fixes: 50, mutes: 50 } as const;

/** What a timeline is about. */
interface Subject {
  readonly of: Timeline['of'];
  readonly environment: string;
  readonly incidents: readonly Incident[];
  readonly file: Timeline['file'];
}

/**
 * The facts of an incident, from what the database holds. Reads only. What was asked for in a private channel or a direct
 * conversation is told there alone: nobody can say who of another place may read it.
 */
export function createTimelineService({ store, directory, pins }: TimelineServiceOptions): TimelineService {
  /** Who asks somewhere is there; of another place only what everybody of the workspace may open. */
  const opensIn =
    (channel: string) =>
    async (place: string): Promise<boolean> => {
      if (place === channel) return true;
      if (!/^[CG]/.test(place)) return false;
      const found = await directory.channel(place);
      return 'known' in found && !found.known.private;
    };

  return {
    async find(query) {
      const opens = opensIn(query.place.channel);
      const subject = await subjectOf(store, query, opens);
      if (subject === undefined) return undefined;
      const { sources: stored, moreAlerts } = await store.tx((tx) => sourcesOf(tx, subject, query));
      const threads = await store.tx((tx) => threadsOf(tx, subject.incidents, placeOf(subject, query)));
      const pinned = (await pins?.inThreads(threads)) ?? { kind: 'unavailable' as const };
      const all = { ...stored, pinned: pinned.kind === 'seen' ? pinned.messages : [] };
      const places = placesOf(all);
      const open = await Promise.all(places.map(opens));
      const { sources, left } = shownOf(all, (place) => open[places.indexOf(place)] === true);
      const { of, environment, incidents, file } = subject;
      return {
        ...{ of, environment, file, left, moreAlerts, pins: pinned.kind },
        incidents: incidents.length,
        facts: timelineOf(sources),
        ...present({ runId: sources.runs[0]?.id }),
      };
    },
    attach: ({ file, runId }, { name, text }) =>
      store.tx((tx) =>
        tx.messages.upload({
          ...{ ...file, filename: name, title: name, content: text, encoding: 'utf8' },
          ...present({ runId }),
        }),
      ),
  };
}

async function subjectOf(
  store: StoreOf<Repositories>,
  { place, environment: named, usual }: TimelineQuery,
  opens: (place: string) => Promise<boolean>,
): Promise<Subject | undefined> {
  const { channel, threadTs } = place;
  const wanted = (one: { readonly environment: string }): boolean =>
    named === undefined || one.environment === named;
  const there =
    threadTs === undefined
      ? undefined
      : await store.tx(async (tx) => {
          const thread = { channel, threadTs };
          const incidents = (await tx.alerts.inThread(thread)).filter(wanted);
          const runs = (await tx.runs.inThread(thread, most.runs)).filter(wanted);
          return { incidents, runs };
        });
  const first = there?.incidents[0] ?? there?.runs[0];
  if (there !== undefined && first !== undefined) {
    const { environment } = first;
    // Whoever may read one environment may not read another one, so a thread is told of one of them.
    const incidents = there.incidents.filter((one) => one.environment === environment);
    const of = incidents.length > 0 ? 'thread' : 'runs';
    return { of, environment, incidents, file: { channel, ...present({ threadTs }) } };
  }
  if (usual === undefined) return undefined;
  for (const incident of await store.tx((tx) => tx.alerts.newest(usual, most.incidents))) {
    if (!(await opens(incident.channel))) continue;
    const root = await store.tx((tx) => rootOf(tx, incident));
    const ts = root?.channel === channel ? root.ts : undefined;
    const file = { channel, ...present({ threadTs: threadTs ?? ts }) };
    return { of: 'newest', environment: incident.environment, incidents: [incident], file };
  }
  return undefined;
}

async function rootOf(tx: TxOf<'messages'>, { messageId }: Pick<Incident, 'messageId'>) {
  const [root] = await tx.messages.find({ id: messageId });
  return root;
}

interface Thread {
  readonly channel: string;
  readonly threadTs: string;
}

/** The thread where it was asked, where that is what it is about. */
function placeOf({ of }: Subject, { place: { channel, threadTs } }: TimelineQuery): readonly Thread[] {
  return of === 'newest' || threadTs === undefined ? [] : [{ channel, threadTs }];
}

async function sourcesOf(
  tx: TxOf<Repositories>,
  subject: Subject,
  query: TimelineQuery,
): Promise<{ readonly sources: Omit<TimelineSources, 'pinned'>; readonly moreAlerts: boolean }> {
  const { environment, incidents } = subject;
  const runs = await runsOf(tx, incidents, await threadsOf(tx, incidents, placeOf(subject, query)));
  const own = runs.filter((run) => run.environment === environment);
  const alerts = [];
  for (const { id } of incidents) alerts.push(...(await tx.alerts.of(id, most.alerts)));
  const fixes = await fixesOf(tx, own);
  const without = { incidents, alerts, runs: own, fixes };
  const times = timelineOf({ ...without, mutes: [], pinned: [] }).map(({ at }) => at);
  const from = times[0];
  const open = incidents.some(({ resolvedAt }) => resolvedAt === undefined);
  const to = open ? await tx.now() : times.at(-1);
  const mutes =
    from === undefined || to === undefined
      ? []
      : await tx.mutes.within(environment, { from, to }, most.mutes);
  return { sources: { ...without, mutes }, moreAlerts: alerts.length >= most.alerts };
}

/** Those of the incidents, and the one where it was asked. */
async function threadsOf(
  tx: TxOf<'messages'>,
  incidents: readonly Incident[],
  here: readonly Thread[],
): Promise<readonly Thread[]> {
  const threads = [...here];
  for (const incident of incidents) {
    const root = await rootOf(tx, incident);
    if (root?.ts === undefined) continue;
    const { channel, ts: threadTs } = root;
    const known = threads.some((one) => one.channel === channel && one.threadTs === threadTs);
    if (!known) threads.push({ channel, threadTs });
  }
  return threads;
}

async function runsOf(
  tx: TxOf<'runs'>,
  incidents: readonly Incident[],
  threads: readonly Thread[],
): Promise<readonly RunWithOutcomes[]> {
  const ids = new Set(incidents.flatMap(({ runId }) => runId ?? []));
  for (const thread of threads) for (const { id } of await tx.runs.inThread(thread, most.runs)) ids.add(id);
  const runs: RunWithOutcomes[] = [];
  for (const id of ids) {
    const run = await tx.runs.get(id);
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

/** Those that its runs offered, and what takes them back. */
async function fixesOf(
  tx: TxOf<'audit' | 'remediations'>,
  runs: readonly RunWithOutcomes[],
): Promise<readonly TimelineFix[]> {
  const rows = new Map<string, RemediationRow>();
  for (const { id: runId } of runs)
    for (const row of await tx.remediations.list({ runId, limit: most.fixes })) rows.set(row.id, row);
  for (const { id: undoOf } of [...rows.values()])
    for (const row of await tx.remediations.list({ undoOf, limit: most.fixes })) rows.set(row.id, row);
  const fixes: TimelineFix[] = [];
  for (const row of rows.values())
    fixes.push({
      row,
      approvals: await tx.remediations.approvals(row.id),
      steps: await tx.remediations.steps(row.id),
      audit: await tx.audit.of(row.id),
    });
  return fixes;
}
