import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import { keptPassword } from '../../../domain/fix/rights.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { ProbeCall } from '../../../domain/probe/probe.ts';
import { ourManager } from '../../../domain/probe/targets/kubernetes.ts';
import { isNamedPart, unknownPart } from '../../shared/named-part.ts';
import { namesOf } from '../../shared/names-of.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lastWrite, ownershipNotes } from '../object/ownership.ts';
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
import {
  dryRun,
  identityOf,
  look,
  named,
  objectAt,
  type Place,
  placeOf,
  rightsToChange,
  rolledOut,
  targetOf,
  kinds as workloadKinds,
  workloadName,
} from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import { type GraphUsers, graphUsersOf, mustStay, sameUsers } from './graph-users.ts';
import { clockPrefix, drop, keptSeconds, mustBeKept } from './kept-value.ts';
import {
  type GraphContext,
  isTaken,
  keepPasswords,
  keptWhere,
  mustBeAdmitted,
  observeDropped,
  observeKept,
  observePutBack,
  observeRestored,
  observeSet,
  observeWritten,
  putBackPassword,
  type RunningReset,
  restorePassword,
  setPassword,
  spotOf,
  validPassword,
  writePassword,
} from './password-reset.ts';
import { keyName, lookAtSecret, secretChange } from './secret-object.ts';

const feature = 'credentials' as const;
const allowedBy = `features.${feature}`;
const part = 'reasoning-service' as const;
const kinds = {
  keep: 'kubernetes-keep-password',
  set: 'neo4j-set-password',
  write: 'kubernetes-write-password',
  restore: 'neo4j-restore-password',
  putBack: 'kubernetes-put-back-secret',
  drop: 'kubernetes-drop-kept',
} as const;

/** In the place of a value, in every language. */
const notShown = '•••';

const Params = z.strictObject({ workload: workloadName });
type Params = z.output<typeof Params>;

export const resetNeo4jPassword = defineRemediation({
  id: 'kubernetes.reset-neo4j-password',
  version: 1,
  doc: `Gives Neo4j a new password for the user whose password it refuses, and the Secrets and workloads that log in as that user (S7.b).
The new password is drawn at random. It goes first into a Secret of its own, then into Neo4j, then into each Secret, and then the workloads restart.
So a crash loses nothing: what is kept has the former and the new password, and belongs to a Job that runs nothing.
The cluster deletes both after three hours, when undo is over.
No value is shown, logged or stored outside of the cluster, and no digest of one either: the plan has the versions of the Secrets.
Which Secrets, keys and user, the workloads themselves say; one key of each is written, and nothing else.
Neo4j's own key is among them, so that it starts with the new password on an empty volume; a text \`user/password\` keeps its user.
Neo4j takes a new password only from the old one, so one of those Secrets must have the valid one; the bot's own is never used for that.
Refused where the bot itself logs in as the same user, because it would be shut out.
Refused where one who logs in as that user has the password from elsewhere than a Secret.
Refused where a tool would put one of the Secrets back, because the new password would then be lost.
Refused where Neo4j's health check is a command that logs in.
It is done when the workloads are restarted, Neo4j takes what their Secrets have, and the service complains no more in its log.
Undo sets the former password in Neo4j, puts the former values back where ours still stand, restarts the workloads, and deletes what was kept.
A credential is written, so its risk is always 3.`,
  // Raised by each plan: a policy that names nobody for tier 3 is one that does not offer it, and no fault at start.
  tier: 2,
  params: Params,
  needs: ['kubernetes', 'neo4j'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['GRAPH_CREDENTIALS_REFUSED'],
  paramsFor: () => ({}),
  instruction: 'reset-neo4j-password',
  changes: [
    secretChange,
    { feature, place: 'platform', clock: clockPrefix, mostSeconds: keptSeconds, kept: keptPassword },
    restartChange,
  ],

  async rights(params: Params, context: GraphContext) {
    const { deps, signal } = context;
    const { namespace } = deps.kubernetes;
    const users = await usersFor(params, context).catch((error: unknown) => {
      // Why they cannot be had, the plan says; what may not be looked at is among the rights.
      if (error instanceof TargetError && error.stage !== 'forbidden') throw error;
      if (!(error instanceof AppError)) throw error;
      return undefined;
    });
    const right = (verb: string, resource: string, name?: string, group = '') => ({
      ...{ verb, group, resource, namespace, feature },
      ...(name === undefined ? {} : { name }),
    });
    const names = users === undefined ? [deps.platform.secrets.neo4j] : [...users.secrets.keys()];
    const others = users?.clients.slice(1) ?? [];
    return [
      ...names.flatMap((name) => ['get', 'patch'].map((verb) => right(verb, 'secrets', name))),
      ...['get', 'delete'].map((verb) => right(verb, 'secrets', keptPassword)),
      right('create', 'secrets'),
      ...['get', 'create', 'delete'].map((verb) => right(verb, 'jobs', undefined, 'batch')),
      ...Object.values(workloadKinds).map((kind) => ({
        ...{ verb: 'list', group: 'apps', resource: kind, namespace },
      })),
      ...others.flatMap(({ place: { kind, name } }) =>
        ['get', 'patch'].map((verb) => ({
          ...{ verb, group: 'apps', resource: kind, namespace, name, feature: 'restart' as const },
        })),
      ),
      ...(await rightsToChange({ part, ...params }, { deps, signal }, [], 'restart')),
    ];
  },

  async plan(params, context: GraphContext): Promise<Plan> {
    const { deps, signal } = context;
    const place = await named(placeOf({ part, ...params }, deps), { part, ...params }, deps, signal);
    const users = await usersFor({ workload: place.name }, context);
    const [first] = users.clients;
    const known = isNamedPart(part, place.name, signsOf(first.object), deps.platform);
    const restarts = await restartsOf(users, context);
    mustStay(users);
    const valid = await validPassword(users, context);
    await mustBeAdmitted(users, context, allowedBy);
    const kept = keptWhere(deps);
    await mustBeKept(kept, context, allowedBy);
    const keptName = `secrets/${kept.namespace}/${kept.name}`;
    const former: Facts = { value: notShown };
    const newer: Facts = { value: `= ${keptName}/after` };
    const same = { ...sameUsers(users), valid: keyName(valid.at) };
    const step = (kind: string, target: string, from: Facts, to: Facts, more: Facts = {}): PlanStep => ({
      ...{ kind, target, from, to, precondition: { ...same, ...more }, safety: 'idempotent' },
    });
    const keys = users.keys.map(({ from, form }) => ({
      name: keyName(from),
      spot: spotOf(from, form, users.secrets.get(from.name)?.uid ?? ''),
    }));
    const pods = restarts.reduce((sum, { seen }) => sum + seen.desired, 0);
    const ready = restarts.reduce((sum, { seen }) => sum + seen.ready, 0);
    const facts = { pods, ready, workloads: namesOf(users.clients.map((one) => one.place.name)) };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.reset-neo4j-password',
      actionVersion: 1,
      environment: deps.environment,
      part,
      // That of a restart: the two never run at once.
      target: targetOf(place),
      identity: { uid: first.object.metadata.uid },
      params: { workload: place.name },
      tier: 3,
      raised: known ? { key: 'password-changed', facts: {} } : unknownPart(place.name),
      notes: notesOf(users, keptName),
      steps: [
        step(kinds.keep, keptName, {}, { seconds: keptSeconds }),
        step(kinds.set, 'neo4j', former, newer),
        ...keys.map(({ name, spot }) => step(kinds.write, name, former, newer, spot)),
        ...restarts.map(({ place: at, seen, admitted }) =>
          restartStep(at, {}, seen.generation, { ...identityOf(seen), admitted }),
        ),
      ],
      undo: [
        step(kinds.restore, 'neo4j', newer, former),
        ...keys.map(({ name, spot }) => step(kinds.putBack, name, newer, former, spot)),
        ...restarts.map(({ place: at, seen, admitted }) =>
          restartStep(at, { restarted: restartMark(seen.generation) }, seen.generation + 1, {
            ...identityOf(seen),
            ...{ admitted, generation: seen.generation + 1 },
          }),
        ),
        step(kinds.drop, keptName, { seconds: keptSeconds }, {}),
      ],
      verifyWith: [
        ...verifyPart(part, deps),
        ...verifyOthers(users, context),
        { probe: 'runtime.graph-log' },
      ],
      undoVerifyWith: [takenUp(part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-reset-neo4j', facts },
      undoBlast: { key: 'kubernetes-reset-neo4j-undo', facts },
      stepTimeoutMs: 30_000,
      objects: 3 + users.secrets.size + users.clients.length,
    };
  },

  /** The workloads, Neo4j where it runs here, and the Secrets that are written. */
  async object(plan, context: GraphContext) {
    const { deps, signal } = context;
    const users = await usersFor(Params.parse(plan.params), context);
    const server = users.server === undefined ? [] : [users.server.place];
    const all = await Promise.all(
      [...users.clients.map(({ place }) => place), ...server].map(async (place) =>
        objectAt(place, await look(place, deps, signal), deps, signal),
      ),
    );
    return {
      claims: [
        ...all.flatMap(({ claims }) => claims),
        ...[...users.secrets.values()].map(({ uid }) => `uid=${uid}`),
      ],
      comparable: all.every(({ comparable }) => comparable),
    };
  },

  async applyStep(step, plan, context: RunningReset): Promise<Facts> {
    switch (step.kind) {
      case kinds.keep:
        return keepPasswords(step, () => usersFor(Params.parse(plan.params), context), context);
      case kinds.set:
        return setPassword(writesOf(plan), context);
      case kinds.write:
        return writePassword(step, context);
      case kinds.restore:
        return restorePassword(context);
      case kinds.putBack:
        return putBackPassword(step, context);
      case kinds.drop:
        return drop(keptWhere(context.deps), context);
      default:
        return applyRestart(step, placeIn(step, context), context);
    }
  },

  async observeStep(step, plan, context: RunningReset) {
    switch (step.kind) {
      case kinds.keep:
        return observeKept(context);
      case kinds.set:
        return observeSet(context);
      case kinds.write:
        return observeWritten(step, context);
      case kinds.restore: {
        const users = () => usersFor(Params.parse(plan.params), context);
        return observeRestored(String(step.precondition.valid), users, context);
      }
      case kinds.putBack:
        return observePutBack(step, context);
      case kinds.drop:
        return observeDropped(context);
      default: {
        const seen = await look(placeIn(step, context), context.deps, context.signal);
        return seen.uid === step.precondition.uid ? restartObserved(step, seen) : 'unknown';
      }
    }
  },

  async settled(plan, context: RunningReset) {
    for (const step of plan.steps.filter(({ kind }) => kind === restartKind)) {
      const seen = await look(placeIn(step, context), context.deps, context.signal);
      if (seen.images !== step.precondition.images || !rolledOut(seen)) return false;
    }
    return isTaken(writesOf(plan), context);
  },

  /** Of the keys alone. */
  async otherHand(plan, context: GraphContext) {
    const { namespace } = context.deps.kubernetes;
    for (const { precondition } of writesOf(plan)) {
      const { secret, key } = z.looseObject({ secret: z.string(), key: z.string() }).parse(precondition);
      const seen = await lookAtSecret({ namespace, name: secret }, context);
      const last = seen === undefined ? undefined : lastWrite(seen.object, [['data', key]]);
      if (last !== undefined && last.by !== ourManager) return last;
    }
    return undefined;
  },
});

async function usersFor(params: Params, context: GraphContext): Promise<GraphUsers> {
  const { deps, signal } = context;
  const place = await named(placeOf({ part, ...params }, deps), { part, ...params }, deps, signal);
  const { object } = await look(place, deps, signal);
  return graphUsersOf({ place, object }, context);
}

const writesOf = ({ steps }: Pick<Plan, 'steps'>): readonly PlanStep[] =>
  steps.filter(({ kind }) => kind === kinds.write);

/** The workload that a step restarts: one of the platform's namespace, by its name in the plan. */
function placeIn({ target }: PlanStep, { deps }: GraphContext): Place {
  const [kind, , name = ''] = target.split('/');
  const known = Object.values(workloadKinds).find((one) => one === kind);
  if (known === undefined) throw new AppError('BUG', 'a step of no workload');
  return { kind: known, namespace: deps.kubernetes.namespace, name };
}

/** All of them as they are now, with what the API server would store of their restart. */
function restartsOf({ clients }: GraphUsers, context: GraphContext) {
  return Promise.all(
    clients.map(async ({ place }) => {
      const seen = await look(place, context.deps, context.signal);
      mustRestartOnce(place, seen);
      const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
      return { place, seen, admitted };
    }),
  );
}

function verifyOthers({ clients }: GraphUsers, { deps }: GraphContext): readonly ProbeCall[] {
  const parts = clients.slice(1).map(({ place }) => partOfWorkload(place.name, deps.platform));
  return [...new Set(parts)].flatMap((one) =>
    one === undefined || one === part ? [] : verifyPart(one, deps),
  );
}

function notesOf(
  { keys, secrets, server, others }: GraphUsers,
  keptName: string,
): NonNullable<Plan['notes']> {
  const shared = [...others].filter(([, workloads]) => workloads.length > 0);
  return [
    { key: 'password-never-shown', facts: {} },
    { key: 'kept-until', facts: { secret: keptName, seconds: keptSeconds } },
    { key: 'password-elsewhere', facts: {} },
    ...(server !== undefined && server.login === undefined
      ? [{ key: 'neo4j-first-start', facts: { workload: server.place.name } }]
      : []),
    ...shared.map(([secret, workloads]) => ({
      ...{ key: 'secret-shared', facts: { secret, workloads: namesOf(workloads) } },
    })),
    ...keys.flatMap(({ from }) => {
      const seen = secrets.get(from.name);
      return seen === undefined ? [] : ownershipNotes(seen.object, [['data', from.key]]);
    }),
  ];
}
