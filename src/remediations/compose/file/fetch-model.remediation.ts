import { z } from 'zod';
import {
  defineRemediation,
  type LongWork,
  type Operation,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ModelPlace, ModelTarget } from '../../../domain/probe/targets/model.ts';
import { isNamedPart, unknownPart } from '../../shared/named-part.ts';
import { namesOf } from '../../shared/names-of.ts';
import { mustHold, refused } from '../../shared/stale.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { type Context as Looking, objectOf, signsOf } from '../container/containers.ts';
import { readersBeside } from '../container/file-source.ts';
import { isWell, restarted, restartKind } from '../container/restart-step.ts';
import { hasRead, readersIn, restartedBy, restartOf, restartsIn, sameIn, sameNow } from './file-change.ts';
import { modelOf, spotOf } from './model-place.ts';

const part = 'reasoning-service';
const fetchKind = 'compose-fetch-model';
const backKind = 'compose-put-model-back';

const Params = z.strictObject({});

/** What both steps on the file need to find it again, beside what must not have changed. */
const Spot = z.object({
  /** Where it is on the host. */
  file: z.string(),
  url: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  /** State of the file that was there; `none`: there was no file. */
  was: z.string(),
});
type Spot = z.output<typeof Spot>;

type Context = Looking & {
  readonly work?: LongWork | undefined;
  readonly operation?: Operation | undefined;
};

export const fetchModel = defineRemediation({
  id: 'compose.fetch-model',
  version: 1,
  doc: `Fetches the model of reasoning-service again, puts it in the place of the broken one, and restarts its containers (S6.b).
The environment names its address and its SHA-256 (\`model\`); without both there is no button.
The model has to lie in a folder of the host that the worker is given (\`runtime.files\`).
It is fetched beside the old file, and only what has that checksum is renamed over it; until then the old file is untouched.
The old file stays there under a name of the fix.
No redirect is followed, and no login, cookie or proxy goes with the request.
Refused where the worker and the container do not see the same folder, and where the named file is there already.
Refused, too, without a size from the server, without room on the disk, or above 2 GiB.
It shows how far it is and can be stopped; a fetch that was broken off begins again, and nothing half lies in the place.
Two people approve it: a model is code that the service runs.
It is done when the file has the checksum, the containers have started since and are well, and a real analysis works.
Undo renames the old file back and restarts again; where there was no file there is no undo.`,
  tier: 2,
  params: Params,
  needs: ['compose', 'services'],
  on: 'compose',
  helpsWith: [],
  helpsCause: ['MODEL_MISSING', 'MODEL_EMPTY', 'ROOT_CAUSE_MODEL_ERROR', 'ANALYZER_MODEL_ERROR'],
  paramsFor: () => ({}),
  instruction: 'fetch-model-again',

  async plan(_params, context: Context): Promise<Plan> {
    const { deps, signal } = context;
    const { compose, environment } = deps;
    const model = modelOf(context);
    const { url, sha256 } = model.source;
    const { service, containers, path, place } = await spotOf(part, context);
    const bytes = await model.offered({ signal });
    if (place.freeBytes < bytes) throw refused('model-no-room', { file: path, bytes, free: place.freeBytes });
    if (await model.isThere(path, { signal })) throw refused('model-there-already', { file: path });
    const others = await readersBeside({ path, containers }, context);
    const spot: Spot = { file: path, url, sha256, bytes, was: stateOf(place) };
    const before = { bytes: place.file?.bytes ?? 0 };
    const after = { bytes, sha256: sha256.slice(0, 12) };
    const step = (kind: string, from: Facts, to: Facts): PlanStep => ({
      ...{ kind, target: path, from, to, precondition: spot, safety: 'idempotent' },
    });
    const facts = { service, containers: containers.length, bytes };
    return {
      schemaVersion: planSchema,
      actionId: 'compose.fetch-model',
      actionVersion: 1,
      environment,
      part,
      // That of a restart: the two never run at once.
      target: `compose/${compose.project}/${service}`,
      identity: Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
      params: {},
      tier: 3,
      raised: isNamedPart(part, service, signsOf(containers), deps.platform)
        ? { key: 'model-is-code', facts: {} }
        : unknownPart(service),
      notes: [
        { key: 'model-source', facts: { url, sha256: after.sha256 } },
        place.file === undefined
          ? { key: 'model-was-missing', facts: {} }
          : { key: 'model-kept', facts: { file: path } },
        ...(others.length === 0 ? [] : [{ key: 'file-shared', facts: { services: namesOf(others) } }]),
      ],
      steps: [step(fetchKind, before, after), ...containers.map((one) => restartOf(one, {}))],
      ...(place.file === undefined
        ? {}
        : {
            undo: [
              step(backKind, after, before),
              // By its start before the fix: one that has not started since has loaded nothing of it.
              ...containers.map((one) => restartOf(one, { started_before: one.startedAt })),
            ],
            undoBlast: { key: 'compose-fetch-model-undo', facts },
          }),
      verifyWith: [...verifyPart(part, deps), { probe: 'services.root-cause-call' }],
      // It may bring a broken model back; that it runs is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part } }],
      verifyWithinMs: 180_000,
      stableForMs: 10_000,
      blast: { key: 'compose-fetch-model', facts },
      stepTimeoutMs: 45_000,
      objects: 1 + containers.length,
    };
  },

  async object(plan, context: Context) {
    return objectOf(await readersIn(plan, context), context.deps.compose.project);
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const { signal } = context;
    if (step.kind === restartKind) {
      const placedAt = await mustStillStand(step, plan, context);
      const now = await restartedBy(step, context);
      mustHold(sameIn(step), sameNow(now));
      if (hasRead(now, { writtenAt: placedAt })) return { already: true };
      return restarted(now.id, context);
    }
    const spot = Spot.parse(step.precondition);
    const model = sameModel(spot, context);
    const fix = fixOf(context);
    // What was made anew meanwhile may load another file.
    for (const restart of restartsIn(plan))
      mustHold(sameIn(restart), sameNow(await restartedBy(restart, context)));
    const state = stateOf(await model.look(spot.file, { signal }));
    const isThere = await model.isThere(spot.file, { signal });
    if (step.kind === backKind) {
      if (state === spot.was) return { already: true };
      const kept = await model.kept(spot.file, fix, { signal });
      mustHold({ isThere: true, kept: spot.was }, { isThere, kept: kept?.state ?? 'none' });
      signal.throwIfAborted();
      await model.putBack(spot.file, fix, state, { signal });
      return { bytes: kept?.bytes ?? 0 };
    }
    if (isThere) return { already: true };
    mustHold({ state: spot.was }, { state });
    signal.throwIfAborted();
    const fetched = (done: number) =>
      context.work?.next({ done, total: spot.bytes, unit: 'bytes', whole: true }) ?? Promise.resolve();
    await model.fetch(spot.file, { fix, bytes: spot.bytes, was: hasFile(spot) }, { signal, fetched });
    return { bytes: spot.bytes };
  },

  async observeStep(step, plan, context: Context) {
    const { signal } = context;
    const spot = Spot.parse(plan.steps[0].precondition);
    const model = modelOf(context);
    const place = await model.look(spot.file, { signal });
    const isThere = await model.isThere(spot.file, { signal });
    const isBack = stateOf(place) === spot.was;
    if (step.kind === restartKind) {
      const now = await restartedBy(step, context);
      const isSame = now.id === step.precondition.container_id && now.image === step.precondition.image;
      const stands = isUndo(step, plan) ? isBack : isThere;
      if (!isSame || !stands) return 'unknown';
      if (hasRead(now, { writtenAt: place.file?.placedAt ?? '' }))
        return now.state === 'running' ? 'done' : 'unknown';
      // Of an undo whose restart never came.
      return now.startedAt === step.precondition.started_before ? 'done' : 'not-done';
    }
    if (step.kind === fetchKind) return isThere ? 'done' : isBack ? 'not-done' : 'unknown';
    if (isBack) return 'done';
    const kept = await model.kept(spot.file, fixOf(context), { signal });
    return isThere && kept?.state === spot.was ? 'not-done' : 'unknown';
  },

  async mark(plan, context: Context) {
    return (await readersIn(plan, context)).map(({ startedAt }) => startedAt).join(' ');
  },

  async settled(plan, context: Context) {
    const { file } = Spot.parse(plan.steps[0].precondition);
    const place = await modelOf(context).look(file, { signal: context.signal });
    const placedAt = place.file?.placedAt;
    if (placedAt === undefined) return false;
    return (await readersIn(plan, context)).every(
      (one) => isWell(one) && hasRead(one, { writtenAt: placedAt }),
    );
  },
});

const stateOf = ({ file }: ModelPlace): string => file?.state ?? 'none';
const hasFile = ({ was }: Spot): string | undefined => (was === 'none' ? undefined : was);
/** A restart goes with the step on the file before it; an undo of its own has these as its steps. */
const isUndo = (step: PlanStep, plan: Plan): boolean =>
  (plan.undo?.includes(step) === true ? plan.undo : plan.steps)[0].kind === backKind;

/** The name under which the old file is kept is that of the fix. */
function fixOf({ operation }: Context): string {
  if (operation === undefined) throw new AppError('BUG', 'a step of no fix');
  return operation.id;
}

/** What is fetched is what was approved, and still what the configuration names. */
function sameModel({ url, sha256 }: Spot, context: Context): ModelTarget {
  const model = modelOf(context);
  mustHold({ url, sha256 }, { ...model.source });
  return model;
}

/** A restart loads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand(step: PlanStep, plan: Plan, context: Context): Promise<string> {
  const spot = Spot.parse(plan.steps[0].precondition);
  const model = modelOf(context);
  const place = await model.look(spot.file, { signal: context.signal });
  if (isUndo(step, plan)) mustHold({ state: spot.was }, { state: stateOf(place) });
  else mustHold({ isThere: true }, { isThere: await model.isThere(spot.file, { signal: context.signal }) });
  return place.file?.placedAt ?? '';
}
