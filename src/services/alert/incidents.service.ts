import {
  type Incident,
  isNamed,
  lineEveryMs,
  mayTell,
  mostUnknown,
  poolSymptom,
  quietHoldMs,
  restMs,
  takesMore,
  wakes,
  withNames,
} from '../../domain/alert/incident.ts';
import type { Ids, Logger } from '../../domain/kernel/clock.ts';
import { isStoreAway } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { StoredAlert } from '../../domain/ports/alerts.ts';
import type { Courier } from '../../domain/ports/courier.ts';
import type { NewRun } from '../../domain/ports/runs.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { Language } from '../../domain/run/run.ts';
import type { StartRun } from '../run/contract.ts';
import { runButtonTtlMs } from '../run/run-button.ts';
import { type AlertReading, isHeartbeat, type ReadSymptom, readingOf } from './reading.ts';

/** Purpose of the first message of an incident that no diagnosis answers. */
export const alertPurpose = 'alert';
/** Purpose of a line in the thread of an incident. */
const linePurpose = 'alert-line';

type Repositories = 'alerts' | 'buttons' | 'messages' | 'mutes' | 'runs';

export interface IncidentsOptions {
  readonly store: StoreOf<Repositories>;
  readonly courier: Courier;
  /** Stores a run with its first message; returns both. */
  readonly begin: (
    tx: TxOf<'messages' | 'runs'>,
    input: StartRun,
  ) => Promise<{ readonly run: NewRun; readonly messageId: string }>;
  readonly read: ReadSymptom;
  /** Where alerts of an environment are answered; undefined: nobody is told. */
  readonly placeOf: (
    environment: string,
  ) => { readonly teamId: string; readonly channel: string; readonly language: Language } | undefined;
  /** Looks again who reads in these places, before anything is told there; false, and alerts wait, while nobody can say. */
  readonly lookWhoReads: () => Promise<boolean>;
  /** Whether the configuration accepts something of an environment for good. */
  readonly knowsSomething: (environment: string) => boolean;
  readonly words: IncidentWords;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Alerts that are taken at once; default 200. */
  readonly batch?: number;
}

/** What is said of alerts, besides the answer of their diagnosis. */
export interface IncidentWords {
  readonly unknown: (alerts: readonly StoredAlert[], language: Language) => Rendered;
  readonly joined: (
    what: { readonly count: number; readonly names: readonly string[]; readonly again: boolean },
    language: Language,
  ) => Rendered;
  /** `timelineButton`: the id of the button that tells what happened, in order. */
  readonly over: (ms: number, timelineButton: string, language: Language) => Rendered;
}

export interface IncidentsService {
  /** Takes alerts that wait, and tells of them; resolves with their number. Any number of processes may call it. */
  round(): Promise<number>;
}

interface Group {
  readonly environment: string;
  readonly reading: AlertReading;
  readonly alerts: readonly StoredAlert[];
}

/** Of the button that tells the timeline of the thread where it stands. */
export const timelinePurpose = 'timeline';

const mostLines = 50;
/** Incidents that are muted and may be looked at again within one round. */
const mostLooks = 20;

/**
 * Alerts become incidents: one message in the channel of their environment for each symptom, with the diagnosis that fits as
 * its answer. What joins and what ends is told in its thread. All of it happens in one transaction with the alerts, so
 * that each is told of once, whoever is killed when.
 */
export function createIncidents(options: IncidentsOptions): IncidentsService {
  const { store, courier, logger, batch = 200 } = options;

  const take = async (limit: number): Promise<number> => {
    const { taken, runs } = await store.tx((tx) => takeSome(tx, options, limit));
    await hint(runs);
    return taken;
  };

  // When Redis does not take it a worker finds it in PostgreSQL some seconds later.
  const hint = async (runs: readonly NewRun[]): Promise<void> => {
    for (const { id, environment, kind } of runs)
      await courier.run({ environment, kind, runId: id, attempt: 1 });
  };

  /** One that cannot be told of must not keep the others waiting. */
  const takeOne = async (): Promise<number> => {
    try {
      return await take(1);
    } catch (err) {
      if (isStoreAway(err)) throw err;
      const [first] = await store.tx((tx) => tx.alerts.waiting(1));
      if (first === undefined) return 0;
      logger.error({ err, alert: first.id, environment: first.environment }, 'an alert could not be told of');
      await store.tx((tx) => tx.alerts.take([first.id]));
      return 1;
    }
  };

  return {
    async round() {
      const [waiting] = await store.tx((tx) => tx.alerts.waiting(1));
      // While nobody can say who reads there, nothing is told.
      if (waiting !== undefined && !(await options.lookWhoReads())) return 0;
      let total = 0;
      // One that arrives by now waits for the next round: nobody has looked yet who reads there.
      while (waiting !== undefined) {
        const taken = await take(batch).catch((err: unknown) => {
          if (isStoreAway(err)) throw err;
          logger.warn({ err }, 'alerts could not be taken together, so one after the other is');
          return takeOne();
        });
        total += taken;
        if (taken < batch && taken !== 1) break;
        if (taken === 0) break;
      }
      const woken = await store.tx(async (tx) => {
        if (!(await tx.alerts.turn())) return [];
        for (const incident of await tx.alerts.untold(lineEveryMs, mostLines))
          if (incident.mutedBy === undefined) await tellJoined(tx, options, incident, false);
        return wake(tx, options);
      });
      await hint(woken);
      return total;
    },
  };
}

async function takeSome(
  tx: TxOf<Repositories>,
  options: IncidentsOptions,
  limit: number,
): Promise<{ readonly taken: number; readonly runs: readonly NewRun[] }> {
  if (!(await tx.alerts.turn())) return { taken: 0, runs: [] };
  const waiting = await tx.alerts.waiting(limit);
  const mute = waiting.filter((one) => isHeartbeat(one) || options.placeOf(one.environment) === undefined);
  if (mute.length > 0) await tx.alerts.take(mute.map(({ id }) => id));
  const told = waiting.filter((one) => !mute.includes(one));
  const runs: NewRun[] = [];
  const changed = new Map<string, 'joined' | 'ended'>();
  for (const group of groupsOf(told, options.read)) {
    const run = await place(tx, options, group, changed);
    if (run !== undefined) runs.push(run);
  }
  const ends = told.filter(({ status }) => status === 'resolved');
  await end(tx, options, ends, changed);
  for (const [messageId, how] of changed)
    await tx.messages.again(messageId, how === 'ended' ? 'answer' : 'progress');
  return { taken: waiting.length, runs };
}

/** Alerts that fire, by environment and by what they mean. */
function groupsOf(alerts: readonly StoredAlert[], read: ReadSymptom): readonly Group[] {
  const groups = new Map<string, { reading: AlertReading; environment: string; alerts: StoredAlert[] }>();
  for (const alert of alerts) {
    if (alert.status !== 'firing') continue;
    const reading = readingOf(alert, read);
    const key = `${alert.environment}\n${reading.symptom}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { reading, environment: alert.environment, alerts: [alert] });
    else group.alerts.push(alert);
  }
  return [...groups.values()];
}

/** Into the incident that is open, or into a new one; returns the run that was begun for it. */
async function place(
  tx: TxOf<Repositories>,
  options: IncidentsOptions,
  group: Group,
  changed: Map<string, 'joined' | 'ended'>,
): Promise<NewRun | undefined> {
  const { environment, reading, alerts } = group;
  const now = await tx.now();
  const latest = await tx.alerts.latest(environment, reading.symptom);
  const channel = options.placeOf(environment)?.channel;
  // Where others read now, no more is told of it.
  const takes = (incident: Incident | undefined): incident is Incident =>
    incident !== undefined &&
    incident.channel === channel &&
    takesMore(incident, now) &&
    // One that nobody was told of is over for good: what comes back is looked at anew.
    (incident.mutedBy === undefined || incident.resolvedAt === undefined);
  if (takes(latest)) return join(tx, options, latest, alerts, changed);
  const isMany =
    isNamed(reading.symptom) && (await tx.alerts.namedWithin(environment, restMs)) >= mostUnknown;
  if (!isMany) return open(tx, options, group);
  const pool = await tx.alerts.latest(environment, poolSymptom);
  if (takes(pool)) return join(tx, options, pool, alerts, changed);
  return open(tx, options, { ...group, reading: { kind: 'unknown', typed: '', symptom: poolSymptom } });
}

const namesOf = (alerts: readonly StoredAlert[]): readonly string[] => alerts.map(({ name }) => name);

async function open(
  tx: TxOf<Repositories>,
  { begin, placeOf, words, ids, knowsSomething }: IncidentsOptions,
  { environment, reading, alerts }: Group,
): Promise<NewRun | undefined> {
  const surface = placeOf(environment);
  if (surface === undefined) return undefined;
  const id = ids.uuid();
  const { channel, language } = surface;
  const begun =
    reading.kind === 'unknown'
      ? undefined
      : await begin(tx, {
          ...{ kind: 'diagnose', environment, source: 'webhook', surface },
          params: { symptom: reading.typed },
          dedupeKey: `incident ${id}`,
          ...present({ holdMs: await holdOf(tx, knowsSomething, environment) }),
        });
  const messageId =
    begun?.messageId ??
    (await tx.messages.post({
      ...{ id: ids.uuid(), purpose: alertPurpose, channel, urgency: 'answer' },
      rendered: words.unknown(alerts, language),
    }));
  await tx.alerts.open({
    ...{ id, environment, symptom: reading.symptom, channel, language, messageId },
    ...{ alerts: alerts.length, names: withNames([], namesOf(alerts)) },
    ...present({ runId: begun?.run.id }),
  });
  await tx.alerts.take(
    alerts.map((alert) => alert.id),
    id,
  );
  return begun?.run;
}

async function join(
  tx: TxOf<Repositories>,
  options: IncidentsOptions,
  incident: Incident,
  alerts: readonly StoredAlert[],
  changed: Map<string, 'joined' | 'ended'>,
): Promise<undefined> {
  const { id, resolvedAt } = incident;
  await tx.alerts.take(
    alerts.map((alert) => alert.id),
    id,
  );
  await tx.alerts.joined(id, {
    names: withNames(incident.names, namesOf(alerts)),
    unsaid: withNames(incident.unsaid, namesOf(alerts)),
    count: alerts.length,
  });
  // Of what is muted nobody is told; it is looked at again instead.
  if (incident.mutedBy !== undefined) return undefined;
  const fresh = await tx.alerts.get(id);
  const again = resolvedAt !== undefined;
  if (fresh !== undefined && (again || mayTell(fresh, await tx.now())))
    await tellJoined(tx, options, fresh, again);
  changed.set(incident.messageId, again ? 'ended' : 'joined');
  return undefined;
}

async function tellJoined(
  tx: TxOf<Repositories>,
  { words, ids }: IncidentsOptions,
  incident: Incident,
  again: boolean,
): Promise<void> {
  const { id, alerts, said, unsaid, language } = incident;
  await line(tx, ids, incident, words.joined({ count: alerts - said, names: unsaid, again }, language));
  await tx.alerts.told(id);
}

/** Where something is muted the answer may turn out to be, so the first message waits for it. */
async function holdOf(
  tx: TxOf<'mutes'>,
  knowsSomething: IncidentsOptions['knowsSomething'],
  environment: string,
): Promise<number | undefined> {
  const mayBe = knowsSomething(environment) || (await tx.mutes.active(environment)).length > 0;
  return mayBe ? quietHoldMs : undefined;
}

/** Incidents whose mute is over, or that may be worse by now, get a diagnosis of now; returns the runs. */
async function wake(tx: TxOf<Repositories>, options: IncidentsOptions): Promise<readonly NewRun[]> {
  const { begin, placeOf, knowsSomething } = options;
  const incidents = await tx.alerts.muted(mostLooks);
  if (incidents.length === 0) return [];
  const now = await tx.now();
  const active = new Set(['configured', ...(await tx.mutes.active()).map(({ id }) => id)]);
  const runs: NewRun[] = [];
  for (const incident of incidents) {
    const { id, environment, channel, runId } = incident;
    const surface = placeOf(environment);
    if (!wakes(incident, active, now) || surface?.channel !== channel) continue;
    const before = runId === undefined ? undefined : await tx.runs.get(runId);
    if (before === undefined) continue;
    const { run, messageId } = await begin(tx, {
      ...{ kind: 'diagnose', environment, source: 'webhook', surface, params: before.params },
      dedupeKey: `incident ${id} after ${before.id}`,
      ...present({ holdMs: await holdOf(tx, knowsSomething, environment) }),
    });
    await tx.alerts.lookedAgain(id, { messageId, runId: run.id });
    runs.push(run);
  }
  return runs;
}

/** What is over: the first message says so once nothing of the incident fires. */
async function end(
  tx: TxOf<Repositories>,
  { words, ids }: IncidentsOptions,
  ends: readonly StoredAlert[],
  changed: Map<string, 'joined' | 'ended'>,
): Promise<void> {
  if (ends.length === 0) return;
  const incidents = await tx.alerts.incidentsOf(ends.map(({ id }) => id));
  const without = ends.filter(({ id }) => !incidents.has(id));
  if (without.length > 0) await tx.alerts.take(without.map(({ id }) => id));
  for (const incidentId of new Set(incidents.values())) {
    const own = ends.filter(({ id }) => incidents.get(id) === incidentId);
    await tx.alerts.take(
      own.map(({ id }) => id),
      incidentId,
    );
    const incident = await tx.alerts.get(incidentId);
    if (incident === undefined) continue;
    const before = await tx.alerts.headOf(incident.messageId);
    if (before === undefined) continue;
    if (before.open > 0 || incident.resolvedAt !== undefined) {
      if (incident.mutedBy !== undefined) continue;
      changed.set(incident.messageId, changed.get(incident.messageId) ?? 'joined');
      continue;
    }
    await tx.alerts.resolve(incidentId);
    if (incident.mutedBy !== undefined) continue;
    const head = await tx.alerts.headOf(incident.messageId);
    const until = head?.until ?? (await tx.now());
    const ms = Math.max(0, until.getTime() - before.since.getTime());
    const button = ids.token();
    await tx.buttons.create({
      ...{ id: button, purpose: timelinePurpose, ttlMs: runButtonTtlMs },
      data: { environment: incident.environment },
    });
    await line(tx, ids, incident, words.over(ms, button, incident.language));
    changed.set(incident.messageId, 'ended');
  }
}

/** In the thread below the first message. */
async function line(
  tx: TxOf<'messages'>,
  ids: Ids,
  { channel, messageId, runId }: Incident,
  rendered: Rendered,
): Promise<void> {
  await tx.messages.post({
    ...{ id: ids.uuid(), purpose: linePurpose, channel, parentId: messageId, rendered, urgency: 'answer' },
    ...present({ runId }),
  });
}
