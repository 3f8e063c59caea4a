import type { ServiceId } from '../platform/part.ts';
import { guide, guideSettings, guideStepTimeout } from '../platform/table.ts';
import type { Finding } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';

export type SettingKey = keyof typeof guideSettings;
export const settingKeys = Object.keys(guideSettings) as [SettingKey, ...SettingKey[]];

/** Probes whose finding a setting repairs, and which must find nothing once it has. */
export const settingSigns = [
  'services.event-pipeline',
  'services.executor-queue',
  'services.command-capacity',
  'services.step-timeouts',
  'nats.slow-consumers',
  'postgres.connections-headroom',
] as const;
type Sign = (typeof settingSigns)[number];

interface Advice {
  readonly key: SettingKey;
  readonly sign: Sign;
  /** Fact of the finding that has the value in effect, as the program itself says it. */
  readonly now?: string;
  /** Fact that names the part whose configuration it is, where the finding is about another. */
  readonly partIn?: string;
  /** Fact that has to be this, where the finding has several reasons and only one of them is this key. */
  readonly only?: readonly [fact: string, value: string];
}

const { keys } = guide;

/** Of what the guide advises for each of these, the one key that the finding shows to be short. */
const advice = {
  EVENT_WORKERS_SATURATED: { key: keys['event.workers'], sign: 'services.event-pipeline', now: 'workers' },
  EVENT_BATCHES_FULL: { key: keys['event.batch_size'], sign: 'services.event-pipeline', now: 'batchLimit' },
  EXECUTOR_STARVED: { key: keys['executor.workers'], sign: 'services.executor-queue', now: 'workers' },
  COMMANDS_SATURATED: {
    ...{ key: keys['agent.command.max_concurrent'], sign: 'services.command-capacity', now: 'maxConcurrent' },
  },
  STEP_COMMAND_TIMED_OUT: {
    ...{ key: keys['agent.command.default_timeout'], sign: 'services.step-timeouts' },
    ...{ now: 'defaultTimeoutSeconds', only: ['ranOut', 'default-timeout'] },
  },
  NATS_SLOW_CONSUMER: { key: keys['event.workers'], sign: 'nats.slow-consumers', partIn: 'clientPart' },
  NATS_CONSUMERS_DROPPED: { key: keys['event.workers'], sign: 'nats.slow-consumers', partIn: 'clientPart' },
  PG_POOLS_TOO_LARGE: {
    ...{
      key: keys['database.max_open_conns'],
      sign: 'postgres.connections-headroom',
      partIn: 'applicationPart',
    },
  },
} as const satisfies Partial<Record<FindingCode, Advice>>;

export const advisedFor = Object.keys(advice) as (keyof typeof advice)[];

/** Which key of whose configuration to set to what, for such a finding; undefined where it is there already. */
export function settingFor({
  code,
  facts,
}: Pick<Finding, 'code' | 'facts'>):
  | { readonly part: ServiceId; readonly key: SettingKey; readonly value: number; readonly sign: Sign }
  | undefined {
  const found: Advice | undefined = Object.hasOwn(advice, code)
    ? advice[code as keyof typeof advice]
    : undefined;
  if (found === undefined) return undefined;
  const { key, sign, now, partIn, only } = found;
  if (only !== undefined && facts[only[0]] !== only[1]) return undefined;
  const { parts, value, way } = guideSettings[key];
  const part = partIn === undefined ? parts[0] : parts.find((one) => one === facts[partIn]);
  const before = now === undefined ? undefined : facts[now];
  if (part === undefined || (typeof before === 'number' && !isFurther(way, before, value))) return undefined;
  return { part, key, value, sign };
}

/** Whether the one value is further than the other, the way that the guide goes. */
export const isFurther = (way: 'up' | 'down', before: number, value: number): boolean =>
  way === 'up' ? value > before : value < before;

/**
 * Seconds that a step should have which ended at its own limit: the guide's, or more for one that has those already.
 * Undefined when the step is another one, or has all that may be given from here.
 */
export function stepTimeoutFor({
  code,
  facts,
}: Pick<Finding, 'code' | 'facts'>):
  | { readonly workflow: string; readonly step: string; readonly value: number }
  | undefined {
  const { workflow, step, timeoutSeconds, tookSeconds } = facts;
  if (code !== 'STEP_TIMED_OUT' || typeof workflow !== 'string' || typeof step !== 'string') return undefined;
  const { from, to, most } = guideStepTimeout;
  // One that ended at its limit took that, and a little more.
  const known = [timeoutSeconds, tookSeconds].find((one) => typeof one === 'number') ?? 0;
  const value = Math.min(most, Math.max(to, Math.ceil((known * to) / from)));
  return known < value ? { workflow, step, value } : undefined;
}
