import { posix } from 'node:path';
import { z } from 'zod';
import type { Plan, PlanStep, Remediation } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { own } from '../../domain/kernel/own.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import type { ComposeContainer } from '../../domain/probe/targets/compose.ts';
import type { HostFile } from '../../domain/probe/targets/host-files.ts';
import { linesFor } from '../config-amount.ts';
import { ofKey, ofStep, type Sought, type Written, withWritten, writtenIn } from '../config-text.ts';
import { isNamedPart, tierOf, unknownPart } from '../named-part.ts';
import { namesOf } from '../names-of.ts';
import { mustHold } from '../stale.ts';
import { type Context, containersOf, objectOf, signsOf } from './containers.ts';
import { filesOf, readersBeside, type Source } from './file-source.ts';
import { isWell, restarted, restartKind } from './restart-step.ts';

/** What a step needs to find the value again, beside what must not have changed. */
const Spot = z.object({
  /** Where the file is on the host. */
  file: z.string(),
  /** `yaml`: a key; `step`: the time of one step of a workflow's file. */
  form: z.enum(['yaml', 'step']),
  /** The key, or the id of the step. */
  setting: z.string(),
  /** It is a time, which may have a fraction or a unit. */
  lasts: z.boolean(),
});
type Spot = z.output<typeof Spot>;

const soughtAt = ({ form, setting, lasts }: Spot): Sought =>
  form === 'step' ? ofStep(setting) : ofKey(setting, lasts);

interface Wanted {
  readonly part: ServiceId;
  readonly source: Source;
  readonly spot: Omit<Spot, 'file'>;
  readonly from: Written;
  readonly to: Written;
  /** Of the step that sets it, and what people read of the value in it. */
  readonly kind: string;
  readonly shown: (value: Written) => Facts;
}

/** All that a plan says of such a change, but which one it is, how it is proved, and what users will notice. */
export async function filePlan({ part, source, spot, from, to, kind, shown }: Wanted, context: Context) {
  const { deps, signal } = context;
  const { compose, platform, environment } = deps;
  const { service, containers, path, file } = source;
  const known = isNamedPart(part, service, signsOf(containers), platform);
  const at: Spot = { file: path, ...spot };
  const changed = withWritten(file.text, soughtAt(at), to);
  const others = await readersBeside(source, context);
  const tree = await filesOf(context, path).workTree(path, { signal });
  const step = (before: Written, after: Written, precondition: Facts): PlanStep => ({
    ...{ kind, target: path, from: shown(before), to: shown(after), safety: 'idempotent' },
    precondition: { ...at, value: before, ...precondition },
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
      ...(tree === undefined
        ? []
        : [
            { key: 'puts-back.git', facts: { folder: tree.folder } },
            { key: 'temporary-file', facts: {} },
          ]),
    ],
    // The whole file may hold what nobody should see: one line of it is changed.
    ...(tree === undefined ? {} : { patch: linesFor(posix.relative(tree.folder, path), soughtAt(at), to) }),
    steps: [
      step(from, to, { version: file.version }),
      ...containers.map((one) => restartOf(one, { bytes: Buffer.byteLength(changed) })),
    ],
    // By its start before the fix: one that has not started since has read nothing of it.
    undo: [step(to, from, {}), ...containers.map((one) => restartOf(one, { started_before: one.startedAt }))],
    verifyWithinMs: 180_000,
    stableForMs: 10_000,
    stepTimeoutMs: 30_000,
    objects: 1 + containers.length,
  } satisfies Partial<Plan>;
}

/** The rest of a remediation whose plans are made of `filePlan`. */
export const onHostFile = {
  async object(plan, context) {
    return objectOf(await readersIn(plan, context), context.deps.compose.project);
  },

  async applyStep(step, plan, context): Promise<Facts> {
    const spot = spotOf(plan);
    if (step.kind === restartKind) {
      const file = await mustStillStand(step, plan, context);
      const now = await inspect(step, context);
      mustHold(sameIn(step), sameNow(now));
      if (hasRead(now, file)) return { already: true };
      return restarted(now.id, context);
    }
    const value = valueOf(step);
    const file = await lookAt(spot, context);
    const seen = valueOrNone(file, spot);
    // What was made anew meanwhile may read another file.
    for (const restart of restartsIn(plan))
      mustHold(sameIn(restart), sameNow(await inspect(restart, context)));
    if (seen === value) return { already: true };
    const version = step.precondition['version'] ?? file.version;
    mustHold({ value: step.precondition['value'] ?? null, version }, { value: seen, version: file.version });
    const text = withWritten(file.text, soughtAt(spot), value);
    context.signal.throwIfAborted();
    await filesOf(context, spot.file).replace(spot.file, text, file.version, {
      signal: context.signal,
    });
    return { value };
  },

  async observeStep(step, plan, context) {
    const spot = spotOf(plan);
    const file = await lookAt(spot, context);
    const value = valueOrNone(file, spot);
    if (step.kind === restartKind) {
      const now = await inspect(step, context);
      const isSame = now.id === idIn(step) && now.image === step.precondition['image'];
      if (!isSame || value !== valueOf(changeOf(step, plan))) return 'unknown';
      if (hasRead(now, file)) return now.state === 'running' ? 'done' : 'unknown';
      // Of an undo whose restart never came.
      return now.startedAt === step.precondition['started_before'] ? 'done' : 'not-done';
    }
    if (value === valueOf(step)) return 'done';
    const version = step.precondition['version'] ?? file.version;
    return value === step.precondition['value'] && version === file.version ? 'not-done' : 'unknown';
  },

  async mark(plan, context) {
    return (await readersIn(plan, context)).map(({ startedAt }) => startedAt).join(' ');
  },

  async standing(plan, context) {
    const spot = spotOf(plan);
    const value = valueOrNone(await lookAt(spot, context), spot);
    if (value !== valueOf(plan.steps[0])) return { is: 'gone' };
    const tree = await filesOf(context, spot.file).workTree(spot.file, {
      signal: context.signal,
    });
    return { is: tree?.same === true ? 'kept' : 'ours' };
  },
} satisfies Partial<Remediation<string, never, Context['deps']>>;

/** Every container runs well, and has started since the value was written. */
export async function hasTakenUp(plan: Plan, context: Context): Promise<boolean> {
  const file = await lookAt(spotOf(plan), context);
  return (await readersIn(plan, context)).every((one) => isWell(one) && hasRead(one, file));
}

/** A program reads its file once, at its start; the times of both are those of the host. */
const hasRead = ({ startedAt }: ComposeContainer, { writtenAt }: HostFile): boolean =>
  Date.parse(startedAt) > Date.parse(writtenAt);

const restartOf = (container: ComposeContainer, more: Facts): PlanStep => ({
  ...{ kind: restartKind, target: container.name, from: {}, to: { restarted: true }, safety: 'idempotent' },
  precondition: { ...sameNow(container), ...more },
});

const restartsIn = ({ steps }: Plan) => steps.filter(({ kind }) => kind === restartKind);
const readersIn = (plan: Plan, context: Context) => containersOf({ steps: restartsIn(plan) }, context);
const idIn = ({ precondition }: PlanStep) => String(precondition['container_id']);
/** Not by its start: it is restarted for this. */
const sameNow = ({ id, image }: ComposeContainer): Facts => ({ container_id: id, image });
const sameIn = ({ precondition }: PlanStep): Facts => ({
  container_id: precondition['container_id'] ?? null,
  image: precondition['image'] ?? null,
});

const lookAt = ({ file }: Spot, context: Context) =>
  filesOf(context, file).read(file, { signal: context.signal });
const inspect = (step: PlanStep, { deps, signal }: Context) => deps.compose.inspect(idIn(step), { signal });

const spotOf = ({ steps: [{ precondition }] }: Plan): Spot => Spot.parse(precondition);

/** What a step sets. */
function valueOf({ to }: PlanStep): Written {
  const value = own(to, 'value');
  return typeof value === 'number' ? value : String(value);
}

/** The value for whoever compares; null where there is none. */
function valueOrNone({ text }: HostFile, spot: Spot): Written | null {
  try {
    return writtenIn(text, soughtAt(spot));
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}

/** The step that writes what a restart is for. */
const changeOf = (step: PlanStep, plan: Plan): PlanStep =>
  (plan.undo?.includes(step) === true ? plan.undo : plan.steps)[0];

/** A restart reads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand(step: PlanStep, plan: Plan, context: Context): Promise<HostFile> {
  const spot = spotOf(plan);
  const file = await lookAt(spot, context);
  const bytes = step.precondition['bytes'];
  mustHold(
    { value: valueOf(changeOf(step, plan)), bytes: bytes ?? file.bytes },
    { value: valueOrNone(file, spot), bytes: file.bytes },
  );
  return file;
}
