import { z } from 'zod';
import type { IncomingAlert } from '../alert/body.ts';
import type { Incident } from '../alert/incident.ts';
import type { AuditRow } from '../audit/rows.ts';
import { type CameBack, watchedOf } from '../fix/hour-after.ts';
import type { ApprovalRow, RemediationRow, StepRow } from '../fix/rows.ts';
import { present } from '../kernel/present.ts';
import type { PinnedMessage } from '../message/pinned.ts';
import type { Mute } from '../mute/mute.ts';
import { type Finding, findingKey } from '../probe/finding.ts';
import type { RunWithOutcomes } from '../run/run.ts';

/** What happened to a fix, by the action of its audit row; the key of its words. */
export const fixEvents = [
  'requested',
  'approval',
  'approved',
  'break-glass',
  'rejected',
  'refused',
  'cancelled',
  'expired',
  'stale',
  'executing',
  'stop',
  'verifying',
  'succeeded',
  'failed',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
  'indeterminate',
] as const;
export type FixEvent = (typeof fixEvents)[number];

type NamedFix = Pick<RemediationRow, 'actionId' | 'handle' | 'plan' | 'undoOf'>;

/** One fact of an incident, with what its sentence needs. */
export type TimelineFact = { readonly at: Date } & (
  | { readonly kind: 'alert-fires'; readonly name: string; readonly since: Date }
  | { readonly kind: 'alert-over'; readonly name: string }
  | { readonly kind: 'incident-began' }
  | { readonly kind: 'incident-over'; readonly began: Date }
  | { readonly kind: 'run-asked' | 'run-ended' | 'run-mended'; readonly run: RunWithOutcomes }
  | { readonly kind: 'cause'; readonly cause: ConfirmedCause }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | {
      readonly kind: 'fix';
      readonly fix: NamedFix;
      readonly what: FixEvent;
      /** Canonical id of the person who did it; absent for what the bot did by itself. */
      readonly by?: string;
      readonly reason?: string;
    }
  | { readonly kind: 'step'; readonly fix: NamedFix; readonly step: StepRow }
  | { readonly kind: 'came-back'; readonly fix: NamedFix; readonly what: CameBack }
  | { readonly kind: 'muted'; readonly mute: Mute }
  | { readonly kind: 'mute-ended'; readonly mute: Mute; readonly how: string }
  | { readonly kind: 'pinned'; readonly message: PinnedMessage }
);

/** Of a diagnosis' summary, as it is stored. */
export interface ConfirmedCause {
  readonly id: string;
  readonly part?: string;
}

export interface TimelineFix {
  readonly row: RemediationRow;
  readonly approvals: readonly ApprovalRow[];
  readonly steps: readonly StepRow[];
  /** Of this fix, oldest first. */
  readonly audit: readonly AuditRow[];
}

/** What is recorded of an incident, or of the runs of a thread. */
export interface TimelineSources {
  readonly incidents: readonly Incident[];
  readonly alerts: readonly (Pick<IncomingAlert, 'name' | 'startsAt' | 'status' | 'endsAt'> & {
    readonly receivedAt: Date;
  })[];
  readonly runs: readonly RunWithOutcomes[];
  readonly fixes: readonly TimelineFix[];
  readonly mutes: readonly (Mute & { readonly endedAt?: Date; readonly ended?: string })[];
  readonly pinned: readonly PinnedMessage[];
}

/** Pure: all facts in their order; of one moment what led to the other comes first. */
export function timelineOf(sources: TimelineSources): readonly TimelineFact[] {
  const facts = [
    ...sources.alerts.map(ofAlert),
    ...sources.incidents.flatMap(ofIncident),
    ...sources.runs.flatMap(ofRun),
    ...sources.fixes.flatMap(ofFix),
    ...sources.mutes.flatMap(ofMute),
    ...sources.pinned.map((message) => ({ at: message.at, kind: 'pinned', message }) as const),
  ];
  // Stable: what one source has of one moment stays in its order.
  return facts.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function ofAlert({
  name,
  startsAt,
  status,
  receivedAt: at,
}: TimelineSources['alerts'][number]): TimelineFact {
  return status === 'firing'
    ? { at, kind: 'alert-fires', name, since: startsAt }
    : { at, kind: 'alert-over', name };
}

function ofIncident({ openedAt, resolvedAt }: Incident): readonly TimelineFact[] {
  return [
    { at: openedAt, kind: 'incident-began' },
    ...(resolvedAt === undefined
      ? []
      : [{ at: resolvedAt, kind: 'incident-over', began: openedAt } as const]),
  ];
}

const Told = z.object({
  causes: z.array(z.object({ id: z.string(), part: z.string().optional(), verdict: z.string() })),
});

function ofRun(run: RunWithOutcomes): readonly TimelineFact[] {
  const { createdAt, finishedAt: at, mendedAt } = run;
  const asked: TimelineFact = { at: createdAt, kind: 'run-asked', run };
  if (at === undefined) return [asked];
  const causes = (Told.safeParse(run.summary).data?.causes ?? []).filter(
    ({ verdict }) => verdict === 'confirmed',
  );
  const found = new Map(
    run.outcomes
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => severity !== 'info')
      .map((finding) => [findingKey(finding), finding]),
  );
  return [
    asked,
    { at, kind: 'run-ended', run },
    ...causes.map(
      ({ id, part }): TimelineFact => ({ at, kind: 'cause', cause: { id, ...present({ part }) } }),
    ),
    ...[...found.values()].map((finding): TimelineFact => ({ at, kind: 'finding', finding })),
    ...(mendedAt === undefined ? [] : [{ at: mendedAt, kind: 'run-mended', run } as const]),
  ];
}

/** Nothing of one that was only offered. */
function ofFix({ row, approvals, steps, audit }: TimelineFix): readonly TimelineFact[] {
  const events = audit.flatMap((entry) => {
    const what = fixEvents.find((event) => entry.action === `remediation.${event}`);
    return what === undefined ? [] : [{ entry, what }];
  });
  if (!events.some(({ what }) => what === 'requested' || what === 'refused')) return [];
  const reasonOf = (what: FixEvent, actor: string): string | undefined => {
    // Who presses the button of a finding has typed nothing: its key stands there.
    if (what === 'requested') return row.reason === row.findingKey ? undefined : row.reason;
    if (what !== 'approval' && what !== 'approved' && what !== 'break-glass' && what !== 'rejected')
      return undefined;
    return approvals.find(({ personId }) => personId === actor)?.reason;
  };
  const told = events.map(({ entry, what }): TimelineFact => {
    // What the bot does by itself is nobody's team.
    const by = entry.actorTeam === '-' ? undefined : entry.actor;
    const reason = by === undefined ? undefined : reasonOf(what, by);
    return { at: entry.ts, kind: 'fix', fix: row, what, ...present({ by, reason }) };
  });
  const done = steps.flatMap((step): readonly TimelineFact[] =>
    step.outcomeAt === undefined ? [] : [{ at: step.outcomeAt, kind: 'step', fix: row, step }],
  );
  const came = watchedOf(row)?.came;
  const back: readonly TimelineFact[] =
    came === undefined ? [] : [{ at: new Date(came.at), kind: 'came-back', fix: row, what: came.what }];
  return [...told, ...done, ...back];
}

function ofMute(mute: TimelineSources['mutes'][number]): readonly TimelineFact[] {
  const { at, endedAt, ended } = mute;
  return [
    { at, kind: 'muted', mute },
    ...(endedAt === undefined || ended === undefined
      ? []
      : [{ at: endedAt, kind: 'mute-ended', mute, how: ended } as const]),
  ];
}

/** What is left out first where not all has room: the lowest. */
const weights: Readonly<Record<TimelineFact['kind'], number>> = {
  'incident-began': 4,
  'incident-over': 4,
  fix: 4,
  'came-back': 4,
  cause: 3,
  muted: 3,
  'mute-ended': 2,
  pinned: 4,
  'run-asked': 2,
  'run-ended': 3,
  'run-mended': 3,
  step: 2,
  finding: 1,
  'alert-fires': 0,
  'alert-over': 0,
};

/**
 * Pure: at most so many facts, in their order. The first alert and the last end always count; then what people decided and
 * what was found comes before what came in numbers.
 */
export function mostTelling(facts: readonly TimelineFact[], most: number): readonly TimelineFact[] {
  if (facts.length <= most) return facts;
  const firstAlert = facts.findIndex(({ kind }) => kind === 'alert-fires');
  const lastEnd = facts.findLastIndex(({ kind }) => kind === 'alert-over');
  const weightAt = (index: number): number => {
    const fact = facts[index];
    if (fact === undefined) return 0;
    return index === firstAlert || index === lastEnd ? 5 : weights[fact.kind];
  };
  const kept = facts
    .map((_fact, index) => index)
    .toSorted((a, b) => weightAt(b) - weightAt(a) || a - b)
    .slice(0, Math.max(0, most));
  const shown = new Set(kept);
  return facts.filter((_fact, index) => shown.has(index));
}

/** Where a fact was asked for; nothing for what belongs to its environment alone. */
export function placesOf({ incidents, runs, fixes }: TimelineSources): readonly string[] {
  const all = [
    ...incidents.map(({ channel }) => channel),
    ...runs.map(({ surface }) => surface?.channel),
    ...fixes.map(({ row }) => row.surface?.channel),
  ];
  return [...new Set(all.flatMap((place) => (place === undefined ? [] : [place])))];
}

/** Pure: without what stands in a place that its readers may not know of. `left`: whether something was. */
export function shownOf(
  sources: TimelineSources,
  mayShow: (place: string) => boolean,
): { readonly sources: TimelineSources; readonly left: boolean } {
  const shows = (place: string | undefined): boolean => place === undefined || mayShow(place);
  const runs = sources.runs.filter(({ surface }) => shows(surface?.channel));
  const fixes = sources.fixes.filter(({ row }) => shows(row.surface?.channel));
  const left = runs.length < sources.runs.length || fixes.length < sources.fixes.length;
  return { sources: { ...sources, runs, fixes }, left };
}
