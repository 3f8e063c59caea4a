import { z } from 'zod';
import { similarTo } from '../kernel/similar.ts';

/** What is wrong with a value that somebody has typed for a fix; `takes` is the list of what may be typed. */
export type ValueFault =
  | { readonly wrong: 'surplus'; readonly name: string; readonly similar?: string; readonly takes: string }
  | { readonly wrong: 'missing'; readonly name: string; readonly takes: string }
  | { readonly wrong: 'value'; readonly name: string; readonly value: string; readonly takes: string };

/** Of the JSON schema of a fix's values, what is told to people. */
const Field = z.object({
  type: z.string().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const Values = z.object({
  properties: z.record(z.string(), Field).default({}),
  required: z.array(z.string()).default([]),
});

/** More choices than these are not listed. */
const MOST_CHOICES = 12;

/** `policy=noeviction|allkeys-lru`, `value=20…1000`; what need not be typed stands in brackets. Empty: it takes nothing. */
export function takesOf(params: z.ZodType): string {
  const { properties, required } = read(params);
  return Object.entries(properties)
    .map(([name, field]) => (required.includes(name) ? shape(name, field) : `[${shape(name, field)}]`))
    .join(' ');
}

/** The first thing that is wrong, or undefined. What is typed for one another rule needs is for the plan to judge. */
export function valueFault(
  params: z.ZodType,
  given: Readonly<Record<string, unknown>>,
): ValueFault | undefined {
  const parsed = params.safeParse(given);
  if (parsed.success) return undefined;
  const { properties, required } = read(params);
  const names = Object.keys(properties);
  const takes = takesOf(params);
  const surplus = Object.keys(given).find((name) => !names.includes(name));
  if (surplus !== undefined) return { wrong: 'surplus', name: surplus, takes, ...similarTo(surplus, names) };
  const missing = required.find((name) => given[name] === undefined);
  if (missing !== undefined) return { wrong: 'missing', name: missing, takes };
  const name = String(parsed.error.issues[0]?.path[0] ?? names[0] ?? '');
  return { wrong: 'value', name, value: String(given[name] ?? ''), takes };
}

function read(params: z.ZodType): z.output<typeof Values> {
  return Values.parse(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }));
}

function shape(name: string, { type, enum: choices, minimum, maximum }: z.output<typeof Field>): string {
  if (choices !== undefined && choices.length <= MOST_CHOICES) return `${name}=${choices.join('|')}`;
  if (type === 'boolean') return `${name}=true|false`;
  const isNumber = type === 'integer' || type === 'number';
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return isNumber ? `${name}=${minimum ?? ''}…${most ?? ''}` : `${name}=…`;
}
