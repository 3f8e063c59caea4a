import { z } from 'zod';
import {
  defineRemediation,
  type LongWork,
  type Observation,
  type Operation,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import { chartValue } from '../../../domain/fix/rights.ts';
import { sha256 as digestOf } from '../../../domain/kernel/canonical.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { wholeJson } from '../../../domain/kernel/text.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { ModelOffer } from '../../../domain/probe/targets/model.ts';
import { isNamedPart, unknownPart } from '../../shared/named-part.ts';
import { mustHold, refused, stale } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { dryRunOf, found } from '../object/made-objects.ts';
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
  placeOf,
  rightsToChange,
  rolledOut,
  targetOf,
  waitsForReady,
  workloadName,
} from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import { type ClaimSpot, claimSpotOf, lookInside, type ModelContext } from './model-claim.ts';
import { type Direction, jobEnd, modelJob, modelJobName, modelRunning, podSeen } from './model-job.ts';
import { watchJob } from './model-watch.ts';

const feature = 'models' as const;
const allowedBy = chartValue(feature, 'platform');
const part = 'reasoning-service' as const;
const fetchKind = 'kubernetes-fetch-model';
const backKind = 'kubernetes-put-model-back';
/** In the place of a state that nobody could look at. */
const unseen = 'unseen';

const Params = z.strictObject({ workload: workloadName });
type Params = z.output<typeof Params>;

/** What both steps on the file need to find it again, and what must not have changed. */
const Spot = z.object({
  uid: z.string(),
  claim: z.string(),
  claim_uid: z.string(),
  /** Below the mount. */
  file: z.string(),
  /** As the service has it. */
  path: z.string(),
  url: z.string(),
  sha256: z.string(),
  /** 0: not known. */
  bytes: z.number(),
  /** State of the file that was there, `none`, or `unseen`. */
  was: z.string(),
  image: z.string(),
  /** Digest of all else that the Pod of the Job has of the service's own. */
  like: z.string(),
});
type Spot = z.output<typeof Spot>;

type Context = ModelContext & {
  readonly work?: LongWork | undefined;
  readonly operation?: Operation | undefined;
};

export const fetchModelOnKubernetes = defineRemediation({
  id: 'kubernetes.fetch-model',
  version: 1,
  doc: `Fetches the model of reasoning-service again into its volume, puts it in the place of the broken one, and restarts the service (S6.b).
The environment names its address and its SHA-256 (\`model\`); without both there is no button.
The model has to lie in a PersistentVolumeClaim that the Pods of the service mount to write.
A Job does it on that claim, with the image of the service and its Python, as its user and on its node. The bytes do not pass the worker.
What it runs is one fixed program, and the admission policy lets no other in: not another image, claim, address or checksum.
It is fetched beside the old file, and only what has that checksum is renamed over it; until then the old file is untouched.
The old file stays there under a name of the fix.
No redirect is followed, and no login, cookie or proxy goes with the request.
Refused where the model lies elsewhere than in such a claim, each with its reason, and above 2 GiB.
It shows how far it is and can be stopped; nothing half lies in the place.
Two people approve it: a model is code that the service runs.
It is done when the Job says so, the Pods are new and well, and a real analysis works.
Undo is a second Job that renames the old file back, and a restart; where there was no file there is no undo.`,
  // Raised by each plan: a policy that names nobody for tier 3 is one that does not offer it, and no fault at start.
  tier: 2,
  params: Params,
  needs: ['kubernetes', 'runtime', 'services'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['MODEL_MISSING', 'MODEL_EMPTY', 'ROOT_CAUSE_MODEL_ERROR', 'ANALYZER_MODEL_ERROR'],
  paramsFor: () => ({}),
  instruction: 'fetch-model-again',
  changes: [modelRunning, restartChange],

  async rights(params: Params, { deps, signal }: Pick<Context, 'deps' | 'signal'>) {
    const { namespace } = deps.kubernetes;
    const right = (verb: string, group: string, resource: string) => ({
      ...{ verb, group, resource, namespace, feature },
    });
    return [
      ...['get', 'create', 'delete'].map((verb) => right(verb, 'batch', 'jobs')),
      right('get', '', 'persistentvolumeclaims'),
      right('list', '', 'pods'),
      right('list', 'apps', 'replicasets'),
      ...(await rightsToChange({ part, ...params }, { deps, signal }, [], 'restart')),
    ];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps, signal } = context;
    const model = modelOf(context);
    const { url, sha256 } = model.source;
    const place = await named(placeOf({ part, ...params }, deps), { part, ...params }, deps, signal);
    const seen = await look(place, deps, signal);
    const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
    mustRestartOnce(place, seen);
    const at = await claimSpotOf(place, seen, context);
    const bytes = await offeredBy(model, context);
    const inside = await lookInside(at, { sha256, bytes }, context);
    if (inside?.state === 'not-plain') throw refused('file-not-regular', { file: at.path });
    if (inside?.named === true) throw refused('model-there-already', { file: at.path });
    const spot: Spot = {
      ...spotAt(at, seen.uid),
      ...{ url, sha256, bytes, was: inside?.state ?? unseen },
    };
    const name = modelJobName('plan', 'fetch');
    await dryRunOf('jobs', modelJob(name, at.own, variablesFor('fetch', 'plan', spot)), context, allowedBy);
    const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
    const before: Facts = inside === undefined ? {} : { bytes: inside.bytes ?? 0 };
    const after = { ...(bytes === 0 ? {} : { bytes }), sha256: sha256.slice(0, 12) };
    const step = (kind: string, from: Facts, to: Facts): PlanStep => ({
      ...{ kind, target: `${at.own.claim}/${at.file}`, from, to, precondition: spot, safety: 'idempotent' },
    });
    const same = identityOf(seen);
    const isMissing = spot.was === 'none';
    const facts = { workload: place.name, claim: at.own.claim, pods: seen.desired };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.fetch-model',
      actionVersion: 1,
      environment: deps.environment,
      part,
      // That of a restart: the two never run at once.
      target: targetOf(place),
      identity: { uid: seen.uid },
      params: { workload: place.name },
      tier: 3,
      raised: known ? { key: 'model-is-code', facts: {} } : unknownPart(place.name),
      notes: [
        { key: 'model-source', facts: { url, sha256: after.sha256 } },
        { key: 'model-by-job', facts: { image: at.own.image, claim: at.own.claim, node: at.own.node } },
        ...(bytes === 0 ? [{ key: 'model-size-unknown', facts: {} }] : []),
        isMissing
          ? { key: 'model-was-missing', facts: {} }
          : { key: spot.was === unseen ? 'model-unseen' : 'model-kept', facts: { file: at.path } },
        ...waitsForReady(place, seen),
      ],
      steps: [step(fetchKind, before, after), restartStep(place, {}, seen.generation, { ...same, admitted })],
      ...(isMissing
        ? {}
        : {
            undo: [
              step(backKind, after, before),
              restartStep(place, { restarted: restartMark(seen.generation) }, seen.generation + 1, {
                ...same,
                generation: seen.generation + 1,
              }),
            ],
            undoBlast: { key: 'kubernetes-fetch-model-undo', facts },
          }),
      verifyWith: [...verifyPart(part, deps), { probe: 'services.root-cause-call' }],
      // It may bring a broken model back; that its Pods are new is all that can be asked of it.
      undoVerifyWith: [takenUp(part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-fetch-model', facts },
      stepTimeoutMs: 45_000,
      objects: 2,
    };
  },

  /** The workload, and the claim that another one may mount as well. */
  async object(plan, context: Context) {
    const { deps, signal } = context;
    const place = placeIn(plan, context);
    const { claims, comparable } = await objectAt(place, await look(place, deps, signal), deps, signal);
    return { claims: [...claims, `uid=${Spot.parse(plan.steps[0].precondition).claim_uid}`], comparable };
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const { deps, signal } = context;
    const { kubernetes } = deps;
    if (step.kind === restartKind) {
      await mustStillStand(step, plan, context);
      return applyRestart(step, placeIn(plan, context), context);
    }
    const spot = Spot.parse(step.precondition);
    const fix = fixOf(context);
    const direction = directionOf(step);
    const name = modelJobName(fix, direction);
    const isThere = async () => namedNow(spot, plan, context);
    const job = await found('jobs', name, context);
    if (job !== undefined)
      return { ...(await watchJob(job, { name, bytes: spot.bytes, isThere }, context)), already: true };
    const at = await spotNow(spot, plan, context);
    const { source } = modelOf(context);
    const { bytes: _bytes, was, ...expected } = spot;
    mustHold(expected, { ...spotAt(at.spot, at.uid), ...source });
    const inside = await lookInside(at.spot, spot, context);
    if (direction === 'fetch') {
      if (inside?.named === true) return { already: true };
      if (inside !== undefined && was !== unseen) mustHold({ state: was }, { state: inside.state });
    } else if (inside?.named === false) {
      if (inside.state === was) return { already: true };
      throw stale({ isThere: true }, { isThere: false });
    }
    signal.throwIfAborted();
    const body = modelJob(name, at.spot.own, variablesFor(direction, fix, spot));
    const made = await kubernetes
      .create('jobs', kubernetes.namespace, body, { signal })
      .catch(async (error: unknown) => {
        // Another worker was first: it is one Job all the same.
        const other =
          error instanceof AppError && error.code === 'CONFLICT'
            ? await found('jobs', name, context)
            : undefined;
        if (other === undefined) throw error;
        return other;
      });
    return watchJob(made, { name, bytes: spot.bytes, isThere }, context);
  },

  async observeStep(step, plan, context: Context) {
    if (step.kind === restartKind) {
      const seen = await look(placeIn(plan, context), context.deps, context.signal);
      return seen.uid === step.precondition.uid ? restartObserved(step, seen) : 'unknown';
    }
    return observeJob(step, plan, context);
  },

  /** That all of its Pods are new and well; what they load an analysis tells. */
  async settled(plan, context: Context) {
    const seen = await look(placeIn(plan, context), context.deps, context.signal);
    const restart = plan.steps.find(({ kind }) => kind === restartKind);
    return seen.images === restart?.precondition.images && rolledOut(seen);
  },
});

function modelOf({ deps }: Context): ModelOffer {
  if (deps.modelOffer === undefined) throw refused('model-not-named', { environment: deps.environment });
  return deps.modelOffer;
}

/** Of what the worker cannot reach the cluster may, so only an answer that gives no file is a reason; 0: not known. */
async function offeredBy(model: ModelOffer, { signal }: Context): Promise<number> {
  return model.offered({ signal }).catch((error: unknown) => {
    const reason = error instanceof AppError ? error.facts.reason : undefined;
    if (reason === 'model-unreachable' || reason === 'model-silent') return 0;
    throw error;
  });
}

const placeIn = ({ params }: Pick<Plan, 'params'>, { deps }: Context) =>
  placeOf({ part, ...Params.parse(params) }, deps);

async function spotNow({ uid }: Pick<Spot, 'uid'>, plan: Plan, context: Context) {
  const place = placeIn(plan, context);
  const seen = await look(place, context.deps, context.signal);
  mustHold({ uid }, { uid: seen.uid });
  return { uid: seen.uid, spot: await claimSpotOf(place, seen, context) };
}

/** The node is none of it: where the Pods are another one now, the Job goes there as well. */
function spotAt({ own, claimUid, file, path }: ClaimSpot, uid: string) {
  const { image, claim, node: _, ...like } = own;
  const hash = digestOf(wholeJson(like));
  return { uid, claim, claim_uid: claimUid, file, path, image, like: hash.slice(0, 16) };
}

const variablesFor = (direction: Direction, fix: string, { file, url, sha256, bytes, was }: Spot) => ({
  AETHERIUS_DO: direction,
  AETHERIUS_FILE: file,
  AETHERIUS_FIX: fix,
  AETHERIUS_URL: url,
  AETHERIUS_SHA256: sha256,
  AETHERIUS_BYTES: String(bytes),
  AETHERIUS_WAS: was,
});

const directionOf = ({ kind }: PlanStep): Direction => (kind === backKind ? 'back' : 'fetch');
/** A restart goes with the step on the file before it; an undo of its own has these as its steps. */
const isUndo = (step: PlanStep, plan: Plan): boolean =>
  (plan.undo?.includes(step) === true ? plan.undo : plan.steps)[0].kind === backKind;

/** The name of the Job is that of the fix. */
function fixOf({ operation }: Context): string {
  if (operation === undefined) throw new AppError('BUG', 'a step of no fix');
  return operation.id;
}

/** What is there now, as the service's own container has it; undefined where nobody can look. */
async function insideNow(spot: Spot, plan: Plan, context: Context, sha256 = spot.sha256) {
  try {
    const at = await spotNow(spot, plan, context);
    return await lookInside(at.spot, { sha256, bytes: spot.bytes }, context);
  } catch (error) {
    // It has no Pod just now, or another shape: that shows nothing of the file.
    if (error instanceof AppError && error.code !== 'BUG') return undefined;
    if (error instanceof TargetError && error.stage !== 'aborted') return undefined;
    throw error;
  }
}

const namedNow = async (spot: Spot, plan: Plan, context: Context): Promise<boolean | undefined> =>
  (await insideNow(spot, plan, context))?.named ?? undefined;

/** By the Job, which is kept for a day; and where it is gone, by the file alone. */
async function observeJob(step: PlanStep, plan: Plan, context: Context): Promise<Observation> {
  const { deps, signal } = context;
  const { kubernetes } = deps;
  const spot = Spot.parse(step.precondition);
  const direction = directionOf(step);
  const name = modelJobName(fixOf(context), direction);
  const job: KubeObject | undefined = await found('jobs', name, context);
  const pod = podSeen(await kubernetes.jobPods(kubernetes.namespace, name, { signal }));
  if (pod.is === 'ended' && pod.how === 'done') {
    // Somebody else's file is no success of ours; where nobody can look, the Job's word stands.
    const inside = await insideNow(spot, plan, context, '');
    const isIt = inside === undefined || pod.state === undefined || inside.state === pod.state;
    return isIt ? 'done' : 'unknown';
  }
  if (pod.is === 'ended' || pod.is === 'failed') return 'not-done';
  const end = job === undefined ? undefined : jobEnd(job);
  if (job !== undefined && end === undefined) return 'under-way';
  if (end === 'failed' || end === 'too-slow') return 'not-done';
  const inside = await insideNow(spot, plan, context);
  if (inside === undefined) return end === 'complete' ? 'done' : 'unknown';
  const isBefore = spot.was !== unseen && inside.state === spot.was;
  if (direction === 'back') return isBefore ? 'done' : inside.named === true ? 'not-done' : 'unknown';
  return inside.named === true ? 'done' : isBefore ? 'not-done' : 'unknown';
}

/** A restart loads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand(step: PlanStep, plan: Plan, context: Context): Promise<void> {
  const spot = Spot.parse(plan.steps[0].precondition);
  const inside = await insideNow(spot, plan, context);
  if (inside === undefined) return;
  if (!isUndo(step, plan)) mustHold({ isThere: true }, { isThere: inside.named === true });
  else if (spot.was !== unseen) mustHold({ state: spot.was }, { state: inside.state });
}
