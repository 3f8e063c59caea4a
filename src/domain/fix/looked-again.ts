import { z } from 'zod';
import type { Facts } from '../kernel/facts.ts';
import { present } from '../kernel/present.ts';
import { shortened } from '../kernel/text.ts';
import { partIds } from '../platform/part.ts';
import { severities } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';

/**
 * What was seen when the question that led to a fix was asked again after its steps. `gone`: what was found before is not
 * found any more. `still`: it is. `not-due`: what was written counts only from a later moment, such as a restart.
 * `unseen`: the look was not possible. `no-news`: what is found tells of the time before, and nothing has come since.
 * `measured`: nothing had been found before, so there are only the numbers.
 */
export const againAnswers = ['gone', 'still', 'not-due', 'unseen', 'no-news', 'measured'] as const;
export type Again = (typeof againAnswers)[number];

/** One probe, as it answered before a fix or after it. */
export type Measure = z.output<typeof Measure>;

export interface LookedAgain {
  readonly again: Again;
  /** The cause that was asked for again, where a diagnosis led to the fix. */
  readonly cause?: string;
  readonly before: readonly Measure[];
  readonly after: readonly Measure[];
  /** Catalogue key `due.<key>` with its facts: since when what was written counts. */
  readonly due?: { readonly key: string; readonly facts: Facts };
}

const Shown = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const Measure = z.object({
  key: z.string(),
  status: z.enum(['healthy', 'unhealthy', 'skipped', 'inconclusive']),
  facts: Shown,
  findings: z.array(
    z.object({
      code: z.custom<FindingCode>((value) => typeof value === 'string'),
      severity: z.enum(severities),
      part: z.enum(partIds),
      subject: z.string(),
      facts: Shown,
    }),
  ),
  /** Why it could not check: a code of `cause.<code>`, and what the target itself said. */
  why: z.string().optional(),
  said: z.string().optional(),
});
const Measures = z.array(Measure);

const most = { measures: 6, findings: 3, characters: 200 } as const;

/** What of the outcomes is kept with a fix: a few lines for people, no record of the look. */
export function measuresOf(outcomes: readonly ProbeOutcome[]): readonly Measure[] {
  const short = (facts: Facts): Record<string, Facts[string]> =>
    Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        typeof value === 'string' ? shortened(value, most.characters) : value,
      ]),
    );
  return outcomes
    .filter(({ status, reason }) => status !== 'skipped' || reason !== 'not-applicable')
    .slice(0, most.measures)
    .map(({ key, status, facts, findings, cause }) => ({
      ...{ key, status, facts: short(facts) },
      findings: findings.slice(0, most.findings).map(({ code, severity, part, subject, facts: own }) => ({
        ...{ code, severity, part, facts: short(own) },
        subject: shortened(subject, most.characters),
      })),
      ...present({
        why: cause?.code,
        said: cause === undefined ? undefined : shortened(cause.detail, most.characters),
      }),
    }));
}

/** As it stands in the outcome of a fix, beside what else is kept there. */
export function againFacts({ again, cause, before, after, due }: LookedAgain): Facts {
  return {
    again,
    ...present({ againCause: cause }),
    ...(before.length === 0 ? {} : { before: JSON.stringify(before) }),
    ...(after.length === 0 ? {} : { after: JSON.stringify(after) }),
    ...(due === undefined ? {} : { due: JSON.stringify(due) }),
  };
}

/** Undefined for a fix that nobody asked again about: one of an earlier version, an undo, or one that did not succeed. */
export function lookedAgain(outcome: Facts | undefined): LookedAgain | undefined {
  const again = againAnswers.find((one) => one === outcome?.again);
  if (outcome === undefined || again === undefined) return undefined;
  const cause = outcome.againCause;
  const due = readFact(outcome.due, z.object({ key: z.string(), facts: Shown }));
  return {
    again,
    before: measuresIn(outcome.before),
    after: measuresIn(outcome.after),
    ...present({ cause: typeof cause === 'string' ? cause : undefined, due }),
  };
}

/** What of an outcome the audit keeps: the answer, and not what was shown for it. */
export function auditedOf({ before: _before, after: _after, unwell: _unwell, ...rest }: Facts): Facts {
  return rest;
}

/** Checks after the steps that were not well: why a fix has failed. */
export const uncheckedFacts = (outcomes: readonly ProbeOutcome[]): Facts => {
  const unwell = measuresOf(outcomes.filter(({ status }) => status !== 'healthy'));
  return unwell.length === 0 ? {} : { unwell: JSON.stringify(unwell) };
};

export const unwellIn = (outcome: Facts | undefined): readonly Measure[] => measuresIn(outcome?.unwell);

/**
 * Whether what a fix was for counts as repaired by it. One of an earlier version was not asked about again: there the
 * checks of its plan are all that is known.
 */
export function isRepaired(outcome: Facts | undefined): boolean {
  const again = outcome?.again;
  return again === undefined || again === 'gone' || again === 'measured';
}

const measuresIn = (value: Facts[string] | undefined): readonly Measure[] => readFact(value, Measures) ?? [];

/** What stands as JSON in one value of an outcome; undefined where it is missing, or of another shape. */
export function readFact<T extends z.ZodType>(
  value: Facts[string] | undefined,
  schema: T,
): z.output<T> | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return schema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
