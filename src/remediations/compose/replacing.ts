import type { Observation, Operation, PlanStep } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { RanImage } from '../../domain/platform/ran-image.ts';
import { isLive, runsWell } from '../../domain/probe/container-life.ts';
import { nameBefore, nameBeside } from '../../domain/probe/replaced-container.ts';
import type { ComposeAnew, ComposeContainer } from '../../domain/probe/targets/compose.ts';
import { stale } from '../stale.ts';
import type { Context } from './containers.ts';

/** Given by an execution to all but `plan` and `object`. */
export type Running = Context & { readonly operation?: Operation; now(): Date };

/** What a step does, and whether to the container that was there or to the one that is made. */
const create = 'compose-create';
const stop = 'compose-stop';
const restartPolicy = 'compose-restart-policy';
const rename = 'compose-rename';
const start = 'compose-start';
const remove = 'compose-remove';
type Which = 'old' | 'new';

/** An image to make a container from: `name` is its tag, or its id where the tag leads elsewhere by now. */
export interface Wanted extends RanImage {
  readonly name: string;
}

/** As `docker images` shows it. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

type Steps = readonly [PlanStep, ...PlanStep[]];

/**
 * The way to another container in the place of this one, and back. Names and ports are never held by two: the one that
 * goes stops and gives its name away before the other has it.
 */
export function stepsOf(
  old: ComposeContainer,
  { id: wantedId, name: wantedName, image }: Wanted,
): { readonly made: Steps; readonly undo: Steps } {
  const { id, name, imageId = '', making } = old;
  const [before, beside] = [nameBefore(name, id), nameBeside(name, id)];
  const policy = making?.restart ?? 'no';
  const ran = isLive(old);
  const of = { container_id: id, image_id: imageId, wanted_id: wantedId, wanted: wantedName, name };
  const step = (
    which: Which,
    kind: string,
    target: string,
    from: Facts,
    to: Facts,
    undo: boolean,
  ): PlanStep => ({
    ...{ kind, target, from, to },
    precondition: { ...of, which, undo },
    // Each is seen to be done by the container itself, and is not done twice.
    safety: 'idempotent',
  });
  const renamed = (which: Which, from: string, to: string, undo = false) =>
    step(which, rename, from, { container: from }, { container: to }, undo);
  const policies = (from: string, to: string, undo = false) =>
    policy === 'no'
      ? []
      : [step('old', restartPolicy, name, { restartPolicy: from }, { restartPolicy: to }, undo)];
  return {
    made: [
      step(
        'new',
        create,
        name,
        { image: old.image, imageId: shortId(imageId) },
        { image, imageId: shortId(wantedId), container: beside },
        false,
      ),
      ...(ran ? [step('old', stop, name, { state: 'running' }, { state: 'exited' }, false)] : []),
      ...policies(policy, 'no'),
      renamed('old', name, before),
      renamed('new', beside, name),
      step('new', start, name, { state: 'created' }, { state: 'running' }, false),
    ],
    undo: [
      step('new', stop, name, { state: 'running' }, { state: 'exited' }, true),
      renamed('new', name, beside, true),
      renamed('old', before, name, true),
      ...policies('no', policy, true),
      ...(ran ? [step('old', start, name, { state: 'exited' }, { state: 'running' }, true)] : []),
      step('new', remove, beside, { container: beside }, { container: null }, true),
    ],
  };
}

/** Both containers, as they are now. */
export interface Both {
  readonly old: ComposeContainer;
  /** Made by this very fix in the place of the other. */
  readonly made?: ComposeContainer;
  /** Somebody else has made one there, or there are several. */
  readonly foreign: boolean;
  readonly now: Date;
}

export function anewOf({ deps }: Context): ComposeAnew {
  const { anew } = deps.compose;
  if (anew === undefined) throw new AppError('NOT_ALLOWED', 'no container may be made anew here');
  return anew;
}

/** The one that was there is read last, right before a step. */
export async function look({ precondition }: PlanStep, context: Running): Promise<Both> {
  const { deps, signal, operation } = context;
  const id = String(precondition['container_id']);
  const [made, ...more] = await anewOf(context).madeFor(id, { signal });
  const foreign = more.length > 0 || (made !== undefined && made.making?.fix !== operation?.id);
  const old = await deps.compose.inspect(id, { signal });
  return { old, ...(made === undefined ? {} : { made }), foreign, now: context.now() };
}

const everStarted = ({ startedAt }: ComposeContainer) => !startedAt.startsWith('0001-');
const lacks = (old: ComposeContainer, made: ComposeContainer) =>
  old.networks.flatMap((name, index) =>
    made.networks.includes(name) ? [] : [old.networkIds?.[index] ?? name],
  );

/** What can be said of a step by how both containers are. */
export function observed({ kind, precondition, from, to }: PlanStep, both: Both): Observation {
  const { old, made, foreign, now } = both;
  const { container_id: id, image_id: image, wanted_id: wanted, name, which, undo } = precondition;
  if (old.id !== id || old.imageId !== image || foreign) return 'unknown';
  if (made !== undefined && made.imageId !== wanted) return 'unknown';
  if (kind === create) {
    // One that runs well by now is left alone.
    if (made === undefined) return runsWell(old, now) || old.name !== name ? 'unknown' : 'not-done';
    return lacks(old, made).length > 0 ? 'under-way' : 'done';
  }
  if (made === undefined) {
    // Never made, or removed by the last step of the way back; else somebody else has removed it.
    if (undo !== true || old.name !== name) return 'unknown';
    if (which === 'new') return 'done';
  }
  const one = which === 'new' && made !== undefined ? made : old;
  const either = (is: boolean, was: boolean): Observation => (is ? 'done' : was ? 'not-done' : 'unknown');
  switch (kind) {
    case stop:
      return either(!isLive(one), undo === true || !runsWell(one, now));
    case restartPolicy:
      return either(
        one.making?.restart === to['restartPolicy'],
        one.making?.restart === from['restartPolicy'],
      );
    case rename:
      return either(one.name === to['container'], one.name === from['container']);
    case start:
      if (which === 'new') return either(everStarted(one), one.name === name);
      return either(made === undefined || isLive(old) || startedAfter(old, made), true);
    case remove:
      return either(false, !isLive(one) && one.name === from['container']);
    default:
      return 'unknown';
  }
}

/** By the clock of the one engine that has started both. */
const startedAfter = (old: ComposeContainer, made: ComposeContainer) =>
  everStarted(made) && Date.parse(old.startedAt) > Date.parse(made.startedAt);

/** Does a step that is not done, or only in part. */
export async function apply(step: PlanStep, both: Both, context: Running): Promise<void> {
  const { old, made } = both;
  const { signal, operation } = context;
  const anew = anewOf(context);
  const { kind, precondition, to } = step;
  if (kind === create) {
    await createBeside(step, both, context);
    return;
  }
  const one = precondition['which'] === 'new' ? made : old;
  if (one === undefined || operation === undefined) throw new AppError('BUG', 'a step of no container');
  switch (kind) {
    case stop:
      return anew.stop(one.id, {
        signal,
        graceSeconds: Math.min(one.making?.stopSeconds ?? 10, mostGraceSeconds),
      });
    case restartPolicy:
      return anew.setRestart(one.id, String(to['restartPolicy']), { signal });
    case rename:
      return anew.rename(one.id, String(to['container']), { signal });
    case start:
      return context.deps.compose.start(one.id, { signal });
    case remove:
      return anew.remove(one.id, { signal });
    default:
      throw new AppError('BUG', 'a step of another kind');
  }
}

/** A step has to end within its time. */
const mostGraceSeconds = 25;

async function createBeside(step: PlanStep, { old, made: there }: Both, context: Running): Promise<void> {
  const { signal, operation } = context;
  if (operation === undefined) throw new AppError('BUG', 'a step of no operation');
  const anew = anewOf(context);
  const { to, precondition } = step;
  const imageId = String(precondition['wanted_id']);
  if (there === undefined) {
    const wanted = { name: String(to['container']), image: String(precondition['wanted']), imageId };
    await anew.create(old.id, { ...wanted, fix: operation.id }, { signal });
  }
  const [made] = await anew.madeFor(old.id, { signal });
  if (made === undefined) throw stale({ container: String(to['container']) }, { container: null });
  if (made.imageId !== imageId) {
    // The tag was moved between the look and the call.
    await anew.remove(made.id, { signal });
    throw stale({ image: imageId }, { image: made.imageId ?? null });
  }
  for (const network of lacks(old, made)) await anew.join(network, made.id, old.id, { signal });
}
