import { z } from 'zod';
import {
  defineRemediation,
  type KubernetesUpdate,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { FindingCode } from '../../../domain/probe/findings.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import type { FieldPath } from '../object/ownership.ts';
import {
  amount,
  cpuText,
  memoryText,
  type Resources,
  resourcesOf,
  resourcesPatch,
} from '../object/resources.ts';
import { standingIn } from '../object/standing.ts';
import {
  type Context,
  changeableParts,
  containerName,
  containersIn,
  dryRun,
  kinds,
  look,
  mustRollOut,
  named,
  objectAt,
  type Place,
  placeOf,
  rightsToChange,
  rolledOut,
  type Seen,
  targetOf,
  waitsForReady,
  workloadName,
} from '../object/workload.ts';
import { onWorkload } from '../object/workload-change.ts';
import { signsOf } from '../object/workload-object.ts';
import { memberRisk } from './member-risk.ts';
import { isBesideOld, moreThan, mustFitQuota, neededByPod, times } from './quota.ts';

const most = { memoryMiB: 32_768, cpus: 16 } as const;
/** The guide's values. */
const guide = { memoryMiB: 2048, cpus: 2 } as const;

const Params = z.strictObject({
  part: changeableParts,
  workload: workloadName,
  kind: z.enum(['Deployment', 'StatefulSet']).exactOptional().meta({
    description: 'Kind of the workload; default: that of the part in this installation.',
  }),
  container: containerName.exactOptional().meta({ description: 'Its container, when it has several.' }),
  memoryMiB: z
    .int()
    .min(64)
    .max(most.memoryMiB)
    .exactOptional()
    .meta({ description: 'Memory limit, in MiB; no lower than now.' }),
  cpus: z
    .number()
    .min(0.1)
    .max(most.cpus)
    .exactOptional()
    .meta({ description: 'CPU limit, in cores; no lower than now.' }),
  memoryRequestMiB: z
    .int()
    .min(1)
    .max(most.memoryMiB)
    .exactOptional()
    .meta({ description: 'Memory that a node must have free for it, in MiB.' }),
  cpuRequest: z
    .number()
    .min(0.01)
    .max(most.cpus)
    .exactOptional()
    .meta({ description: 'Cores that a node must have free for it.' }),
});
type Params = z.output<typeof Params>;

const memoryCodes: readonly FindingCode[] = [
  'POD_OOM_KILLED',
  'OOM_KILLED',
  'MEMORY_NEAR_LIMIT',
  'NO_MEMORY_LIMIT',
];
const cpuCodes: readonly FindingCode[] = ['CPU_AT_LIMIT', 'CPU_THROTTLED'];

const fieldsOf = (kind: 'limits' | 'requests') =>
  (
    [
      ['memory', `${most.memoryMiB / 1024}Gi`],
      ['cpu', `${most.cpus}`],
    ] as const
  ).map(
    ([resource, atMost]) =>
      ({
        path: ['spec', 'template', 'spec', 'containers[]', 'resources', kind, resource],
        to: { becomes: 'quantity', most: atMost },
      }) as const,
  );
const [first, ...rest] = [...fieldsOf('limits'), ...fieldsOf('requests')];

export const setResources = defineRemediation({
  id: 'kubernetes.set-resources',
  version: 1,
  doc: `Sets the memory and CPU limits of a container, or its requests (K1.c, P1.b, P2.b, S6.a).
A limit is only raised: a lower one could end what runs.
A missing request is set to what it was in effect, for otherwise the higher limit would be the request.
Refused where a quota of the namespace leaves too little.
Its Pods are replaced one after the other, as by a restart, and members are asked for their peers first.
It is done when all Pods are available with the new values.
Undo sets the former values.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: [...memoryCodes, ...cpuCodes],
  paramsFor({ code, part: found, subject, facts }, at) {
    const part = changeableParts.safeParse(at ?? found);
    if (!part.success) return undefined;
    // Of a Pod's finding the subject is the workload: what has no part is not ours to change.
    const [kind = '', name = ''] = code === 'POD_OOM_KILLED' ? subject.split('/') : [];
    const { container } = facts;
    return {
      part: part.data,
      ...(name !== '' && name !== part.data ? { workload: name } : {}),
      ...(kind === 'deployment' ? { kind: 'Deployment' } : {}),
      ...(kind === 'statefulset' ? { kind: 'StatefulSet' } : {}),
      ...(code === 'POD_OOM_KILLED' && typeof container === 'string' ? { container } : {}),
      ...(memoryCodes.includes(code) ? { memoryMiB: guide.memoryMiB } : { cpus: guide.cpus }),
    };
  },
  instruction: 'raise-limits',
  changes: [
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment, kinds.StatefulSet],
      fields: [first, ...rest] as unknown as KubernetesUpdate['fields'],
    },
  ],
  rights: (params: Params, context: Context) =>
    rightsToChange(params, context, [['policy', 'poddisruptionbudgets']], 'workloads'),

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const place = await named(placeOf(params, deps), params, deps, signal);
    if (place.kind === 'daemonsets') throw refused('no-target', { workload: targetOf(place) });
    const seen = await look(place, deps, signal);
    mustRollOut(place, seen);
    if (seen.strategy === 'OnDelete') throw refused('on-delete-strategy', { workload: place.name });
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const names = seen.containers.map(({ name }) => name);
    const container = params.container ?? (names.length === 1 ? names[0] : undefined);
    if (container === undefined) throw refused('several-containers', { containers: names.join(', ') });
    const from = resourcesOf(seen, container);
    if (from === undefined) throw refused('no-target', { workload: `${targetOf(place)} ${container}` });
    const to = wanted(from, params);
    const quota = await mustFit(place, seen, container, to, { deps, signal });
    const admitted = await dryRun(place, body(seen, container, to), { deps, signal }, 'features.workloads');
    const runs = seen.ready > 0 ? 'running' : 'not-running';
    const object = await objectAt(place, seen, deps, signal);
    const store = known ? await storeBehind(params.part, object, deps, runs, signal) : 'another';
    const raised =
      store === 'another' ? undefined : await memberRisk(params.part, place, seen, { deps, signal });
    const target = targetOf(place);
    const { notes = [], patch } = lasting(place, seen, fieldsOfContainer(container), {
      spec: { template: { spec: { containers: [{ name: container, resources: withoutNulls(to) }] } } },
    });
    const same = { uid: seen.uid, replicas: seen.desired, images: seen.images, container };
    const step = (kind: string, before: Resources, after: Resources, precondition: Facts): PlanStep => {
      const [old, next] = differing(before, after);
      return {
        kind,
        target: `${target} ${container}`,
        from: old,
        to: next,
        precondition: { ...same, ...before, ...precondition },
        safety: 'idempotent',
      };
    };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-resources',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid, ...(store === 'another' ? {} : store) },
      params: { ...params, workload: place.name, container },
      ...tierOf(store === 'another' ? unknownPart(place.name) : raised, 2),
      notes: [...waitsForReady(place, seen), ...quota, ...notes],
      ...present({ patch }),
      steps: [
        step('kubernetes-set-resources', from, to, {
          generation: seen.generation,
          admitted,
          ...asWanted(to),
        }),
      ],
      undo: [
        step('kubernetes-set-resources', to, from, {
          // One change later, and that was ours.
          generation: seen.generation + 1,
          ...asWanted(from),
        }),
      ],
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: {
        key: 'kubernetes-set-resources',
        facts: { pods: seen.desired, ready: seen.ready, container },
      },
      undoBlast: { key: 'kubernetes-set-resources-undo', facts: { pods: seen.desired, container } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => Params.parse(plan.params),
    isDone,
    expected: (step) => read(step).expected,
    besides: (step, seen) => {
      const { container } = read(step);
      return { container, ...resourcesOf(seen, container) };
    },
    body: (step, seen) => {
      const { container, to } = read(step);
      return body(seen, container, to);
    },
  }),

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    if (seen.images !== plan.steps[0].precondition.images) return false;
    return rolledOut(seen);
  },

  otherHand: (plan, context: Context) =>
    otherHandIn(plan, fieldsOfContainer(read(plan.steps[0]).container), context),

  /** By the amounts that it has changed alone. */
  standing(plan, context: Context) {
    const [step] = plan.steps;
    const { container, to } = read(step);
    const changed = keys.filter((key) => step.precondition[key] !== to[key]);
    return standingIn(
      plan,
      changed.map((key) => fieldOf(container, key)),
      (object) => {
        const now = resourcesOf({ containers: containersIn(object) }, container);
        return now !== undefined && changed.every((key) => now[key] === to[key]);
      },
      context,
    );
  },
});

const fieldOf = (container: string, key: (typeof keys)[number]): FieldPath => [
  ...['spec', 'template', 'spec', 'containers', `name=${container}`, 'resources'],
  ...(key.endsWith('Request') ? ['requests', key.replace('Request', '')] : ['limits', key]),
];

const fieldsOfContainer = (container: string): readonly FieldPath[] =>
  (['limits', 'requests'] as const).flatMap((kind) =>
    (['memory', 'cpu'] as const).map((resource) => [
      ...['spec', 'template', 'spec', 'containers', `name=${container}`, 'resources', kind, resource],
    ]),
  );

const keys = ['memory', 'memoryRequest', 'cpu', 'cpuRequest'] as const;

/** All four as they shall be stand in the precondition as well, since what people compare is only what differs. */
const asWanted = (to: Resources): Facts => Object.fromEntries(keys.map((key) => [`wanted.${key}`, to[key]]));

function read({ precondition }: PlanStep) {
  const { admitted: _, ...facts } = precondition;
  const to = Object.fromEntries(keys.map((key) => [key, facts[`wanted.${key}`] ?? null]));
  const expected = Object.fromEntries(Object.entries(facts).filter(([key]) => !key.startsWith('wanted.')));
  return { expected, container: String(facts.container), to: to as unknown as Resources };
}

function isDone(step: PlanStep, seen: Seen): boolean {
  const { container, to } = read(step);
  const now = resourcesOf(seen, container);
  return (
    now !== undefined &&
    seen.uid === step.precondition.uid &&
    seen.images === step.precondition.images &&
    keys.every((key) => now[key] === to[key])
  );
}

function differing(from: Resources, to: Resources): readonly [Facts, Facts] {
  const changed = keys.filter((key) => from[key] !== to[key]);
  // What is not there is left out: null would be read as "unknown".
  const of = (resources: Resources) =>
    Object.fromEntries(changed.flatMap((key) => (resources[key] === null ? [] : [[key, resources[key]]])));
  return [of(from), of(to)];
}

/** AppError CONFLICT where nothing would change, a limit would be lower than now, or a request higher than its limit. */
function wanted(from: Resources, params: Params): Resources {
  const memory = params.memoryMiB === undefined ? from.memory : memoryText(params.memoryMiB);
  const cpu = params.cpus === undefined ? from.cpu : cpuText(params.cpus);
  const request = (
    asked: string | undefined,
    before: string | null,
    limit: string | null,
    now: string | null,
  ) =>
    // Without one a Pod's request is its limit.
    asked ?? before ?? (now === null ? null : (limit ?? '0'));
  const to = {
    memory,
    memoryRequest: request(
      params.memoryRequestMiB === undefined ? undefined : memoryText(params.memoryRequestMiB),
      from.memoryRequest,
      from.memory,
      memory,
    ),
    cpu,
    cpuRequest: request(
      params.cpuRequest === undefined ? undefined : cpuText(params.cpuRequest),
      from.cpuRequest,
      from.cpu,
      cpu,
    ),
  };
  for (const [key, limit, now] of [
    ['memory', to.memory, from.memory],
    ['cpu', to.cpu, from.cpu],
  ] as const) {
    const asked = key === 'memory' ? params.memoryMiB : params.cpus;
    if (asked !== undefined && now !== null && limit !== null && !(amount(limit) > amount(now)))
      throw refused('limit-not-raised', { what: key, now, limit });
  }
  for (const [limit, asked] of [
    [to.memory, to.memoryRequest],
    [to.cpu, to.cpuRequest],
  ] as const)
    if (limit !== null && asked !== null && amount(asked) > amount(limit))
      throw refused('request-above-limit', { request: asked, limit });
  if (keys.every((key) => to[key] === from[key])) throw refused('nothing-to-do');
  return to;
}

/** A merge patch replaces a list as a whole: all containers as they are, and this one with its new values. */
function body({ object }: Seen, container: string, to: Resources) {
  const { template } = object.spec as {
    template: { spec: { containers: readonly { name: string; resources?: Record<string, object> }[] } };
  };
  const containers = template.spec.containers.map((one) => {
    if (one.name !== container) return one;
    const wanting = resourcesPatch(to);
    const merged = (kind: 'limits' | 'requests') =>
      Object.fromEntries(
        Object.entries({ ...one.resources?.[kind], ...wanting[kind] }).filter(([, value]) => value !== null),
      );
    return {
      ...one,
      resources: { ...one.resources, limits: merged('limits'), requests: merged('requests') },
    };
  });
  return { spec: { template: { spec: { containers } } } };
}

/** All Pods with the new values have to fit, and a new one beside the old ones where none of these may go before. */
async function mustFit(
  place: Place,
  seen: Seen,
  container: string,
  to: Resources,
  { deps, signal }: Context,
): Promise<NonNullable<Plan['notes']>> {
  const before = seen.containers.flatMap(({ name }) => resourcesOf(seen, name) ?? []);
  const after = seen.containers.flatMap(({ name }) =>
    name === container ? to : (resourcesOf(seen, name) ?? []),
  );
  const [old, next] = [neededByPod(before), neededByPod(after)];
  const all = moreThan(times(seen.desired, next), times(seen.desired, old));
  const notes = await mustFitQuota(place.namespace, all, deps.kubernetes, signal);
  if (seen.desired > 0 && isBesideOld(place.kind, seen.object, seen.desired))
    await mustFitQuota(place.namespace, times(1, next), deps.kubernetes, signal);
  return notes;
}

function withoutNulls(to: Resources) {
  const { limits, requests } = resourcesPatch(to);
  const kept = (of: Readonly<Record<string, string | null>>) =>
    Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null));
  return { limits: kept(limits), requests: kept(requests) };
}
