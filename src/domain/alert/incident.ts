import type { Language } from '../run/run.ts';

/** Alerts of one symptom in one environment that belong together, and the message that tells of them. */
export interface Incident {
  readonly id: string;
  readonly environment: string;
  /** What belongs together: the diagnoses and the part, or the name of an alert without a diagnosis. */
  readonly symptom: string;
  readonly channel: string;
  readonly language: Language;
  readonly messageId: string;
  readonly runId?: string;
  readonly openedAt: Date;
  /** When its last alert came. */
  readonly lastAt: Date;
  /** When its last alert that fired was over. */
  readonly resolvedAt?: Date;
  /** How many alerts came, and how many of them the message or the thread has named. */
  readonly alerts: number;
  readonly said: number;
  /** When the thread was last told of alerts that joined. */
  readonly lineAt?: Date;
  /** Names of the alerts, each once. */
  readonly names: readonly string[];
  /** Those that joined since the last line of the thread. */
  readonly unsaid: readonly string[];
  /** The mutes that covered all that its diagnosis found, so that no message was sent. */
  readonly mutedBy?: readonly string[];
}

/** What the first message says of it above the answer. */
export interface IncidentHead {
  readonly environment: string;
  readonly language: Language;
  readonly names: readonly string[];
  readonly alerts: number;
  /** Of those, how many fire still. */
  readonly open: number;
  readonly since: Date;
  /** When all were over. */
  readonly until?: Date;
}

const minuteMs = 60_000;
/** An incident that is over takes what comes within this time: the same fault has come back. */
export const restMs = 10 * minuteMs;
/** One that fires takes more of the same for so long after its last alert. */
const joinMs = 24 * 60 * minuteMs;
/** Alerts that nothing is known of are pooled while they come thick and fast. */
const poolMs = 10 * minuteMs;
/** The thread is told of alerts that joined no more often than this. */
export const lineEveryMs = 15_000;
/** Messages of their own that alerts without a diagnosis get within ten minutes; the rest stands in one. */
export const mostUnknown = 3;

/** Label with which a rule names the diagnosis of its alert, as it is typed after `/aetherius diagnose`: `D3`, `H2 redis`. */
export const symptomLabel = 'aetherius_symptom';

/** How long the first message waits for an answer that may turn out to be muted. */
export const quietHoldMs = 2 * minuteMs;
/** Of one that is muted: it is looked at again after so long, sooner when more alerts have joined. */
const lookAgainMs = 30 * minuteMs;
const joinedLookMs = 5 * minuteMs;

/** Whether one that is muted is to be looked at again: its mute is over, or it may be worse by now. */
export function wakes(
  {
    mutedBy,
    alerts,
    said,
    lineAt,
    openedAt,
  }: Pick<Incident, 'alerts' | 'lineAt' | 'mutedBy' | 'openedAt' | 'said'>,
  active: ReadonlySet<string>,
  now: Date,
): boolean {
  if (mutedBy === undefined) return false;
  if (mutedBy.some((id) => !active.has(id))) return true;
  const since = now.getTime() - (lineAt ?? openedAt).getTime();
  return since >= (said < alerts ? joinedLookMs : lookAgainMs);
}

/** The incident of all alerts of an environment that came too many at once, and that no diagnosis goes with. */
export const poolSymptom = '*';
/** Of an alert that no diagnosis surely goes with. */
export const namedSymptom = (name: string): string => `? ${name}`;
export const isNamed = (symptom: string): boolean => symptom.startsWith('? ');

/** Whether an alert that comes now belongs to it. */
export function takesMore(
  { symptom, lastAt, resolvedAt }: Pick<Incident, 'symptom' | 'lastAt' | 'resolvedAt'>,
  now: Date,
): boolean {
  if (resolvedAt !== undefined) return now.getTime() - resolvedAt.getTime() < restMs;
  return now.getTime() - lastAt.getTime() < (symptom === poolSymptom ? poolMs : joinMs);
}

/** Whether the thread may be told of what joined since. */
export function mayTell({ lineAt }: Pick<Incident, 'lineAt'>, now: Date): boolean {
  return lineAt === undefined || now.getTime() - lineAt.getTime() >= lineEveryMs;
}

const mostNames = 50;

/** Names with those that came, each once, and no more than are ever shown. */
export function withNames(names: readonly string[], came: readonly string[]): readonly string[] {
  return [...new Set([...names, ...came])].slice(0, mostNames);
}
