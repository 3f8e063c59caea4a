import { z } from 'zod';
import { type DiagnosisJudgement, type Verdict, verdicts } from '../diagnosis/judgement.ts';
import { AppError } from '../kernel/errors.ts';
import { present } from '../kernel/present.ts';
import { redactText, redactValue } from '../kernel/redact.ts';
import { visibleInJson } from '../kernel/text.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { severities } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { RunWithOutcomes } from '../run/run.ts';

/** Bytes of one case. */
export const mostCaseBytes = 5 * 2 ** 20;

const Facts = z.record(z.string(), z.unknown());

const Outcome = z.strictObject({
  key: z.string(),
  probe: z.string(),
  part: z.enum(partIds),
  status: z.enum(['healthy', 'unhealthy', 'skipped', 'inconclusive']),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.enum(severities),
      part: z.enum(partIds),
      subject: z.string(),
      facts: Facts,
      since: z.string().optional(),
      excerpts: z.array(z.strictObject({ source: z.string(), lines: z.array(z.string()) })).optional(),
    }),
  ),
  facts: Facts,
  reason: z.string().optional(),
  cause: z.strictObject({ code: z.string(), detail: z.string(), facts: Facts }).optional(),
  startedAt: z.string(),
  durationMs: z.number(),
});

const Told = z.strictObject({ id: z.string(), part: z.enum(partIds), verdict: z.enum(verdicts) });

/** A diagnosis as it was answered, with all that it was judged by, so that another version can judge it again. */
export const Case = z
  .strictObject({
    format: z.literal('aetherius-case'),
    version: z.literal(1),
    bot: z.string().meta({ description: 'Version of the bot that kept it.' }),
    keptAt: z.iso.datetime(),
    run: z.strictObject({ id: z.uuid(), environment: z.string(), time: z.iso.datetime() }),
    diagnoses: z.array(z.string()).meta({ description: 'In the order in which they were judged.' }),
    part: z.enum(partIds).optional().meta({ description: 'To which the way was walked (H2).' }),
    told: z.array(Told).meta({ description: 'Each cause with what was said of it.' }),
    right: z
      .strictObject({ cause: z.string().optional(), note: z.string().optional() })
      .optional()
      .meta({ description: 'What a person says that it was.' }),
    outcomes: z.array(Outcome).meta({ description: 'What the probes said, without secrets.' }),
  })
  .meta({ title: 'aetherius case keep', description: 'A case: the file that `aetherius replay` reads.' });
export type Case = z.output<typeof Case>;

/** What a person says that it was: the id of a cause, or words, or both. */
export type RightCause = NonNullable<Case['right']>;

const Summary = z.object({
  diagnoses: z.array(z.string()).min(1),
  causes: z.array(z.object({ id: z.string(), part: z.enum(partIds), verdict: z.enum(verdicts) })),
  path: z.object({ part: z.enum(partIds) }).optional(),
});

export interface KeptCase {
  readonly kept: Case;
  /** The file. */
  readonly text: string;
}

/**
 * The case of a run. AppError INVALID_INPUT: `no-case` where the run is no diagnosis that came to a judgement,
 * `case-too-large` where it would be more than `mostCaseBytes`.
 */
export function caseOf(
  run: RunWithOutcomes,
  told: { readonly bot: string; readonly keptAt: Date; readonly right?: RightCause },
): KeptCase {
  const summary = Summary.safeParse(run.summary);
  if (run.kind !== 'diagnose' || run.state !== 'complete' || !summary.success || run.outcomes.length === 0)
    throw new AppError('INVALID_INPUT', 'the run is no diagnosis with a judgement', {
      facts: { reason: 'no-case', run: run.id.slice(-8) },
    });
  const { diagnoses, causes, path } = summary.data;
  const { cause, note } = told.right ?? {};
  const kept: Case = {
    ...{ format: 'aetherius-case', version: 1, bot: told.bot, keptAt: told.keptAt.toISOString() },
    run: { id: run.id, environment: run.environment, time: run.createdAt.toISOString() },
    ...{ diagnoses, told: causes },
    ...present({ part: path?.part }),
    ...(cause === undefined && note === undefined
      ? {}
      : { right: present({ cause, note: note === undefined ? undefined : redactText(note) }) }),
    // The worker took out what it knows; what stands here is cleaned once more, since it goes into a file.
    outcomes: Case.shape.outcomes.parse(run.outcomes.map(cleaned)),
  };
  // Escaped as JSON does it, so that a terminal has nothing to escape in its own way.
  const text = `${visibleInJson(JSON.stringify(kept, null, 1))}\n`;
  const bytes = bytesOf(text);
  if (bytes > mostCaseBytes)
    throw new AppError('INVALID_INPUT', 'the case is too large', {
      facts: { reason: 'case-too-large', mib: Math.ceil(bytes / 2 ** 20), most: mostCaseBytes / 2 ** 20 },
    });
  return { kept, text };
}

function cleaned(outcome: ProbeOutcome): unknown {
  const { findings, facts, cause } = outcome;
  const clean = present({
    ...{ findings: redactValue(findings), facts: redactValue(facts) },
    cause: cause === undefined ? undefined : redactValue(cause),
  });
  return JSON.parse(JSON.stringify({ ...outcome, ...clean }));
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Undefined: the text is no case that this version reads. */
export function readCase(text: string): Case | undefined {
  if (bytesOf(text) > mostCaseBytes) return undefined;
  try {
    return Case.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** One cause whose verdict is another one now; `absent`: this version, or the one before, does not know the cause. */
export interface ChangedVerdict {
  readonly id: string;
  readonly part: PartId;
  readonly before: Verdict | 'absent';
  readonly now: Verdict | 'absent';
}

/** What a case comes to in this version. */
export interface ReplayedCase {
  readonly changed: readonly ChangedVerdict[];
  /** Whether the cause that a person named is confirmed now; undefined where nobody named one. */
  readonly right?: boolean;
}

/** Compares what was said with what is judged now. A cause that is new counts where it is confirmed. */
export function compareCase(
  { told, right }: Pick<Case, 'told' | 'right'>,
  judgements: readonly DiagnosisJudgement[],
): ReplayedCase {
  const before = strongest(told);
  const now = strongest(
    judgements.flatMap(({ causes }) =>
      causes.map(({ cause: { id, part }, verdict }) => ({ id, part, verdict })),
    ),
  );
  const changed: ChangedVerdict[] = [];
  for (const [key, { id, part, verdict }] of before) {
    const other = now.get(key)?.verdict ?? 'absent';
    if (other !== verdict && !(other === 'absent' && verdict === 'ruled-out'))
      changed.push({ id, part, before: verdict, now: other });
  }
  for (const [key, { id, part, verdict }] of now)
    if (!before.has(key) && verdict === 'confirmed')
      changed.push({ id, part, before: 'absent', now: verdict });
  const cause = right?.cause;
  return {
    changed,
    ...present({
      right:
        cause === undefined
          ? undefined
          : [...now.values()].some(({ id, verdict }) => id === cause && verdict === 'confirmed'),
    }),
  };
}

/** Two diagnoses may speak of one cause: the surer one counts. */
function strongest(all: readonly z.output<typeof Told>[]): ReadonlyMap<string, z.output<typeof Told>> {
  const found = new Map<string, z.output<typeof Told>>();
  for (const one of all) {
    const key = `${one.id} ${one.part}`;
    const other = found.get(key);
    if (other === undefined || verdicts.indexOf(one.verdict) < verdicts.indexOf(other.verdict))
      found.set(key, one);
  }
  return found;
}
