/** What a fix did, counted at the target by the target's own means, and never by what the product says of itself. */

import { existsSync, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StringCodec } from 'nats';
import { nats, pg, redis } from '../../lab/faults/support.ts';
import { isCompose } from '../../lab/runtimes/compose.ts';
import { isKubernetes } from '../../lab/runtimes/kubernetes.ts';
import { type Lab, labParts } from '../../lab/types.ts';
import type { PlanStep } from '../../src/domain/fix/remediation.ts';
import { changesOfUsers } from './graph-effects.ts';

/** One kind of effect, and how often the target saw it. */
export interface Effect {
  readonly what: string;
  readonly count: number;
}

export interface Effects {
  /** By which means they were counted. */
  readonly by: string;
  readonly seen: readonly Effect[];
}

/** Ends the watch and says what was seen since it began. */
export type Watch = () => Promise<Effects>;

/** Begins to count at the target of this remediation; undefined: nobody knows how. */
export async function watchEffects(lab: Lab, remediation: string): Promise<Watch | undefined> {
  const [target = ''] = remediation.split('.');
  const watches = await Promise.all([watchers[target]?.(lab), others[remediation]?.(lab)]);
  const [first, ...more] = watches.filter((watch) => watch !== undefined);
  if (first === undefined || more.length === 0) return first;
  return async () => {
    const all = await Promise.all([first, ...more].map((watch) => watch()));
    return { by: all.map(({ by }) => by).join(' and '), seen: all.flatMap(({ seen }) => seen) };
  };
}

const watchers: Readonly<Record<string, (lab: Lab) => Promise<Watch>>> = {
  redis: async (lab) => difference('INFO commandstats', await redisCalls(lab), () => redisCalls(lab)),
  postgres: async (lab) =>
    difference('pg_stat_statements', await statements(lab), async () => statements(lab)),
  nats: watchStreams,
  compose: watchEngine,
  kubernetes: watchApi,
};

/** Those that change another target as well. */
const others: Readonly<Record<string, (lab: Lab) => Promise<Watch>>> = {
  'kubernetes.reset-neo4j-password': async (lab) => {
    const changes = async () => new Map([['change of a user', await changesOfUsers(lab)]]);
    return difference('bookmarks of Neo4j', await changes(), changes);
  },
  'compose.set-config-key': watchFiles,
  'compose.set-step-timeout': watchFiles,
  'compose.set-config-text': watchFiles,
  'compose.fetch-model': watchFiles,
};

type Counts = ReadonlyMap<string, number>;

function difference(by: string, before: Counts, now: () => Promise<Counts>): Watch {
  return async () => {
    const seen = [...(await now())].map(([what, count]) => ({
      what,
      count: count - (before.get(what) ?? 0),
    }));
    return { by, seen: seen.filter(({ count }) => count !== 0) };
  };
}

function counted(what: readonly string[]): readonly Effect[] {
  const counts = new Map<string, number>();
  for (const one of what) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ what: name, count }));
}

/** Commands that no service of the platform sends, and that change something. */
const redisWrites = /^cmdstat_(config\|set|unlink|flush\w+):calls=(\d+)/gm;

async function redisCalls(lab: Lab): Promise<Counts> {
  const text = await redis(lab, (client) => client.info('commandstats'));
  return new Map(
    [...text.matchAll(redisWrites)].map(([, name = '', calls]) => [
      name.replace('|', ' ').toUpperCase(),
      Number(calls),
    ]),
  );
}

/** For how long a count is tried where the fault itself leaves no connection free. */
const connectSeconds = 30;

/** Statements that no service of the platform sends, and that change something. */
async function statements(lab: Lab): Promise<Counts> {
  const ask = () => pg<{ what: string; calls: number }>(lab, statementsText);
  const end = Date.now() + connectSeconds * 1000;
  for (;;) {
    try {
      return new Map((await ask()).map(({ what, calls }) => [what, calls]));
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(200);
    }
  }
}

const statementsText = `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 60) AS what, sum(calls)::int AS calls
     FROM pg_stat_statements
     WHERE query ~* '^\\s*(ALTER|CREATE|DROP|REINDEX)\\M|^\\s*WITH\\M.*\\mDELETE FROM|^\\s*SELECT pg_(terminate|cancel)_backend'
     GROUP BY 1`;

/** The server's own record of each request to its API. */
async function watchStreams(lab: Lab): Promise<Watch> {
  const asked: string[] = [];
  let stop: () => void = () => undefined;
  let began: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => {
    began = resolve;
  });
  const whole = nats(lab, async (connection) => {
    connection.subscribe('$JS.EVENT.ADVISORY.API', {
      callback: (error, message) => {
        if (error !== null) return;
        const { subject } = JSON.parse(StringCodec().decode(message.data)) as { subject: string };
        if (/^\$JS\.API\.STREAM\.(CREATE|UPDATE|DELETE|PURGE)\./.test(subject)) asked.push(subject);
      },
    });
    await connection.flush();
    began();
    await new Promise<void>((resolve) => {
      stop = resolve;
    });
    await connection.flush();
  });
  await Promise.race([listening, whole]);
  return async () => {
    stop();
    await whole;
    return { by: '$JS.EVENT.ADVISORY.API', seen: counted(asked) };
  };
}

/** What the kernel says of the services' files on the engine's host: each time another file takes the place of one. */
function watchFiles(lab: Lab): Promise<Watch> {
  if (!isCompose(lab)) throw new Error('there is no engine here');
  const seen: string[] = [];
  const folders = [...labParts.map((part) => lab.configFolder(part)), lab.modelFolder].filter((folder) =>
    existsSync(folder),
  );
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
      one.isDirectory() ? [join(folder, one.name)] : [],
    ),
  );
  const watchers = [...folders, ...below].map((folder) =>
    watch(folder, (event, name) => {
      if (event === 'rename' && name !== null && !name.startsWith('.'))
        seen.push(`replace ${basename(folder)}/${name}`);
    }),
  );
  return Promise.resolve(() => {
    for (const one of watchers) one.close();
    return Promise.resolve({ by: 'inotify', seen: counted(seen) });
  });
}

/** What the engine does on its own while it does what it was asked for, and what looks make. */
const byTheWay = /^(exec_|health_status|kill|die|stop$|attach|top|resize|archive-path|oom|mount|unmount)/;

/** What the engine tells of a container, or of its network. */
export interface EngineEvent {
  readonly type: string;
  readonly action: string;
  /** Id of the container. */
  readonly container: string;
}

async function watchEngine(lab: Lab): Promise<Watch> {
  if (!isCompose(lab)) throw new Error('there is no engine here');
  // First the time: one that ends before it waits already, and one that ends after it is told of.
  const since = Date.now();
  const waits = ['ps', '-q', '--no-trunc', '--filter', 'status=restarting'];
  const waiting = (await lab.docker(waits)).split('\n').filter((id) => id !== '');
  return async () => {
    const until = (Date.now() / 1000).toFixed(3);
    const lines = await lab.docker([
      ...['events', '--since', (since / 1000 - endingSeconds).toFixed(3), '--until', until],
      ...[
        '--format',
        '{{.TimeNano}} {{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}} {{.Actor.Attributes.container}}',
      ],
    ]);
    const names = new Map(await containerNames(lab.docker));
    const events = lines.split('\n').map((line): EngineEvent & { readonly at: number } => {
      const [nanos = '', type = '', action = '', id = '', name = '', container = ''] = line
        .replace(/: .*/, '')
        .split(' ');
      // One that is not there any more has the name that it had last.
      if (type === 'container' && action === 'destroy') names.set(id, name);
      return { at: Number(nanos) / 1e6, type, action, container: type === 'network' ? container : id };
    });
    const ended = ending(events.filter(({ at }) => at < since));
    const told = events.filter(({ at }) => at >= since);
    const seen = ownWish(told, [...waiting, ...ended]).map(
      ({ action, container }) => `${action} ${names.get(container) ?? container}`,
    );
    return { by: 'engine events', seen: counted(seen) };
  };
}

async function containerNames(
  docker: (args: readonly string[]) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const text = await docker(['ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}}']);
  return new Map(text.split('\n').map((line) => line.split(' ') as [string, string]));
}

/** The engine takes that long at most from the end of a container to the word that its network is gone. */
const endingSeconds = 10;

/**
 * Containers that had just ended by themselves: what is told of their network and their next start belongs to that. One
 * that was stopped while it waited for its next start has ended by itself before, and starts again by a wish alone.
 */
export function ending(told: readonly EngineEvent[]): readonly string[] {
  const last = new Map<string, string>();
  for (const { action, container } of told) {
    const killed = action === 'die' && last.get(container) === 'kill';
    if (/^((re)?start|die|kill|stop)$/.test(action)) last.set(container, killed ? 'stop' : action);
  }
  return [...last].flatMap(([container, action]) => (action === 'die' ? [container] : []));
}

/**
 * What somebody asked the engine for. A restart is a stop and a start, and each of these takes the network along; of one
 * disconnection the engine tells twice, and a second one is not possible before a connection. One that ends by itself is
 * started again by its policy. `waiting`: containers that wait for that since before; the engine may tell only now that
 * such a one has lost its network.
 */
export function ownWish(
  told: readonly EngineEvent[],
  waiting: readonly string[] = [],
): readonly EngineEvent[] {
  const off = new Set<string>();
  const killed = new Set<string>();
  const endedByItself = new Set(waiting);
  const moved = new Set(waiting);
  const restarted = new Set(
    told.filter(({ action }) => action === 'restart').map(({ container }) => container),
  );
  const seen = told.filter(({ type, action, container: id }) => {
    if (type === 'container') {
      if (/^(re)?start$|^die$/.test(action)) moved.add(id);
      if (action === 'kill') killed.add(id);
      if (action === 'die' && !killed.delete(id)) endedByItself.add(id);
      return action === 'start' ? !endedByItself.delete(id) && !restarted.has(id) : !byTheWay.test(action);
    }
    const again = action === 'disconnect' && off.has(id);
    if (action === 'disconnect') off.add(id);
    else if (action === 'connect') off.delete(id);
    return type === 'network' && !again;
  });
  return seen.filter(({ type, container }) => type === 'container' || !moved.has(container));
}

/** As whom the product asks the API server of the lab, and nobody else. */
export const auditedUser = 'aetherius-bot';

interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code?: number };
  readonly objectRef?: {
    readonly resource?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
}

async function watchApi(lab: Lab): Promise<Watch> {
  const file = isKubernetes(lab) ? lab.cluster.audit : undefined;
  if (file === undefined) throw new Error('this API server writes no audit log that could be read');
  const from = existsSync(file) ? statSync(file).size : 0;
  return () => {
    const text = existsSync(file) ? readFileSync(file).subarray(from).toString('utf8') : '';
    const events = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as AuditEvent]));
    const own = new Map(events.filter(isEffect).map((event) => [event.auditID, event]));
    const seen = [...own.values()].map(({ verb, objectRef: of }) =>
      [verb, [of?.resource, of?.name, of?.subresource].filter((one) => one !== undefined).join('/')].join(
        ' ',
      ),
    );
    return Promise.resolve({ by: 'API audit log', seen: counted(seen) });
  };
}

/** Carried out for the product, and no mere question in the shape of a write. */
function isEffect({ verb, requestURI, user, responseStatus, objectRef }: AuditEvent): boolean {
  if (!user.username.endsWith(`:${auditedUser}`) || (responseStatus?.code ?? 0) >= 300) return false;
  if (requestURI.includes('dryRun=')) return false;
  const asks = /accessreviews$|rulesreviews$|tokenreviews$/.test(objectRef?.resource ?? '');
  return (
    ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb) &&
    !asks &&
    objectRef?.subresource !== 'exec'
  );
}

/** Steps that work in batches say how far they came. */
export interface DoneStep {
  readonly step: PlanStep;
  readonly batches: boolean;
}

/** Fewest and most effects of one step, where it is not one. */
const severalOf: Readonly<Record<string, readonly [least: number, most: number]>> = {
  // A Job as a clock and the Secret that it ends; what an earlier fix has kept goes first.
  'kubernetes-keep-secret': [2, 3],
  'kubernetes-keep-password': [2, 3],
  // The engine tells of it as of any end.
  'compose-stop': [0, 0],
};

/**
 * What contradicts "each exactly once". A step makes one effect, some a known few; one in batches makes at least one, and
 * none of its batches is told apart from the others by a target.
 */
export function notOnce({ seen }: Effects, steps: readonly DoneStep[]): readonly string[] {
  const all = seen.reduce((sum, { count }) => sum + count, 0);
  const listed = seen.map(({ what, count }) => `${what} ×${count}`).join(', ') || 'nothing';
  if (steps.some(({ batches }) => batches)) return all > 0 ? [] : [`the target saw ${listed}`];
  const sum = (which: 0 | 1) =>
    steps.reduce((count, { step: { kind } }) => count + (severalOf[kind]?.[which] ?? 1), 0);
  return all >= sum(0) && all <= sum(1) ? [] : [`${steps.length} steps, and the target saw ${listed}`];
}
