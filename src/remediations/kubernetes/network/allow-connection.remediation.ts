import { z } from 'zod';
import {
  defineRemediation,
  type Operation,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { serviceIds } from '../../../domain/platform/part.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { mustHold, refused, stale } from '../../shared/stale.ts';
import { clockJob, dryRunOf, found, isOver } from '../object/made-objects.ts';
import { changeableParts, kinds } from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import {
  type Context,
  claimsOf,
  lookAtConnection,
  type SeenConnection,
  tryConnection,
  withoutNames,
  wouldAllow,
} from './connection-ends.ts';
import {
  type Allowed,
  allowPolicy,
  connectionPrefix,
  jobName,
  lastingPolicies,
  mostSeconds,
  policyName,
} from './connection-objects.ts';
import { labelsIn, labelsText } from './service-object.ts';

const feature = 'connections' as const;
const allowedBy = `features.${feature}`;
const start = 'kubernetes-start-clock';
const end = 'kubernetes-end-connection';
const allow = { Ingress: 'kubernetes-allow-ingress', Egress: 'kubernetes-allow-egress' } as const;

/** Network engines with rules that deny, which no allow rule of Kubernetes outweighs, by the API groups that they bring. */
const denying = new Map([
  ['cilium.io', 'Cilium'],
  ['crd.projectcalico.org', 'Calico'],
  ['projectcalico.org', 'Calico'],
  ['crd.antrea.io', 'Antrea'],
  ['k8s.ovn.org', 'OVN-Kubernetes'],
  ['policy.networking.k8s.io', 'AdminNetworkPolicy'],
]);

const Params = z.strictObject({
  from: z.enum(serviceIds).meta({ description: 'Service that connects.' }),
  to: changeableParts.meta({ description: 'Part that it cannot reach.' }),
  port: z.int().min(1).max(65_535).meta({ description: 'Port of the Pods to which the connection leads.' }),
  seconds: z
    .int()
    .min(15)
    .max(mostSeconds)
    .default(mostSeconds)
    .meta({ description: 'Seconds after which the cluster ends it.' }),
});
type Params = z.output<typeof Params>;
type Running = Context & { readonly operation?: Operation };

export const allowConnection = defineRemediation({
  id: 'kubernetes.allow-connection',
  version: 1,
  doc: `Lets one connection through that NetworkPolicies block, for five minutes at most (N1.c).
Allow rules add up, so no policy is lifted or changed: one is added for the two ends and the port, in each direction that is blocked.
It belongs to a Job that runs nothing; the cluster itself ends the Job when its time is over, and deletes both.
So it ends even if nothing of the bot runs any more.
Refused with network engines that have rules to deny (Cilium, Calico, Antrea, OVN-Kubernetes, AdminNetworkPolicy).
Refused where a rule would reach other Pods, or would cut off Pods that no policy isolates yet.
Refused where the connection works, where the service may ask no name server, and for the collect agents.
It is done when the service's own container gets an answer on that port.
Undo deletes the Job; it is done when the policies are gone as well.`,
  // Somebody may have cut it off on purpose.
  tier: 2,
  params: Params,
  needs: ['kubernetes', 'runtime'],
  on: 'kubernetes',
  helpsWith: ['POLICY_BLOCKS'],
  paramsFor({ facts }) {
    const params = Params.omit({ seconds: true }).safeParse({
      ...{ from: facts.from, to: facts.to, port: facts.port },
    });
    return params.success && params.data.from !== params.data.to ? params.data : undefined;
  },
  instruction: 'lift-policy',
  changes: [{ feature, prefix: connectionPrefix, mostSeconds }],
  rights(_params: Params, { deps }: Context) {
    const right = (verb: string, group: string, resource: string) => ({
      ...{ verb, group, resource, namespace: deps.kubernetes.namespace, feature },
    });
    const { feature: _, ...command } = right('create', '', 'pods/exec');
    return Promise.resolve([
      ...['get', 'create', 'delete'].map((verb) => right(verb, 'batch', 'jobs')),
      ...['list', 'get', 'create'].map((verb) => right(verb, 'networking.k8s.io', 'networkpolicies')),
      ...['pods', 'services'].map((resource) => right('list', '', resource)),
      ...[...Object.values(kinds), 'replicasets'].map((kind) => right('list', 'apps', kind)),
      // That it works again is told by the service's own container.
      command,
    ]);
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps, signal } = context;
    const { from, to, port, seconds } = params;
    if (from === to) throw refused('connection-to-itself', { part: from });
    const groups = await deps.kubernetes.groups({ signal });
    const engine = groups.map((group) => denying.get(group)).find((name) => name !== undefined);
    if (engine !== undefined) throw refused('deny-rules', { engine });
    const seen = await lookAtConnection(params, context);
    const known = [seen.from, seen.to].map(({ place, object }, at) =>
      isNamedPart(at === 0 ? from : to, place.name, signsOf(object), deps.platform),
    );
    if (seen.blocked.length === 0) throw refused('no-policy-blocks', { from, to, port });
    const nameless = withoutNames(seen);
    if (nameless.length > 0) throw refused('names-blocked', { from, policy: nameless.join(', ') });
    if ((await tryConnection(params, seen, context)) === true)
      throw refused('connection-works', { from, to, port });
    const allowed = allowedFor(seen, port);
    const { namespace } = deps.kubernetes;
    const owner = { name: `${connectionPrefix}plan`, uid: 'plan' };
    const objects = allowed.map((one) =>
      allowPolicy({ name: policyName('plan', one.direction), namespace }, one, owner),
    );
    if (!wouldAllow(seen, port, objects)) throw refused('still-blocked', { from, to, port });
    await dryRunOf('jobs', clockJob(owner.name, seconds), context, allowedBy);
    const admitted = await Promise.all(
      objects.map((one) => dryRunOf('networkpolicies', one, context, allowedBy)),
    );
    const same = sameAs(seen);
    const policies = [...new Set(seen.blocked.flatMap((one) => one.policies))].join(', ');
    const target = `${namespace}/${seen.from.place.name}-to-${seen.to.place.name}/${port}`;
    const unknown = known.indexOf(false);
    const facts = { from, to, port, seconds, policy: policies };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.allow-connection',
      actionVersion: 1,
      environment: deps.environment,
      part: from,
      target,
      identity: { 'uid.0': seen.from.object.metadata.uid, 'uid.1': seen.to.object.metadata.uid },
      params,
      ...tierOf(unknown < 0 ? undefined : unknownPart([seen.from, seen.to][unknown]?.place.name ?? ''), 2),
      notes: [
        { key: 'ends-by-itself', facts: { seconds } },
        { key: 'stays-while-policy', facts: { policy: policies } },
        { key: 'nobodys-object', facts: {} },
        { key: 'keep-connection', facts: {} },
      ],
      patch: lastingPolicies(`${seen.from.place.name}-to-${seen.to.place.name}`, allowed, namespace),
      steps: [
        {
          ...{ kind: start, target, from: {}, to: { seconds } },
          precondition: same,
          safety: 'idempotent',
        },
        ...allowed.map((one, at) => stepOf(one, seen, { ...same, admitted: admitted[at] ?? '' })),
      ],
      undo: [
        {
          ...{ kind: end, target, from: { seconds }, to: {} },
          precondition: { uid: seen.to.object.metadata.uid },
          safety: 'idempotent',
        },
      ],
      verifyWith: [
        { probe: 'runtime.running', with: { part: from } },
        ...(isService(to) ? [{ probe: 'runtime.connection', with: { from, to } } as const] : []),
      ],
      // It is blocked again then, as somebody wanted it; that the service runs is all that can be asked.
      undoVerifyWith: [{ probe: 'runtime.running', with: { part: from } }],
      verifyWithinMs: Math.min(60_000, seconds * 500),
      stableForMs: 3_000,
      blast: { key: 'kubernetes-allow-connection', facts },
      undoBlast: { key: 'kubernetes-allow-connection-undo', facts },
      stepTimeoutMs: 20_000,
      objects: 1 + allowed.length,
    };
  },

  object: (plan, context: Context) => claimsOf(Params.parse(plan.params), context),

  async applyStep(step, plan, context: Running): Promise<Facts> {
    const { deps, signal } = context;
    const { kubernetes } = deps;
    const params = Params.parse(plan.params);
    const { id, age } = operationOf(context);
    const job = await found('jobs', jobName(id), context);
    if (step.kind === end) {
      if (job === undefined) return { already: true };
      signal.throwIfAborted();
      const { name, uid } = job.metadata;
      await kubernetes.remove('jobs', kubernetes.namespace, name, { uid }, { signal });
      return { job: name };
    }
    if (step.kind === start) {
      if (job !== undefined && !isOver(job)) return { already: true };
      const since = await age();
      // It was made, perhaps, and its time is over: what was approved was this much time, once.
      if (job !== undefined || since >= params.seconds * 1_000)
        throw stale({ begun: 0 }, { begun: Math.round(since / 1_000) });
      mustHold(step.precondition, sameAs(await lookAtConnection(params, context)));
      signal.throwIfAborted();
      const body = clockJob(jobName(id), params.seconds);
      const made = await kubernetes.create('jobs', kubernetes.namespace, body, { signal });
      return { job: made.metadata.name };
    }
    const allowed = allowedIn(step);
    const name = policyName(id, allowed.direction);
    if (job === undefined || isOver(job)) throw stale({ job: jobName(id) }, { job: null });
    if ((await found('networkpolicies', name, context)) !== undefined) return { already: true };
    const { admitted: _, ...expected } = step.precondition;
    mustHold(expected, sameAs(await lookAtConnection(params, context)));
    signal.throwIfAborted();
    const owner = { name: job.metadata.name, uid: job.metadata.uid };
    const where = { name, namespace: kubernetes.namespace };
    await kubernetes.create('networkpolicies', where.namespace, allowPolicy(where, allowed, owner), {
      signal,
    });
    return { policy: name };
  },

  async observeStep(step, _plan, context: Running) {
    const { id } = operationOf(context);
    const job = await found('jobs', jobName(id), context);
    if (step.kind === start) return job === undefined || isOver(job) ? 'not-done' : 'done';
    if (step.kind === end) {
      const left = await Promise.all(
        (['Ingress', 'Egress'] as const).map((one) => found('networkpolicies', policyName(id, one), context)),
      );
      return job === undefined && left.every((one) => one === undefined) ? 'done' : 'not-done';
    }
    const policy = await found('networkpolicies', policyName(id, allowedIn(step).direction), context);
    return policy === undefined || job === undefined || isOver(job) ? 'not-done' : 'done';
  },

  /** Another signal than what was written: the client gets an answer. And what isolated its Pods still does. */
  async settled(plan, context: Context) {
    const params = Params.parse(plan.params);
    const seen = await lookAtConnection(params, context);
    const now = sameAs(seen);
    const [{ precondition }] = plan.steps;
    if (Object.keys(now).some((key) => now[key] !== precondition[key])) return false;
    return (await tryConnection(params, seen, context)) === true;
  },
});

const isService = (part: string): boolean => serviceIds.some((id) => id === part);

function operationOf({ operation }: Running): Operation {
  if (operation === undefined) throw new AppError('BUG', 'a step of no operation');
  return operation;
}

/** What must be as it was when people approved it: both ends, and what blocks the way between them. */
const sameAs = ({ from, to, blocked }: SeenConnection): Facts => ({
  from_uid: from.object.metadata.uid,
  to_uid: to.object.metadata.uid,
  blocked: blocked.map(({ direction, exact }) => `${direction}: ${exact}`).join('; '),
});

function allowedFor({ from, to, blocked }: SeenConnection, port: number): readonly Allowed[] {
  return blocked.map(({ direction }) =>
    direction === 'Ingress'
      ? { direction, pods: to.labels, peer: from.labels, port }
      : { direction, pods: from.labels, peer: to.labels, port },
  );
}

function stepOf(
  { direction, pods, peer, port }: Allowed,
  { from, to }: SeenConnection,
  precondition: Facts,
): PlanStep {
  return {
    kind: allow[direction],
    target: (direction === 'Ingress' ? to : from).place.name,
    from: {},
    to: { pods: labelsText(pods), peer: labelsText(peer), port },
    precondition,
    safety: 'idempotent',
  };
}

function allowedIn({ kind, to }: PlanStep): Allowed {
  return {
    direction: kind === allow.Ingress ? 'Ingress' : 'Egress',
    pods: labelsIn(String(to.pods)),
    peer: labelsIn(String(to.peer)),
    port: Number(to.port),
  };
}
