import type { ConfiguredId } from '../platform/part.ts';
import { guide } from '../platform/table.ts';
import type { Finding } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';

const { keys } = guide;

/** An address or a subject in a service's configuration that another part's configuration can show to be right. */
interface DestinationSetting {
  /** Whose configuration may be changed. */
  readonly parts: readonly [ConfiguredId, ...ConfiguredId[]];
  /** Whose configuration may show what is right, in this order. */
  readonly shownBy: readonly [ConfiguredId, ...ConfiguredId[]];
  /** Of an address: the store that it leads to. Absent: a subject. */
  readonly store?: 'postgres' | 'nats';
}

/** By their key in the guide. */
export const destinationSettings = {
  [keys['nats.subjects.registration']]: {
    parts: ['agent-manager', 'collect-agent'],
    shownBy: ['agent-manager', 'collect-agent'],
  },
  [keys['database.host']]: {
    parts: ['agent-manager', 'orchestrator-service'],
    shownBy: ['orchestrator-service', 'agent-manager'],
    store: 'postgres',
  },
  [keys['nats.url']]: {
    parts: ['agent-manager', 'orchestrator-service'],
    shownBy: ['orchestrator-service', 'agent-manager', 'collect-agent'],
    store: 'nats',
  },
} as const satisfies Readonly<Partial<Record<keyof typeof keys, DestinationSetting>>>;

export type DestinationKey = keyof typeof destinationSettings;
export const destinationKeys = Object.keys(destinationSettings) as [DestinationKey, ...DestinationKey[]];

export const settingOfDestination = (key: DestinationKey): DestinationSetting => destinationSettings[key];

/** Findings that such a value may repair, once a cause names it. */
export const destinationFindings = [
  'REGISTRATION_SUBJECTS_DIFFER',
  'STARTUP_DATABASE_UNREACHABLE',
  'STARTUP_NATS_UNREACHABLE',
] as const satisfies readonly FindingCode[];

const keyOf: Readonly<Record<(typeof destinationFindings)[number], DestinationKey>> = {
  REGISTRATION_SUBJECTS_DIFFER: keys['nats.subjects.registration'],
  STARTUP_DATABASE_UNREACHABLE: keys['database.host'],
  STARTUP_NATS_UNREACHABLE: keys['nats.url'],
};

/** The key that a program complains of at its start, as the guide calls it. */
const keyBehindComplaint: Readonly<Partial<Record<FindingCode, keyof typeof keys>>> = {
  STARTUP_DATABASE_UNREACHABLE: keys['database.host'],
  STARTUP_NATS_UNREACHABLE: keys['nats.url'],
  STARTUP_REDIS_UNREACHABLE: keys['redis.addr'],
};
export const keyComplainedOf = (code: FindingCode): keyof typeof keys | undefined => keyBehindComplaint[code];

/**
 * Which key of whose configuration is to be set as whose, for such a finding; undefined where it does not say which side
 * is wrong. Where an address is right is left to the plan, which looks.
 */
export function destinationFor({
  code,
  part,
  facts,
}: Pick<Finding, 'code' | 'part' | 'facts'>):
  | { readonly part: ConfiguredId; readonly key: DestinationKey; readonly from?: ConfiguredId }
  | undefined {
  const found = destinationFindings.find((one) => one === code);
  if (found === undefined) return undefined;
  // What a variable gives is not in the file.
  if (typeof facts.variable === 'string') return undefined;
  const key = keyOf[found];
  const { parts, store } = settingOfDestination(key);
  const among = (wanted: unknown) => parts.find((one) => one === wanted);
  if (store !== undefined) {
    const own = among(part);
    return own === undefined ? undefined : { part: own, key };
  }
  const wrong = among(facts.wrong);
  const from = parts.find((one) => one !== wrong);
  return wrong === undefined || from === undefined ? undefined : { part: wrong, key, from };
}
