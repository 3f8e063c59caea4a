import { z } from 'zod';

const Workflows = z.object({
  workflows: z.array(
    z.object({
      id: z.string(),
      steps: z.array(
        z.object({ id: z.string(), config: z.object({ timeout: z.number().optional() }).optional() }),
      ),
    }),
  ),
});

/**
 * Seconds that each `workflow/step` may take, as orchestrator-service lists its workflows; empty where the text is no such
 * list.
 */
export function stepLimitsIn(text: string): ReadonlyMap<string, number> {
  const { data } = Workflows.safeParse(JSON.parse(text));
  return new Map(
    (data?.workflows ?? []).flatMap(({ id, steps }) =>
      steps.flatMap((step) =>
        step.config?.timeout === undefined ? [] : [[`${id}/${step.id}`, step.config.timeout] as const],
      ),
    ),
  );
}

/** A list of executions of workflows as orchestrator-service gives it, of items of this shape. */
export const executionsOf = <Item extends z.ZodType>(item: Item) =>
  z.union([
    z.array(item),
    z.object({ executions: z.array(item).nullable() }).transform(({ executions }) => executions ?? []),
  ]);
