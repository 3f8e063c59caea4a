import type { ServiceId } from '../platform/part.ts';
import { guide, guideSettings } from '../platform/table.ts';
import type { Finding } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';

export type SettingKey = keyof typeof guideSettings;
export const settingKeys = Object.keys(guideSettings) as [SettingKey, ...SettingKey[]];

/** Probes whose finding a setting mends, and which must find nothing once it has. */
export const settingSigns = [
  'services.event-pipeline',
  'services.executor-queue',
  'services.command-capacity',
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
  const { key, sign, now, partIn } = found;
  const { parts, value, way } = guideSettings[key];
  const part = partIn === undefined ? parts[0] : parts.find((one) => one === facts[partIn]);
  const before = now === undefined ? undefined : facts[now];
  if (part === undefined || (typeof before === 'number' && !isFurther(way, before, value))) return undefined;
  return { part, key, value, sign };
}

/** Whether the one value is further than the other, the way that the guide goes. */
export const isFurther = (way: 'up' | 'down', before: number, value: number): boolean =>
  way === 'up' ? value > before : value < before;
