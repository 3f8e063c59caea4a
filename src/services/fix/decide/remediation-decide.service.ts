import { heldReason } from '../../../domain/audit/record.ts';
import { personId } from '../../../domain/fix/approval.ts';
import { type AllowList, mayDecide, type Standing, standingOf } from '../../../domain/fix/eligibility.ts';
import type { KillSwitch } from '../../../domain/fix/kill-switch.ts';
import { frozenBy, withinHours } from '../../../domain/fix/policy.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import type { Decided, DecisionInput } from '../contract.ts';
import { type DecisionDeps, type DecisionRepository, decisionTimeoutMs } from './remediation-deps.ts';
import { auditRefusal, type Cause, expireIfDue, reread } from './remediation-move.service.ts';

/** What a decision came to inside of its transaction. */
export type Outcome =
  | { readonly moved: true; readonly note: string; readonly row?: RemediationRow }
  | { readonly moved: false; readonly note: string }
  | { readonly refused: string; readonly facts?: Facts };

export interface Decider {
  readonly personId: string;
  /** The channel in which it was pressed is closed to others, or it is not known whether it is. */
  readonly privatePlace: boolean;
  readonly cause: Cause;
}

/** The person of a decision, judged before the transaction: it may ask Slack (R-A3, R-S7). */
export type Judged =
  | { readonly ok: true; readonly personId: string; readonly privatePlace: boolean }
  | { readonly ok: false; readonly why: string; readonly facts: Facts };

/** `lists` undefined: any full member of an installed workspace. */
export async function judge(
  deps: Pick<DecisionDeps, 'directory'>,
  input: DecisionInput,
  lists: readonly AllowList[] | undefined,
): Promise<Judged> {
  const { directory } = deps;
  let privatePlace = true;
  if (input.channel !== undefined) {
    const channel = await directory.channel(input.channel);
    if ('unavailable' in channel)
      return { ok: false, why: 'channel-unknown', facts: { detail: channel.unavailable } };
    if (channel.known.externallyShared) return { ok: false, why: 'shared-channel', facts: {} };
    privatePlace = channel.known.private;
  }
  const standing: Standing =
    lists === undefined ? await standingOf(input.by, directory) : await mayDecide(input.by, lists, directory);
  if (standing.ok) return { ok: true, personId: standing.personId, privatePlace };
  return { ok: false, why: standing.why, facts: { detail: standing.detail } };
}

/**
 * R-S7: a request lives where it was made. It is approved nowhere once that channel is shared, archived, or out of the
 * bot's sight; undefined: nothing of that.
 */
export async function placeClosed(
  { directory }: DecisionDeps,
  { surface }: Pick<RemediationRow, 'surface'>,
): Promise<Judged | undefined> {
  if (surface === undefined || !/^[CG]/.test(surface.channel)) return undefined;
  const found = await directory.channel(surface.channel);
  if ('unavailable' in found) {
    const why = found.unavailable === 'not-found' ? 'place-closed' : 'channel-unknown';
    return { ok: false, why, facts: { detail: found.unavailable } };
  }
  const { externallyShared, archived } = found.known;
  if (externallyShared) return { ok: false, why: 'place-shared', facts: {} };
  return archived ? { ok: false, why: 'place-closed', facts: {} } : undefined;
}

/**
 * One decision, one transaction: lock, expiry by the database clock, the plan that was shown, `work`, and the
 * refusal's audit row when there is one. Refusals are AppError NOT_ALLOWED after they were written down.
 */
export async function decide(
  deps: DecisionDeps,
  input: DecisionInput,
  decision: string,
  judgeFor: (row: RemediationRow) => Promise<Judged>,
  work: (tx: TxOf<DecisionRepository>, row: RemediationRow, who: Decider) => Promise<Outcome>,
): Promise<Decided> {
  const seen = await deps.store.tx((tx) => tx.remediations.get(input.id), {
    statementTimeoutMs: decisionTimeoutMs,
  });
  if (seen === undefined) throw notFound(input.id);
  const judged = await judgeFor(seen);
  // To stop what runs is safe on any record.
  const held = decision === 'stop' ? undefined : await recordHeld(deps);
  const cause: Cause = {
    by: input.by,
    personId: judged.ok ? judged.personId : personId(input.by),
    requestId: input.requestId,
    payloadDigest: input.payloadDigest,
    ...present({ reason: input.reason }),
  };
  const attempt = () =>
    deps.store.tx(
      async (tx) => {
        const locked = await tx.remediations.lock(seen.id);
        if (locked === undefined) throw notFound(input.id);
        const row = await expireIfDue(tx, deps, locked);
        const outcome = held ?? (await judgedOutcome(tx, row, input, judged, cause, work));
        if ('refused' in outcome)
          await auditRefusal(
            tx,
            row,
            decision,
            { ...cause, facts: { ...outcome.facts, reason: outcome.refused } },
            deps.policy.version,
          );
        else if (!outcome.moved && outcome.note === 'too-late')
          await auditRefusal(
            tx,
            row,
            decision,
            { ...cause, facts: { reason: 'too-late' } },
            deps.policy.version,
          );
        return { outcome, from: row.state, remediation: await reread(tx, row.id) };
      },
      { statementTimeoutMs: decisionTimeoutMs },
    );
  // R-X2: another fix of the object was approved in the same moment. It is there now, and this one waits for it.
  const result = await attempt()
    .catch((error: unknown) => (isBusy(error) ? attempt() : Promise.reject(error)))
    .catch((error: unknown) => busy(deps, seen, decision, cause, error));
  if ('refused' in result.outcome)
    throw notAllowed(result.outcome.refused, result.remediation, result.outcome.facts);
  const { moved, note } = result.outcome;
  return { remediation: result.remediation, moved, from: result.from, note };
}

async function judgedOutcome(
  tx: TxOf<DecisionRepository>,
  row: RemediationRow,
  input: DecisionInput,
  judged: Judged,
  cause: Cause,
  work: (tx: TxOf<DecisionRepository>, row: RemediationRow, who: Decider) => Promise<Outcome>,
): Promise<Outcome> {
  if (!judged.ok) return { refused: judged.why, facts: judged.facts };
  if (input.planHash !== undefined && input.planHash !== row.planHash) return { refused: 'plan-mismatch' };
  return work(tx, row, { personId: judged.personId, privatePlace: judged.privatePlace, cause });
}

const isBusy = (error: unknown): boolean =>
  error instanceof AppError && error.facts['reason'] === 'target-busy';

/** The index of open targets said no once more (R-X2), or for one that the row here cannot wait for. */
async function busy(
  deps: DecisionDeps,
  row: RemediationRow,
  decision: string,
  cause: Cause,
  error: unknown,
): Promise<{ outcome: Outcome; from: RemediationRow['state']; remediation: RemediationRow }> {
  if (!isBusy(error)) throw error;
  return deps.store.tx(async (tx) => {
    const refused = { ...cause, facts: { reason: 'target-busy' } };
    await auditRefusal(tx, row, decision, refused, deps.policy.version);
    const remediation = await reread(tx, row.id);
    return { outcome: { refused: 'target-busy' }, from: remediation.state, remediation };
  });
}

/** R-L5: on a record that its anchors contradict, or whose end is not whole, nothing is decided; undefined: on this one it is. */
export async function recordHeld({
  record,
}: Pick<DecisionDeps, 'record'>): Promise<{ readonly refused: string; readonly facts: Facts } | undefined> {
  const state = await record.quick();
  return state.state === 'held' ? { refused: heldReason(state), facts: { ...state.why } } : undefined;
}

function notFound(id: string): AppError {
  return new AppError('NOT_FOUND', 'no such remediation', { facts: { reason: 'no-remediation', id } });
}

function notAllowed(reason: string, row: RemediationRow, facts: Facts = {}): AppError {
  return new AppError('NOT_ALLOWED', `refused: ${reason}`, {
    facts: { ...facts, reason, handle: row.handle, state: row.state },
  });
}

/** Freeze windows and hours, by the database clock (R-X11); undefined when nothing forbids it now. */
export async function timeForbids(
  tx: TxOf<never>,
  deps: Pick<DecisionDeps, 'policy' | 'nextCron'>,
  row: Pick<RemediationRow, 'environment' | 'tier'>,
): Promise<string | undefined> {
  const now = await tx.now();
  if (frozenBy(deps.policy.freezes, row.environment, now, deps.nextCron) !== undefined) return 'frozen';
  const hours = deps.policy.rule(row.tier)?.hours;
  return hours !== undefined && !withinHours(hours, now) ? 'outside-hours' : undefined;
}

/** What forbids a decision now, with what people are told: a switch, a freeze, the hours (R-X10, R-X11). */
export async function forbiddenNow(
  tx: TxOf<'killSwitches'>,
  deps: Pick<DecisionDeps, 'policy' | 'nextCron'>,
  row: Pick<RemediationRow, 'environment' | 'tier' | 'actionId'>,
): Promise<{ readonly refused: string; readonly facts?: Facts } | undefined> {
  const kill = await tx.killSwitches.active(row.actionId);
  if (kill !== undefined) return { refused: 'kill-switch', facts: switchFacts(kill) };
  const why = await timeForbids(tx, deps, row);
  return why === undefined ? undefined : { refused: why };
}

/** A switch as it is shown wherever it blocks. */
export function switchFacts({ scope, reason, by, at }: KillSwitch): Facts {
  return { scope, why: reason, person: by.userId, since: at.toISOString() };
}

/** Cancel and stop: the requester, the tier's approvers, or somebody on call. */
export async function judgeStopper(
  deps: DecisionDeps,
  input: DecisionInput,
  row: RemediationRow,
): Promise<Judged> {
  const member = await judge(deps, input, undefined);
  if (!member.ok || member.personId === row.requesterId) return member;
  return judge(deps, input, [...deps.policy.onCall, ...(deps.policy.rule(row.tier)?.by ?? [])]);
}
