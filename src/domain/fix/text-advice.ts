import type { ConfiguredId } from '../platform/part.ts';
import { guide } from '../platform/table.ts';
import type { Finding } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';

const { keys } = guide;

/** A text of a service's configuration that another part's configuration can show to be right. */
interface TextSetting {
  /** Whose configuration may be changed. */
  readonly parts: readonly [ConfiguredId, ...ConfiguredId[]];
  /** Whose configuration may show what is right, in this order. */
  readonly shownBy: readonly [ConfiguredId, ...ConfiguredId[]];
  /** Of an address: the store that it leads to. Absent: a subject. */
  readonly store?: 'postgres' | 'nats';
}

/** By their key in the guide. */
export const textSettings = {
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
} as const satisfies Readonly<Partial<Record<keyof typeof keys, TextSetting>>>;

export type TextKey = keyof typeof textSettings;
export const textKeys = Object.keys(textSettings) as [TextKey, ...TextKey[]];

export const settingOfText = (key: TextKey): TextSetting => textSettings[key];

/** Findings that such a text may mend, once a cause names it. */
export const textFindings = [
  'REGISTRATION_SUBJECTS_DIFFER',
  'STARTUP_DATABASE_UNREACHABLE',
  'STARTUP_NATS_UNREACHABLE',
] as const satisfies readonly FindingCode[];

const keyOf: Readonly<Record<(typeof textFindings)[number], TextKey>> = {
  REGISTRATION_SUBJECTS_DIFFER: keys['nats.subjects.registration'],
  STARTUP_DATABASE_UNREACHABLE: keys['database.host'],
  STARTUP_NATS_UNREACHABLE: keys['nats.url'],
};

/**
 * Which key of whose configuration is to be set as whose, for such a finding; undefined where it does not say which side
 * is wrong. Where an address is right is left to the plan, which looks.
 */
export function textFor({
  code,
  part,
  facts,
}: Pick<Finding, 'code' | 'part' | 'facts'>):
  | { readonly part: ConfiguredId; readonly key: TextKey; readonly from?: ConfiguredId }
  | undefined {
  const found = textFindings.find((one) => one === code);
  if (found === undefined) return undefined;
  const key = keyOf[found];
  const { parts, store } = settingOfText(key);
  const among = (wanted: unknown) => parts.find((one) => one === wanted);
  if (store !== undefined) {
    const own = among(part);
    return own === undefined ? undefined : { part: own, key };
  }
  const wrong = among(facts['wrong']);
  const from = parts.find((one) => one !== wrong);
  return wrong === undefined || from === undefined ? undefined : { part: wrong, key, from };
}
