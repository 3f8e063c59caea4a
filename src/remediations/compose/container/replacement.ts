import type { Plan, PlanStep, Remediation } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ServiceId } from '../../../domain/platform/part.ts';
import { isLive } from '../../../domain/probe/container-life.ts';
import { nameBefore } from '../../../domain/probe/replaced-container.ts';
import type { ComposeAnew, ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { isNamedPart } from '../../shared/named-part.ts';
import { mustHold, refused, stale } from '../../shared/stale.ts';
import { named, objectOf, signsOf } from './containers.ts';
import { apply, look, observed, type Running, stepsOf, type Wanted } from './replacing.ts';
import { isWell } from './restart-step.ts';

type Part = ServiceId | 'collect-agent';

/** The one container of a part, in whose place another one may be made. Refused where there is something against it. */
export async function replaceable(
  part: Part,
  context: Running,
): Promise<{ readonly service: string; readonly old: ComposeContainer; readonly anew: ComposeAnew }> {
  const { deps } = context;
  const { anew } = deps.compose;
  if (anew === undefined)
    throw refused('recreate-off', { setting: `environments.${deps.environment}.runtime.recreate` });
  const { service, containers } = await named({ part }, context);
  const [old, ...more] = containers;
  if (old === undefined) throw refused('no-target', { workload: service });
  if (more.length > 0)
    throw refused('several-containers', { containers: containers.map(({ name }) => name).join(', ') });
  if (!isNamedPart(part, service, signsOf(containers), deps.platform))
    throw refused('anew-unknown', { service });
  await mustBeMakeable(old, context);
  return { service, old, anew };
}

/** What of the container keeps another one from being made in its place. */
async function mustBeMakeable(old: ComposeContainer, { deps, signal }: Running): Promise<void> {
  const [obstacle] = old.making?.obstacles ?? (['not-compose'] as const);
  if (obstacle !== undefined) throw refused(`anew-${obstacle}`, { container: old.name });
  const leaning = (await deps.compose.containers({ signal })).filter(({ making }) =>
    making?.leansOn.some((one) => one === old.name || (one.length >= 12 && old.id.startsWith(one))),
  );
  if (leaning.length > 0)
    throw refused('anew-leaned-on', { containers: leaning.map(({ name }) => name).join(', ') });
}

/** All that a plan says of another container in the place of one, but which change it is and how it is proved. */
export function replacementPlan(
  part: Part,
  service: string,
  old: ComposeContainer,
  wanted: Wanted,
  { deps }: Running,
) {
  const { made, undo } = stepsOf(old, wanted);
  return {
    environment: deps.environment,
    part,
    target: `compose/${deps.compose.project}/${service}`,
    identity: { 'container_id.0': old.id },
    // What runs afterwards is something else than the file says.
    tier: 3,
    steps: made,
    undo,
    verifyWithinMs: 180_000,
    stableForMs: 20_000,
    stepTimeoutMs: 45_000,
    objects: 2,
  } satisfies Partial<Plan>;
}

/** That the container from before stays. */
export const containerKept = ({ name, id }: ComposeContainer) => ({
  ...{ key: 'container-kept', facts: { container: nameBefore(name, id) } },
});

/** What else a step was approved with, as it is now; nothing for one that was approved with nothing else. */
type Besides = (step: PlanStep, context: Running) => Promise<Facts>;

/** The rest of a remediation whose plans are made of `replacementPlan`. */
export function onReplacement(besides: Besides = () => Promise.resolve({})) {
  return {
    async object({ steps: [step] }, { deps, signal }: Running) {
      const { compose } = deps;
      const id = String(step.precondition.container_id);
      const made = (await compose.anew?.madeFor(id, { signal })) ?? [];
      const old = await compose.inspect(id, { signal }).catch((error: unknown) => {
        // Somebody has removed it: it will not come back, so nobody waits for it.
        if (error instanceof AppError && error.code === 'NOT_FOUND')
          throw stale({ container_id: id }, { container_id: null });
        throw error;
      });
      return objectOf([old, ...made], compose.project);
    },

    async applyStep(step, _plan, context: Running): Promise<Facts> {
      const now = await besides(step, context);
      // The containers last, right before the step.
      const both = await look(step, context);
      const is = observed(step, both);
      if (is === 'done') return { already: true };
      if (is === 'unknown') throw stale(step.precondition, factsOf(both));
      mustHold(Object.fromEntries(Object.keys(now).map((key) => [key, step.precondition[key] ?? null])), now);
      context.signal.throwIfAborted();
      await apply(step, both, context);
      return { container: both.old.name };
    },

    async observeStep(step, _plan, context: Running) {
      return observed(step, await look(step, context));
    },

    async mark({ steps: [step] }, context: Running) {
      return (await look(step, context)).made?.startedAt ?? '';
    },
  } satisfies Partial<Remediation<string, never, Running['deps']>>;
}

const factsOf = ({ old, made }: Awaited<ReturnType<typeof look>>): Facts => ({
  container_id: old.id,
  image_id: old.imageId ?? null,
  name: old.name,
  state: old.state,
  made: made?.id ?? null,
});

/** Another signal than what was written: the new one runs well, as it was wanted, and the old one does not. */
export async function runsInstead(step: PlanStep, context: Running): Promise<boolean> {
  const both = await look(step, context);
  const { old, made } = both;
  return made !== undefined && isWell(made) && observed(step, both) === 'done' && !isLive(old);
}
