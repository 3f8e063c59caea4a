import type { Person } from '../kernel/person.ts';
import type { PartId } from '../platform/part.ts';
import { type Finding, type Severity, severities } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';

/** `mute`: for a time. `known`: accepted for good. */
export type MuteKind = 'mute' | 'known';

/** A cause of a part that a person does not want to be told by itself. It is found and counted as ever. */
export interface Mute {
  readonly id: string;
  readonly environment: string;
  readonly part: PartId;
  /** Code of the finding, or the id of a cause of a diagnosis (`D3.a`). */
  readonly cause: string;
  /** Of a cause: what spoke for it. It is covered while all of this is there, and nothing else speaks for it. */
  readonly evidence?: readonly Sign[];
  /** The worst that it covers. */
  readonly severity: Severity;
  readonly kind: MuteKind;
  /** Absent for what is accepted for good. */
  readonly until?: Date;
  /** It ends before its time when the finding is gone. */
  readonly whileThere: boolean;
  readonly reason: string;
  readonly by: Person;
  readonly at: Date;
}

/** What was found, whatever its subject. */
export type Sign = Pick<Finding, 'code' | 'part'>;

/** A cause that the configuration accepts for good, unless it is critical. */
export interface ConfiguredKnown {
  readonly part: PartId;
  readonly cause: FindingCode;
  readonly reason: string;
}

/** What keeps a finding from being told by itself. */
export type Quiet = Mute | (ConfiguredKnown & { readonly kind: 'configured' });

export interface Quieting {
  /** Those that are not lifted; time is judged here. */
  readonly mutes: readonly Mute[];
  readonly known: readonly ConfiguredKnown[];
  /** What was seen with it. Without it, mutes of a diagnosis' cause cover no finding. */
  readonly look?: Look;
}

/** What a run has seen. */
export interface Look {
  readonly findings: readonly Named[];
  readonly outcomes: readonly ProbeOutcome[];
  /** By the probe: what it can find. */
  readonly emitters: ReadonlyMap<string, readonly string[]>;
}

export const nothingQuiet: Quieting = { mutes: [], known: [] };

/** No mute is longer, however it ends. */
export const mostMuteMs = 30 * 24 * 60 * 60_000;

type Named = Pick<Finding, 'code' | 'part' | 'severity'>;

const rank = (severity: Severity): number => severities.indexOf(severity);
const isOf = ({ part, cause }: Pick<Mute, 'cause' | 'part'>, finding: Sign): boolean =>
  part === finding.part && cause === finding.code;
const isSame = (one: Sign, other: Sign): boolean => one.part === other.part && one.code === other.code;
const tells = ({ severity }: Pick<Finding, 'severity'>): boolean => severity !== 'info';
export const holds = ({ until }: Pick<Mute, 'until'>, now: Date): boolean =>
  until === undefined || now.getTime() < until.getTime();

/** Every probe that could have seen it has looked and did not find it. */
function isGone(sign: Sign, { findings, outcomes, emitters }: Look): boolean {
  // A look at another part says nothing of this one; the runtime's speaks of all.
  const lookers = outcomes.filter(
    ({ probe, part }) =>
      emitters.get(probe)?.includes(sign.code) === true && (part === sign.part || part === 'runtime'),
  );
  const looked =
    lookers.length > 0 && lookers.every(({ status }) => status === 'healthy' || status === 'unhealthy');
  return looked && !findings.some((finding) => isSame(sign, finding));
}

/**
 * Pure: what keeps this finding quiet now. Another cause of the part is never covered, and nothing worse than what was
 * muted. A mute of a diagnosis' cause covers its findings until one of them is seen to be gone: then it is another cause.
 */
export function quietedBy(finding: Named, { mutes, known, look }: Quieting, now: Date): Quiet | undefined {
  const covers = (mute: Mute): boolean =>
    mute.evidence === undefined
      ? isOf(mute, finding)
      : look !== undefined &&
        mute.evidence.some((sign) => isSame(sign, finding)) &&
        !mute.evidence.some((sign) => isGone(sign, look));
  const mute = mutes.find(
    (one) => holds(one, now) && rank(finding.severity) <= rank(one.severity) && covers(one),
  );
  if (mute !== undefined) return mute;
  const accepted = finding.severity === 'critical' ? undefined : known.find((one) => isOf(one, finding));
  return accepted === undefined ? undefined : { kind: 'configured', ...accepted };
}

/** What is quiet of these findings, each mute once, with the finding that it covers. */
export interface Quieted {
  readonly finding: Finding;
  readonly by: Quiet;
}

export function quietedOf(findings: readonly Finding[], quieting: Quieting, now: Date): readonly Quieted[] {
  return findings.flatMap((finding) => {
    const by = quietedBy(finding, quieting, now);
    return by === undefined ? [] : [{ finding, by }];
  });
}

/** A cause of a diagnosis with what speaks for it. */
export interface ToldCause {
  readonly id: string;
  readonly part: PartId;
  readonly evidence: readonly Finding[];
}

/**
 * A cause is quiet where it is muted itself and nothing new speaks for it, or where all is quiet that does; what only
 * informs does not count, and nothing is no evidence.
 */
export function quietCause(
  { id, part, evidence }: ToldCause,
  quieting: Quieting,
  now: Date,
): readonly Quieted[] | undefined {
  const telling = evidence.filter(tells);
  if (telling.length === 0) return undefined;
  const mute = quieting.mutes.find(
    (one) =>
      one.cause === id &&
      one.part === part &&
      holds(one, now) &&
      telling.every(
        (finding) =>
          rank(finding.severity) <= rank(one.severity) &&
          (one.evidence ?? []).some((sign) => isSame(sign, finding)),
      ),
  );
  if (mute !== undefined) return telling.map((finding) => ({ finding, by: mute }));
  const quiet = quietedOf(telling, ofFindings(quieting), now);
  return quiet.length === telling.length ? quiet : undefined;
}

/** Without the mutes of causes: another one may rest on the same findings. */
export const ofFindings = ({ mutes, known }: Quieting): Quieting => ({ mutes, known });

/** Pure: what a mute of this cause has to cover; undefined where no probe tells any sign of it. */
export function signsOf(
  evidence: readonly Named[],
): { readonly evidence: readonly Sign[]; readonly severity: Severity } | undefined {
  const telling = evidence.filter(tells);
  const worst = severities[Math.max(-1, ...telling.map(({ severity }) => rank(severity)))];
  if (worst === undefined) return undefined;
  const signs = new Map(telling.map(({ code, part }) => [`${code} ${part}`, { code, part }]));
  return { evidence: [...signs.values()], severity: worst };
}

/** Ids of causes, as people may type them. */
const causeId = /^[a-z]\d{1,2}\.[a-z]{1,2}$/i;

/** Pure: a code of a finding or an id of a cause as it was typed, written as we do. */
export function causeNamed(word: string): { readonly kind: 'cause' | 'finding'; readonly name: string } {
  if (!causeId.test(word)) return { kind: 'finding', name: word.toUpperCase() };
  const [first = '', letter = ''] = word.split('.');
  return { kind: 'cause', name: `${first.toUpperCase()}.${letter.toLowerCase()}` };
}

export type MuteFault = 'mute-too-long' | 'mute-critical' | 'known-critical' | 'known-cause';

/** Pure: why it may not be muted like this. Without `forMs` it ends with the finding, or after the longest time. */
export function muteFault(wish: {
  readonly kind: MuteKind;
  readonly severity: Severity;
  readonly forMs?: number;
  /** It names a cause of a diagnosis; only findings are accepted for good. */
  readonly isCause?: boolean;
}): MuteFault | undefined {
  const { kind, severity, forMs, isCause = false } = wish;
  if (isCause && kind === 'known') return 'known-cause';
  if (severity === 'critical' && kind === 'known') return 'known-critical';
  if (severity === 'critical' && forMs === undefined) return 'mute-critical';
  return forMs !== undefined && (forMs <= 0 || forMs > mostMuteMs) ? 'mute-too-long' : undefined;
}

/**
 * Pure: which mutes end by what was seen. `rose`: the same cause is worse now. `gone`: every probe that could have seen it has
 * looked, and it is not there.
 */
export function endedBySight(
  mutes: readonly Mute[],
  seen: Look,
): readonly { readonly mute: Mute; readonly why: 'rose' | 'gone' }[] {
  return mutes.flatMap((mute): readonly { readonly mute: Mute; readonly why: 'rose' | 'gone' }[] => {
    const signs = mute.evidence ?? [{ code: mute.cause as FindingCode, part: mute.part }];
    const gone = signs.some((sign) => isGone(sign, seen));
    const worse = seen.findings.some(
      (finding) =>
        signs.some((sign) => isSame(sign, finding)) && rank(finding.severity) > rank(mute.severity),
    );
    // What is left of a cause that is gone speaks for another one, which is told anyway.
    if (worse && !gone) return [{ mute, why: 'rose' }];
    return mute.whileThere && gone ? [{ mute, why: 'gone' }] : [];
  });
}

/** As it would stand in the configuration, under `known` of its environment. */
export const asConfigured = (mutes: readonly Mute[]): readonly ConfiguredKnown[] =>
  mutes.flatMap(({ kind, part, cause, reason }) =>
    kind === 'known' ? [{ part, cause: cause as FindingCode, reason }] : [],
  );
