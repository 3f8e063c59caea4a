import type { Plan, PlanStep, Standing } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { type Context, named } from './containers.ts';

/**
 * `Remediation.standing` of what the steps have set on containers, one a step. A container that was made anew has what its
 * Compose files say, so there it is seen whether the same stands in them; before that it cannot be.
 */
export async function standingIn(
  { steps }: Pick<Plan, 'steps'>,
  params: { readonly part: PartId; readonly service?: string },
  has: (container: ComposeContainer, step: PlanStep) => boolean,
  context: Context,
): Promise<Standing> {
  const { deps, signal } = context;
  const [first] = steps;
  const before = await Promise.all(
    steps.map(async (step) => ({
      step,
      now: await deps.compose
        .inspect(String(step.precondition.container_id), { signal })
        .catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
          throw error;
        }),
    })),
  );
  const there = before.flatMap(({ step, now }) => (now === undefined ? [] : [{ step, now }]));
  if (there.some(({ step, now }) => !has(now, step))) return { is: 'gone' };
  if (there.length === steps.length) return { is: 'ours' };
  const old = new Set(there.map(({ now }) => now.id));
  const anew = (await named(params, context)).containers.filter(({ id }) => !old.has(id));
  if (anew.length === 0) return { is: there.length === 0 ? 'gone' : 'ours' };
  return { is: anew.every((one) => has(one, first)) ? 'kept' : 'gone' };
}
