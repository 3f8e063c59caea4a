import { z } from 'zod';
import { limitChanged } from '../../../domain/fix/ended-under.ts';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { partIds } from '../../../domain/platform/part.ts';
import type { FindingCode } from '../../../domain/probe/findings.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { mustHold, refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { keptIn, madeFrom } from './compose-files.ts';
import { type Context, containersOf, named, objectOf, serviceName, signsOf } from './containers.ts';
import { standingIn } from './standing.ts';

const mebibyte = 1024 ** 2;
/** The guide's values. */
const guide = { memoryMiB: 2048, cpus: 2 } as const;

const Params = z.strictObject({
  part: z
    .enum(partIds)
    .exclude(['runtime'])
    .meta({ description: 'Part of the platform whose service it is.' }),
  service: serviceName,
  memoryMiB: z
    .int()
    .min(64)
    .max(32_768)
    .exactOptional()
    .meta({ description: 'Memory limit of each container, in MiB; no lower than now.' }),
  cpus: z
    .number()
    .min(0.1)
    .max(16)
    .exactOptional()
    .meta({ description: 'CPU limit of each container, in cores; no lower than now.' }),
});

const memoryCodes: readonly FindingCode[] = [
  'OOM_KILLED',
  'MEMORY_NEAR_LIMIT',
  'NO_MEMORY_LIMIT',
  'CONTAINER_OOM_KILLED',
];
const cpuCodes: readonly FindingCode[] = ['CPU_AT_LIMIT', 'CPU_THROTTLED'];

export const setLimits = defineRemediation({
  id: 'compose.set-limits',
  version: 1,
  doc: `Raises the memory or CPU limit of the containers of a Compose service, as \`docker update\` does (P1.b, P2.b, S6.a).
Nothing is restarted. The next \`docker compose up\` that makes a container anew loses the limit, so it belongs into the Compose file as well.
Its plan names the files that the container was made from, and gives the lines for them.
A limit is only raised: a lower one could end what runs.
It is done when the containers run with the new limit, which the kernel's own count shows for memory.
Undo sets the former limits. There is no undo where a container had no limit, because the engine cannot take one away.`,
  // The machine has to have what the limit allows.
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: [],
  helpsCause: [...memoryCodes, ...cpuCodes],
  paramsFor({ code, part: found }, at) {
    const part = at ?? found;
    if (part === 'runtime') return undefined;
    return { part, ...(memoryCodes.includes(code) ? { memoryMiB: guide.memoryMiB } : { cpus: guide.cpus }) };
  },
  instruction: 'raise-limits',

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const { service, containers } = await named(params, { deps, signal });
    if (params.memoryMiB === undefined && params.cpus === undefined) throw refused('nothing-to-do');
    for (const { name, memoryLimitBytes, nanoCpus } of containers) {
      const memory = (params.memoryMiB ?? 0) * mebibyte;
      if (params.memoryMiB !== undefined && memoryLimitBytes >= memory && memoryLimitBytes > 0)
        throw refused('limit-not-raised', { what: name, now: inMiB(memoryLimitBytes), limit: inMiB(memory) });
      if (params.cpus !== undefined && nanoCpus >= params.cpus * 1e9 && nanoCpus > 0)
        throw refused('limit-not-raised', { what: name, now: nanoCpus / 1e9, limit: params.cpus });
    }
    const known = isNamedPart(params.part, service, signsOf(containers), deps.platform);
    const running = containers.filter((item) => item.state === 'running').length;
    const store = known
      ? await storeBehind(
          params.part,
          objectOf(containers, deps.compose.project),
          deps,
          running > 0 ? 'running' : 'not-running',
          signal,
        )
      : 'another';
    const wanted = (container: ComposeContainer) => raised(limitsOf(container), params);
    const [first, ...rest] = containers.map((one) => stepOf(one, limitsOf(one), wanted(one)));
    if (first === undefined) throw refused('no-target', { workload: service });
    const back = containers.map((one) => stepOf(one, wanted(one), limitsOf(one)));
    const [firstUndo, ...restUndo] = back;
    // The engine takes 0 for "as it is".
    const undoable = containers.every(
      ({ memoryLimitBytes, nanoCpus }) =>
        (params.memoryMiB === undefined || memoryLimitBytes > 0) &&
        (params.cpus === undefined || nanoCpus > 0),
    );
    return {
      schemaVersion: planSchema,
      actionId: 'compose.set-limits',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target: `compose/${deps.compose.project}/${service}`,
      identity: {
        ...Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
        ...(store === 'another' ? {} : store),
      },
      params,
      ...tierOf(store === 'another' ? unknownPart(service) : undefined, 2),
      notes: [madeFrom(service, containers)],
      patch: composeOverride(service, params, keptIn(containers)),
      steps: [first, ...rest],
      ...(undoable && firstUndo !== undefined ? { undo: [firstUndo, ...restUndo] as const } : {}),
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: verifyPart(params.part, deps),
      verifyWithinMs: 120_000,
      stableForMs: 10_000,
      blast: { key: 'compose-set-limits', facts: { containers: containers.length, service } },
      undoBlast: { key: 'compose-set-limits-undo', facts: { containers: containers.length, service } },
      stepTimeoutMs: 10_000,
      objects: containers.length,
    };
  },

  async object(plan, context: Context) {
    return objectOf(await containersOf(plan, context), context.deps.compose.project);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const { id, wanted, expected } = read(step);
    const now = await deps.compose.inspect(id, { signal });
    if (isDone(step, now)) return { already: true };
    mustHold(expected, factsNow(now));
    signal.throwIfAborted();
    await deps.compose.update(id, wanted, { signal });
    return {
      ...factsOf(limitsOf(await deps.compose.inspect(id, { signal }))),
      // What ended until now ended under the former limit.
      ...limitChanged(now, now.memoryLimitBytes),
    };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const { id, expected } = read(step);
    const now = await deps.compose.inspect(id, { signal });
    if (isDone(step, now)) return 'done';
    const seen = factsNow(now);
    return Object.keys(expected).every((key) => expected[key] === seen[key]) ? 'not-done' : 'unknown';
  },

  async mark(plan, context: Context) {
    return (await containersOf(plan, context)).map((item) => item.startedAt).join(' ');
  },

  /** Another signal than what was written: the limit that the kernel counts against. */
  async settled(plan, context: Context) {
    const { deps, signal } = context;
    for (const item of await containersOf(plan, context)) {
      if (item.state !== 'running' || (item.health !== undefined && item.health !== 'healthy')) return false;
      const { memoryLimitBytes } = await deps.compose.stats(item.id, { signal });
      if (item.memoryLimitBytes > 0 && memoryLimitBytes !== item.memoryLimitBytes) return false;
    }
    return true;
  },

  standing: (plan, context: Context) =>
    standingIn(
      plan,
      Params.parse(plan.params),
      ({ memoryLimitBytes, nanoCpus }, step) => {
        const { wanted } = read(step);
        return (
          (wanted.memoryBytes ?? memoryLimitBytes) === memoryLimitBytes &&
          (wanted.nanoCpus ?? nanoCpus) === nanoCpus
        );
      },
      context,
    ),
});

interface Limits {
  readonly memoryBytes: number;
  readonly memorySwapBytes: number;
  readonly nanoCpus: number;
}

const limitsOf = ({ memoryLimitBytes, memorySwapBytes = 0, nanoCpus }: ComposeContainer): Limits => ({
  memoryBytes: memoryLimitBytes,
  memorySwapBytes,
  nanoCpus,
});

/** As much swap as before, none where there was no limit. */
function raised(now: Limits, { memoryMiB, cpus }: z.output<typeof Params>): Limits {
  const memoryBytes = memoryMiB === undefined ? now.memoryBytes : memoryMiB * mebibyte;
  const swap = now.memoryBytes === 0 ? 0 : Math.max(0, now.memorySwapBytes - now.memoryBytes);
  return {
    memoryBytes,
    memorySwapBytes:
      memoryMiB === undefined || now.memorySwapBytes === -1 ? now.memorySwapBytes : memoryBytes + swap,
    nanoCpus: cpus === undefined ? now.nanoCpus : Math.round(cpus * 1e9),
  };
}

const factsOf = ({ memoryBytes, memorySwapBytes, nanoCpus }: Limits): Facts => ({
  memory_bytes: memoryBytes,
  memory_swap_bytes: memorySwapBytes,
  nano_cpus: nanoCpus,
});

/** Not by its start: what is killed for its memory starts again and again. */
const idOf = ({ id, image }: ComposeContainer): Facts => ({ container_id: id, image });
const factsNow = (now: ComposeContainer): Facts => ({ ...idOf(now), ...factsOf(limitsOf(now)) });

const inMiB = (bytes: number) => `${Math.round(bytes / mebibyte)} MiB`;

/** What people compare; a limit that is not there is left out. */
const shown = ({ memoryBytes, nanoCpus }: Limits): Facts => ({
  ...(memoryBytes === 0 ? {} : { memory: inMiB(memoryBytes) }),
  ...(nanoCpus === 0 ? {} : { cpus: nanoCpus / 1e9 }),
});

function stepOf(container: ComposeContainer, from: Limits, to: Limits): PlanStep {
  const wanted = Object.entries(factsOf(to)).map(([key, value]) => [`wanted.${key}`, value]);
  return {
    kind: 'compose-set-limits',
    target: container.name,
    from: shown(from),
    to: shown(to),
    precondition: { ...idOf(container), ...factsOf(from), ...Object.fromEntries(wanted) },
    safety: 'idempotent',
  };
}

function read({ precondition }: PlanStep) {
  const value = (key: string) => Number(precondition[key]);
  const differs = (key: string) =>
    value(`wanted.${key}`) === value(key) ? undefined : value(`wanted.${key}`);
  return {
    id: String(precondition.container_id),
    expected: Object.fromEntries(Object.entries(precondition).filter(([key]) => !key.startsWith('wanted.'))),
    wanted: present({
      memoryBytes: differs('memory_bytes'),
      memorySwapBytes: differs('memory_swap_bytes'),
      nanoCpus: differs('nano_cpus'),
    }),
  };
}

function isDone({ precondition }: PlanStep, now: ComposeContainer): boolean {
  const seen = factsOf(limitsOf(now));
  return (
    now.id === precondition.container_id &&
    Object.entries(seen).every(([key, value]) => precondition[`wanted.${key}`] === value)
  );
}

/** The same for the Compose file, so that the next container has it. */
function composeOverride(
  service: string,
  { memoryMiB, cpus }: z.output<typeof Params>,
  file: string,
): readonly string[] {
  return [
    `# ${file}`,
    'services:',
    `  ${JSON.stringify(service)}:`,
    ...(memoryMiB === undefined ? [] : [`    mem_limit: ${memoryMiB}m`]),
    ...(cpus === undefined ? [] : [`    cpus: ${cpus}`]),
  ];
}
