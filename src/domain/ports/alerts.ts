import type { IncomingAlert } from '../alert/body.ts';
import type { Incident, IncidentHead } from '../alert/incident.ts';

/** Who receives alerts: it can add them, and nothing else. */
export interface AlertSink {
  /** Stores those that are not there. AppError DEPENDENCY_UNAVAILABLE or TIMED_OUT when that is not sure. */
  add(environment: string, alerts: readonly IncomingAlert[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StoredAlert extends IncomingAlert {
  readonly id: number;
  readonly environment: string;
}

/** An alert of an incident, with when it came. */
export interface TakenAlert extends StoredAlert {
  readonly receivedAt: Date;
}

export type NewIncident = Pick<
  Incident,
  'id' | 'environment' | 'symptom' | 'channel' | 'language' | 'messageId' | 'runId' | 'alerts' | 'names'
>;

export interface Alerts {
  /** What a look of our own saw, as if it had arrived. */
  add(environment: string, alerts: readonly IncomingAlert[]): Promise<void>;
  /** Whether this transaction alone takes alerts now. */
  turn(): Promise<boolean>;
  /** Alerts that are not taken, as they came. */
  waiting(limit: number): Promise<readonly StoredAlert[]>;
  /** Without an incident they are not reported. */
  take(ids: readonly number[], incidentId?: string): Promise<void>;
  /** The incidents of those of these ends whose alert has been told of, by the id of the end. */
  incidentsOf(ids: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** The last incident of a symptom. */
  latest(environment: string, symptom: string): Promise<Incident | undefined>;
  get(incidentId: string): Promise<Incident | undefined>;
  /** How many incidents of alerts without a diagnosis were opened within so many milliseconds. */
  namedWithin(environment: string, ms: number): Promise<number>;
  open(incident: NewIncident): Promise<void>;
  /** More alerts have joined; what was over is not over any more. */
  joined(
    incidentId: string,
    more: Pick<Incident, 'names' | 'unsaid'> & { readonly count: number },
  ): Promise<void>;
  /** The thread was told of all that joined. */
  told(incidentId: string): Promise<void>;
  /** Incidents whose thread has not been told for so long of what joined. */
  untold(forMs: number, limit: number): Promise<readonly Incident[]>;
  resolve(incidentId: string): Promise<void>;
  /** Those that fire and were not reported, because what they mean is muted; the one that was looked at longest ago first. */
  muted(limit: number): Promise<readonly Incident[]>;
  /** Its answer is that of another run from now on. */
  lookedAgain(incidentId: string, now: { readonly messageId: string; readonly runId: string }): Promise<void>;
  /** The newest of an environment first. */
  newest(environment: string, limit: number): Promise<readonly Incident[]>;
  /** Those whose first message stands in this thread, the oldest first. */
  inThread(thread: { readonly channel: string; readonly threadTs: string }): Promise<readonly Incident[]>;
  /** Alerts that belong to it, and their ends, as they came. */
  of(incidentId: string, limit: number): Promise<readonly TakenAlert[]>;
  /** What stands above the answer; undefined for a message that belongs to no incident. */
  headOf(messageId: string): Promise<IncidentHead | undefined>;
}
