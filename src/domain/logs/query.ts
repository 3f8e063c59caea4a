import { type LogLevel, levelNamed } from './level.ts';
import type { LogQuery } from './report.ts';
import { stampAt } from './stamp.ts';
import { isTraceId } from './trace.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_MS = 366 * 86_400_000;

/** What people write of the query of a log. */
export interface LogWish {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly level?: string | undefined;
  readonly grep?: string | undefined;
  readonly trace?: string | undefined;
}

export type ReadWish =
  | { readonly ok: true; readonly query: LogQuery }
  | { readonly ok: false; readonly fault: 'log-time' | 'log-level' | 'log-trace'; readonly value: string };

/**
 * Reads a query: times as `30m` ago or as a moment (UTC where no zone stands), a level by any of its names. Whoever asks
 * for words, or for a trace or request, means entries of every level, unless they say another. `now` in milliseconds.
 */
export function readWish({ since, until, level, grep, trace }: LogWish, now: number): ReadWish {
  const from = since === undefined ? undefined : timeAsked(since, now);
  if (since !== undefined && from === undefined) return { ok: false, fault: 'log-time', value: since };
  const to = until === undefined ? undefined : timeAsked(until, now);
  if (until !== undefined && (to === undefined || (from !== undefined && to <= from)))
    return { ok: false, fault: 'log-time', value: until };
  const words = grep?.trim();
  const hasWords = words !== undefined && words !== '';
  if (trace !== undefined && !isTraceId(trace)) return { ok: false, fault: 'log-trace', value: trace };
  const least: LogLevel | undefined =
    level === undefined ? (hasWords || trace !== undefined ? 'debug' : 'warning') : levelNamed(level);
  if (least === undefined) return { ok: false, fault: 'log-level', value: level ?? '' };
  return {
    ok: true,
    query: {
      level: least,
      ...(from === undefined ? {} : { since: from }),
      ...(to === undefined ? {} : { until: to }),
      ...(hasWords ? { grep: words } : {}),
      ...(trace === undefined ? {} : { trace }),
    },
  };
}

function timeAsked(word: string, now: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})\s?([smhd])$/i.exec(word.trim()) ?? [];
  if (count !== undefined) {
    const ago = Number(count) * (units[unit.toLowerCase()] ?? 0);
    return ago > 0 && ago <= MOST_MS ? now - ago : undefined;
  }
  const withSeconds = word.trim().replace(/^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?!:)/, '$1:00');
  const stamp = stampAt(withSeconds);
  return stamp?.length === withSeconds.length ? stamp.time : undefined;
}
