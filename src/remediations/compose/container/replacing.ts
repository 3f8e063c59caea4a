import type { Observation, Operation, PlanStep } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { isLive, runsWell } from '../../../domain/probe/container-life.ts';
import { nameBefore, nameBeside } from '../../../domain/probe/replaced-container.ts';
import type { ComposeAnew, ComposeContainer, LeftOut } from '../../../domain/probe/targets/compose.ts';
import { stale } from '../../shared/stale.ts';
import { elementsOf, Given, isFlag } from '../../values/variable-or-flag.ts';
import type { Context } from './containers.ts';

/** Given by an execution to all but `plan` and `object`. */
export type Running = Context & { readonly operation?: Operation; now(): Date };

/** What a step does, and whether to the container that was there or to the one that is made. */
const creating: ReadonlySet<string> = new Set(['compose-create', 'compose-create-without']);
const stop = 'compose-stop';
const restartPolicy = 'compose-restart-policy';
const rename = 'compose-rename';
const start = 'compose-start';
const remove = 'compose-remove';
type Which = 'old' | 'new';

/** What the new container is made from, and why. */
export interface Wanted {
  /** Its image. `name` is the image's tag, or its id where the tag leads elsewhere by now. */
  readonly image: { readonly id: string; readonly name: string };
  /** While the old one ends again and again it may be replaced, or only while it runs. */
  readonly whileIt: 'fails' | 'runs';
  /** How the first step is told. */
  readonly kind: 'compose-create' | 'compose-create-without';
  readonly from: Facts;
  readonly to: Facts;
  /** What else must hold when it is made, and again right before it is started. */
  readonly besides?: Facts;
  /** What it is not given. */
  readonly without?: Given;
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
  wanted: Wanted,
): { readonly made: Steps; readonly undo: Steps } {
  const { id, name, imageId = '', making } = old;
  const { image, whileIt, without, besides = {} } = wanted;
  const [before, beside] = [nameBefore(name, id), nameBeside(name, id)];
  const policy = making?.restart ?? 'no';
  const ran = isLive(old);
  const of = {
    ...{ container_id: id, image_id: imageId, wanted_id: image.id, wanted: image.name, name },
    ...{ while: whileIt, ...(without === undefined ? {} : withoutFacts(without)) },
  };
  const step = (
    which: Which,
    kind: string,
    target: string,
    from: Facts,
    to: Facts,
    undo: boolean,
    more: Facts = {},
  ): PlanStep => ({
    ...{ kind, target, from, to },
    precondition: { ...of, which, undo, ...more },
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
      step('new', wanted.kind, name, wanted.from, { ...wanted.to, container: beside }, false, besides),
      ...(ran ? [step('old', stop, name, { state: 'running' }, { state: 'exited' }, false)] : []),
      ...policies(policy, 'no'),
      renamed('old', name, before),
      renamed('new', beside, name),
      step('new', start, name, { state: 'created' }, { state: 'running' }, false, besides),
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

const withoutFacts = ({ form, at, name, value }: Given): Facts => ({
  ...{ without_form: form, without_at: at, without_name: name, without_value: value },
});

/** What the new one is not given, of a step. */
function withoutIn({ precondition }: PlanStep): Given | undefined {
  const { without_form: form, without_at: at, without_name: name, without_value: value } = precondition;
  return form === undefined ? undefined : Given.parse({ form, at, name, value });
}

/** Whether a container has nothing of that name where the other one had it. */
export function lacksGiven(
  { env, command, entrypoint = [] }: ComposeContainer,
  { form, name }: Given,
): boolean {
  if (form === 'variable') return !Object.hasOwn(env, name);
  return [...entrypoint, ...command].every((word) => !isFlag(word, name));
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
  const id = String(precondition.container_id);
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
export function observed(step: PlanStep, both: Both): Observation {
  const { kind, precondition, from, to } = step;
  const { old, made, foreign, now } = both;
  const without = withoutIn(step);
  const { container_id: id, image_id: image, wanted_id: wanted, name, which, undo } = precondition;
  if (old.id !== id || old.imageId !== image || foreign) return 'unknown';
  const isWanted = (one: ComposeContainer) =>
    one.imageId === wanted && (without === undefined || lacksGiven(one, without));
  if (made !== undefined && !isWanted(made)) return 'unknown';
  const byWhile = precondition.while === 'runs' ? old.state === 'running' : !runsWell(old, now);
  if (creating.has(kind)) {
    // One that has come to run well by now, or was stopped by somebody, is left alone.
    if (made === undefined) return byWhile && old.name === name ? 'not-done' : 'unknown';
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
      return either(!isLive(one), undo === true || byWhile);
    case restartPolicy:
      return either(one.making?.restart === to.restartPolicy, one.making?.restart === from.restartPolicy);
    case rename:
      return either(one.name === to.container, one.name === from.container);
    case start:
      if (which === 'new') return either(everStarted(one), one.name === name);
      return either(made === undefined || isLive(old) || startedAfter(old, made), true);
    case remove:
      return either(false, !isLive(one) && one.name === from.container);
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
  if (creating.has(kind)) {
    await createBeside(step, both, context);
    return;
  }
  const one = precondition.which === 'new' ? made : old;
  if (one === undefined || operation === undefined) throw new AppError('BUG', 'a step of no container');
  switch (kind) {
    case stop:
      return anew.stop(one.id, {
        signal,
        graceSeconds: Math.min(one.making?.stopSeconds ?? 10, mostGraceSeconds),
      });
    case restartPolicy:
      return anew.setRestart(one.id, String(to.restartPolicy), { signal });
    case rename:
      return anew.rename(one.id, String(to.container), { signal });
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
  const imageId = String(precondition.wanted_id);
  if (there === undefined) {
    const wanted = { name: String(to.container), image: String(precondition.wanted), imageId };
    const without = withoutIn(step);
    const leftOut = without === undefined ? {} : { without: leftOutOf(without) };
    await anew.create(old.id, { ...wanted, ...leftOut, fix: operation.id }, { signal });
  }
  const [made] = await anew.madeFor(old.id, { signal });
  if (made === undefined) throw stale({ container: String(to.container) }, { container: null });
  if (made.imageId !== imageId) {
    // The tag was moved between the look and the call.
    await anew.remove(made.id, { signal });
    throw stale({ image: imageId }, { image: made.imageId ?? null });
  }
  for (const network of lacks(old, made)) await anew.join(network, made.id, old.id, { signal });
}

const leftOutOf = (given: Given): LeftOut =>
  given.form === 'variable' ? { variable: given.name } : { at: given.at, elements: elementsOf(given) };
