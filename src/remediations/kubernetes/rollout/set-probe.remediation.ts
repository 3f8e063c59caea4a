import { z } from 'zod';
import {
  defineRemediation,
  type FieldChange,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { factsOf } from '../../../domain/platform/platform.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import type { FieldPath } from '../object/ownership.ts';
import { standingIn } from '../object/standing.ts';
import {
  asDeployment,
  type Context,
  changeableParts,
  containerName,
  dryRun,
  identityOf,
  kinds,
  look,
  mustRollOut,
  named,
  placeOf,
  rightsToChange,
  rolledOut,
  type Seen,
  targetOf,
  workloadName,
} from '../object/workload.ts';
import { onWorkload } from '../object/workload-change.ts';
import { podsOf, signsOf } from '../object/workload-object.ts';

const probes = ['readiness', 'liveness'] as const;
type Asker = (typeof probes)[number];
const otherOf = { readiness: 'liveness', liveness: 'readiness' } as const;
const fieldOf = { readiness: 'readinessProbe', liveness: 'livenessProbe' } as const;

const port = z.int().min(1).max(65_535);
const Params = z.strictObject({
  part: changeableParts,
  workload: workloadName,
  container: containerName.meta({ description: 'Container whose probe it is.' }),
  probe: z.enum(probes).meta({ description: 'The probe that fails.' }),
  port: port.meta({ description: 'The port that the probe asks now, and that refuses.' }),
});
type Params = z.output<typeof Params>;

const Handler = z.looseObject({ port: z.union([z.number(), z.string()]) });
const Probe = z.looseObject({
  httpGet: Handler.nullish(),
  tcpSocket: Handler.nullish(),
  // Defaults of the API (core/v1, Probe), in seconds.
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  failureThreshold: z.number().default(3),
});
type Probe = z.output<typeof Probe>;
const Container = z.looseObject({
  name: z.string(),
  ports: z.array(z.looseObject({ name: z.string().exactOptional(), containerPort: z.number() })).default([]),
  readinessProbe: Probe.nullish(),
  livenessProbe: Probe.nullish(),
});
type Container = z.output<typeof Container>;
const Template = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(Container) }) }) }),
});
const Pod = z.object({
  spec: z.object({ containers: z.array(Container) }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }))
        .default([]),
      containerStatuses: z
        .array(
          z.object({
            name: z.string(),
            ready: z.boolean().default(false),
            restartCount: z.number().default(0),
            state: z
              .object({ running: z.object({ startedAt: z.string().nullish() }).exactOptional() })
              .default({}),
            lastState: z
              .object({ terminated: z.object({ startedAt: z.string().nullish() }).exactOptional() })
              .default({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

const handlers = ['httpGet', 'tcpSocket'] as const;
const [first, ...rest] = Object.values(fieldOf).flatMap((field) =>
  handlers.map(
    (handler): FieldChange => ({
      path: ['spec', 'template', 'spec', 'containers[]', field, handler, 'port'],
      to: { becomes: 'number', from: [1, 65_535], to: [1, 65_535] },
    }),
  ),
) as [FieldChange, ...FieldChange[]];

const fieldIn = ({ container, probe }: z.output<typeof Params>): FieldPath => [
  ...['spec', 'template', 'spec', 'containers', `name=${container}`, fieldOf[probe]],
];

export const setProbe = defineRemediation({
  id: 'kubernetes.set-probe',
  version: 1,
  doc: `Lets the readiness or liveness probe of a Deployment ask the port on which its other probe is answered (K1.f).
The port before must have refused the probe, and the other probe must be seen to pass in a Pod of today.
A port that the container declares, or that is the part's own, is never given up: a program that does not open it is ill.
Path, times and thresholds stay.
Its Pods are replaced one after the other.
It is done when all Pods are available, and have stayed for longer than the liveness probe would need to end them.
Undo sets the former port.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['POD_PROBE_FAILS'],
  paramsFor({ part: found, subject, facts }, at) {
    const part = changeableParts.safeParse(at ?? found);
    const [kind, name = ''] = subject.split('/');
    const { container, probe, refusedPort } = facts;
    if (!part.success || kind !== 'deployment') return undefined;
    if (typeof container !== 'string' || typeof refusedPort !== 'number') return undefined;
    if (probe !== 'readiness' && probe !== 'liveness') return undefined;
    return {
      ...{ part: part.data, container, probe, port: refusedPort },
      ...(name === part.data ? {} : { workload: name }),
    };
  },
  instruction: 'mend-probe',
  changes: [{ feature: 'workloads', group: 'apps', resources: [kinds.Deployment], fields: [first, ...rest] }],
  rights: (params: Params, context: Context) =>
    rightsToChange(asDeployment(params), context, [], 'workloads'),

  async plan(params, { deps, signal, now }: Context & { now(): Date }): Promise<Plan> {
    const wanted = asDeployment(params);
    const place = await named(placeOf(wanted, deps), wanted, deps, signal);
    const seen = await look(place, deps, signal);
    mustRollOut(place, seen);
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const { probe, container } = params;
    const other = otherOf[probe];
    const asked = probeOf(seen, container, probe);
    if (asked === undefined || asked.port !== params.port)
      throw refused('probe-asks-elsewhere', { probe, container, port: params.port });
    const answered = probeOf(seen, container, other);
    if (answered === undefined || answered.port === asked.port)
      throw refused('no-other-port', { container, other, port: params.port });
    const owned = portsOf(seen, container, factsOf(deps.platform, params.part).port);
    if (owned.has(asked.port)) throw refused('port-is-its-own', { container, port: asked.port });
    if (!owned.has(answered.port))
      throw refused('port-not-declared', { container, other, port: answered.port });
    const pods = (await podsOf(place.kind, place.namespace, seen.uid, deps.kubernetes, signal)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    const proved = pods.filter((pod) => passes(Pod.parse(pod), params, answered.port, now()));
    if (proved.length === 0) throw refused('other-probe-not-proved', { container, other });
    const target = targetOf(place);
    const change = body(seen, params, answered.port);
    const admitted = await dryRun(place, change, { deps, signal }, 'features.workloads');
    const same = { ...identityOf(seen), probed: probe };
    const { notes = [], patch } = lasting(place, seen, [fieldIn(params)], {
      spec: {
        template: {
          spec: {
            containers: [{ name: container, [fieldOf[probe]]: { [asked.handler]: { port: answered.port } } }],
          },
        },
      },
    });
    const step = (from: number, to: number, precondition: Facts): PlanStep => ({
      kind: 'kubernetes-set-probe',
      target: `${target} ${container} ${fieldOf[probe]}`,
      from: { port: from },
      to: { port: to },
      precondition: { ...same, port: from, ...precondition },
      safety: 'idempotent',
    });
    const { path } = asked;
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-probe',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [
        ...(path === undefined
          ? []
          : [{ key: 'probe-path-stays', facts: { probe, path, port: answered.port } }]),
        ...notes,
      ],
      ...present({ patch }),
      steps: [step(asked.port, answered.port, { admitted })],
      // One change later, and that was ours.
      undo: [step(answered.port, asked.port, { generation: seen.generation + 1 })],
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: stableMs(probeOf(seen, container, 'liveness')?.probe),
      blast: {
        key: 'kubernetes-set-probe',
        facts: { pods: seen.desired, ready: seen.ready, other, port: answered.port, proved: proved.length },
      },
      undoBlast: { key: 'kubernetes-set-probe-undo', facts: { pods: seen.desired, port: asked.port } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => asDeployment(Params.parse(plan.params)),
    isDone: (step, seen, plan) => isDone(step, Params.parse(plan.params), seen),
    besides: (_step, seen, { plan }) => {
      const { container, probe } = Params.parse(plan.params);
      return { probed: probe, port: probeOf(seen, container, probe)?.port ?? null };
    },
    body: (step, seen, { plan }) => body(seen, Params.parse(plan.params), Number(step.to.port)),
  }),

  async settled(plan, { deps, signal }: Context) {
    const params = Params.parse(plan.params);
    const seen = await look(placeOf(asDeployment(params), deps), deps, signal);
    return isDone(plan.steps[0], params, seen) && rolledOut(seen);
  },

  /** A container that a liveness probe ends starts anew, and is ready in between. */
  async mark(plan, { deps, signal }: Context) {
    const place = placeOf(asDeployment(Params.parse(plan.params)), deps);
    const { uid } = await look(place, deps, signal);
    const pods = await podsOf(place.kind, place.namespace, uid, deps.kubernetes, signal);
    return pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap((pod) =>
        Pod.parse(pod).status.containerStatuses.map(
          ({ name, restartCount }) => `${pod.metadata.name}/${name} ${restartCount}`,
        ),
      )
      .toSorted()
      .join(', ');
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [fieldIn(Params.parse(plan.params))], context),

  standing(plan, context: Context) {
    const params = Params.parse(plan.params);
    const ports = handlers.map((handler) => [...fieldIn(params), handler, 'port']);
    const { port } = plan.steps[0].to;
    return standingIn(
      plan,
      ports,
      (object) => probeIn(object, params.container, params.probe)?.port === port,
      context,
    );
  },
});

interface Asked {
  readonly handler: (typeof handlers)[number];
  readonly port: number;
  readonly path?: string;
  readonly probe: Probe;
}

/** What a probe of a container asks, where it asks a port; one with a name is that of the container. */
function askedBy(container: Container | undefined, asker: Asker): Asked | undefined {
  const probe = container?.[fieldOf[asker]];
  if (container === undefined || probe == null) return undefined;
  const handler = handlers.find((one) => probe[one] != null);
  const asks = handler === undefined ? undefined : probe[handler];
  if (handler === undefined || asks == null) return undefined;
  const number =
    typeof asks.port === 'number'
      ? asks.port
      : container.ports.find(({ name }) => name === asks.port)?.containerPort;
  const path = asks.path;
  return number === undefined
    ? undefined
    : { handler, port: number, probe, ...(typeof path === 'string' ? { path } : {}) };
}

const probeOf = ({ object }: Seen, container: string, asker: Asker) => probeIn(object, container, asker);

const probeIn = (object: Seen['object'], container: string, asker: Asker) =>
  askedBy(
    Template.parse(object).spec.template.spec.containers.find(({ name }) => name === container),
    asker,
  );

/** Ports that a container says it has, and that of the part that it is. */
function portsOf({ object }: Seen, name: string, ofPart: number | undefined): ReadonlySet<number> {
  const { containers } = Template.parse(object).spec.template.spec;
  const declared = containers.find((one) => one.name === name)?.ports ?? [];
  return new Set([
    ...declared.map(({ containerPort }) => containerPort),
    ...(ofPart === undefined ? [] : [ofPart]),
  ]);
}

/** Time after which a failing probe has ended its container, with a second more for each try to be late. */
const endsAfterMs = ({ initialDelaySeconds, periodSeconds, failureThreshold }: Probe) =>
  (initialDelaySeconds + (periodSeconds + 1) * (failureThreshold + 1)) * 1_000;

/**
 * Whether this Pod asks both ports as the template does, and the other probe is answered in it: its container is ready, or
 * was in its last life; or it has run for longer than a failing liveness probe would have let it.
 */
function passes(
  { spec, status }: z.output<typeof Pod>,
  params: Params,
  answered: number,
  now: Date,
): boolean {
  const container = spec.containers.find(({ name }) => name === params.container);
  const state = status.containerStatuses.find(({ name }) => name === params.container);
  const other = askedBy(container, otherOf[params.probe]);
  if (askedBy(container, params.probe)?.port !== params.port || other?.port !== answered) return false;
  if (params.probe === 'liveness') return state?.ready === true || wasReady(status, state);
  const startedAt = Date.parse(state?.state.running?.startedAt ?? '');
  return state?.ready === false && now.getTime() - startedAt > endsAfterMs(other.probe);
}

type Status = z.output<typeof Pod>['status'];

/**
 * In the last life of a container, which a liveness probe has ended: all containers of its Pod have ceased to be ready
 * since that began, so they were until then.
 */
function wasReady({ conditions }: Status, state: Status['containerStatuses'][number] | undefined): boolean {
  const ready = conditions.find(({ type }) => type === 'ContainersReady');
  const began = Date.parse(state?.lastState.terminated?.startedAt ?? '');
  return ready?.status === 'False' && Date.parse(ready.lastTransitionTime ?? '') > began;
}

/** Long enough for a failing liveness probe to show itself, and no longer than two minutes. */
const stableMs = (liveness: Probe | undefined) =>
  Math.min(Math.max(liveness === undefined ? 0 : endsAfterMs(liveness), 15_000), 120_000);

const isDone = ({ to, precondition }: PlanStep, { container, probe }: Params, seen: Seen) =>
  seen.uid === precondition.uid &&
  seen.images === precondition.images &&
  probeOf(seen, container, probe)?.port === to.port;

/** A merge patch replaces a list as a whole: all containers as they are, and this one with its probe. */
function body({ object }: Seen, { container, probe }: Params, to: number) {
  const { template } = object.spec as {
    template: { spec: { containers: readonly { name: string; [field: string]: unknown }[] } };
  };
  const containers = template.spec.containers.map((one) => {
    const asked = one.name === container ? askedBy(Container.parse(one), probe) : undefined;
    if (asked === undefined) return one;
    const field = one[fieldOf[probe]] as Record<string, object>;
    return { ...one, [fieldOf[probe]]: { ...field, [asked.handler]: { ...field[asked.handler], port: to } } };
  });
  return { spec: { template: { spec: { containers } } } };
}
