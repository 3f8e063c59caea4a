import { personId } from '../../../domain/fix/approval.ts';
import { planFault, sameFacts } from '../../../domain/fix/execution.ts';
import { offerValidMs, type Policy } from '../../../domain/fix/policy.ts';
import { type Plan, planHash, type Remediation, type RemedyCall } from '../../../domain/fix/remediation.ts';
import {
  type Fix,
  inDependencyOrder,
  once,
  remediesFor,
  remediesOfCause,
  type WantedFix,
} from '../../../domain/fix/remedies.ts';
import { allowedBy } from '../../../domain/fix/rights.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import { willNotLast } from '../../../domain/fix/temporary.ts';
import { takesOf, valueFault } from '../../../domain/fix/values.ts';
import type { Clock } from '../../../domain/kernel/clock.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { wholeJson } from '../../../domain/kernel/text.ts';
import type { FindingView } from '../../../domain/message/finding-view.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import type { FixOffers, OfferRepository, PreparedOffer, SavedOffers } from '../../../domain/ports/offers.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { type Finding, findingKey } from '../../../domain/probe/finding.ts';
import type { Targets } from '../../../domain/probe/targets/targets.ts';
import type { Run } from '../../../domain/run/run.ts';
import { forbiddenNow, recordHeld } from '../decide/remediation-decide.service.ts';
import type { DecisionDeps, MoveRepository } from '../decide/remediation-deps.ts';
import { auditProposal, expireIfDue, moveRemediation, reread } from '../decide/remediation-move.service.ts';
import { newHandle } from '../remediation-handle.ts';
import { limitReached } from '../remediation-limits.ts';
import { ownClaims, type SelfIdentity } from '../self-identity.ts';

export interface ProposeDeps extends Omit<DecisionDeps, 'directory' | 'store'> {
  readonly remediations: readonly Remediation[];
  readonly self: SelfIdentity;
  readonly clock: Clock;
  /** Length of an executor's lease; steps must fit into it. Default 60 s. */
  readonly leaseMs?: number;
  /** R-P7: most objects of a plan, even when its remediation allows more; default 100. */
  readonly maxObjects?: number;
  /** Whether a secret stands in a value: a plan with one is refused, because it is stored and shown as it runs. */
  readonly holdsSecret?: (value: unknown) => boolean;
}

/** A plan, or the reason that it could not be made; `save` writes it in the caller's transaction. */
export interface Prepared {
  readonly call: RemedyCall;
  /** Whether there is a plan; `save` may refuse it all the same. */
  readonly planned: boolean;
  /** What the plan mends; absent without one. */
  readonly part?: PartId;
  readonly save: (tx: TxOf<OfferRepository>) => Promise<Proposal>;
}
export type Proposal =
  | { readonly kind: 'offered'; readonly offer: RemediationRow }
  | {
      readonly kind: 'refused';
      readonly remediation: string;
      readonly reason: string;
      readonly facts: Facts;
    };

export interface ProposeService extends FixOffers {
  /** Plans one action without writing anything. Never rejects for what a target or a plan does. */
  plan(input: {
    readonly call: RemedyCall;
    readonly environment: string;
    readonly targets: Targets;
    readonly signal: AbortSignal;
    readonly run?: Run;
    readonly finding?: Finding;
  }): Promise<Prepared>;
  /**
   * Writes what was planned for one cause or finding, in the caller's transaction: the offers of the first remediation
   * that can be offered. Those that come after it are left for the menu.
   */
  save(tx: TxOf<OfferRepository>, plans: readonly Prepared[]): Promise<SavedOffers>;
  /** What may be offered for the findings of a cause: what it asks for, each once, the recommended one first. */
  fixes(findings: readonly Finding[], targets: Targets, wanted: readonly WantedFix[]): readonly Fix[];
}

/** Makes offers: everything that must be true before a button is shown (R-P5–R-P7, R-X2, R-X9–R-X11, R-X14). */
export function createProposeService(deps: ProposeDeps): ProposeService {
  const plan: ProposeService['plan'] = async (input) => {
    const { call, finding, run } = input;
    const held = await recordHeld(deps);
    const made =
      held === undefined ? await makePlan(deps, input) : { reason: held.refused, facts: held.facts };
    return {
      call,
      planned: 'plan' in made,
      ...('plan' in made ? { part: made.plan.part } : {}),
      save: (tx) =>
        'plan' in made
          ? saveProposal(tx, deps, made.plan, { call, finding, run })
          : Promise.resolve({ kind: 'refused', remediation: call.remediation, ...made }),
    };
  };
  const fixes: ProposeService['fixes'] = (findings, targets, wanted) =>
    once(remediesOfCause(findings, wanted, deps.remediations, targets));
  return {
    plan,
    fixes,
    save: (tx, plans) => saveAll(tx, plans, deps.remediations),
    show: (tx, row) => deps.messages.card(tx, row),
    showOthers: (tx, run, others) => deps.messages.others(tx, run, others),
    async prepare({ run, findings, targets, signal }) {
      const prepared: PreparedOffer[] = [];
      for (const finding of findings) {
        const plans: Prepared[] = [];
        for (const { call } of once(remediesFor(finding, deps.remediations, targets)))
          plans.push(await plan({ call, environment: run.environment, targets, signal, run, finding }));
        const ordered = plansInOrder(plans);
        const save: PreparedOffer['save'] = (tx) => saveAll(tx, ordered, deps.remediations);
        prepared.push({ finding, parts: partsMended(ordered), save });
      }
      return prepared;
    },
  };
}

/** What of these is recommended: all calls of the first remediation that has a plan. */
function recommended(plans: readonly Prepared[]): readonly Prepared[] {
  const first = plans.find(({ planned }) => planned)?.call.remediation;
  return plans.filter(({ call, planned }) => planned && call.remediation === first);
}

/** The parts that what is recommended mends. */
export function partsMended(plans: readonly Prepared[]): readonly PartId[] {
  return recommended(plans).flatMap(({ part }) => part ?? []);
}

/** The remediations stay in the order of their cause; the calls of each go in the order of the dependency graph. */
export function plansInOrder(plans: readonly Prepared[]): readonly Prepared[] {
  const ids = [...new Set(plans.map(({ call }) => call.remediation))];
  return ids.flatMap((id) =>
    inDependencyOrder(
      plans.filter(({ call }) => call.remediation === id),
      ({ part }) => (part === undefined ? [] : [part]),
    ),
  );
}

/** Refusals that do not speak against the change itself: a person may do by hand what the bot may or can not. */
const leftToPeople: ReadonlySet<string> = new Set([
  'missing-right',
  'not-configured',
  'no-approver',
  'self-target',
  'too-many-targets',
  'table-too-large',
  'too-little-memory',
  'too-many-keys',
  'victims-unknown',
  'nats-cluster',
  'redis-cluster',
  'partitioned-table',
  'index-not-rebuilt',
  'rows-twice-unknown',
  'too-little-disk',
  'quota-too-small',
  'set-on-command-line',
  'setting-not-in-file',
  'recreate-off',
  'override-behind',
  'override-from-elsewhere',
  'override-twice',
  'override-in-command',
  'override-used',
  'override-not-plain',
  'override-may-be-secret',
  'override-unproved',
  'config-not-in-map',
  'config-immutable',
  'model-not-named',
  'model-path-unseen',
  'model-differs',
  'model-no-pod',
  'model-in-image',
  'model-in-empty-dir',
  'model-in-host-path',
  'model-in-object',
  'model-in-volume',
  'model-read-only',
  'model-mounted-alone',
  'model-claim-one-pod',
  'model-no-python',
  'model-no-room',
  'model-too-large',
  'model-redirected',
  'model-not-found',
  'model-not-given',
  'model-no-size',
  'model-silent',
  'model-unreachable',
  'file-not-given',
  'file-not-mounted',
  'file-of-each',
  'file-unwritable-folder',
  'file-unwritable-owner',
  'file-outside',
  'file-not-regular',
  'file-linked',
  'file-too-large',
  'file-not-text',
  'file-unread',
  'file-differs',
  'secret-immutable',
  'secret-of-a-kind',
  'secret-admitted-otherwise',
  'token-not-in-secret',
  'token-not-at-source',
  'secret-put-back',
  'neo4j-login-not-in-secret',
  'neo4j-password-unknown',
  'neo4j-own-login',
  'neo4j-check-logs-in',
  'restarts-itself',
  'copies-follow',
  'not-a-client',
  'sessions-of-others',
  'session-of-a-tool',
  'session-unknown',
  'tools-at-work',
  'on-delete-strategy',
  'deny-rules',
  'not-all-isolated',
  'names-blocked',
  'known-by-more-than-labels',
  'host-network',
]);

/** Refusals that only say that another fix does the same: where that one is offered there is nothing to say. */
const doneByAnother: ReadonlySet<string> = new Set(['rollback-does-it']);

/** Refusals that only say that it runs: beside a cause that names other fixes as well, that is no advice. */
const runsAlready: ReadonlySet<string> = new Set(['nothing-stopped', 'not-scaled-to-zero']);

/** A refused offer comes with its reason and with what people do by hand instead. */
async function saveAll(
  tx: TxOf<OfferRepository>,
  plans: readonly Prepared[],
  remediations: readonly Pick<Remediation, 'id' | 'instruction'>[],
): Promise<SavedOffers> {
  const offers: RemediationRow[] = [];
  const refused: FindingView['refused'][number][] = [];
  const others: RemedyCall[] = [];
  for (const plan of plans) {
    const recommended = offers[0]?.actionId;
    if (recommended !== undefined && recommended !== plan.call.remediation && plan.planned) {
      others.push(plan.call);
      continue;
    }
    const proposal = await plan.save(tx);
    if (proposal.kind === 'offered') {
      offers.push(proposal.offer);
      continue;
    }
    const { remediation, reason, facts } = proposal;
    if (runsAlready.has(reason) || (recommended !== undefined && doneByAnother.has(reason))) continue;
    const instruction = leftToPeople.has(reason)
      ? remediations.find(({ id }) => id === remediation)?.instruction
      : undefined;
    refused.push({ remediation, reason, facts, ...present({ instruction }) });
  }
  return { offers, refused, others };
}

export type Refused = { readonly reason: string; readonly facts: Facts };
const refuse = (reason: string, facts: Facts = {}): Refused => ({ reason, facts });

/** What planning needs; it writes nothing. */
export type PlanDeps = Pick<
  ProposeDeps,
  'remediations' | 'self' | 'clock' | 'leaseMs' | 'maxObjects' | 'holdsSecret' | 'logger'
> & { readonly policy: Pick<Policy, 'temporaryForMs'> };

/** A plan, or the reason that there is none; never rejects for what a target does. */
export async function makePlan(
  deps: PlanDeps,
  input: Pick<Parameters<ProposeService['plan']>[0], 'call' | 'environment' | 'targets' | 'signal'>,
): Promise<{ readonly plan: Plan } | Refused> {
  const { call, environment, targets, signal } = input;
  const remediation = deps.remediations.find((item) => item.id === call.remediation);
  if (remediation === undefined) return refuse('no-action', { id: call.remediation });
  const params = remediation.params.safeParse(call.with);
  if (!params.success) {
    const fields = valueFault(remediation.params, call.with)?.name ?? '';
    const takes = takesOf(remediation.params);
    return refuse('bad-params', { fields, ...(takes === '' ? {} : { takes }) });
  }
  const missing = remediation.needs.filter((need) => targets[need] === undefined);
  if (missing.length > 0) return refuse('not-configured', { missing: missing.join(', ') });
  try {
    const right = await missingRight(remediation, params.data, targets, signal);
    if (right !== undefined) return right;
    const context = { deps: targets, signal, now: () => deps.clock.now() };
    const bare = await remediation.plan(params.data, context);
    // R-X17: what can be looked at when its time is over. Hashed as it is stored.
    const ends = remediation.standing !== undefined && willNotLast(bare);
    const plan = wholeJson(ends ? { ...bare, endsAfterMs: deps.policy.temporaryForMs } : bare);
    const fault = planFault(
      plan,
      { ...remediation, environment },
      { leaseMs: deps.leaseMs ?? 60_000, maxObjects: deps.maxObjects ?? 100 },
    );
    if (fault !== undefined)
      throw new AppError('BUG', `the plan ${fault}`, { facts: { id: remediation.id } });
    if (deps.holdsSecret?.(plan) === true) return refuse('plan-with-secret');
    const own = await ownClaims(plan, remediation, context, deps.self);
    return own.length === 0 ? { plan } : refuse('self-target', { identity: own.join(', ') });
  } catch (err) {
    return cannotPlan(deps, call, err);
  }
}

/** R-P6: asked for each verb before there is a button. */
async function missingRight(
  remediation: Remediation,
  params: unknown,
  targets: Targets,
  signal: AbortSignal,
): Promise<Refused | undefined> {
  const { kubernetes } = targets;
  if (kubernetes === undefined) return undefined;
  const needed = (await remediation.rights?.(params, { deps: targets, signal })) ?? [];
  for (const { verb, group, resource, namespace, name, feature } of needed) {
    const [kind = '', subresource] = resource.split('/');
    const options = { group, signal, ...present({ name, subresource }) };
    if (!(await kubernetes.can(verb, kind, namespace, options)))
      return refuse('missing-right', {
        verb,
        resource: `${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : `/${name}`}`,
        namespace,
        ...present({ allowedBy: allowedBy({ verb, resource, namespace }, kubernetes, feature) }),
      });
  }
  return undefined;
}

function cannotPlan(deps: PlanDeps, call: RemedyCall, err: unknown): Refused {
  if (err instanceof AppError && err.code !== 'BUG') {
    const { reason, ...facts } = err.facts;
    return refuse(typeof reason === 'string' ? reason : 'cannot-look', facts);
  }
  deps.logger.error({ err, remediation: call.remediation }, 'a plan could not be made');
  return refuse('cannot-look');
}

/**
 * – → proposed. Each run has an offer of its own, in its own place and language; one fix is asked for once all the same
 * (`sameFix`). An older plan for the same change is replaced where nobody has asked for it. One that waits for approval
 * is replaced only by whoever may: the same finding in the same channel, or the person who asked for it.
 */
async function saveProposal(
  tx: TxOf<OfferRepository>,
  deps: ProposeDeps,
  plan: Plan,
  from: { readonly call: RemedyCall; readonly finding: Finding | undefined; readonly run: Run | undefined },
): Promise<Proposal> {
  const refused = (reason: string, facts: Facts = {}): Proposal => ({
    kind: 'refused',
    remediation: plan.actionId,
    reason,
    facts,
  });
  await tx.remediations.lockTarget(plan.identity);
  const blocked = await blockedBy(tx, deps, plan);
  if (blocked !== undefined) return refused(blocked.reason, blocked.facts);
  const hash = planHash(plan);
  const older = await waiting(tx, deps, plan);
  const id = deps.ids.uuid();
  await tx.remediations.insert({
    id,
    handle: newHandle(deps.ids),
    plan,
    planHash: hash,
    offerExpiresAt: new Date((await tx.now()).getTime() + offerValidMs),
    ...present({
      findingKey: from.finding === undefined ? undefined : findingKey(from.finding),
      runId: from.run?.id,
      surface: from.run?.surface,
    }),
  });
  for (const row of older) {
    if (row.planHash === hash) await showLive(tx, deps, row, plan.blast.facts);
    else if (row.state === 'proposed' || mayReplace(row, from))
      await moveRemediation(tx, deps, row, 'superseded', {
        event: row.state === 'requested' ? 'superseded' : 'none',
        change: { successor: id },
      });
  }
  const row = await auditProposal(tx, deps, id, {
    facts: {
      action: plan.actionId,
      target: plan.target,
      tier: plan.tier,
      params: JSON.stringify(plan.params),
    },
  });
  return { kind: 'offered', offer: row };
}

/** Only a run of the same incident, or of the person who asked for it, throws a request away that others look at. */
function mayReplace(
  row: RemediationRow,
  { finding, run }: { readonly finding: Finding | undefined; readonly run: Run | undefined },
): boolean {
  const by = run?.requestedBy;
  if (by !== undefined && row.requesterId === personId(by)) return true;
  const { surface, findingKey: key } = row;
  const sameFinding = key === (finding === undefined ? undefined : findingKey(finding));
  return sameFinding && surface?.channel === run?.surface?.channel;
}

/** What moves is shown as it is now, beside the plan that stays as it is. */
async function showLive(
  tx: TxOf<OfferRepository>,
  deps: ProposeDeps,
  row: RemediationRow,
  live: Facts,
): Promise<void> {
  if (sameFacts(row.live ?? row.plan.blast.facts, live)) return;
  if (!(await tx.remediations.change(row, { live, liveAt: await tx.now() }))) return;
  await deps.messages.card(tx, await reread(tx, row.id));
}

async function blockedBy(
  tx: TxOf<'killSwitches' | 'remediations'>,
  deps: ProposeDeps,
  plan: Plan,
): Promise<Refused | undefined> {
  if (deps.policy.rule(plan.tier) === undefined) return refuse('no-approver', { tier: plan.tier });
  const forbidden = await forbiddenNow(tx, deps, plan);
  if (forbidden !== undefined) return refuse(forbidden.refused, forbidden.facts);
  // The same fix under way elsewhere is shown as what it is, by the offer's own card.
  const other = await tx.remediations.holder(plan);
  if (other !== undefined && other.actionId !== plan.actionId)
    return refuse(other.state === 'indeterminate' ? 'target-unknown' : 'target-busy', {
      other: other.handle,
    });
  return limitReached(tx, deps.policy, plan);
}

/** Offers and requests of the same change that are not approved yet, locked; overdue ones expire here. */
async function waiting(
  tx: TxOf<MoveRepository>,
  deps: ProposeDeps,
  plan: Plan,
): Promise<readonly RemediationRow[]> {
  const rows = await tx.remediations.list({
    environment: plan.environment,
    target: plan.target,
    states: ['proposed', 'requested'],
    limit: 20,
  });
  const live: RemediationRow[] = [];
  for (const { id } of rows) {
    const locked = await tx.remediations.lock(id);
    if (locked === undefined) continue;
    const row = await expireIfDue(tx, deps, locked);
    const waits = row.state === 'proposed' || row.state === 'requested';
    if (waits && row.undoOf === undefined && row.actionId === plan.actionId) live.push(row);
  }
  return live;
}
