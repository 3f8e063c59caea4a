import { z } from 'zod';
import { undoValidMs } from '../../../domain/fix/policy.ts';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import { keptToken } from '../../../domain/fix/rights.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ProbeCall } from '../../../domain/probe/probe.ts';
import { ourManager } from '../../../domain/probe/targets/kubernetes.ts';
import { isNamedPart, unknownPart } from '../../shared/named-part.ts';
import { namesOf } from '../../shared/names-of.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { isPutBack, lastWrite, ownershipNotes } from '../object/ownership.ts';
import {
  applyRestart,
  mustRestartOnce,
  restartChange,
  restartKind,
  restartMark,
  restartObserved,
  restartPatch,
  restartStep,
} from '../object/restart-step.ts';
import { standingOf } from '../object/standing.ts';
import {
  dryRun,
  identityOf,
  look,
  named,
  objectAt,
  placeOf,
  rightsToChange,
  rolledOut,
  targetOf,
  workloadName,
} from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import { clockPrefix, drop, keptSeconds, madeMark, mustBeKept, type Running } from './kept-value.ts';
import { keyName, lookAtSecret, othersWith, readsAs, secretChange } from './secret-object.ts';
import {
  copy,
  endsIn,
  endsOf,
  keepBoth,
  keptWhere,
  lookAtEnds,
  mustBeAdmitted,
  observeCopy,
  observeDropped,
  observeKept,
  observePutBack,
  putBack,
  sameAs,
  spotOf,
  type TokenContext,
} from './token-copy.ts';

const feature = 'credentials' as const;
const allowedBy = `agentFeatures.${feature}`;
const part = 'collect-agent' as const;
const kinds = {
  keep: 'kubernetes-keep-secret',
  copy: 'kubernetes-copy-token',
  putBack: 'kubernetes-put-back-secret',
  drop: 'kubernetes-drop-kept',
} as const;

/** In the place of a value, in every language. */
const notShown = '•••';

const Params = z.strictObject({ workload: workloadName });
type Params = z.output<typeof Params>;
type Context = TokenContext & Running;

export const copyRegistrationToken = defineRemediation({
  id: 'kubernetes.copy-registration-token',
  version: 1,
  doc: `Copies the registration token from agent-manager's Secret to that of the collect agents, and restarts the agents (S2.b).
Both Secrets and their keys are those that the Pods of each side really use.
The value from before and the new one first go into a Secret of their own beside the agents', so that a crash loses nothing.
That Secret belongs to a Job that runs nothing: the cluster deletes both after three hours, when undo is over.
No value is shown, logged or stored outside of the cluster, and no digest of one either: the plan has the versions of both Secrets.
One key is written, and nothing else of the Secret; a Secret that is missing is made.
Refused where a side has its token from elsewhere than a Secret.
Refused where agent-manager lacks a token.
Refused where the Secret of the agents is immutable or of a special type.
It is done when all agents are restarted and the tokens are the same; where their log and agent-manager can be read, they must say so.
Undo puts the former value back where ours still stands, restarts the agents, and deletes what was kept.
A credential is written, so its risk is always 3.`,
  // Raised by each plan: a policy that names nobody for tier 3 is one that does not offer it, and no fault at start.
  tier: 2,
  params: Params,
  needs: ['kubernetes', 'runtime'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['AUTH_TOKENS_DIFFER', 'AUTH_TOKEN_MISSING', 'REGISTRATION_REFUSED_TOKEN'],
  /** The token of agent-manager is what counts: where it has none, there is nothing to copy. */
  paramsFor: ({ facts }) => (facts.missing === 'agent-manager' ? undefined : {}),
  instruction: 'copy-auth-token',
  changes: [
    secretChange,
    {
      ...{ feature, place: 'agents', clock: clockPrefix, mostSeconds: keptSeconds },
      ...{ kept: keptToken, madeBy: madeMark },
    },
    restartChange,
  ],

  async rights(params: Params, context: Context) {
    const { deps, signal } = context;
    const { namespace, agentNamespace } = deps.kubernetes;
    const names = await endsOf(context).catch((error: unknown) => {
      // Why they cannot be had, the plan says; what may not be looked at is among the rights.
      if (error instanceof TargetError && error.stage !== 'forbidden') throw error;
      if (!(error instanceof AppError)) throw error;
      return undefined;
    });
    const usual = deps.platform.secrets.token;
    const right = (verb: string, resource: string, name?: string, group = '') => ({
      ...{ verb, group, resource, namespace: agentNamespace, feature },
      ...(name === undefined ? {} : { name }),
    });
    const to = names?.to.name ?? usual;
    return [
      { verb: 'get', group: '', resource: 'secrets', namespace, name: names?.from.name ?? usual },
      ...['get', 'patch', 'delete'].map((verb) => right(verb, 'secrets', to)),
      ...['get', 'delete'].map((verb) => right(verb, 'secrets', keptToken)),
      right('create', 'secrets'),
      ...['get', 'create', 'delete'].map((verb) => right(verb, 'jobs', undefined, 'batch')),
      ...(await rightsToChange({ part, ...params }, { deps, signal }, [], 'restart')),
    ];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps, signal } = context;
    const place = await named(placeOf({ part, ...params }, deps), { part, ...params }, deps, signal);
    const seen = await look(place, deps, signal);
    const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
    mustRestartOnce(place, seen);
    const ends = await endsOf(context);
    const both = await lookAtEnds(ends, context);
    const { to, values } = both;
    if (readsAs(values.before) === readsAs(values.after)) throw refused('tokens-agree', {});
    if (to?.immutable === true) throw refused('secret-immutable', { secret: ends.to.name });
    await mustBeAdmitted(ends, both, context, allowedBy);
    await mustBeKept(keptWhere(deps), context, allowedBy);
    const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
    const others = await othersWith(ends.to, seen.uid, context);
    const owned = to === undefined ? [] : ownershipNotes(to.object, [['data', ends.to.key]]);
    const kept = keptWhere(deps);
    const same = { ...spotOf(ends), ...sameAs(both) };
    const step = (kind: string, target: string, from: Facts = {}, to: Facts = {}): PlanStep => ({
      ...{ kind, target, from, to, precondition: same, safety: 'idempotent' },
    });
    const former: Facts = values.before === undefined ? {} : { value: notShown };
    const newer: Facts = { value: `= ${keyName(ends.from)}` };
    const keptName = `secrets/${kept.namespace}/${kept.name}`;
    const now = identityOf(seen);
    const facts = { pods: seen.desired, ready: seen.ready };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.copy-registration-token',
      actionVersion: 1,
      environment: deps.environment,
      part,
      // That of a restart: the two never run at once.
      target: targetOf(place),
      identity: { uid: seen.uid },
      params: { workload: place.name },
      tier: 3,
      raised: known ? { key: 'credential-written', facts: {} } : unknownPart(place.name),
      notes: [
        { key: 'value-never-shown', facts: {} },
        { key: 'kept-until', facts: { secret: keptName, seconds: keptSeconds } },
        ...(others.length === 0
          ? []
          : [{ key: 'secret-shared', facts: { secret: ends.to.name, workloads: namesOf(others) } }]),
        ...owned,
        ...(isPutBack(owned) === 'yes' ? [{ key: 'temporary-secret', facts: {} }] : []),
      ],
      steps: [
        step(kinds.keep, keptName, {}, { seconds: keptSeconds }),
        step(kinds.copy, keyName(ends.to), former, newer),
        restartStep(place, {}, seen.generation, { ...now, admitted }),
      ],
      undo: [
        step(kinds.putBack, keyName(ends.to), newer, former),
        restartStep(place, { restarted: restartMark(seen.generation) }, seen.generation + 1, {
          ...now,
          generation: seen.generation + 1,
        }),
        step(kinds.drop, keptName, { seconds: keptSeconds }),
      ],
      verifyWith: [...verifyPart(part, deps), { probe: 'runtime.auth-token' }, ...(await saidBy(context))],
      undoVerifyWith: [takenUp(part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-copy-token', facts },
      undoBlast: { key: 'kubernetes-copy-token-undo', facts },
      // The cluster deletes the value from before some time later.
      undoForMs: undoValidMs,
      stepTimeoutMs: 20_000,
      objects: 4,
    };
  },

  /** The agents, and the Secret that is written. */
  async object(plan, context: Context) {
    const { deps, signal } = context;
    const place = placeOf({ part, ...Params.parse(plan.params) }, deps);
    const { claims, comparable } = await objectAt(place, await look(place, deps, signal), deps, signal);
    const { uid } = plan.steps[0].precondition;
    return { claims: [...claims, ...(typeof uid === 'string' ? [`uid=${uid}`] : [])], comparable };
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    switch (step.kind) {
      case kinds.keep:
        return keepBoth(step, context);
      case kinds.copy:
        return copy(step, context);
      case kinds.putBack:
        return putBack(step, context);
      case kinds.drop:
        return drop(keptWhere(context.deps), context);
      default:
        return applyRestart(step, placeOf({ part, ...Params.parse(plan.params) }, context.deps), context);
    }
  },

  async observeStep(step, plan, context: Context) {
    switch (step.kind) {
      case kinds.keep:
        return observeKept(context);
      case kinds.copy:
        return observeCopy(step, context);
      case kinds.putBack:
        return observePutBack(step, context);
      case kinds.drop:
        return observeDropped(context);
      default: {
        const { deps, signal } = context;
        const seen = await look(placeOf({ part, ...Params.parse(plan.params) }, deps), deps, signal);
        return seen.uid === step.precondition.uid ? restartObserved(step, seen) : 'unknown';
      }
    }
  },

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf({ part, ...Params.parse(plan.params) }, deps), deps, signal);
    const restart = plan.steps.find(({ kind }) => kind === restartKind);
    return seen.images === restart?.precondition.images && rolledOut(seen);
  },

  /** Of the one key alone. */
  async otherHand({ steps: [step] }, context: Context) {
    const { to } = endsIn(step, context.deps);
    const seen = await lookAtSecret(to, context);
    const last = seen === undefined ? undefined : lastWrite(seen.object, [['data', to.key]]);
    return last?.by === ourManager ? undefined : last;
  },

  /** Whether both sides have one token, whichever it is by now. */
  async standing({ steps: [step] }, context: Context) {
    const { to: end } = endsIn(step, context.deps);
    const { to, values } = await lookAtEnds(endsIn(step, context.deps), context);
    if (to === undefined) return { is: 'gone' };
    return standingOf(to.object, [['data', end.key]], readsAs(values.before) === readsAs(values.after));
  },
});

/** That agents register again, by their own word and agent-manager's: only where both can be asked. */
async function saidBy({ deps, signal }: Context): Promise<readonly ProbeCall[]> {
  if (deps.services?.find('agent-manager') === undefined) return [];
  const options = { signal, subresource: 'log' };
  const mayRead = await deps.kubernetes.can('get', 'pods', deps.kubernetes.agentNamespace, options);
  return mayRead ? [{ probe: 'runtime.registration-log' }] : [];
}
