import { z } from 'zod';
import { present } from '../kernel/present.ts';
import type { LogReport } from './report.ts';

/** Bars of a picture: more cannot be told apart on a phone. */
const MOST_BARS = 120;
const time = z.int().min(0).max(8.64e15);
const count = z.int().min(0).max(1e12);
const counts = z.array(count).min(2).max(MOST_BARS);

/**
 * The numbers of a picture of a timeline, and nothing else: a process without a token of Slack writes them down, and the
 * bot draws them (ADR 0037). No text of a log can be in it.
 */
export const LogPicture = z
  .strictObject({
    /** Milliseconds since 1970, as are all times here. */
    from: time,
    stepMs: z.int().min(60_000).max(1e12),
    /** Entries by step: errors and worse, warnings, and what is less. */
    errors: counts,
    warnings: counts,
    others: counts,
    /** What was asked about, or is compared with the hour before. */
    asked: z.strictObject({ from: time, to: time }).optional(),
  })
  .refine(
    ({ errors, warnings, others }) => errors.length === warnings.length && errors.length === others.length,
  );
export type LogPicture = z.infer<typeof LogPicture>;

/** Undefined where there is nothing to see: no times, or all within one step. */
export function pictureOf({ timeline, query, compared, last }: LogReport): LogPicture | undefined {
  if (timeline === undefined || timeline.counts.length < 2) return undefined;
  const { from, stepMs, counts: all, errors, warnings } = timeline;
  const end = from + stepMs * all.length;
  const to = Math.max(end, query.until ?? last ?? end);
  const asked = query.since === undefined ? compared : { from: query.since, to };
  // What was asked about and is silent is a part of the picture, too, where it has room.
  const steps = (ms: number): number => Math.max(0, Math.ceil(ms / stepMs));
  const [before, after] = [steps(from - (query.since ?? from)), steps(to - end)];
  const hasRoom = before + all.length + after <= MOST_BARS;
  const silent = (count: number): readonly number[] =>
    hasRoom ? Array.from({ length: count }, () => 0) : [];
  const whole = (own: readonly number[]): number[] => [...silent(before), ...own, ...silent(after)];
  return {
    ...{ from: hasRoom ? from - before * stepMs : from, stepMs },
    ...{ errors: whole(errors), warnings: whole(warnings) },
    others: whole(all.map((count, at) => count - (errors[at] ?? 0) - (warnings[at] ?? 0))),
    ...present({ asked: asked && { from: Math.floor(asked.from), to: Math.floor(asked.to) } }),
  };
}
