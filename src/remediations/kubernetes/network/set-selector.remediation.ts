import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lastingOf } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import { valueAt } from '../object/ownership.ts';
import { dryRunAt, patchOnceAt } from '../object/patch.ts';
import { standingIn } from '../object/standing.ts';
import { type Context, changeableParts, kinds, look, objectAt, workloadName } from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import {
  type Labels,
  labelsIn,
  labelsOfPods,
  labelsText,
  lookAtService,
  podsWith,
  portsUnknown,
  type SeenService,
  workloadOfPart,
} from './service-object.ts';

/** More labels than any workload is known by. */
const most = 16;
const feature = 'services' as const;

const Params = z.strictObject({
  part: changeableParts,
  service: workloadName.meta({
    description: 'Name of the Service, when it is not that of the part in this installation.',
  }),
});
type Params = z.output<typeof Params>;

export const setSelector = defineRemediation({
  id: 'kubernetes.set-selector',
  version: 1,
  doc: `Lets a Service that selects no Pod select those of the workload that it was meant for (N1.a).
The new selector is the one by which that workload knows its own Pods: no label is typed or guessed.
Refused where the Service selects a Pod, and where the part has no workload or several.
Refused, too, until one of its Pods is ready, and where these labels fit other Pods as well.
Nothing is restarted. It is done when the Service has ready endpoints.
Undo sets the former selector; it is refused once somebody has changed it.`,
  // Somebody may have cut the part off on purpose.
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: ['SERVICE_WITHOUT_ENDPOINTS'],
  helpsCause: ['SERVICE_SELECTS_NOTHING'],
  paramsFor({ code, part: found, facts }, at) {
    const part = changeableParts.safeParse(at ?? found);
    const { reason, service } = facts;
    if (!part.success || typeof service !== 'string') return undefined;
    // Pods that are there and not ready are no matter of labels.
    if (code === 'SERVICE_WITHOUT_ENDPOINTS' && reason !== 'no-pods-match') return undefined;
    return { part: part.data, ...(service === part.data ? {} : { service }) };
  },
  instruction: 'mend-service-selector',
  changes: [
    {
      feature,
      group: '',
      resources: ['services'],
      fields: [{ path: ['spec', 'selector'], to: { becomes: 'labels', most } }],
    },
  ],
  rights(params: Params, { deps }: Context) {
    const { namespace, name } = placeOf(params, deps);
    const right = (verb: string, group: string, resource: string) => ({
      ...{ verb, group, resource, namespace, feature },
    });
    return Promise.resolve([
      ...['get', 'patch'].map((verb) => ({ ...right(verb, '', 'services'), name })),
      right('list', '', 'pods'),
      ...[...Object.values(kinds), 'replicasets'].map((kind) => right('list', 'apps', kind)),
    ]);
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const where = placeOf(params, deps);
    const { namespace, name } = where;
    const seen = await lookAtService(namespace, name, context);
    if (!seen.selects) throw refused('service-without-selector', { service: name });
    const selected = await podsWith(seen.selector, namespace, context);
    if (selected.length > 0) throw refused('selects-pods', { service: name, pods: selected.length });
    const signs = { names: [name], images: [], ports: [] };
    const known = isNamedPart(params.part, name, signs, deps.platform);
    const workload = await workloadOfPart(params.part, namespace, context);
    isNamedPart(params.part, workload.place.name, signsOf(workload.object), deps.platform);
    const { labels, pods, ready } = await labelsOfPods(workload, context);
    if (Object.keys(labels).length > most)
      throw refused('selector-not-labels', { workload: workload.place.name });
    const unknown = portsUnknown(seen, workload.object);
    if (unknown.length > 0)
      throw refused('service-port-unknown', { service: name, ports: unknown.join(', ') });
    const admitted = await dryRunAt(where, body(seen, labels), context, `features.${feature}`);
    const target = `services/${namespace}/${name}`;
    const [from, to] = [seen.selectorText, labelsText(labels)];
    const { notes = [], patch } = lastingOf(
      { apiVersion: 'v1', kind: 'Service' },
      seen.object,
      [['spec', 'selector']],
      // The labels that are wrong would stay beside the right ones.
      { spec: { selector: body(seen, labels).spec.selector } },
    );
    const same = { uid: seen.uid, workload: workload.object.metadata.uid };
    const step = (before: string, after: string, precondition: Facts): PlanStep => ({
      kind: 'kubernetes-set-selector',
      target,
      from: { selector: before },
      to: { selector: after },
      precondition: { ...same, selector: before, ...precondition },
      safety: 'idempotent',
    });
    const facts = { service: name, workload: workload.place.name, pods, ready };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-selector',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid },
      params: { ...params, service: name },
      ...tierOf(known ? undefined : unknownPart(name), 2),
      notes: [{ key: 'selector-of', facts: { workload: workload.place.name } }, ...notes],
      ...present({ patch }),
      // Whoever gives a Pod the labels meanwhile has mended it.
      steps: [step(from, to, { selected: 0, admitted })],
      undo: [step(to, from, {})],
      verifyWith: [
        { probe: 'kubernetes.services-endpoints', with: { service: name } },
        ...verifyPart(params.part, deps),
      ],
      // A Service that selects nothing again is what the undo is for.
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 60_000,
      stableForMs: 5_000,
      blast: { key: 'kubernetes-set-selector', facts },
      undoBlast: { key: 'kubernetes-set-selector-undo', facts: { service: name } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  /** The Service, and the workload to which it shall lead. */
  async object(plan, context: Context) {
    const { part, ...params } = Params.parse(plan.params);
    const { namespace, name } = placeOf({ part, ...params }, context.deps);
    const service = await lookAtService(namespace, name, context);
    const { place } = await workloadOfPart(part, namespace, context);
    const seen = await look(place, context.deps, context.signal);
    const { claims, comparable } = await objectAt(place, seen, context.deps, context.signal);
    return {
      claims: [
        `uid=${service.uid}`,
        ...service.addresses.map((address) => `address=${address.toLowerCase()}`),
        ...claims,
      ],
      comparable,
    };
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const params = Params.parse(plan.params);
    const where = placeOf(params, context.deps);
    return patchOnceAt(where, context, {
      look: () => lookAtService(where.namespace, where.name, context),
      done: (seen) => isDone(step, seen),
      expected: step.precondition,
      observed: async (seen) => ({
        uid: seen.uid,
        selector: seen.selectorText,
        workload: (await workloadOfPart(params.part, where.namespace, context)).object.metadata.uid,
        selected: (await podsWith(seen.selector, where.namespace, context)).length,
      }),
      body: (seen) => body(seen, labelsIn(String(step.to.selector))),
    });
  },

  async observeStep(step, plan, context: Context) {
    const { namespace, name } = placeOf(Params.parse(plan.params), context.deps);
    const seen = await lookAtService(namespace, name, context);
    if (seen.uid !== step.precondition.uid) return 'unknown';
    if (isDone(step, seen)) return 'done';
    return seen.selectorText === step.from.selector ? 'not-done' : 'unknown';
  },

  async settled(plan, context: Context) {
    const { namespace, name } = placeOf(Params.parse(plan.params), context.deps);
    return isDone(plan.steps[0], await lookAtService(namespace, name, context));
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['spec', 'selector']], context),

  standing: (plan, context: Context) =>
    standingIn(
      plan,
      [['spec', 'selector']],
      (object) =>
        labelsText((valueAt(object, ['spec', 'selector']) ?? {}) as Labels) === plan.steps[0].to.selector,
      context,
    ),
});

/** Only Services of the platform's namespace, and only by name (R-P7). */
const placeOf = ({ part, service }: Params, { platform, kubernetes }: Context['deps']) =>
  ({
    kind: 'services',
    group: '',
    namespace: kubernetes.namespace,
    name: service ?? platform.parts[part].service,
  }) as const;

const isDone = ({ to, precondition }: PlanStep, seen: SeenService) =>
  seen.uid === precondition.uid && seen.selectorText === to.selector;

/** A merge patch keeps what it does not name: labels that are not wanted are taken away. */
function body({ selector }: SeenService, labels: Labels) {
  const without = Object.fromEntries(
    Object.keys(selector).flatMap((key) => (Object.hasOwn(labels, key) ? [] : [[key, null]])),
  );
  return { spec: { selector: { ...without, ...labels } } };
}
