import { z } from 'zod';
import { type AccessRules, askFacts, mayEnter } from '../../domain/access/access.ts';
import { personId } from '../../domain/fix/approval.ts';
import type { Ids } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { proofOf } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { causeNamed, type Mute, mostMuteMs, muteFault, signsOf } from '../../domain/mute/mute.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import { findingKey, severities } from '../../domain/probe/finding.ts';
import { findings } from '../../domain/probe/findings.ts';
import type { Language, RunWithOutcomes } from '../../domain/run/run.ts';
import { neededReason } from '../fix/decide/reason.ts';
import { judge } from '../fix/decide/remediation-decide.service.ts';
import { type DecisionDeps, decisionTimeoutMs } from '../fix/decide/remediation-deps.ts';
import type { LiftInput, MuteInput, MuteService } from './contract.ts';

type Repositories = 'audit' | 'buttons' | 'messages' | 'mutes' | 'runs';

export interface MuteDeps extends Pick<DecisionDeps, 'policy' | 'directory'> {
  readonly store: StoreOf<Repositories>;
  readonly accessOf: (environment: string) => AccessRules | undefined;
  /** Ids of all causes of diagnoses. */
  readonly causes: ReadonlySet<string>;
  /** What the place reads of it; `lift` is the id of a button. */
  readonly said: (
    what:
      | { readonly mute: Mute; readonly lift: string }
      | { readonly mute: Mute; readonly lifted: MuteInput['by'] },
    language: Language,
  ) => Rendered;
  readonly ids: Ids;
}

export const liftPurpose = 'mute-lift';
export const mutePurpose = 'mute';
const linePurpose = 'mute-line';
/** As long as the longest mute. */
const buttonTtlMs = mostMuteMs;
/** Runs that are looked through for how bad a finding was, and for what spoke for a cause. */
const mostRuns = 10;
const mostDiagnoses = 30;

/** Whoever may decide about fixes may mute, and what they did stands in the audit in the same transaction. */
export function createMuteService(deps: MuteDeps): MuteService {
  const { store, ids } = deps;
  return {
    list: (environment) => store.tx((tx) => tx.mutes.active(environment)),
    async set(given) {
      const input = neededReason(given);
      const named = await store.tx((tx) => causeOf(tx, deps, input));
      const why = await refusal(deps, input, input.environment);
      const set = await store.tx(
        async (tx) => {
          const { environment, part, kind, forMs, reason, by } = input;
          const { cause, severity } = named;
          const facts = { environment, part, cause, severity, kind, ...present({ forMs }) };
          await written(tx, deps, input, why === undefined ? 'mute.set' : 'mute.refused', facts, why);
          if (why !== undefined) return undefined;
          const id = ids.uuid();
          await tx.mutes.add({
            ...{ ...named, id, environment, part, kind, reason, by },
            whileThere: kind === 'mute' && forMs === undefined,
            ...(kind === 'known' ? {} : { forMs: forMs ?? mostMuteMs }),
          });
          const mute = await tx.mutes.get(id);
          if (mute === undefined) throw new AppError('BUG', 'a mute that was stored is not there');
          const lift = await liftButton(tx, ids, mute);
          await tell(tx, deps, input, (language) => deps.said({ mute, lift }, language));
          return mute;
        },
        { statementTimeoutMs: decisionTimeoutMs },
      );
      if (why !== undefined) throw refused(why);
      if (set === undefined) throw new AppError('BUG', 'a mute that nothing refused was not stored');
      return set;
    },
    async lift(input) {
      const { which } = input;
      const mute = await store.tx(async (tx) =>
        'id' in which
          ? tx.mutes.get(which.id)
          : (await tx.mutes.active(which.environment)).find(
              ({ part, cause }) => part === which.part && cause === causeNamed(which.cause).name,
            ),
      );
      if (mute === undefined) throw notMuted();
      const why = await refusal(deps, input, mute.environment);
      const ended = await store.tx(
        async (tx) => {
          const { environment, part, cause, severity, kind } = mute;
          if (why === undefined && !(await tx.mutes.end(mute.id, 'lifted'))) return false;
          const action = why === undefined ? 'mute.lifted' : 'mute.refused';
          await written(tx, deps, input, action, { environment, part, cause, severity, kind }, why);
          if (why === undefined)
            await tell(tx, deps, input, (language) => deps.said({ mute, lifted: input.by }, language));
          return true;
        },
        { statementTimeoutMs: decisionTimeoutMs },
      );
      if (why !== undefined) throw refused(why);
      if (!ended) throw notMuted();
      return mute;
    },
  };
}

/** A button that lifts a mute. It works for as long as the longest mute lasts. */
export async function liftButton(tx: TxOf<'buttons'>, ids: Ids, mute: Pick<Mute, 'id'>): Promise<string> {
  const id = ids.token();
  await tx.buttons.create({ id, purpose: liftPurpose, data: { mute: mute.id }, ttlMs: buttonTtlMs });
  return id;
}

interface Why {
  readonly reason: string;
  readonly facts: Facts;
}

/** The rule of fixes: on a list of the approval policy, and allowed to start things in that environment. */
async function refusal(
  { policy, directory, accessOf }: MuteDeps,
  input: LiftInput | MuteInput,
  environment: string,
): Promise<Why | undefined> {
  const { by, channel, requestId, payloadDigest } = input;
  const asked = { id: '', by, requestId, payloadDigest, ...present({ channel }) };
  const judged = await judge({ directory }, asked, policy.everyList);
  if (!judged.ok) return { reason: judged.why, facts: judged.facts };
  const access = accessOf(environment);
  if (access === undefined) return { reason: 'unknown-environment', facts: { environment } };
  const entry = await mayEnter(by, { right: 'start', ...present({ channel }) }, access, directory);
  return entry.ok ? undefined : { reason: `access-${entry.why}`, facts: askFacts(access.ask) };
}

const refused = ({ reason, facts }: Why): AppError =>
  new AppError('NOT_ALLOWED', `refused: ${reason}`, { facts: { ...facts, reason } });
const notMuted = (): AppError =>
  new AppError('NOT_FOUND', 'nothing of the kind is muted', { facts: { reason: 'not-muted' } });

async function written(
  tx: TxOf<'audit'>,
  { policy }: Pick<MuteDeps, 'policy'>,
  input: LiftInput | MuteInput,
  action: 'mute.set' | 'mute.lifted' | 'mute.refused',
  facts: Facts,
  why: Why | undefined,
): Promise<void> {
  const { by, requestId, payloadDigest } = input;
  await tx.audit.append({
    ...{ actor: personId(by), actorTeam: by.teamId, action, policyVersion: policy.version },
    ...{ requestIds: [requestId], payloadDigest },
    ...present({ reason: 'reason' in input ? input.reason : undefined }),
    facts: { ...facts, ...proofOf(by), ...present({ refused: why?.reason }) },
  });
}

/** R-S6: a decision is public where it was made; a direct message and the command line have no public. */
async function tell(
  tx: TxOf<'messages'>,
  { ids }: Pick<MuteDeps, 'ids'>,
  { channel, threadTs, language = 'en' }: LiftInput | MuteInput,
  said: (language: Language) => Rendered,
): Promise<void> {
  // Without a message nothing would tell App Home that it has changed.
  if (channel === undefined) return tx.notify('outbox', 'mute');
  await tx.messages.post({
    ...{ id: ids.uuid(), purpose: linePurpose, channel, rendered: said(language), urgency: 'answer' },
    ...present({ threadTs }),
  });
}

type NamedCause = Pick<Mute, 'cause' | 'evidence' | 'severity'>;

/** Which cause, with what it covers. AppError INVALID_INPUT for one that there is not, or that may not be muted like this. */
async function causeOf(
  tx: TxOf<'runs'>,
  { causes }: Pick<MuteDeps, 'causes'>,
  input: MuteInput,
): Promise<NamedCause> {
  const { environment, part, kind, forMs, seen } = input;
  const { kind: what, name: cause } = causeNamed(input.cause);
  const isCause = what === 'cause';
  const invalid = (reason: string): AppError =>
    new AppError('INVALID_INPUT', 'it may not be muted like this', {
      facts: { reason, cause, symptom: `${cause.split('.')[0] ?? ''} ${part}` },
    });
  if (!(isCause ? causes.has(cause) : Object.hasOwn(findings, cause))) throw invalid('no-cause');
  const known =
    seen ??
    (isCause
      ? await lastEvidence(tx, environment, part, cause)
      : await lastSeverity(tx, environment, part, cause));
  if (isCause && known?.evidence === undefined) throw invalid('cause-not-seen');
  // What was never seen: with an end all of it is meant, for good nothing that is critical.
  const severity = known?.severity ?? (kind === 'mute' && forMs !== undefined ? 'critical' : 'warning');
  const fault = muteFault({ kind, severity, isCause, ...present({ forMs }) });
  if (fault !== undefined) throw invalid(fault);
  return { cause, severity, ...present({ evidence: known?.evidence }) };
}

/** How bad the bot has seen it last, at its worst in that run. */
async function lastSeverity(
  tx: TxOf<'runs'>,
  environment: string,
  part: PartId,
  code: string,
): Promise<MuteInput['seen']> {
  for await (const run of lastRuns(tx, { environment, limit: mostRuns })) {
    const of = run.outcomes
      .flatMap((outcome) => outcome.findings)
      .filter((finding) => finding.code === code && finding.part === part)
      .map(({ severity }) => severities.indexOf(severity));
    const severity = severities[Math.max(-1, ...of)];
    if (severity !== undefined) return { severity };
  }
  return undefined;
}

/** Of a diagnosis' summary, as it is stored. */
const Told = z.object({
  causes: z.array(
    z.object({ id: z.string(), part: z.string(), verdict: z.string(), for: z.array(z.string()).default([]) }),
  ),
});

/** What spoke for a cause when a diagnosis confirmed it last. */
async function lastEvidence(
  tx: TxOf<'runs'>,
  environment: string,
  part: PartId,
  id: string,
): Promise<MuteInput['seen']> {
  for await (const run of lastRuns(tx, { environment, kind: 'diagnose', limit: mostDiagnoses })) {
    const told = Told.safeParse(run.summary);
    const cause = told.data?.causes.find(
      (one) => one.id === id && one.part === part && one.verdict === 'confirmed',
    );
    if (cause === undefined) continue;
    const evidence = run.outcomes
      .flatMap((outcome) => outcome.findings)
      .filter((finding) => cause.for.includes(findingKey(finding)));
    return signsOf(evidence);
  }
  return undefined;
}

async function* lastRuns(
  tx: TxOf<'runs'>,
  which: Parameters<TxOf<'runs'>['runs']['list']>[0],
): AsyncGenerator<RunWithOutcomes> {
  for (const { id, state } of await tx.runs.list(which)) {
    const run = state === 'complete' ? await tx.runs.get(id) : undefined;
    if (run !== undefined) yield run;
  }
}
