import { z } from 'zod';
import { callKey, type Probe, type ProbeOutcome } from './probe.ts';

/** What a probe was asked, the same for calls that mean the same: limits that a call leaves out are the probe's own. */
export type QuestionOf = (outcome: Pick<ProbeOutcome, 'probe' | 'key'>) => string;

const Params = z.object({
  properties: z.record(z.string(), z.object({ default: z.unknown().optional() })).default({}),
});

/** A health check names its limits, `redis.memory(percent=90)`; a diagnosis asks `redis.memory`, which is the same. */
export function questionsOf(probes: readonly Pick<Probe, 'id' | 'params'>[]): QuestionOf {
  const taken = new Map(probes.map(({ id, params }) => [id, defaultsOf(params)]));
  return ({ probe, key }) => {
    const [, inside] = /\((.*)\)$/s.exec(key) ?? [];
    const given = inside === undefined ? [] : inside.split(',');
    const named = given.map((one): [string, string] => {
      const [name = one] = one.split('=', 1);
      return [name, one.slice(name.length + 1)];
    });
    return callKey({ probe, with: { ...taken.get(probe), ...Object.fromEntries(named) } });
  };
}

function defaultsOf(params: z.ZodType): Readonly<Record<string, string>> {
  const { properties } = Params.parse(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }));
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) =>
      field.default === undefined ? [] : [[name, String(field.default)]],
    ),
  );
}
