/**
 * Which certain statements of an answer are not so. The answers are read as the command line prints them for other
 * programs; what is true comes from `stores.ts`. What the referee could not see contradicts nothing.
 */

import type {
  NatsTruth,
  PodTruth,
  PostgresTruth,
  RedisTruth,
  ServiceTruth,
  StoreTruth,
  Truths,
} from './stores.ts';

interface SaidFinding {
  readonly code: string;
  readonly part: string;
  readonly subject: string;
}
export interface SaidHealth {
  readonly overall: string;
  readonly unseen: readonly { readonly part: string }[];
  readonly parts: readonly {
    readonly part: string;
    readonly state: string;
    readonly consequenceOf?: string | undefined;
    readonly consequenceLikely?: boolean | undefined;
    readonly findings: readonly SaidFinding[];
    readonly besides?: readonly { readonly key: string }[] | undefined;
  }[];
}
export interface SaidDiagnosis {
  readonly overall: string;
  readonly diagnoses: readonly {
    readonly id: string;
    readonly causes: readonly {
      readonly id: string;
      readonly verdict: string;
      readonly seenBesides: boolean;
      readonly for: readonly SaidFinding[];
      readonly against: readonly string[];
    }[];
  }[];
}
export interface SaidDoctor {
  readonly checks: readonly {
    readonly key: string;
    readonly state: string;
    readonly facts: Readonly<Record<string, unknown>>;
    readonly text: string;
  }[];
}

/** What was asked, and what was answered. */
export type Said =
  | { readonly asked: 'health'; readonly exit: number; readonly body: SaidHealth }
  | { readonly asked: 'doctor'; readonly exit: number; readonly body: SaidDoctor }
  | { readonly asked: string; readonly exit: number; readonly body: SaidDiagnosis };

/** So, not so, or not seen. */
type Is = boolean | undefined;

/** Classes of a server's words, from the lists that each product documents. Whatever is in none has no class. */
const classes: readonly (readonly [name: string, words: RegExp])[] = [
  ['limit', /^(?:53300|53400|ERR max number of clients|[Mm]aximum connections|maximum account)/],
  ['starting', /^(?:57P03|LOADING|Server Shutdown)/],
  ['busy', /^BUSY /],
  ['read-only', /^(?:25006|MISCONF|READONLY|NOREPLICAS)/],
  ['full', /^(?:53100|53200|53000|OOM)/],
  ['fault', /^(?:MASTERDOWN|CLUSTERDOWN|58|XX|F0)/],
  [
    'auth',
    /^(?:28|NOAUTH|WRONGPASS|Authorization Violation|'?Authorization|User Authentication|Account Auth)/,
  ],
  ['denied', /^(?:42501|NOPERM|DENIED)/],
];
const classOf = (said: string | undefined): string | undefined =>
  said === undefined ? undefined : classes.find(([, words]) => words.test(said))?.[0];
/** Classes by which a server itself does not serve, whoever asks. */
const notServing = new Set(['limit', 'starting', 'busy', 'full', 'fault', 'read-only']);

const storeNames = ['postgres', 'redis', 'nats'] as const;
const isStore = (part: string): part is (typeof storeNames)[number] =>
  (storeNames as readonly string[]).includes(part);
const postgresOf = (truths: Truths): PostgresTruth | undefined =>
  truths.postgres !== undefined && 'databases' in truths.postgres ? truths.postgres : undefined;
const redisOf = (truths: Truths): RedisTruth | undefined =>
  truths.redis !== undefined && 'usedBytes' in truths.redis ? truths.redis : undefined;
const natsOf = (truths: Truths): NatsTruth | undefined =>
  truths.nats !== undefined && 'monitor' in truths.nats ? truths.nats : undefined;

const status = ({ paths }: ServiceTruth) => paths.map(({ answer }) => answer?.status);
const isGood = (code: number | undefined) => code !== undefined && code >= 200 && code < 300;
/** A word of failure beside the name of something that it needs. */
const blames = (body: string | undefined): boolean =>
  /"(?:status|state)"\s*:\s*"(?:down|unhealthy|error|failed|disconnected|unavailable|degraded)"/i.test(
    body ?? '',
  );

/** It serves as it should, whoever asks: no doubt about it. */
export function isWell(truths: Truths, part: string): Is {
  const service = truths.services[part];
  if (service !== undefined) {
    if (service.tcp !== 'accepts') return false;
    const codes = status(service);
    if (service.failed === true && codes.some(isGood)) return undefined;
    if (codes.every(isGood))
      return service.paths.every(({ answer }) => !blames(answer?.body)) ? true : undefined;
    return codes.every((code) => code === undefined || code >= 500) ? false : undefined;
  }
  if (part === 'collect-agent' && truths.agents !== undefined) {
    const { registered, youngest } = truths.agents;
    if (registered === 0 || (youngest !== undefined && youngest > 150)) return false;
    return youngest !== undefined && youngest < 100 ? true : undefined;
  }
  if (!isStore(part)) return undefined;
  const store: StoreTruth | undefined = truths[part];
  if (store === undefined) return undefined;
  if (store.tcp === 'refuses') return false;
  if (store.said === undefined || notServing.has(classOf(store.said) ?? '')) return false;
  if (store.writes !== undefined && store.writes !== 'ok')
    return notServing.has(classOf(store.writes) ?? '') || classOf(store.writes) === 'denied'
      ? false
      : undefined;
  const { writes, said } = store;
  const redis = part === 'redis' ? redisOf(truths) : undefined;
  if (redis?.saveFailed === true || (redis?.isReplica === true && !redis.linkUp)) return undefined;
  return said === 'ok' && (writes === 'ok' || part === 'nats') ? true : undefined;
}

/** The server's words are of one of these classes; not seen while it has said nothing, or words of no class. */
function saysClass(truths: Truths, part: string, ...wanted: readonly string[]): Is {
  if (!isStore(part)) return undefined;
  const store = truths[part];
  const words = [store?.said, store?.writes].filter((word) => word !== undefined);
  if (words.some((word) => wanted.includes(classOf(word) ?? ''))) return true;
  const known = (word: string) => word === 'ok' || classOf(word) !== undefined;
  return words.length > 0 && words.every(known) ? false : undefined;
}

const tcpOf = (truths: Truths, part: string) =>
  isStore(part) ? truths[part]?.tcp : truths.services[part]?.tcp;
const nearLimit = (one: PostgresTruth) => one.used / one.max > 0.7;
const memoryShare = ({ usedBytes, maxBytes }: RedisTruth) => usedBytes / maxBytes;
const not = (is: Is): Is => (is === undefined ? undefined : !is);
const when = <T>(one: T | undefined, is: (one: T) => boolean): Is =>
  one === undefined ? undefined : is(one);

const imageReasons = [
  ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'],
  ...['RegistryUnavailable', 'SignatureValidationFailed'],
];
/** Of the Pods of a part, or of all with no part named. */
const somePod = (truths: Truths, part: string, is: (pod: PodTruth) => boolean): Is =>
  when(truths.pods, (pods) =>
    pods.filter((pod) => part === '' || part === 'runtime' || pod.part === part).some(is),
  );
const waitsFor =
  (...reasons: readonly string[]) =>
  (pod: PodTruth) =>
    pod.reasons.some((reason) => reasons.includes(reason));
const isCrashing = (pod: PodTruth) =>
  pod.restarts > 0 ||
  waitsFor('CrashLoopBackOff', 'Error', 'Completed', 'RunContainerError', 'StartError')(pod);

/** What each finding says is so. A code that is not here is not judged. */
const findings: Readonly<Record<string, (truths: Truths, part: string) => Is>> = {
  ENDPOINT_REFUSED: (truths, part) => when(tcpOf(truths, part), (tcp) => tcp === 'refuses'),
  ENDPOINT_HUNG: (truths, part) =>
    tcpOf(truths, part) === 'refuses' || isWell(truths, part) === true ? false : undefined,
  ENDPOINT_CLOSED: (truths, part) =>
    tcpOf(truths, part) === 'refuses' || (isStore(part) && truths[part]?.said !== undefined)
      ? false
      : undefined,
  ENDPOINT_AT_LIMIT: (truths, part) => saysClass(truths, part, 'limit'),
  ENDPOINT_STARTING: (truths, part) => saysClass(truths, part, 'starting'),
  ENDPOINT_BUSY: (truths, part) => saysClass(truths, part, 'busy'),
  ENDPOINT_READ_ONLY: (truths, part) => saysClass(truths, part, 'read-only'),
  ENDPOINT_FULL: (truths, part) => saysClass(truths, part, 'full'),
  ENDPOINT_FAULT: (truths, part) =>
    saysClass(truths, part, 'fault') === true ? true : isWell(truths, part) === true ? false : undefined,
  PG_STARTING: (truths) => saysClass(truths, 'postgres', 'starting'),
  PG_TOO_MANY_CONNECTIONS: (truths) => saysClass(truths, 'postgres', 'limit'),
  PG_READ_ONLY: (truths) => when(postgresOf(truths), ({ readOnly }) => readOnly),
  PG_WRITE_DENIED: (truths) => when(postgresOf(truths), ({ denied }) => denied),
  PG_SLOT_HOLDS_WAL: (truths) => when(postgresOf(truths), ({ idleSlots }) => idleSlots > 0),
  PG_TABLES_MISSING: (truths) => when(postgresOf(truths), ({ missingTables }) => missingTables.length > 0),
  PG_CONNECTIONS_NEAR_LIMIT: (truths) => when(postgresOf(truths), nearLimit),
  PG_LIMIT_TOO_LOW: (truths) => when(postgresOf(truths), nearLimit),
  PG_POOLS_TOO_LARGE: (truths) => when(postgresOf(truths), nearLimit),
  PG_CONNECTIONS_ELSEWHERE: (truths) => when(postgresOf(truths), nearLimit),
  PG_CONNECTIONS_BUSY: (truths) => when(postgresOf(truths), nearLimit),
  PG_IDLE_IN_TRANSACTION_LEAKED: (truths) => when(postgresOf(truths), (one) => one.idleInTransaction > 0),
  PG_SESSIONS_LEAKED: (truths) => when(postgresOf(truths), (one) => one.idleInTransaction > 0),
  PG_LOCK_BLOCKS: (truths) => when(postgresOf(truths), ({ blocked }) => blocked > 0),
  INDEX_INVALID: (truths) => when(postgresOf(truths), ({ invalidIndexes }) => invalidIndexes > 0),
  REDIS_MASTER_GONE: (truths) => when(redisOf(truths), (one) => one.isReplica && !one.linkUp),
  REDIS_SAVE_FAILED: (truths) => when(redisOf(truths), ({ saveFailed }) => saveFailed),
  REDIS_MEMORY_AT_LIMIT: (truths) =>
    when(redisOf(truths), (one) => one.maxBytes > 0 && memoryShare(one) > 0.8),
  REDIS_POLICY_NOEVICTION: (truths) =>
    when(redisOf(truths), (one) => one.maxBytes > 0 && one.policy === 'noeviction' && memoryShare(one) > 0.8),
  REDIS_NO_LIMIT: (truths) => when(redisOf(truths), ({ maxBytes }) => maxBytes === 0),
  REDIS_MEMORY_UNBOUNDED: (truths) => when(redisOf(truths), ({ maxBytes }) => maxBytes === 0),
  REDIS_LIMIT_TOO_LOW: (truths) => when(redisOf(truths), ({ evicted }) => evicted > 0),
  REDIS_USELESS_KEYS: (truths) => when(redisOf(truths), ({ keys }) => keys > 0),
  NATS_MONITOR_UNREACHABLE: (truths) => not(when(natsOf(truths), ({ monitor }) => monitor)),
  NATS_JETSTREAM_DISABLED: (truths) => not(natsOf(truths)?.jetstream),
  NATS_NO_STREAM: (truths) => when(natsOf(truths)?.streams, (streams) => streams === 0),
  SERVICE_UNHEALTHY: (truths, part) =>
    when(
      truths.services[part],
      (one) =>
        one.failed === true ||
        !status(one).every(isGood) ||
        one.paths.some(({ answer }) => blames(answer?.body)),
    ),
  SERVICE_HEALTH_STALLED: (truths, part) =>
    when(truths.services[part], (one) => one.paths.some(({ answer }) => answer === undefined)),
  SERVICE_NO_HEALTH_PATH: (truths, part) =>
    when(truths.services[part], (one) => status(one).every((code) => code === 404)),
  SERVICE_MISSES_DEPENDENCY: (truths, part) =>
    when(truths.services[part], (one) => one.paths.some(({ answer }) => blames(answer?.body))),
  AGENTS_NONE_REGISTERED: (truths) => when(truths.agents?.registered, (registered) => registered === 0),
  AGENT_HEARTBEAT_STALE: (truths) =>
    truths.agents?.registered === 1 ? when(truths.agents.youngest, (age) => age > 100) : undefined,
};

const ofPods: Readonly<Record<string, (pod: PodTruth) => boolean>> = {
  POD_IMAGE_UNAVAILABLE: waitsFor(...imageReasons),
  POD_CONFIG_MISSING: waitsFor('CreateContainerConfigError'),
  POD_COMMAND_MISSING: isCrashing,
  POD_INIT_WAITS: ({ ready }) => !ready,
  POD_CRASH_LOOPING: isCrashing,
  POD_OOM_KILLED: waitsFor('OOMKilled'),
  OOM_KILLED: waitsFor('OOMKilled'),
  POD_UNSCHEDULABLE: ({ unschedulable }) => unschedulable,
  POD_EVICTED: ({ phase }) => phase === 'Failed',
  POD_FAILED: ({ phase }) => phase === 'Failed',
  POD_STUCK_TERMINATING: ({ goes }) => goes,
  POD_NOT_READY: ({ ready }) => !ready,
  POD_RESTARTING: ({ restarts }) => restarts > 0,
};
const saysOf = (truths: Truths, code: string, part: string): Is => {
  const pod = ofPods[code];
  return pod === undefined ? findings[code]?.(truths, part) : somePod(truths, part, pod);
};

/** What each cause says is so; `of`: the part that H2 is asked about. */
const causes: Readonly<Record<string, (truths: Truths, of: string) => Is>> = {
  // Who takes no connection at the address that the bot is told of may run elsewhere, but for a service; one whose Pod runs
  // is running, whatever its port says.
  'H2.a': (truths, of) => {
    if (tcpOf(truths, of) === 'accepts') return false;
    const isWithoutPods = truths.pods === undefined && truths.podsUnseen !== true;
    return isWithoutPods && truths.services[of]?.tcp === 'refuses' ? true : undefined;
  },
  'H2.b': (truths, of) => {
    // The check that fails may be the one by which the kubelet says that a Pod is not ready.
    if (somePod(truths, of, ({ ready }) => !ready) === true || truths.podsUnseen === true) return undefined;
    if (isWell(truths, of) === true) return false;
    const service = truths.services[of];
    return service !== undefined && service.tcp === 'accepts' && isWell(truths, of) === false
      ? true
      : undefined;
  },
  'H2.c': (truths, of) => {
    const tcp = tcpOf(truths, of);
    return tcp === 'refuses' || isWell(truths, of) === true ? false : undefined;
  },
  // Of agents it means their silence itself: only what carries their words contradicts it.
  'H2.d': (truths, of) =>
    (of === 'collect-agent' ? ['nats', 'agent-manager'] : [of]).some((part) => isWell(truths, part) === false)
      ? false
      : undefined,
  'S1.a': (truths) => (isWell(truths, 'agent-manager') === true ? false : undefined),
  'S1.b': (truths) => (isWell(truths, 'agent-manager') === true ? false : undefined),
  'S1.d': (truths) => (isWell(truths, 'agent-manager') === true ? false : undefined),
  'S1.i': (truths) => (isWell(truths, 'agent-manager') === true ? false : undefined),
  'K1.a': (truths) => saysOf(truths, 'POD_IMAGE_UNAVAILABLE', ''),
  'K1.b': (truths) => somePod(truths, '', (pod) => isCrashing(pod) || pod.phase === 'Failed'),
  'K1.c': (truths) => saysOf(truths, 'POD_OOM_KILLED', ''),
  'K1.d': (truths) => saysOf(truths, 'POD_UNSCHEDULABLE', ''),
  'K1.e': (truths) => saysOf(truths, 'POD_CONFIG_MISSING', ''),
  'K1.f': (truths) => somePod(truths, '', ({ ready }) => !ready),
  'K1.h': (truths) => somePod(truths, '', ({ ready }) => !ready),
  'K1.i': (truths) => saysOf(truths, 'POD_COMMAND_MISSING', ''),
  'K1.j': (truths) => saysOf(truths, 'POD_EVICTED', ''),
  'S2.c': (truths) => {
    const heard = natsOf(truths)?.heard;
    return when(heard, (subjects) => !subjects.some((subject) => subject.includes('agent.')));
  },
  'D2.a': (truths) => when(postgresOf(truths), ({ missingIndexes }) => missingIndexes > 0),
  'S7.c': (truths) => when(truths.services.neo4j, () => false),
  'D1.a': (truths) => when(postgresOf(truths), nearLimit),
  'D1.b': (truths) => when(postgresOf(truths), nearLimit),
  'D1.c': (truths) => when(postgresOf(truths), ({ idleInTransaction }) => idleInTransaction > 0),
  'D2.c': (truths) => when(postgresOf(truths), ({ blocked }) => blocked > 0),
  'D3.a': (truths) => findings.REDIS_POLICY_NOEVICTION?.(truths, 'redis'),
  'D3.b': (truths) =>
    when(redisOf(truths), (one) => one.maxBytes === 0 || memoryShare(one) > 0.5 || one.evicted > 0),
  'D3.c': (truths) => when(redisOf(truths), ({ keys }) => keys > 0),
  'D3.e': (truths) => findings.REDIS_SAVE_FAILED?.(truths, 'redis'),
  'D3.d': (truths) => findings.REDIS_MASTER_GONE?.(truths, 'redis'),
  'D4.b': (truths) => when(natsOf(truths)?.streams, (streams) => streams === 0),
  'T1.b': (truths) => when(postgresOf(truths), ({ invalidIndexes }) => invalidIndexes > 0),
  'M1.f': (truths) =>
    when(
      postgresOf(truths),
      ({ databases }) => !databases.includes('agent_manager') || !databases.includes('orchestrator'),
    ),
};
/** That they are ruled out is judged as well: one look of the referee shows them for certain. */
const ruledOutJudged = new Set([
  ...['H2.a', 'H2.b', 'S2.c', 'D2.a', 'D2.c', 'D3.a', 'D3.b', 'D4.b', 'T1.b', 'M1.f'],
  ...['K1.a', 'K1.c', 'K1.d', 'K1.e'],
]);

/** The part that the cause of an answer is about. */
const partOf = (asked: string, said: readonly SaidFinding[], id: string): string | undefined =>
  id.startsWith('H2') ? (said[0]?.part ?? /^H2 (\S+)/.exec(asked)?.[1]) : '';

/** A certain statement of an answer, and whether it is so. */
export interface Statement {
  readonly says: string;
  readonly is: Is;
}

const ofFindings = (truths: Truths, said: readonly SaidFinding[]): readonly Statement[] =>
  said.map(({ code, part, subject }) => ({
    says: `${code} of ${part} (${subject})`,
    is: saysOf(truths, code, part),
  }));

function inHealth(truths: Truths, { exit, body }: { readonly exit: number; readonly body: SaidHealth }) {
  const unseen = new Set(body.unseen.map(({ part }) => part));
  const rows = body.parts.flatMap(
    ({ part, state, consequenceOf, consequenceLikely, findings: said, besides = [] }) => {
      const well = isWell(truths, part);
      const root = consequenceOf !== undefined && consequenceLikely !== true ? consequenceOf : undefined;
      return [
        ...(state === 'up' && !unseen.has(part) && !besides.some(({ key }) => key === 'writes-unseen')
          ? [{ says: `${part} is up`, is: well }]
          : []),
        ...(state === 'down' ? [{ says: `${part} is down`, is: not(well) }] : []),
        ...(root === undefined
          ? []
          : [{ says: `${part} is ${state} because of ${root}`, is: not(isWell(truths, root)) }]),
        ...ofFindings(truths, said),
      ];
    },
  );
  const all = [...storeNames, ...Object.keys(truths.services)];
  return body.overall === 'healthy' && exit === 0
    ? [...rows, ...all.map((part) => ({ says: `healthy, with ${part}`, is: isWell(truths, part) }))]
    : rows;
}

function inDiagnosis(truths: Truths, asked: string, { diagnoses }: SaidDiagnosis): readonly Statement[] {
  return diagnoses.flatMap(({ id: symptom, causes: all }) =>
    all.flatMap(({ id, verdict, seenBesides, for: said }) => {
      const of = partOf(asked, said, id);
      const is = of === undefined ? undefined : causes[id]?.(truths, of);
      const named = of === '' || of === undefined ? id : `${id} of ${of}`;
      if (verdict === 'confirmed')
        return [{ says: `${named} is confirmed`, is }, ...ofFindings(truths, said)];
      const judged = ruledOutJudged.has(id) && (!id.startsWith('H2') || asked === `${symptom} ${of}`);
      return verdict === 'ruled-out' && !seenBesides
        ? [{ says: `${named} is ruled out`, is: judged ? not(is) : undefined }]
        : [];
    }),
  );
}

function inDoctor(truths: Truths, { checks }: SaidDoctor): readonly Statement[] {
  return checks.flatMap(({ key, facts, text }) => {
    const part = String(facts.part ?? '');
    if (key === 'environment.reached')
      // A monitoring port is another one.
      return [{ says: text, is: tcpOf(truths, part) === 'refuses' && part !== 'nats' ? false : undefined }];
    // Of PostgreSQL it may speak of one database among several.
    if (key === 'environment.own' && isStore(part) && part !== 'postgres')
      return [{ says: text, is: truths[part]?.said === 'ok' ? false : undefined }];
    return [];
  });
}

/** All certain statements of an answer. */
export function statementsIn(truths: Truths, said: Said): readonly Statement[] {
  if (said.asked === 'health') return inHealth(truths, said as Said & { body: SaidHealth });
  if (said.asked === 'doctor') return inDoctor(truths, said.body as SaidDoctor);
  return inDiagnosis(truths, said.asked, said.body as SaidDiagnosis);
}

/** What is certain in this answer and was not so, before it was asked nor after. */
export function wrongIn(before: Truths, after: Truths, said: Said): readonly string[] {
  const by = (truths: Truths) =>
    statementsIn(truths, said).flatMap(({ says, is }) => (is === false ? [says] : []));
  const later = new Set(by(after));
  return [...new Set(by(before))]
    .filter((one) => later.has(one))
    .map((one) => `asked for ${said.asked}: ${one}`);
}
