import type { HealthReport } from '../health/health.ts';
import { stillOpen } from '../health/mended.ts';
import { present } from '../kernel/present.ts';
import type { PartId } from '../platform/part.ts';
import type { WatchState } from './watch.ts';

/** What is wrong with a part by the newest look, and since when, where that is known. */
export interface BrokenNow {
  readonly part: PartId;
  readonly state: 'down' | 'degraded' | 'warned';
  /** ISO time. */
  readonly since?: string;
}

/** What the newest look of an environment says of it. */
export interface EnvironmentNow {
  readonly overall: 'healthy' | 'findings' | 'unknown';
  readonly broken: readonly BrokenNow[];
  readonly lookedAt: Date;
  /** It is too old to be said as the present. */
  readonly stale: boolean;
  /** What it found is mended since: when that was seen. */
  readonly mendedAt?: Date;
}

/** The last complete report of an environment. */
export interface ReportedLook {
  readonly report: Pick<HealthReport, 'rows' | 'overall'>;
  readonly at: Date;
  readonly mendedAt?: Date;
}

/** The last look without anybody asking. */
export interface WatchedLook {
  readonly state: WatchState;
  readonly at: Date;
}

const minuteMs = 60_000;
/** A look of an environment that is not watched counts as the present for so long. */
const freshMs = 15 * minuteMs;
/** A look takes so long at most; until it has ended the one before is the newest there can be. */
const lookMs = minuteMs;

/** Pure: the newer of the two looks; undefined without a look. `everyMs`: how often it is watched. */
export function environmentNow(
  looks: { readonly reported?: ReportedLook; readonly watched?: WatchedLook },
  at: { readonly now: Date; readonly everyMs?: number },
): EnvironmentNow | undefined {
  const { reported, watched } = looks;
  const lasting = at.everyMs === undefined ? freshMs : at.everyMs + lookMs;
  const isStale = (lookedAt: Date): boolean => at.now.getTime() - lookedAt.getTime() > lasting;
  if (watched !== undefined && (reported === undefined || watched.at > reported.at)) {
    const broken = brokenIn(watched.state);
    const overall = broken.length > 0 ? 'findings' : 'healthy';
    return { overall, broken, lookedAt: watched.at, stale: isStale(watched.at) };
  }
  if (reported === undefined) return undefined;
  const { report, at: lookedAt, mendedAt } = reported;
  return {
    ...{ overall: report.overall, broken: brokenRows(report), lookedAt },
    stale: isStale(mendedAt ?? lookedAt),
    ...present({ mendedAt }),
  };
}

function brokenRows(report: Pick<HealthReport, 'rows'>): readonly BrokenNow[] {
  return stillOpen(report, new Set()).map(({ part, state, findings }) => ({
    part,
    state: state === 'down' || state === 'degraded' ? state : 'warned',
    ...present({ since: findings.find(({ since }) => since !== undefined)?.since }),
  }));
}

function brokenIn(state: WatchState): readonly BrokenNow[] {
  return (Object.entries(state) as readonly (readonly [PartId, NonNullable<WatchState[PartId]>])[]).flatMap(
    ([part, { seen, broken, same }]) =>
      seen === 'well' ? [] : [{ part, state: seen.state, since: (broken ?? same).since }],
  );
}
