import { posix } from 'node:path';
import type { Plan, PlanStep, Remediation } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import type { HostFile } from '../../../domain/probe/targets/host-files.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { namesOf } from '../../shared/names-of.ts';
import { mustHold } from '../../shared/stale.ts';
import type { Written } from '../../values/number-in-yaml.ts';
import { type Context, containersOf, objectOf, signsOf } from '../container/containers.ts';
import { filesOf, readersBeside, type Source } from '../container/file-source.ts';
import { isWell, restarted, restartKind } from '../container/restart-step.ts';

type AnySpot = Facts & {
  /** Where the file is on the host. */
  readonly file: string;
};

/** One kind of value, and how it stands in a file. */
export interface FileForm<S extends AnySpot, V extends Written> {
  /** Where it stands, as a step keeps it. */
  spotIn(step: PlanStep): S;
  /** The value of `PlanStep.from` or `to`. */
  valueIn(facts: Facts): V;
  /** AppError CONFLICT where there is none of this kind. */
  valueAt(text: string, spot: S): V;
  /** The whole text of the file with another value. */
  textWith(text: string, spot: S, value: V): string;
  /**
   * What whoever keeps the file is shown, under the name that it has there; undefined where something stands beside the
   * value that nobody should see.
   */
  linesAt(text: string, spot: S, value: V, file: string): readonly string[] | undefined;
  /** What else a step was approved with, as it is now. */
  besides?(step: PlanStep, context: Context): Promise<Facts>;
}

interface Wanted<S extends AnySpot, V extends Written> {
  readonly form: FileForm<S, V>;
  readonly part: ConfiguredId;
  readonly source: Source;
  readonly spot: Omit<S, 'file'>;
  readonly to: V;
  /** What must also hold when it is set. */
  readonly besides?: Facts;
  /** Of the step that sets it, and what people read of the value in it. */
  readonly kind: string;
  readonly shown: (value: V) => Facts;
}

/** All that a plan says of such a change, but which one it is, how it is proved, and what users will notice. */
export async function filePlan<S extends AnySpot, V extends Written>(
  { form, part, source, spot, to, besides, kind, shown }: Wanted<S, V>,
  context: Context,
) {
  const { deps, signal } = context;
  const { compose, platform, environment } = deps;
  const { service, containers, path, file } = source;
  const known = isNamedPart(part, service, signsOf(containers), platform);
  const at = { file: path, ...spot } as S;
  const before = form.valueAt(file.text, at);
  const changed = form.textWith(file.text, at, to);
  const others = await readersBeside(source, context);
  const tree = await filesOf(context, path).workTree(path, { signal });
  // The whole file may hold what nobody should see: one line of it is changed.
  const patch = tree && form.linesAt(file.text, at, to, posix.relative(tree.folder, path));
  const step = (from: V, value: V, precondition: Facts): PlanStep => ({
    ...{ kind, target: path, from: shown(from), to: shown(value), safety: 'idempotent' },
    precondition: { ...at, value: from, ...precondition },
  });
  return {
    environment,
    part,
    // That of a restart: the two never run at once.
    target: `compose/${compose.project}/${service}`,
    identity: Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
    ...tierOf(known ? undefined : unknownPart(service), 2),
    notes: [
      ...(others.length === 0 ? [] : [{ key: 'file-shared', facts: { services: namesOf(others) } }]),
      ...(tree === undefined ? [] : [{ key: 'puts-back.git', facts: { folder: tree.folder } }]),
      ...(patch === undefined ? [] : [{ key: 'temporary-file', facts: {} }]),
    ],
    ...present({ patch }),
    steps: [
      step(before, to, { version: file.version, ...besides }),
      ...containers.map((one) => restartOf(one, { bytes: Buffer.byteLength(changed) })),
    ],
    // By its start before the fix: one that has not started since has read nothing of it.
    undo: [
      step(to, before, {}),
      ...containers.map((one) => restartOf(one, { started_before: one.startedAt })),
    ],
    verifyWithinMs: 180_000,
    stableForMs: 10_000,
    stepTimeoutMs: 30_000,
    objects: 1 + containers.length,
  } satisfies Partial<Plan>;
}

/** The rest of a remediation whose plans are made of `filePlan`. */
export function onHostFile<S extends AnySpot, V extends Written>(form: FileForm<S, V>) {
  /** The step that writes what a restart is for. */
  const changeOf = (step: PlanStep, plan: Plan): PlanStep =>
    (plan.undo?.includes(step) === true ? plan.undo : plan.steps)[0];

  /** A restart reads the file: with what another hand has put there since, it would be another change than the approved one. */
  async function mustStillStand(step: PlanStep, plan: Plan, context: Context): Promise<HostFile> {
    const spot = form.spotIn(plan.steps[0]);
    const file = await lookAt(spot, context);
    const bytes = step.precondition.bytes;
    mustHold(
      { value: form.valueIn(changeOf(step, plan).to), bytes: bytes ?? file.bytes },
      { value: valueOrNone(form, file, spot), bytes: file.bytes },
    );
    return file;
  }

  return {
    async object(plan, context) {
      return objectOf(await readersIn(plan, context), context.deps.compose.project);
    },

    async applyStep(step, plan, context): Promise<Facts> {
      if (step.kind === restartKind) {
        const file = await mustStillStand(step, plan, context);
        const now = await restartedBy(step, context);
        mustHold(sameIn(step), sameNow(now));
        if (hasRead(now, file)) return { already: true };
        return restarted(now.id, context);
      }
      const spot = form.spotIn(plan.steps[0]);
      const value = form.valueIn(step.to);
      const besides = (await form.besides?.(step, context)) ?? {};
      const file = await lookAt(spot, context);
      const seen = valueOrNone(form, file, spot);
      // What was made anew meanwhile may read another file.
      for (const restart of restartsIn(plan))
        mustHold(sameIn(restart), sameNow(await restartedBy(restart, context)));
      if (seen === value) return { already: true };
      const { precondition } = step;
      const version = precondition.version ?? file.version;
      mustHold(
        { ...wantedOf(besides, step), value: precondition.value ?? null, version },
        { ...besides, value: seen, version: file.version },
      );
      const text = form.textWith(file.text, spot, value);
      context.signal.throwIfAborted();
      await filesOf(context, spot.file).replace(spot.file, text, file.version, {
        signal: context.signal,
      });
      return { value };
    },

    async observeStep(step, plan, context) {
      const spot = form.spotIn(plan.steps[0]);
      const file = await lookAt(spot, context);
      const value = valueOrNone(form, file, spot);
      if (step.kind === restartKind) {
        const now = await restartedBy(step, context);
        const isSame = now.id === idIn(step) && now.image === step.precondition.image;
        if (!isSame || value !== form.valueIn(changeOf(step, plan).to)) return 'unknown';
        const before = step.precondition.started_before;
        // With the former value it may end at its start, as it did before.
        if (hasRead(now, file)) return now.state === 'running' || before !== undefined ? 'done' : 'unknown';
        // Of an undo whose restart never came.
        return now.startedAt === before ? 'done' : 'not-done';
      }
      if (value === form.valueIn(step.to)) return 'done';
      const version = step.precondition.version ?? file.version;
      return value === step.precondition.value && version === file.version ? 'not-done' : 'unknown';
    },

    async mark(plan, context) {
      return (await readersIn(plan, context)).map(({ startedAt }) => startedAt).join(' ');
    },

    async standing(plan, context) {
      const spot = form.spotIn(plan.steps[0]);
      const value = valueOrNone(form, await lookAt(spot, context), spot);
      if (value !== form.valueIn(plan.steps[0].to)) return { is: 'gone' };
      const tree = await filesOf(context, spot.file).workTree(spot.file, {
        signal: context.signal,
      });
      return { is: tree?.same === true ? 'kept' : 'ours' };
    },
  } satisfies Partial<Remediation<string, never, Context['deps']>>;
}

/** What a step was approved with, of these facts. */
const wantedOf = (facts: Facts, { precondition }: PlanStep): Facts =>
  Object.fromEntries(Object.keys(facts).map((key) => [key, precondition[key] ?? null]));

/** Every container runs well, and has started since the value was written. */
export async function hasTakenUp(plan: Plan, context: Context): Promise<boolean> {
  const file = await lookAt({ file: String(plan.steps[0].precondition.file) }, context);
  return (await readersIn(plan, context)).every((one) => isWell(one) && hasRead(one, file));
}

/** A program reads its file once, at its start; the times of both are those of the host. */
export const hasRead = (
  { startedAt }: ComposeContainer,
  { writtenAt }: Pick<HostFile, 'writtenAt'>,
): boolean => Date.parse(startedAt) > Date.parse(writtenAt);

export const restartOf = (container: ComposeContainer, more: Facts): PlanStep => ({
  ...{ kind: restartKind, target: container.name, from: {}, to: { anew: true }, safety: 'idempotent' },
  precondition: { ...sameNow(container), ...more },
});

export const restartsIn = ({ steps }: Plan) => steps.filter(({ kind }) => kind === restartKind);
/** The containers that the plan restarts, each as it is now. */
export const readersIn = (plan: Plan, context: Context) => containersOf({ steps: restartsIn(plan) }, context);
const idIn = ({ precondition }: PlanStep) => String(precondition.container_id);
/** Not by its start: it is restarted for this. */
export const sameNow = ({ id, image }: ComposeContainer): Facts => ({ container_id: id, image });
export const sameIn = ({ precondition }: PlanStep): Facts => ({
  container_id: precondition.container_id ?? null,
  image: precondition.image ?? null,
});

const lookAt = ({ file }: AnySpot, context: Context) =>
  filesOf(context, file).read(file, { signal: context.signal });
export const restartedBy = (step: PlanStep, { deps, signal }: Context) =>
  deps.compose.inspect(idIn(step), { signal });

/** For whoever compares; null where there is none. */
export function valueOrNone<S extends AnySpot, V extends Written>(
  form: Pick<FileForm<S, V>, 'valueAt'>,
  { text }: Pick<HostFile, 'text'>,
  spot: S,
): V | null {
  try {
    return form.valueAt(text, spot);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}
