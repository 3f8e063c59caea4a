/** For each action a small stateful target that behaves as the real one does, and counts what was changed. */

import type { Remediation } from '../../src/domain/fix/remediation.ts';
import { AppError, TargetError } from '../../src/domain/kernel/errors.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { asInGuide, platformOf } from '../../src/domain/platform/platform.ts';
import type { ComposeContainer, ComposeTarget } from '../../src/domain/probe/targets/compose.ts';
import type { HostFile, HostFilesTarget, WorkTree } from '../../src/domain/probe/targets/host-files.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { ModelTarget } from '../../src/domain/probe/targets/model.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { remediations } from '../../src/remediations/index.ts';
import { blockedConnection, setOf, workloadOf } from './blocked-connection.ts';
import { brokenClaim } from './broken-claim.ts';
import { graphSecrets, ofService } from './graph-secrets.ts';
import { inBase64 } from './kube-objects.ts';
import { overriddenService, replacedService } from './replaced-service.ts';
import { mapPath, textCluster } from './text-cluster.ts';
import { textProject } from './text-project.ts';
import { agents, tokenSecrets } from './token-secrets.ts';

export type RemediationName = (typeof remediations)[number]['id'];

export interface Fixture {
  readonly targets: Targets;
  readonly params: Readonly<Record<string, unknown>>;
  /** Calls that changed the target. */
  changes(): number;
  /** Replaces the target by another one of the same name. */
  replace(): void;
  /** Somebody else changes the same thing after the steps. */
  meddle(): void;
  /** The change lands on the target without its caller learning of it. */
  readonly log: string[];
}

export const registered = remediations as readonly unknown[] as readonly Remediation[];

function redis(): Fixture {
  const state = { runId: 'a'.repeat(40), policy: 'noeviction', changes: 0 };
  const log: string[] = [];
  const call = (command: string, args: readonly (string | number)[] = []) => {
    log.push([command, ...args].join(' '));
    if (command === 'SETRANGE')
      return state.policy === 'noeviction'
        ? Promise.reject(new TargetError('limit', 'OOM'))
        : Promise.resolve(0);
    if (command === 'DBSIZE') return Promise.resolve(5);
    if (command === 'SCAN')
      return Promise.resolve(['0', Array.from({ length: 5 }, (_, key) => `cache:${key}`)]);
    if (command === 'PTTL') return Promise.resolve(-1);
    const [verb, name, value] = args;
    if (verb === 'GET') return Promise.resolve([name, name === 'maxmemory' ? '1048576' : state.policy]);
    if (verb === 'SET') {
      state.changes += 1;
      state.policy = String(value);
    }
    if (verb === 'REWRITE') return Promise.reject(new TargetError('protocol', 'no config file'));
    return Promise.resolve('OK');
  };
  const info = (section: string) =>
    Promise.resolve<Record<string, string>>(
      section === 'server'
        ? { run_id: state.runId, config_file: '' }
        : section === 'replication'
          ? { role: 'master' }
          : { db0: 'keys=5,expires=0' },
    );
  return {
    targets: {
      environment: 'prod',
      platform: asInGuide,
      redis: { call, info, nodes: () => Promise.resolve([{ call, info, name: 'redis:6379' }]) },
    },
    params: { policy: 'allkeys-lru', persist: true },
    changes: () => state.changes,
    replace: () => {
      state.runId = 'b'.repeat(40);
    },
    meddle: () => {
      state.policy = 'allkeys-random';
    },
    log,
  };
}

/** Sessions of the role `u` are those of agent-manager alone. */
const servedByU = platformOf({ parts: { 'agent-manager': { databaseRole: 'u' } } });

function postgres(): Fixture {
  let sessions = [
    { pid: 7, backend_start: '100.1', xact_start: '200.1' },
    { pid: 8, backend_start: '100.2', xact_start: '200.2' },
  ];
  let changes = 0;
  const log: string[] = [];
  const rows = (sql: string, values: readonly unknown[]): object[] => {
    log.push(sql);
    if (sql.includes('pg_control_system')) return [{ id: '7012345' }];
    if (sql.includes('pg_terminate_backend')) {
      const found = sessions.filter(
        (session) =>
          session.pid === values[0] &&
          session.backend_start === values[1] &&
          session.xact_start === values[2],
      );
      changes += found.length;
      sessions = sessions.filter((session) => !found.includes(session));
      return found.map(() => ({ ended: true }));
    }
    if (sql.includes('WHERE pid = $1'))
      return sessions
        .filter((session) => session.pid === values[0] && session.backend_start === values[1])
        .map((session) => ({ xact_start: session.xact_start, state: 'idle in transaction' }));
    const seen = sessions.map((session) => ({
      ...session,
      ...{ application: 'app', user: 'u', client: 'local', mine: true },
      ...{ own: false, wrote: false, tables: '', open: 90 },
    }));
    return sql.includes('a.pid = $1') ? seen.filter(({ pid }) => pid === values[0]) : seen;
  };
  const answer = <Row>(_id: string, sql: string, values: readonly unknown[] = []) =>
    Promise.resolve(rows(sql, values) as unknown as readonly Row[]);
  return {
    targets: {
      environment: 'prod',
      platform: servedByU,
      postgres: { databaseName: (id) => id, query: answer, execute: answer },
    },
    params: { database: 'agentManager', olderThanSeconds: 60 },
    changes: () => changes,
    replace: () => {
      sessions = sessions.map((session) => ({ ...session, xact_start: '999.9' }));
    },
    meddle: () => {
      sessions = [{ pid: 9, backend_start: '100.3', xact_start: '200.3' }];
    },
    log,
  };
}

function redisLimit(): Fixture {
  const state = { runId: 'a'.repeat(40), maxmemory: 1_048_576, changes: 0 };
  const log: string[] = [];
  const call = (command: string, args: readonly (string | number)[] = []) => {
    log.push([command, ...args].join(' '));
    const [verb, name, value] = args;
    if (command === 'SETRANGE')
      return state.maxmemory < 2e6 ? Promise.reject(new TargetError('limit', 'OOM')) : Promise.resolve(0);
    if (verb === 'GET')
      return Promise.resolve([name, name === 'maxmemory' ? String(state.maxmemory) : 'noeviction']);
    state.changes += 1;
    state.maxmemory = Number(value);
    return Promise.resolve('OK');
  };
  const info = () =>
    Promise.resolve({
      ...{ run_id: state.runId, role: 'master', used_memory: '1040000' },
      total_system_memory: String(16 * 1024 ** 3),
    });
  return {
    targets: {
      environment: 'prod',
      platform: asInGuide,
      redis: { call, info, nodes: () => Promise.resolve([{ call, info, name: 'redis:6379' }]) },
    },
    params: { bytes: 1024 ** 3 },
    changes: () => state.changes,
    replace: () => {
      state.runId = 'b'.repeat(40);
    },
    meddle: () => {
      state.maxmemory = 3e6;
    },
    log,
  };
}

function redisCache(): Fixture {
  const keys = new Set<string>(['shop:1']);
  const fill = () => {
    for (let key = 0; key < 120; key += 1) keys.add(`cache:${key}`);
  };
  fill();
  const state = { runId: 'a'.repeat(40), changes: 0 };
  const log: string[] = [];
  const call = (command: string, args: readonly (string | number)[] = []) => {
    log.push([command, ...args].join(' '));
    switch (command) {
      case 'DBSIZE':
        return Promise.resolve(keys.size);
      case 'SCAN':
        return Promise.resolve(['0', [...keys]]);
      case 'MEMORY':
        return Promise.resolve(100);
      case 'UNLINK':
        state.changes += 1;
        return Promise.resolve(args.filter((key) => keys.delete(String(key))).length);
      default:
        return Promise.resolve(0);
    }
  };
  const info = () => Promise.resolve({ run_id: state.runId });
  return {
    targets: {
      environment: 'prod',
      platform: asInGuide,
      redis: { call, info, nodes: () => Promise.resolve([{ call, info, name: 'redis:6379' }]) },
    },
    params: { prefix: 'cache:' },
    changes: () => state.changes,
    replace: () => {
      state.runId = 'b'.repeat(40);
    },
    meddle: fill,
    log,
  };
}

function natsStream(): Fixture {
  const state = { serverId: 'NA', changes: 0 };
  const streams = new Map<string, object>();
  const log: string[] = [];
  const missing = { error: { code: 404, err_code: 10_059 } };
  const jetstream = (what: string, body: object) => {
    log.push(what);
    const name = what.split('.')[2] ?? '';
    const config = streams.get(name);
    if (what === 'STREAM.LIST') return { streams: [...streams.values()].map((one) => ({ config: one })) };
    if (what === 'STREAM.NAMES') return { streams: [...streams.keys()] };
    if (what.startsWith('STREAM.INFO'))
      return config === undefined ? missing : { config, state: { messages: 0, consumer_count: 0 } };
    state.changes += 1;
    if (what.startsWith('STREAM.CREATE')) streams.set(name, body);
    else streams.delete(name);
    return {};
  };
  const nats = {
    hasMonitor: false,
    connect: () =>
      Promise.resolve({
        latencyMs: 1,
        serverId: state.serverId,
        serverName: 'n',
        version: '2',
        jetstream: true,
      }),
    jetstream: (what: string, body: object) => Promise.resolve(jetstream(what, body)),
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, nats } as unknown as Targets,
    params: {},
    changes: () => state.changes,
    replace: () => {
      state.serverId = 'NB';
    },
    meddle: () => {
      streams.set('EVENTS', { name: 'EVENTS', subjects: ['other'] });
    },
    log,
  };
}

/** A server of which one question has one answer; `act` is what a statement that changes something does. */
function postgresAnswering(
  answer: (sql: string, values: readonly unknown[]) => readonly object[],
  act: (sql: string, values: readonly unknown[]) => readonly object[],
): Pick<Fixture, 'targets' | 'log'> {
  const log: string[] = [];
  const query = <Row>(_id: string, sql: string, values: readonly unknown[] = []) => {
    log.push(sql);
    const rows = sql.includes('FROM pg_control_system') ? [{ id: '7012345' }] : answer(sql, values);
    return Promise.resolve(rows as unknown as readonly Row[]);
  };
  const execute = <Row>(_id: string, sql: string, values: readonly unknown[] = []) => {
    log.push(sql);
    return Promise.resolve(act(sql, values) as unknown as readonly Row[]);
  };
  return {
    targets: {
      environment: 'prod',
      platform: asInGuide,
      postgres: { databaseName: (id) => id, query, execute },
    },
    log,
  };
}

function blocker(): Fixture {
  const session = {
    ...{
      pid: 7,
      backend_start: '100.1',
      xact_start: '200.1',
      query_start: '201.1',
      state: 'idle in transaction',
    },
    ...{ application: 'app', user: 'u', client: 'local', name: 'agentManager', kind: 'client backend' },
    ...{ open: 90, waiting: 2, mine: true, own: false, wrote: true, tables: 'events' },
  };
  let changes = 0;
  let there = true;
  const { targets, log } = postgresAnswering(
    () => (there ? [session] : []),
    (_sql, values) => {
      if (!there || values[0] !== session.pid || values[2] !== session.xact_start) return [];
      changes += 1;
      there = false;
      return [{ sent: true }];
    },
  );
  return {
    ...{ targets: { ...targets, platform: servedByU }, log },
    params: { pid: 7, how: 'end' },
    changes: () => changes,
    replace: () => {
      session.xact_start = '999.9';
    },
    meddle: () => {
      there = true;
    },
  };
}

/** Whether a statement of ours runs there: none does, each has ended by the time it is looked at. */
const looksAtWork = (sql: string) => sql.includes('FROM pg_stat_activity a');
/** Without the mark by which the next worker knows it. */
export const unmarked = (sql: string) => sql.replace(/^\/\* [^*]* \*\/ /, '');

function indexes(): Fixture {
  const state = new Map<string, 'absent' | 'valid' | 'invalid'>();
  let changes = 0;
  let oid = '16400';
  const of = (name: unknown) => state.get(String(name)) ?? 'absent';
  const { targets, log } = postgresAnswering(
    (sql, [, name]) =>
      looksAtWork(sql)
        ? []
        : [
            {
              ...{
                table_oid: oid,
                schema: 'public',
                partitioned: false,
                rows: 1_000,
                bytes: 8_192,
                owner: 'u',
              },
              ...{ mine: true, covered: of(name) === 'valid', state: of(name) },
            },
          ],
    (sql) => {
      changes += 1;
      const name = /INDEX CONCURRENTLY (?:IF EXISTS )?(?:"public"\.)?"(\w+)"/.exec(sql)?.[1] ?? '';
      state.set(name, sql.includes('CREATE INDEX') ? 'valid' : 'absent');
      return [];
    },
  );
  return {
    ...{ targets, log },
    params: { database: 'agentManager' },
    changes: () => changes,
    replace: () => {
      oid = '99999';
    },
    meddle: () => {
      state.set('idx_events_severity', 'invalid');
    },
  };
}

function bloated(): Fixture {
  const index = {
    ...{ oid: '16500', table_oid: '16400', table: 'events', kind: 'i', exclusion: false, valid: true },
    ...{ building: false, rows: 100, bytes: 8_192, index_bytes: 4_096, owner: 'u', mine: true },
  };
  let changes = 0;
  const { targets, log } = postgresAnswering(
    (sql) => (sql.includes('_cc(new|old)') || looksAtWork(sql) ? [] : [index]),
    () => {
      changes += 1;
      index.oid = '16501';
      return [];
    },
  );
  return {
    ...{ targets, log },
    params: { index: 'events_pkey' },
    changes: () => changes,
    replace: () => {
      index.table_oid = '99999';
    },
    meddle: () => {
      index.valid = false;
    },
  };
}

/** A table of 40 old rows on 10 blocks, and its archive, which exists. */
function oldRows(params: Fixture['params']): Fixture {
  const held = { events: 40, events_archive: 0 };
  const state = { changes: 0, oid: '16400' };
  const nameIn = (sql: string) => (/FROM ONLY "public"\."(\w+)"/.exec(sql)?.[1] ?? '') as keyof typeof held;
  const table = (name: string) => ({
    ...{ oid: name === 'events' ? state.oid : '16401', schema: 'public', name, kind: 'r' },
    ...{ columns: ['id', 'timestamp', 'severity'], types: ['uuid', 'timestamp with time zone', 'text'] },
    ...{ primary: ['id'], follows: [], rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
    ...{ creates: true, version: 170_000, standby: false },
  });
  const { targets, log } = postgresAnswering(
    (sql, [name]) => {
      if (sql.includes('pg_stat_replication'))
        return [{ copies: 0, seen: 0, lag_bytes: 0, lag_seconds: 0, waiting: 0 }];
      if (sql.includes('pg_relation_size')) return [{ blocks: 10 }];
      if (sql.includes('AS oldest')) {
        const rows = held[nameIn(sql)];
        return [{ rows, oldest: '1969-01-02T00:00:00.000000Z', newest: '1969-06-02T00:00:00.000000Z' }];
      }
      if (sql.includes('EXISTS (SELECT FROM ONLY')) return [{ left: held[nameIn(sql)] > 0 }];
      return [table(String(name))];
    },
    (sql, values) => {
      const from = nameIn(sql);
      // The statement names each of its tables by its oid.
      const same = values.filter((_value, at) => String(values[at - 1]).startsWith('"public"'));
      if (!same.every((oid) => oid === state.oid || oid === '16401')) return [{ n: 0 }];
      const n = held[from];
      held[from] = 0;
      const into = /INSERT INTO "public"\."(\w+)"/.exec(sql)?.[1];
      if (into !== undefined) held[into as keyof typeof held] += n;
      state.changes += 1;
      return [{ n }];
    },
  );
  return {
    ...{ targets, log, params },
    changes: () => state.changes,
    replace: () => {
      state.oid = '99999';
    },
    meddle: () => {
      held.events += 1;
    },
  };
}

function connections(): Fixture {
  const state = {
    ...{ now: 100, source: 'configuration file', standby: false, copies: 0, next: 100, own: false },
    changes: 0,
  };
  const { targets, log } = postgresAnswering(
    (sql) => (sql.includes('usesuper') ? [{ version: 170_000, super: true }] : [{ ...state }]),
    (sql) => {
      state.changes += 1;
      const value = /= (\d+)$/.exec(sql)?.[1];
      state.own = value !== undefined;
      state.next = Number(value ?? 100);
      return [];
    },
  );
  return {
    ...{ targets, log },
    params: { value: 200 },
    changes: () => state.changes,
    replace: () => {
      state.next = 150;
    },
    meddle: () => {
      state.next = 120;
    },
  };
}

function kubernetes(): Fixture {
  const log: string[] = [];
  let changes = 0;
  let version = 10;
  let uid = 'uid-1';
  let generation = 3;
  let annotations: Record<string, string> = {};
  const object = (extra: Record<string, string> = {}): KubeObject => ({
    metadata: {
      name: 'agent-manager',
      namespace: 'aetherius',
      uid,
      resourceVersion: `${version}`,
      generation,
    },
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate' },
      template: {
        metadata: { annotations: { ...annotations, ...extra } },
        spec: { containers: [{ image: 'agent-manager:1' }] },
      },
    },
    status: {
      observedGeneration: generation,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      updatedReplicas: 2,
    },
  });
  interface Patch {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly spec: {
      readonly template: { readonly metadata: { readonly annotations: Record<string, string> } };
    };
  }
  const pods = (owner: string) =>
    [1, 2].map((index) => ({
      metadata: { name: `agent-manager-1-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: owner }] },
      status: { phase: 'Running', podIP: `10.244.0.${index}` },
    }));
  const target = {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    list: (kind: string) =>
      Promise.resolve(
        kind === 'pods'
          ? pods('rs-1')
          : kind === 'replicasets'
            ? [{ metadata: { name: 'agent-manager-1', uid: 'rs-1', ownerReferences: [{ uid }] } }]
            : [object()],
      ),
    get: () => Promise.resolve(object()),
    can: () => Promise.resolve(true),
    patch(_kind: string, _namespace: string, _name: string, body: unknown, options?: { dryRun?: boolean }) {
      const patch = body as Patch;
      log.push(JSON.stringify({ ...patch, dryRun: options?.dryRun ?? false }));
      if (options?.dryRun === true) return Promise.resolve(object(patch.spec.template.metadata.annotations));
      if (patch.metadata?.resourceVersion !== `${version}`)
        return Promise.reject(new AppError('CONFLICT', 'changed by somebody else'));
      changes += 1;
      version += 1;
      generation += 1;
      annotations = { ...annotations, ...patch.spec.template.metadata.annotations };
      return Promise.resolve(object());
    },
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, kubernetes: target } as unknown as Targets,
    params: { part: 'agent-manager' },
    changes: () => changes,
    replace: () => {
      uid = 'uid-2';
      version += 1;
    },
    meddle: () => {
      generation += 1;
      annotations = { ...annotations, 'aetherius.io/restarted-generation': 'by another hand' };
    },
    log,
  };
}

interface Loose {
  [field: string]: unknown;
}
const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386, as the API server applies a JSON merge patch. */
function merged(object: unknown, patch: unknown): unknown {
  if (!isLoose(patch)) return patch;
  const made: Loose = { ...(isLoose(object) ? object : {}) };
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete made[key];
    else made[key] = merged(made[key], value);
  return made;
}

/**
 * A Deployment behind a simulated API server: patches are merged, a version that is not the newest is refused, a change
 * of the spec counts its generation, and a simulated controller brings its Pods up at once.
 */
export function simulatedDeployment(
  start: { readonly metadata?: Loose; readonly spec?: Loose },
  lists: Readonly<Record<string, readonly unknown[]>> = {},
) {
  const log: { readonly body: unknown; readonly dryRun: boolean }[] = [];
  let changes = 0;
  let version = 10;
  const container = { name: 'main', image: 'agent-manager:1', resources: {} };
  let object = merged(
    {
      metadata: { name: 'agent-manager', namespace: 'aetherius', uid: 'uid-1', generation: 3 },
      spec: {
        replicas: 2,
        strategy: { type: 'RollingUpdate' },
        template: { metadata: { labels: { app: 'agent-manager' } }, spec: { containers: [container] } },
      },
    },
    start,
  ) as { metadata: Loose; spec: Loose };
  const shown = (of = object): KubeObject => {
    const pods = Number(of.spec.replicas);
    const counts = { replicas: pods, readyReplicas: pods, availableReplicas: pods, updatedReplicas: pods };
    return structuredClone({
      ...of,
      metadata: { ...of.metadata, resourceVersion: `${version}` },
      status: { observedGeneration: of.metadata.generation, ...counts },
    }) as unknown as KubeObject;
  };
  const change = (patch: unknown) => {
    const next = structuredClone(merged(object, patch)) as typeof object;
    const specChanged = JSON.stringify(next.spec) !== JSON.stringify(object.spec);
    next.metadata.generation = Number(object.metadata.generation) + (specChanged ? 1 : 0);
    return next;
  };
  const pods = () =>
    Array.from({ length: Number(object.spec.replicas) }, (_one, index) => ({
      metadata: { name: `p-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: 'rs-1' }] },
      status: { phase: 'Running', podIP: `10.244.0.${index + 1}` },
    }));
  const target = {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    list: (kind: string) => {
      const set = {
        metadata: {
          name: 'agent-manager-1',
          uid: 'rs-1',
          ownerReferences: [{ uid: object.metadata.uid }],
        },
      };
      const usual =
        kind === 'pods' ? pods() : kind === 'replicasets' ? [set] : kind === 'deployments' ? [shown()] : [];
      return Promise.resolve(lists[kind] ?? usual);
    },
    get: () => Promise.resolve(shown()),
    can: () => Promise.resolve(true),
    patch(_kind: string, _namespace: string, _name: string, body: unknown, options?: { dryRun?: boolean }) {
      const dryRun = options?.dryRun ?? false;
      log.push({ body, dryRun });
      if (dryRun) return Promise.resolve(shown(change(body)));
      const { resourceVersion, ...metadata } = (body as { metadata: Loose }).metadata;
      if (resourceVersion !== `${version}`)
        return Promise.reject(new AppError('CONFLICT', 'changed by somebody else'));
      object = change({ ...(body as Loose), metadata });
      changes += 1;
      version += 1;
      return Promise.resolve(shown());
    },
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, kubernetes: target } as unknown as Targets,
    changes: () => changes,
    /** By another hand. */
    set(patch: unknown) {
      object = change(patch);
      version += 1;
    },
    object: () => object,
    sent: log,
    get log() {
      return log.map((line) => JSON.stringify(line));
    },
  };
}

function stopped(): Fixture {
  const one = simulatedDeployment(
    { spec: { replicas: 0 } },
    {
      pods: [
        {
          metadata: { name: 'p', uid: 'p', ownerReferences: [{ uid: 'rs-1' }] },
          status: { phase: 'Running', podIP: '10.244.0.1' },
        },
        {
          metadata: { name: 'q', uid: 'q', ownerReferences: [{ uid: 'rs-1' }] },
          status: { phase: 'Running', podIP: '10.244.0.2' },
        },
      ],
    },
  );
  return {
    ...one,
    params: { part: 'agent-manager', replicas: 2 },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { replicas: 5 } }),
  };
}

const twoPods = [1, 2].map((index) => ({
  metadata: { name: `p-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: 'rs-2' }] },
  status: { phase: 'Running', podIP: `10.244.0.${index}` },
}));

/** A ReplicaSet that keeps a revision of the simulated Deployment. */
export const simulatedRevision = (revision: number, template: Loose) => ({
  metadata: {
    name: `agent-manager-${revision}`,
    uid: `rs-${revision}`,
    creationTimestamp: '1970-01-01T00:00:00Z',
    annotations: { 'deployment.kubernetes.io/revision': `${revision}` },
    ownerReferences: [{ uid: 'uid-1' }],
  },
  spec: {
    template: merged({ metadata: { labels: { app: 'agent-manager', 'pod-template-hash': 'x' } } }, template),
  },
});
const templateOf = (image: string, more: Loose = {}) => ({
  metadata: { labels: { app: 'agent-manager' } },
  spec: { containers: [{ name: 'main', image, ...more }] },
});

function rolledOut(): Fixture {
  const one = simulatedDeployment(
    { spec: { template: templateOf('agent-manager:2') } },
    {
      pods: twoPods,
      replicasets: [
        simulatedRevision(1, templateOf('agent-manager:1', { env: [{ name: 'LOG', value: 'info' }] })),
        simulatedRevision(2, templateOf('agent-manager:2')),
      ],
    },
  );
  return {
    ...one,
    params: { part: 'agent-manager' },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { template: templateOf('agent-manager:3') } }),
  };
}

/** `sha256:…` of a simulated image. */
export const simulatedDigest = (of: number) => `sha256:${`${of}`.repeat(64)}`;
const imagePod = (index: number, owner: number, image: string, status: Loose) => ({
  metadata: { name: `p-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: `rs-${owner}` }] },
  spec: { containers: [{ name: 'main', image }] },
  status: {
    ...{ phase: 'Running', podIP: `10.244.0.${index}` },
    containerStatuses: [{ name: 'main', image, ...status }],
  },
});
/** A Pod that is ready with this image, and one that waits for it. */
export const simulatedWith = (index: number, owner: number, image: string, digest = 1) =>
  imagePod(index, owner, image, {
    ...{ ready: true, imageID: `registry.example/x@${simulatedDigest(digest)}`, state: { running: {} } },
  });
export const simulatedWithout = (index: number, owner: number, image: string, reason = 'ImagePullBackOff') =>
  imagePod(index, owner, image, { ready: false, imageID: '', state: { waiting: { reason } } });

function withoutImage(): Fixture {
  const [before, typo] = ['agent-manager:1', 'agent-manager:typo'];
  const lists = {
    replicasets: [
      simulatedRevision(1, templateOf(before, { env: [{ name: 'LOG', value: 'info' }] })),
      simulatedRevision(2, templateOf(typo)),
    ],
    get pods() {
      const { template } = one.object().spec as { template: ReturnType<typeof templateOf> };
      const image = template.spec.containers[0]?.image ?? '';
      return [
        simulatedWith(1, 1, before),
        image === typo ? simulatedWithout(2, 2, typo) : simulatedWith(2, 2, image),
      ];
    },
  };
  const one: ReturnType<typeof simulatedDeployment> = simulatedDeployment(
    { spec: { template: templateOf(typo) } },
    lists,
  );
  return {
    ...one,
    params: { part: 'agent-manager', container: 'main' },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { template: templateOf('agent-manager:3') } }),
  };
}

/** A Pod that waits for a node with a label, in the words of the scheduler. */
export const simulatedWaiting = (nodeSelector: Loose, message: string, more: Loose = {}) => ({
  metadata: { name: 'w', uid: 'pod-w', ownerReferences: [{ uid: 'rs-1' }] },
  spec: { nodeSelector, ...more },
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  },
});
export const noNodeMatches =
  "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";

function homeless(): Fixture {
  const bound = (nodeSelector: Loose) => {
    const { spec, ...template } = templateOf('agent-manager:1');
    return { ...template, spec: { ...spec, nodeSelector } };
  };
  const running = twoPods.map((pod) => ({
    ...pod,
    metadata: { ...pod.metadata, ownerReferences: [{ uid: 'rs-1' }] },
    spec: { nodeName: 'n' },
  }));
  const one = simulatedDeployment(
    { spec: { template: bound({ disk: 'ssd' }) } },
    { pods: [...running, simulatedWaiting({ disk: 'ssd' }, noNodeMatches)] },
  );
  return {
    ...one,
    params: { part: 'agent-manager' },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { template: bound({ disk: 'nvme' }) } }),
  };
}

const asks = (port: number | string, more: Loose = {}) => ({ httpGet: { path: '/health', port }, ...more });

/** A Pod whose liveness probe is answered on 8080, and whose readiness probe is not on 9090. */
export const simulatedUnready = (more: Loose = {}, state: Loose = {}) => ({
  metadata: { name: 'p-1', uid: 'pod-1', ownerReferences: [{ uid: 'rs-1' }] },
  spec: { containers: [{ name: 'main', readinessProbe: asks(9090), livenessProbe: asks(8080), ...more }] },
  status: {
    ...{ phase: 'Running', podIP: '10.244.0.1' },
    containerStatuses: [
      { name: 'main', ready: false, state: { running: { startedAt: '1969-12-31T23:00:00Z' } }, ...state },
    ],
  },
});

function askedWrongly(): Fixture {
  const of = (port: number) =>
    templateOf('agent-manager:1', { readinessProbe: asks(port), livenessProbe: asks(8080) });
  const one = simulatedDeployment(
    { spec: { replicas: 1, template: of(9090) } },
    { pods: [simulatedUnready()] },
  );
  return {
    ...one,
    params: { part: 'agent-manager', container: 'main', probe: 'readiness', port: 9090 },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { template: of(7070) } }),
  };
}

function limited(): Fixture {
  const of = (memory: string) =>
    templateOf('agent-manager:1', { resources: { limits: { memory }, requests: { memory: '64Mi' } } });
  const one = simulatedDeployment({ spec: { template: of('128Mi') } });
  return {
    ...one,
    params: { part: 'agent-manager', memoryMiB: 2048 },
    replace: () => one.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => one.set({ spec: { template: of('1Gi') } }),
  };
}

/**
 * A Service behind a simulated API server, beside a Deployment with one ready Pod. A Service has no generation; patches
 * are merged, and a version that is not the newest is refused.
 */
export function simulatedService(
  start: { readonly metadata?: Loose; readonly spec?: Loose },
  lists: Readonly<Record<string, readonly unknown[]>> = {},
) {
  const log: string[] = [];
  let changes = 0;
  let version = 10;
  let object = merged(
    {
      metadata: { name: 'agent-manager', namespace: 'aetherius', uid: 'service-1' },
      spec: { clusterIP: '10.96.0.7', selector: { app: 'agent-mangaer' }, ports: [{ port: 8080 }] },
    },
    start,
  ) as { metadata: Loose; spec: Loose };
  const shown = (of = object) =>
    structuredClone({ ...of, metadata: { ...of.metadata, resourceVersion: `${version}` } });
  const labels = { app: 'agent-manager' };
  const deployment = {
    metadata: { name: 'agent-manager', namespace: 'aetherius', uid: 'uid-1', generation: 1 },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'agent-manager:1' }] } },
    },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1 },
  };
  const all: Readonly<Record<string, readonly unknown[]>> = {
    deployments: [deployment],
    replicasets: [{ metadata: { name: 'am-1', uid: 'rs-1', ownerReferences: [{ uid: 'uid-1' }] } }],
    pods: [
      {
        metadata: { name: 'am-1-x', uid: 'pod-1', labels, ownerReferences: [{ uid: 'rs-1' }] },
        status: {
          ...{ phase: 'Running', podIP: '10.244.0.9', conditions: [{ type: 'Ready', status: 'True' }] },
        },
      },
    ],
    ...lists,
  };
  const target = {
    ...{ namespace: 'aetherius', agentNamespace: 'kube-system' },
    list: (kind: string) => Promise.resolve(all[kind] ?? []),
    get: (kind: string) => Promise.resolve(kind === 'services' ? shown() : all[kind]?.[0]),
    can: () => Promise.resolve(true),
    patch(_kind: string, _namespace: string, _name: string, body: unknown, options?: { dryRun?: boolean }) {
      log.push(JSON.stringify({ body, dryRun: options?.dryRun ?? false }));
      const next = merged(object, body) as typeof object;
      if (options?.dryRun === true) return Promise.resolve(shown(next));
      if (next.metadata.resourceVersion !== `${version}`)
        return Promise.reject(new AppError('CONFLICT', 'changed by somebody else'));
      object = next;
      changes += 1;
      version += 1;
      return Promise.resolve(shown());
    },
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, kubernetes: target } as unknown as Targets,
    changes: () => changes,
    log,
    /** By another hand. */
    set(patch: unknown) {
      object = merged(object, patch) as typeof object;
      version += 1;
    },
    object: () => object,
  };
}

function misled(): Fixture {
  const one = simulatedService({});
  return {
    ...one,
    params: { part: 'agent-manager' },
    replace: () => one.set({ metadata: { uid: 'service-2' } }),
    meddle: () => one.set({ spec: { selector: { app: 'other' } } }),
  };
}

/** The file of agent-manager as people write it. */
export const configText = `# Flags are stronger than this file.
server:
  port: 8080
database:
  host: postgres
  password: "not for eyes"
event:
  workers: 10 # as many as cores
  buffer_size: '1000'
`;

/** A Deployment whose container has its file from a ConfigMap, and that ConfigMap. */
export function simulatedConfig(
  start: { readonly map?: Loose; readonly spec?: Loose; readonly metadata?: Loose } = {},
  lists: Readonly<Record<string, readonly unknown[]>> = {},
) {
  const container = {
    ...{ name: 'agent-manager', image: 'agent-manager:1', resources: {} },
    volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
  };
  const volumes = [{ name: 'config', configMap: { name: 'agent-manager-config' } }];
  const template = { spec: { containers: [container], volumes } };
  const workload = simulatedDeployment(
    { ...present({ metadata: start.metadata }), spec: merged({ template }, start.spec ?? {}) as Loose },
    lists,
  );
  const base = workload.targets.kubernetes as unknown as KubernetesTarget;
  const log: { readonly kind: string; readonly body: unknown; readonly dryRun: boolean }[] = [];
  let changes = 0;
  let version = 70;
  let map = merged(
    {
      metadata: { name: 'agent-manager-config', namespace: 'aetherius', uid: 'map-1' },
      data: { 'config.yaml': configText },
    },
    start.map ?? {},
  ) as { metadata: Loose; data: Record<string, string> };
  const shown = (of = map) =>
    structuredClone({
      ...of,
      metadata: { ...of.metadata, resourceVersion: `${version}` },
    }) as unknown as KubeObject;
  const kubernetes: KubernetesTarget = {
    ...base,
    get: (kind, ...rest) =>
      kind !== 'configmaps'
        ? base.get(kind, ...rest)
        : rest[1] === map.metadata.name
          ? Promise.resolve(shown())
          : Promise.reject(new AppError('NOT_FOUND', 'no such ConfigMap')),
    patch: (kind, namespace, name, body, options) => {
      const dryRun = options?.dryRun ?? false;
      log.push({ kind, body, dryRun });
      if (kind !== 'configmaps') return base.patch(kind, namespace, name, body, options);
      const next = merged(map, body) as typeof map;
      if (dryRun) return Promise.resolve(shown(next));
      if (next.metadata.resourceVersion !== `${version}`)
        return Promise.reject(new AppError('CONFLICT', 'changed by somebody else'));
      map = next;
      version += 1;
      changes += 1;
      return Promise.resolve(shown());
    },
  };
  return {
    targets: { ...workload.targets, kubernetes } as Targets,
    changes: () => changes + workload.changes(),
    workload,
    log,
    /** By another hand. */
    set(patch: unknown) {
      map = merged(map, patch) as typeof map;
      version += 1;
    },
    text: () => map.data['config.yaml'] ?? '',
    data: () => map.data,
  };
}

function configured(): Fixture {
  const one = simulatedConfig();
  return {
    targets: one.targets,
    params: { part: 'agent-manager', key: 'event.workers', value: 20 },
    changes: one.changes,
    replace: () => one.set({ metadata: { uid: 'map-2' } }),
    meddle: () => one.set({ data: { 'config.yaml': configText.replace('10', '30') } }),
    log: [],
  };
}

/** The file of a workflow as people write it. */
export const workflowText = `id: diagnose-oom
# The pods of a large node have long logs.
steps:
  - id: describe_pod
    config: { command: describe, timeout: 30 }
  - id: collect_logs
    config:
      args: { token: "not for eyes", timeout: 7 }
      timeout: 120 # seconds
`;
const workflowFile = 'diagnose-oom.yaml';

/** orchestrator-service, whose workflows lie in a ConfigMap: it says what its steps may take, and runs two executions. */
export function simulatedSteps(
  start: Parameters<typeof simulatedConfig>[0] = {},
  lists: Readonly<Record<string, readonly unknown[]>> = {},
) {
  const part = 'orchestrator-service';
  const { workflows } = asInGuide.files;
  const container = {
    ...{ name: part, image: 'orchestrator-service:1', resources: {} },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/aetherius' },
      { name: 'flows', mountPath: workflows },
    ],
  };
  const volumes = ['config', 'flows'].map((name) => ({ name, configMap: { name: `orchestrator-${name}` } }));
  const template = { metadata: { labels: { app: part } }, spec: { containers: [container], volumes } };
  const map = {
    metadata: { name: 'orchestrator-flows' },
    data: { 'config.yaml': null, [workflowFile]: workflowText, 'README.md': 'id: diagnose-oom of ours' },
  };
  const one = simulatedConfig(
    {
      map: merged(map, start.map ?? {}) as Loose,
      metadata: { name: part, ...start.metadata },
      spec: merged({ template }, start.spec ?? {}) as Loose,
    },
    lists,
  );
  const text = () => one.data()[workflowFile] ?? '';
  const { services, answers } = orchestratorOf(text);
  return { ...one, targets: { ...one.targets, services } as unknown as Targets, text, answers };
}

/** What orchestrator-service says whose workflow's file has this text; two executions run. */
function orchestratorOf(text: () => string) {
  /** As after a restart. */
  const answers: Record<string, () => unknown> = {
    [asInGuide.paths.workflows]: () => {
      const timeout = Number(/timeout: (\d+) # seconds/.exec(text())?.[1]);
      return { workflows: [{ id: 'diagnose-oom', steps: [{ id: 'collect_logs', config: { timeout } }] }] };
    },
    [asInGuide.paths.executions]: () => ({
      executions: ['running', 'pending', 'running', 'failed'].map((status) => ({ status })),
    }),
  };
  const services = {
    find: () => ({ url: 'http://orchestrator', paths: asInGuide.paths }),
    request: (url: string) => {
      const found = answers[new URL(url).pathname];
      return Promise.resolve({
        status: found === undefined ? 404 : 200,
        text: () => JSON.stringify(found?.()),
      });
    },
  };
  return { services, answers };
}

function hurried(): Fixture {
  const one = simulatedSteps();
  return {
    targets: one.targets,
    params: { workflow: 'diagnose-oom', step: 'collect_logs', value: 300 },
    changes: one.changes,
    replace: () => one.set({ metadata: { uid: 'map-2' } }),
    meddle: () => one.set({ data: { [workflowFile]: workflowText.replace('120', '200') } }),
    log: [],
  };
}

function misaddressed(): Fixture {
  const one = textCluster();
  const map = mapPath('agent-manager');
  return {
    targets: one.targets,
    params: { part: 'agent-manager', key: 'database.host' },
    changes: one.changes,
    replace: () => one.set(map, { metadata: { uid: 'another' } }),
    meddle: () =>
      one.set(map, {
        data: { 'config.yaml': one.textNow('agent-manager').replace('host: postgres', 'host: db') },
      }),
    log: [],
  };
}

/** That workload with something in its container that is stronger than the file. */
export function simulatedOverride(
  container: Loose = {
    env: [
      { name: 'LEVEL', value: 'debug' },
      { name: 'AETHERIUS_EVENT_WORKERS', value: '5' },
      { name: 'ZONE', value: 'a' },
    ],
  },
  more: Parameters<typeof simulatedConfig>[0] = {},
  lists: Readonly<Record<string, readonly unknown[]>> = {},
) {
  const main = {
    ...{ name: 'agent-manager', image: 'agent-manager:1', resources: {} },
    volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
    ...container,
  };
  const side = { name: 'side', image: 'proxy:1', env: [{ name: 'AETHERIUS_EVENT_WORKERS', value: '7' }] };
  const spec = merged({ template: { spec: { containers: [side, main] } } }, more.spec ?? {}) as Loose;
  return simulatedConfig({ ...more, spec }, lists);
}

function covered(): Fixture {
  const one = simulatedOverride();
  return {
    targets: one.targets,
    params: { part: 'agent-manager', key: 'event.workers', name: 'AETHERIUS_EVENT_WORKERS' },
    changes: one.changes,
    replace: () => one.workload.set({ metadata: { uid: 'uid-2' } }),
    meddle: () => {
      const { containers } = (one.workload.object().spec.template as { spec: { containers: Loose[] } }).spec;
      const env = [{ name: 'AETHERIUS_EVENT_WORKERS', value: '6' }];
      const set = containers.map((container) => ({ ...container, env }));
      one.workload.set({ spec: { template: { spec: { containers: set } } } });
    },
    log: [],
  };
}

function closedOff(): Fixture {
  const one = blockedConnection();
  return {
    ...one,
    params: { from: 'agent-manager', to: 'orchestrator-service', port: 8081 },
    replace: () => {
      one.set('deployments', [
        workloadOf('agent-manager'),
        workloadOf('orchestrator-service', { uid: 'uid-2' }),
      ]);
      one.set('replicasets', [setOf('agent-manager'), setOf('orchestrator-service', 'uid-2')]);
    },
    meddle: () => one.policies.clear(),
  };
}

function tokensDiffer(): Fixture {
  const one = tokenSecrets();
  return {
    ...one,
    params: {},
    replace: () => one.set(agents, { metadata: { uid: 'another' } }),
    meddle: () => one.set(agents, { data: { token: inBase64('another-hand') } }),
  };
}

function passwordRefused(): Fixture {
  const one = graphSecrets();
  return {
    ...one,
    params: {},
    replace: () => one.set(ofService, { metadata: { uid: 'another' } }),
    meddle: () => one.set(ofService, { data: { password: inBase64('another-hand') } }),
  };
}

function compose(): Fixture {
  const log: string[] = [];
  let changes = 0;
  let container: ComposeContainer = {
    ...{ id: 'c1', name: 'aetherius-agent-manager-1', service: 'agent-manager', image: 'agent-manager:1' },
    ...{
      state: 'running',
      createdAt: '2026-03-01T09:00:00Z',
      startedAt: '2026-11-25T00:00:00Z',
      exitCode: 0,
      oomKilled: false,
      restartCount: 0,
    },
    ...{
      networks: ['aetherius'],
      addresses: ['172.18.0.5'],
      memoryLimitBytes: 0,
      nanoCpus: 0,
      env: {},
      command: [],
    },
  };
  const target = {
    project: 'aetherius',
    container,
    containers: () => Promise.resolve([container]),
    inspect: (id: string) => {
      log.push(`inspect ${id}`);
      return Promise.resolve(container);
    },
    restart: (id: string) => {
      log.push(`restart ${id}`);
      changes += 1;
      container = { ...container, startedAt: `2026-11-25T00:00:0${changes}Z` };
      return Promise.resolve();
    },
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, compose: target } as unknown as Targets,
    params: { part: 'agent-manager' },
    changes: () => changes,
    replace: () => {
      container = { ...container, startedAt: '2026-11-25T09:00:00Z' };
    },
    meddle: () => {
      container = { ...container, startedAt: '2026-11-25T10:00:00Z' };
    },
    log,
  };
}

/** Containers of a simulated engine, of which one is started or gets other limits. */
function composeChanging(
  start: Partial<ComposeContainer>,
  params: Fixture['params'],
): Fixture & { set(more: Partial<ComposeContainer>): void } {
  const base = compose();
  let container: ComposeContainer = {
    ...(base.targets.compose as unknown as { container: ComposeContainer }).container,
    ...start,
  };
  let changes = 0;
  const log: string[] = [];
  const set = (more: Partial<ComposeContainer>) => {
    container = { ...container, ...more };
  };
  const target = {
    ...base.targets.compose,
    containers: () => Promise.resolve([container]),
    inspect: () => Promise.resolve(container),
    stats: () => Promise.resolve({ memoryLimitBytes: container.memoryLimitBytes }),
    start: () => {
      changes += 1;
      set({ state: 'running', startedAt: `2026-11-25T00:00:0${changes}Z` });
      return Promise.resolve();
    },
    update: (_id: string, limits: { memoryBytes?: number; memorySwapBytes?: number; nanoCpus?: number }) => {
      log.push(JSON.stringify(limits));
      changes += 1;
      set({
        memoryLimitBytes: limits.memoryBytes ?? container.memoryLimitBytes,
        memorySwapBytes: limits.memorySwapBytes ?? container.memorySwapBytes ?? 0,
        nanoCpus: limits.nanoCpus ?? container.nanoCpus,
      });
      return Promise.resolve();
    },
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, compose: target } as unknown as Targets,
    params,
    changes: () => changes,
    replace: () => set({ image: 'agent-manager:9' }),
    meddle: () => set({ state: 'exited', memoryLimitBytes: 1 }),
    log,
    set,
  };
}
/** A container that is not on the network any more, beside one that is on the project's. */
export function cutOff() {
  const fixture = composeChanging(
    { networks: ['other'], networkIds: ['id of other'], hosts: [], addresses: ['10.1.0.9'] },
    { part: 'agent-manager', network: 'aetherius' },
  );
  const base = fixture.targets.compose as unknown as ComposeTarget;
  const members = new Set(['redis-1']);
  const moved = async (id: string, networks: readonly string[]) => {
    const { name } = await base.inspect(id);
    if (networks.includes('aetherius')) members.add(name);
    else members.delete(name);
    fixture.set({ networks, networkIds: networks.map((one) => `id of ${one}`) });
    counted += 1;
  };
  let counted = 0;
  const target = {
    ...base,
    containers: async () => [
      ...(await base.containers()),
      { ...(await base.inspect('c1')), id: 'c9', name: 'redis-1', service: 'redis', state: 'running' },
    ],
    networks: () =>
      Promise.resolve([
        { id: 'id of aetherius', name: 'aetherius', driver: 'bridge', containers: [...members] },
      ]),
    connectNetwork: (_network: string, id: string, aliases: readonly string[]) => {
      fixture.log.push(`connect ${aliases.join(' ')}`);
      return moved(id, ['other', 'aetherius']);
    },
    disconnectNetwork: (_network: string, id: string) => moved(id, ['other']),
  };
  return {
    ...fixture,
    targets: { ...fixture.targets, compose: target } as unknown as Targets,
    changes: () => counted,
    meddle: () => fixture.set({ networks: ['third'], networkIds: ['id of third'] }),
  };
}
/** Where the file of agent-manager lies on the simulated host. */
export const hostFile = '/srv/config/agent-manager/config.yaml';

/** agent-manager in a container that has its file from the host, which the worker is given. */
export function configuredOnHost(
  start: Partial<ComposeContainer> = {},
  file: Partial<HostFile> = {},
  others: readonly ComposeContainer[] = [],
  at = hostFile,
) {
  const mounted = [{ kind: 'bind', source: '/srv/config/agent-manager', destination: '/etc/aetherius' }];
  const fixture = composeChanging(
    { mounted, ...start },
    { part: 'agent-manager', key: 'event.workers', value: 20 },
  );
  const base = fixture.targets.compose as unknown as ComposeTarget;
  let clock = Date.parse('2026-11-25T01:00:00Z');
  const now = () => new Date((clock += 1_000)).toISOString();
  let changes = 0;
  let tree: WorkTree | undefined;
  let seen: HostFile = {
    ...{ text: configText, version: 'v1', writtenAt: '2026-11-24T00:00:00Z' },
    bytes: Buffer.byteLength(file.text ?? configText),
    ...file,
  };
  const write = (text: string) => {
    seen = { ...seen, text, version: `v${clock}`, bytes: Buffer.byteLength(text), writtenAt: now() };
  };
  const hostFiles: HostFilesTarget = {
    folders: [{ host: '/srv/config', worker: '/srv/config' }],
    tried: () => Promise.resolve([]),
    read: (path) =>
      path === at
        ? Promise.resolve(seen)
        : Promise.reject(new AppError('CONFLICT', 'elsewhere', { facts: { reason: 'file-unread' } })),
    replace: (_path, text, version) => {
      if (version !== seen.version)
        return Promise.reject(new AppError('CONFLICT', 'changed', { facts: { reason: 'stale' } }));
      changes += 1;
      write(text);
      return Promise.resolve();
    },
    workTree: () => Promise.resolve(tree),
  };
  const compose = {
    ...base,
    containers: async () => [...(await base.containers()), ...others],
    files: (_id: string, path: string) => Promise.resolve([{ path, text: seen.text }]),
    restart: () => {
      changes += 1;
      fixture.set({ startedAt: now() });
      return Promise.resolve();
    },
  };
  return {
    ...fixture,
    targets: { environment: 'prod', platform: asInGuide, compose, hostFiles } as unknown as Targets,
    changes: () => changes,
    text: () => seen.text,
    /** By another hand. */
    write,
    inTree: (more: Partial<WorkTree> = {}) => {
      tree = { folder: '/srv/config', same: false, ...more };
    },
    replace: () => {
      fixture.set({ image: 'agent-manager:9' });
      write(seen.text);
    },
    meddle: () => write(seen.text.replace(/(workers|timeout): \d+ #/, '$1: 30 #')),
  };
}
/** The same for orchestrator-service and the file of a workflow; `beside`: other files of that folder. */
export function hurriedOnHost(file: Partial<HostFile> = {}, beside: Readonly<Record<string, string>> = {}) {
  const part = 'orchestrator-service';
  const { workflows } = asInGuide.files;
  const at = `/srv/config/workflows/${workflowFile}`;
  const mounted = [{ kind: 'bind', source: '/srv/config/workflows', destination: workflows }];
  const start = { service: part, name: `aetherius-${part}-1`, image: `${part}:1`, mounted };
  const one = configuredOnHost(start, { text: workflowText, ...file }, [], at);
  const { services, answers } = orchestratorOf(one.text);
  const files = (_id: string, path: string) =>
    Promise.resolve(
      path === workflows
        ? Object.entries({
            [workflowFile]: one.text(),
            'README.md': 'id: diagnose-oom of ours',
            ...beside,
          }).map(([name, text]) => ({ path: `${workflows}/${name}`, text }))
        : [{ path, text: one.text() }],
    );
  const compose = { ...(one.targets.compose as object), files };
  return {
    ...one,
    targets: { ...one.targets, compose, services } as unknown as Targets,
    params: { workflow: 'diagnose-oom', step: 'collect_logs', value: 300 },
    answers,
  };
}
/** Where the model lies on the simulated host, and what is named of it. */
export const modelPath = '/srv/models/isolation-forest.joblib';
export const modelSource = {
  url: 'https://models.example/isolation-forest.joblib',
  sha256: 'ab12'.repeat(16),
};

/** reasoning-service in a container that has its model from a folder of the host, which the worker is given. */
export function brokenModel(start: Partial<ComposeContainer> = {}, was = 'broken') {
  const mounted = [{ kind: 'bind', source: '/srv/models', destination: '/app/models' }];
  const own = {
    image: 'reasoning-service:1',
    service: 'reasoning-service',
    name: 'aetherius-reasoning-service-1',
  };
  const fixture = composeChanging({ ...own, mounted, ...start }, {});
  const base = fixture.targets.compose as unknown as ComposeTarget;
  let clock = Date.parse('2026-11-25T01:00:00Z');
  const now = () => new Date((clock += 1_000)).toISOString();
  let changes = 0;
  const log: string[] = [];
  const config = { text: 'model:\n  path: /app/models/isolation-forest.joblib\n' };
  const source = { ...modelSource };
  const offer: { bytes: number; error?: Error } = { bytes: 5_000 };
  const folder = { modifiedNs: '1', freeBytes: 1e9, unwritable: undefined as 'folder' | 'owner' | undefined };
  let state: string | undefined = was === 'missing' ? undefined : was;
  let placedAt = '2026-11-24T00:00:00Z';
  const kept = new Map<string, string>();
  const put = (next: string | undefined) => {
    state = next;
    placedAt = now();
  };
  const isThere = () => state?.startsWith('good') === true;
  const seen = (of: string) => ({
    state: of,
    bytes: of.startsWith('good') ? 5_000 : 9,
    modifiedNs: `${of.length}`,
  });
  const stale = () => new AppError('CONFLICT', 'changed', { facts: { reason: 'stale' } });
  const model: ModelTarget = {
    source,
    offered: () => (offer.error === undefined ? Promise.resolve(offer.bytes) : Promise.reject(offer.error)),
    look: (path) =>
      path === modelPath
        ? Promise.resolve({
            ...(state === undefined ? {} : { file: { ...seen(state), placedAt } }),
            folder: { modifiedNs: folder.modifiedNs },
            freeBytes: folder.freeBytes,
            ...present({ unwritable: folder.unwritable }),
          })
        : Promise.reject(new AppError('CONFLICT', 'elsewhere', { facts: { reason: 'file-not-given' } })),
    isThere: () => Promise.resolve(isThere()),
    kept: (_path, fix) => Promise.resolve(kept.has(fix) ? seen(kept.get(fix) ?? '') : undefined),
    fetch: async (_path, wanted, { fetched }) => {
      await fetched(wanted.bytes);
      if (wanted.was !== state) throw stale();
      log.push(`fetch ${wanted.fix} ${wanted.bytes}`);
      changes += 1;
      if (state !== undefined) kept.set(wanted.fix, state);
      put('good');
    },
    putBack: (_path, fix, is) => {
      if (is !== state) return Promise.reject(stale());
      changes += 1;
      put(kept.get(fix));
      kept.delete(fix);
      return Promise.resolve();
    },
  };
  const compose = {
    ...base,
    files: (_id: string, path: string) => Promise.resolve([{ path, text: config.text }]),
    stat: (_id: string, path: string) =>
      Promise.resolve(
        path === '/app/models'
          ? { bytes: 4096, modifiedNs: '1' }
          : state === undefined
            ? undefined
            : { bytes: seen(state).bytes, modifiedNs: seen(state).modifiedNs },
      ),
    restart: () => {
      changes += 1;
      fixture.set({ startedAt: now() });
      return Promise.resolve();
    },
  };
  return {
    ...fixture,
    targets: { environment: 'prod', platform: asInGuide, compose, model } as unknown as Targets,
    changes: () => changes,
    log,
    ...{ config, source, offer, folder, kept },
    state: () => state,
    put,
    replace: () => {
      fixture.set({ image: 'reasoning-service:9' });
      put('other');
    },
    meddle: () => put('other'),
  };
}
export const stoppedService = () => composeChanging({ state: 'exited' }, { part: 'agent-manager' });
export const limitedService = (start: Partial<ComposeContainer> = {}) =>
  composeChanging(
    { memoryLimitBytes: 128 * 1024 ** 2, memorySwapBytes: 256 * 1024 ** 2, ...start },
    { part: 'agent-manager', memoryMiB: 2048 },
  );

/** A new action is not covered until its fixture stands here: the compiler asks for it. */
export const fixtures = {
  'redis.set-eviction-policy': redis,
  'postgres.terminate-idle-sessions': postgres,
  'redis.set-memory-limit': redisLimit,
  'redis.delete-keys': redisCache,
  'nats.create-stream': natsStream,
  'postgres.end-blocking-session': blocker,
  'postgres.create-indexes': indexes,
  'postgres.rebuild-index': bloated,
  'postgres.set-max-connections': connections,
  'postgres.archive-old-rows': () => oldRows({ database: 'agentManager' }),
  'postgres.delete-old-rows': () => oldRows({}),
  'kubernetes.restart-workload': kubernetes,
  'kubernetes.start-workload': stopped,
  'kubernetes.rollback-workload': rolledOut,
  'kubernetes.set-resources': limited,
  'kubernetes.set-selector': misled,
  'kubernetes.remove-node-selector': homeless,
  'kubernetes.set-image': withoutImage,
  'kubernetes.set-probe': askedWrongly,
  'kubernetes.set-config-key': configured,
  'kubernetes.set-step-timeout': hurried,
  'kubernetes.set-config-text': misaddressed,
  'kubernetes.remove-override': covered,
  'kubernetes.allow-connection': closedOff,
  'kubernetes.copy-registration-token': tokensDiffer,
  'kubernetes.reset-neo4j-password': passwordRefused,
  'kubernetes.fetch-model': () => brokenClaim(),
  'compose.restart-service': compose,
  'compose.start-service': stoppedService,
  'compose.set-config-key': () => configuredOnHost(),
  'compose.fetch-model': () => brokenModel(),
  'compose.set-step-timeout': () => hurriedOnHost(),
  'compose.set-config-text': () => textProject(),
  'compose.set-limits': () => limitedService(),
  'compose.connect-network': cutOff,
  'compose.recreate-with-image': () => replacedService(),
  'compose.remove-override': () => overriddenService(),
} satisfies Readonly<Record<RemediationName, () => Fixture>>;
