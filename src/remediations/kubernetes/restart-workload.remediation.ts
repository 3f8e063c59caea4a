import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../domain/fix/remediation.ts';
import { sha256 } from '../../domain/kernel/canonical.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { wholeJson } from '../../domain/kernel/text.ts';
import { partIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import { bareName } from '../../domain/platform/platform.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { isNamedPart, tierOf, unknownPart } from '../named-part.ts';
import { isMember, quorumRisk } from '../quorum.ts';
import { namesItself, restartable, restartHelpsCause, restartHelpsWith } from '../restart.ts';
import { mustHold, refused } from '../stale.ts';
import { storeBehind } from '../store-behind.ts';
import { verifyPart } from '../verify-part.ts';
import { budgetRisk } from './budgets.ts';
import { objectOf, signsOf } from './workload-object.ts';

const kinds = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;
type WorkloadKind = (typeof kinds)[keyof typeof kinds];

/** In the Pod template, so that its change makes the controller replace the Pods, as `kubectl rollout restart` does. */
const annotation = 'aetherius.io/restarted-generation';
/** With the generation that was seen: a change in between makes another value of it, and is noticed. */
const prefix = 'generation ';

const Params = z.strictObject({
  part: z.enum(partIds).exclude(['runtime']).meta({ description: 'Part of the platform to restart.' }),
  workload: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)
    .exactOptional()
    .meta({ description: 'Name of the workload, when it is not the name of the part.' }),
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']).exactOptional().meta({
    description: 'Kind of the workload; default: that of the part in this installation.',
  }),
});
type Params = z.output<typeof Params>;

const Workload = z.object({
  spec: z.object({
    replicas: z.number().exactOptional(),
    paused: z.boolean().exactOptional(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).exactOptional() }).exactOptional(),
      spec: z.object({
        containers: z.array(z.object({ image: z.string() })),
        volumes: z.array(z.object({ persistentVolumeClaim: z.unknown().exactOptional() })).exactOptional(),
      }),
    }),
    strategy: z.object({ type: z.string() }).exactOptional(),
    updateStrategy: z.object({ type: z.string() }).exactOptional(),
  }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    readyReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    desiredNumberScheduled: z.number().default(0),
    numberReady: z.number().default(0),
    numberAvailable: z.number().default(0),
    updatedNumberScheduled: z.number().default(0),
  }),
});

export const restartWorkload = defineRemediation({
  id: 'kubernetes.restart-workload',
  version: 1,
  doc: `Replaces the Pods of a Deployment, StatefulSet or DaemonSet one after the other, as \`kubectl rollout restart\` does (C1.a, K1).
The patch carries the resource version it was made for, so it cannot change a newer object.
NATS, Neo4j, PostgreSQL and Redis are asked for their peers first, and disruption budgets are read.
It is done when the controller has rolled out the new template and all Pods are available. There is no undo.`,
  tier: 1,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: restartHelpsWith,
  helpsCause: restartHelpsCause,
  /** Only what differs from the part's usual name is said, so that equal offers are equal. */
  paramsFor(finding, at) {
    const part = restartable(finding, at);
    if (part === undefined) return undefined;
    if (!namesItself(finding)) return { part };
    const { kind, name } = finding.facts;
    return {
      part,
      ...(typeof name === 'string' && name !== part ? { workload: name } : {}),
      ...(kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet' ? { kind } : {}),
    };
  },
  instruction: 'see-why-not-running',
  changes: [
    {
      group: 'apps',
      resources: Object.values(kinds),
      field: ['spec', 'template', 'metadata', 'annotations', annotation],
      to: { prefix, counter: 'generation' },
    },
  ],
  async rights(params: Params, { deps, signal }: Context) {
    const usual = placeOf(params, deps);
    const { kind, namespace, name } = await named(usual, params, deps, signal).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'CONFLICT') throw error;
      // It may not be listed: that is one of the rights.
      return usual;
    });
    const right = (verb: string, group: string, resource: string) => ({ verb, group, resource, namespace });
    return [
      right('list', 'apps', kind),
      // Given by name, so that no other one can be changed.
      ...(['get', 'patch'] as const).map((verb) => ({ ...right(verb, 'apps', kind), name })),
      // Whose Pods they are, and at which addresses.
      right('list', '', 'pods'),
      ...(isMember(params.part) ? [right('list', 'policy', 'poddisruptionbudgets')] : []),
      ...(kind === 'deployments' ? [right('list', 'apps', 'replicasets')] : []),
    ];
  },

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const place = await named(placeOf(params, deps), params, deps, signal);
    const seen = await look(place, deps, signal);
    if (seen.paused) throw refused('rollout-paused', { workload: place.name });
    if (seen.strategy === 'OnDelete') throw refused('on-delete-strategy', { workload: place.name });
    if (seen.desired === 0) throw refused('no-target', { workload: place.name });
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const value = `${prefix}${seen.generation}`;
    const admitted = await dryRun(place, value, seen, deps, signal);
    const runs = seen.ready > 0 ? 'running' : 'not-running';
    const store = known
      ? await storeBehind(params.part, await objectAt(place, seen, deps, signal), deps, runs, signal)
      : 'another';
    const member = isMember(params.part);
    const raised =
      store === 'another' || !member || runs === 'not-running'
        ? undefined
        : await memberRisk(params.part, place, seen, deps, signal);
    const usual = seen.stateless && seen.ready >= 2 && !member ? 1 : 2;
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.restart-workload',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target: `${place.kind}/${place.namespace}/${place.name}`,
      identity: { uid: seen.uid, ...(store === 'another' ? {} : store) },
      // With the name that was found, so that every later look is at this very workload.
      params: { ...params, workload: place.name },
      ...tierOf(store === 'another' ? unknownPart(place.name) : raised, usual),
      steps: [
        {
          kind: 'kubernetes-rollout-restart',
          target: `${place.kind}/${place.namespace}/${place.name}`,
          from: { restarted: seen.annotation },
          to: { restarted: value },
          precondition: { ...identityOf(seen), admitted },
          safety: 'idempotent',
        },
      ],
      verifyWith: verifyPart(params.part, deps),
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: {
        key: 'kubernetes-restart',
        facts: { pods: seen.desired, ready: seen.ready, strategy: seen.strategy, stateless: seen.stateless },
      },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  async object(plan, { deps, signal }: Context) {
    const place = placeOf(Params.parse(plan.params), deps);
    return objectAt(place, await look(place, deps, signal), deps, signal);
  },

  async applyStep(step, plan, { deps, signal }: Context): Promise<Facts> {
    const place = placeOf(Params.parse(plan.params), deps);
    const value = String(step.to['restarted']);
    for (let tries = 1; ; tries += 1) {
      const seen = await look(place, deps, signal);
      if (seen.uid === step.precondition['uid'] && seen.annotation === value)
        return { generation: seen.generation, already: true };
      const { admitted: _, ...expected } = step.precondition;
      mustHold(expected, identityOf(seen));
      signal.throwIfAborted();
      try {
        const patched = await deps.kubernetes.patch(
          place.kind,
          place.namespace,
          place.name,
          restartPatch(value, seen.resourceVersion),
          { signal },
        );
        return { generation: patched.metadata.generation ?? 0 };
      } catch (error) {
        // A controller wrote the status in between: look again, since all that was approved may still hold.
        if (!(error instanceof AppError && error.code === 'CONFLICT') || tries === 5) throw error;
      }
    }
  },

  async observeStep(step, plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    if (seen.uid !== step.precondition['uid']) return 'unknown';
    if (seen.annotation === step.to['restarted']) return 'done';
    return seen.generation === step.precondition['generation'] ? 'not-done' : 'unknown';
  },

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    // Pods of another image are well or ill by another hand's doing.
    if (seen.images !== plan.steps[0].precondition['images']) return false;
    const { observed, generation, desired, updated, available, total } = seen;
    return observed >= generation && updated === desired && available === desired && total === desired;
  },
});

type Context = { readonly deps: With<'kubernetes'>; readonly signal: AbortSignal };
interface Place {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

/** Only the two namespaces of the environment, only by name: never a selector (R-P7). */
function placeOf(params: Params, deps: With<'kubernetes'>): Place {
  const agent = params.part === 'collect-agent';
  const { workload } = deps.platform.parts[params.part];
  const usual = workload.startsWith('daemonset/')
    ? 'DaemonSet'
    : workload.startsWith('statefulset/')
      ? 'StatefulSet'
      : 'Deployment';
  return {
    kind: kinds[params.kind ?? usual],
    namespace: agent ? deps.kubernetes.agentNamespace : deps.kubernetes.namespace,
    name: params.workload ?? bareName(workload),
  };
}

/** `aetherius-redis` is Redis as well. Two candidates are refused: a person cannot have meant both (R-P7). */
async function named(
  place: Place,
  params: Params,
  deps: With<'kubernetes'>,
  signal: AbortSignal,
): Promise<Place> {
  if (params.workload !== undefined) return place;
  const objects = await deps.kubernetes.list(place.kind, place.namespace, { signal });
  const names = objects
    .map((object) => object.metadata.name)
    .filter((name) => partOfWorkload(name, deps.platform) === params.part);
  const [name] = names;
  if (name === undefined)
    throw refused('no-target', { workload: `${place.kind}/${place.namespace}/${place.name}` });
  if (names.length > 1) throw refused('ambiguous-target', { workloads: names.join(', ') });
  return { ...place, name };
}

async function look(place: Place, deps: With<'kubernetes'>, signal: AbortSignal) {
  const object = await deps.kubernetes
    .get(place.kind, place.namespace, place.name, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('no-target', { workload: `${place.kind}/${place.namespace}/${place.name}` });
      throw error;
    });
  const { spec, status } = Workload.parse(object);
  const daemon = place.kind === 'daemonsets';
  const strategy = (spec.strategy ?? spec.updateStrategy)?.type ?? 'RollingUpdate';
  const volumes = spec.template.spec.volumes ?? [];
  return {
    object,
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    generation: object.metadata.generation ?? 0,
    observed: status.observedGeneration,
    images: spec.template.spec.containers.map((container) => container.image).join(' '),
    annotation: spec.template.metadata?.annotations?.[annotation] ?? null,
    paused: spec.paused === true,
    strategy,
    stateless:
      place.kind !== 'statefulsets' &&
      strategy === 'RollingUpdate' &&
      volumes.every((volume) => volume.persistentVolumeClaim === undefined),
    desired: daemon ? status.desiredNumberScheduled : (spec.replicas ?? 1),
    total: daemon ? status.desiredNumberScheduled : status.replicas,
    ready: daemon ? status.numberReady : status.readyReplicas,
    available: daemon ? status.numberAvailable : status.availableReplicas,
    updated: daemon ? status.updatedNumberScheduled : status.updatedReplicas,
  };
}
type Seen = Awaited<ReturnType<typeof look>>;

function objectAt(place: Place, seen: Seen, { kubernetes }: With<'kubernetes'>, signal: AbortSignal) {
  return objectOf(place.kind, place.namespace, seen.object, seen.ready, kubernetes, signal);
}

/** R-P8: a rollout is not limited by budgets, and takes the next Pod also while another one is away. */
async function memberRisk(
  part: Params['part'],
  place: Place,
  seen: Seen,
  deps: With<'kubernetes'>,
  signal: AbortSignal,
): Promise<Plan['raised']> {
  const facts = { part, ready: seen.ready, pods: seen.desired };
  if (seen.desired > 1 && seen.ready < seen.desired) throw refused('member-away', facts);
  if (seen.desired > 1 && seen.strategy === 'Recreate') throw refused('all-at-once', facts);
  const quorum = await quorumRisk(part, deps, signal);
  return quorum ?? (await budgetRisk(place.namespace, seen.object, deps.kubernetes, signal));
}

/** R-P3: what must not have changed between approval and effect. */
function identityOf(seen: Seen): Facts {
  return { uid: seen.uid, generation: seen.generation, replicas: seen.desired, images: seen.images };
}

function restartPatch(value: string, resourceVersion: string) {
  return {
    metadata: { resourceVersion },
    spec: { template: { metadata: { annotations: { [annotation]: value } } } },
  };
}

/** R-P5: what the API server would store, after admission; its hash is part of the plan. */
async function dryRun(
  place: Place,
  value: string,
  seen: Seen,
  deps: With<'kubernetes'>,
  signal: AbortSignal,
): Promise<string> {
  const body = { spec: restartPatch(value, seen.resourceVersion).spec };
  const object: KubeObject = await deps.kubernetes.patch(place.kind, place.namespace, place.name, body, {
    dryRun: true,
    signal,
  });
  return sha256(wholeJson(object['spec'])).slice(0, 16);
}
