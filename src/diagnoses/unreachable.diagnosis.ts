import {
  all,
  any,
  type Condition,
  defineDiagnosis,
  found,
  foundWith,
  not,
  unlessAnswered,
  unlessExplained,
} from '../domain/diagnosis/diagnosis.ts';
import { present } from '../domain/kernel/present.ts';
import { configuredIds, type PartId, type ServiceId, serviceIds } from '../domain/platform/part.ts';
import type { FindingCode } from '../domain/probe/findings.ts';
import { gone } from './absence.ts';
import { restartUseless, saidAtEnd, startUseless, withoutPods } from './started-anew.ts';

/** Its log says why it ends. */
const isProgram = (part: PartId): boolean => (configuredIds as readonly string[]).includes(part);
const isService = (part: PartId): part is ServiceId => (serviceIds as readonly string[]).includes(part);

/** An answer that is only late shows a slow service or a slow way to it, not one that hangs. */
const patienceMs = 8_000;

/** What asks the part itself. */
export function ownProbes(part: PartId) {
  if (isService(part))
    return [{ probe: 'http.service-health', with: { service: part, patienceMs } }] as const;
  switch (part) {
    case 'postgres':
      return [{ probe: 'postgres.connection', with: { database: 'agentManager' } }] as const;
    case 'redis':
      return [{ probe: 'redis.connection' }] as const;
    case 'nats':
      return [{ probe: 'nats.server' }] as const;
    case 'neo4j':
      return [{ probe: 'neo4j.connection' }] as const;
    default:
      return [
        { probe: 'agents.heartbeats' },
        { probe: 'agents.silence' },
        { probe: 'nats.registration-traffic' },
      ] as const;
  }
}

/** Where the path leads when the part runs but is not well. */
const ofPart = {
  'agent-manager': 'S1',
  'collect-agent': 'S2',
  'reasoning-service': 'S6',
  postgres: 'D1',
  redis: 'D3',
  nats: 'D4',
  neo4j: 'S7',
} as const satisfies Partial<Record<PartId, string>>;

/** Programs that tell why they end. Of a store that does not run, nothing further can be asked. */
const tellsWhyItEnds = (part: PartId): boolean => !['postgres', 'redis', 'nats'].includes(part);

/** What is left when a part runs, is healthy and can be reached: it is slow, or its work does not get done. */
const illnesses: Readonly<Partial<Record<PartId, FindingCode>>> = {
  postgres: 'PG_SLOW',
  redis: 'REDIS_SLOW',
  nats: 'NATS_SLOW',
  neo4j: 'NEO4J_SLOW',
  'collect-agent': 'AGENT_HEARTBEAT_STALE',
};

/**
 * No instance of the part serves. One instance that crashes repeatedly is proof only when every instance is unready, or
 * the part does not answer. A part without any instance may run elsewhere, as long as it answers.
 */
function notRunning(part: PartId, unanswered: Condition): Condition {
  const none = found('PART_NOT_RUNNING', part);
  return any(
    none,
    found('PART_PAUSED', part),
    gone(part, unanswered),
    // Seen between two crashes it runs, and does not listen yet: that is no matter of the network.
    all(found('SERVICE_EXITS_AT_START', part), any(none, found('PART_NOT_READY', part), unanswered)),
  );
}

/** It answers, and says what is wrong with it: no restart mends that, and some lose what is not saved. */
const answersWith = (part: PartId): Condition =>
  any(
    found('ENDPOINT_STARTING', part),
    found('ENDPOINT_BUSY', part),
    found('ENDPOINT_READ_ONLY', part),
    found('ENDPOINT_FULL', part),
    found('ENDPOINT_FAULT', part),
  );

/** Its Service leads to no Pod of it, to others besides, or to a port on which nothing listens. */
const misled = (part: PartId): Condition =>
  any(
    found('SERVICE_WITHOUT_ENDPOINTS', part),
    found('SERVICE_PORT_NOT_LISTENED', part),
    found('SERVICE_PORT_UNKNOWN', part),
    found('SERVICE_FOREIGN_PODS', part),
  );

/** It gives no answer, or none that serves. */
const unserved = (part: PartId): Condition =>
  any(
    found('ENDPOINT_REFUSED', part),
    found('ENDPOINT_HUNG', part),
    found('ENDPOINT_CLOSED', part),
    found('ENDPOINT_AT_LIMIT', part),
    answersWith(part),
    ...(isService(part) ? [found('SERVICE_UNHEALTHY', part), found('SERVICE_HEALTH_STALLED', part)] : []),
  );

/** The steps of the guide's decision tree, in its order. Each condition is true when the path breaks there. */
export function pathSteps(part: PartId): Readonly<Record<'running' | 'health' | 'network', Condition>> {
  const notReady = found('PART_NOT_READY', part);
  const withoutEndpoints = found('SERVICE_WITHOUT_ENDPOINTS', part);
  // Collect agents listen on no port: there is nothing to knock at.
  if (part === 'collect-agent')
    return {
      running: notRunning(part, found('NOBODY_PUBLISHES')),
      health: any(notReady),
      network: any(withoutEndpoints),
    };
  const unwell = [
    found('ENDPOINT_HUNG', part),
    found('ENDPOINT_CLOSED', part),
    found('ENDPOINT_AT_LIMIT', part),
    answersWith(part),
    ...(isService(part) ? [found('SERVICE_UNHEALTHY', part), found('SERVICE_HEALTH_STALLED', part)] : []),
  ];
  const unanswered = [
    withoutEndpoints,
    found('ENDPOINT_REFUSED', part),
    found('NETWORK_SILENT', part),
  ] as const;
  return {
    // A Service that looks for Pods says that the part lives here.
    // Where nothing can look at Pods or containers, an answer of the part itself says that it runs.
    running: unlessAnswered(
      notRunning(part, any(found('SERVICE_WITHOUT_PODS', part), ...unanswered, ...unwell)),
      ...ownProbes(part).map(({ probe }) => probe),
    ),
    health: any(notReady, ...unwell),
    network: any(
      ...unanswered,
      misled(part),
      found('NETWORK_SLOW', part),
      found('CONTAINER_OFF_NETWORK', part),
    ),
  };
}

/** H2: the decision tree of the guide for one part, with the diagnosis that each branch hands over to. */
export function unreachable(part: PartId) {
  const { running, health, network } = pathSteps(part);
  const symptom = found(illnesses[part] ?? 'SERVICE_SLOW', part);
  const silence = all(found('NOBODY_PUBLISHES'), found('AGENTS_SILENT'));
  const ill = part === 'collect-agent' ? any(symptom, silence) : symptom;
  const ownIllness = all(not(running), not(health), not(network), ill);
  const specific = part in ofPart ? ofPart[part as keyof typeof ofPart] : undefined;
  // Where packets get lost or come late, its health cannot be judged: then the cause is the network.
  // (A Service drops what is sent to a part that is not ready.)
  const silent = all(found('NETWORK_SILENT', part), not(found('PART_NOT_READY', part)));
  const offNetwork = found('CONTAINER_OFF_NETWORK', part);
  // A Service that leads elsewhere, or is not there, comes first: whether packets get lost besides nobody can tell.
  const leadsElsewhere = any(misled(part), found('SERVICE_MISSING', part));
  const badWay =
    part === 'collect-agent'
      ? undefined
      : any(unlessExplained(silent, leadsElsewhere), found('NETWORK_SLOW', part), offNetwork);
  // Where nobody could look at networks, a part that takes connections and does not answer hangs all the same.
  const goodWay = badWay === undefined ? [] : [not(any(silent, found('NETWORK_SLOW', part)))];
  // A refusal is an answer: it shows no loss of packets, and may come of an address that is wrong, or of a wall.
  const refused = {
    op: 'hint',
    of: any(found('ENDPOINT_REFUSED', part), found('SERVICE_WITHOUT_ENDPOINTS', part)),
  } as const;
  const unreached =
    badWay === undefined
      ? all(not(running), not(health), network)
      : all(not(running), any(badWay, all(not(health), refused, not(leadsElsewhere))));
  // One that is not ready and silent at its own address may be lost on the way as well.
  const podSilent = { op: 'hint', of: foundWith('pod', 'NETWORK_SILENT', part) } as const;
  const mayBeUnreached = badWay === undefined ? unreached : any(unreached, all(not(running), podSilent));
  const elsewhere = all(not(running), not(health), misled(part));
  const lost =
    badWay === undefined
      ? unreached
      : all(any(elsewhere, all(not(running), badWay)), not(found('NETWORK_SLOW', part)));
  // It listens once it has started: until then a refusal says nothing of the network.
  const starting = part === 'neo4j' ? found('NEO4J_STARTING') : undefined;
  const hangs = all(not(running), health, ...goodWay);
  // It starts, perhaps again after an end, and does not answer yet: whether it hangs in that nobody can tell.
  const again = all(found('SERVICE_EXITS_AT_START', part), not(found('PART_NOT_RUNNING', part)));
  const mayHang = {
    op: 'hint',
    of: any(all(again, any(health, network)), ...(starting === undefined ? [] : [all(starting, network)])),
  } as const;
  const ends = tellsWhyItEnds(part) ? any(running, health) : all(not(running), health);
  const unfit = starting === undefined ? ends : any(ends, starting);
  return defineDiagnosis({
    id: 'H2',
    slug: 'unreachable',
    part,
    kind: 'way',
    evidence: [
      { probe: 'runtime.running', with: { part } },
      { probe: 'runtime.startup', with: { part } },
      { probe: 'runtime.startup-log', with: { part } },
      ...ownProbes(part),
      ...(part === 'collect-agent' ? [...ownProbes('nats'), ...ownProbes('agent-manager')] : []),
      ...(isService(part)
        ? ([
            { probe: 'http.own-health', with: { service: part } },
            { probe: 'kubernetes.secret-age', with: { part } },
          ] as const)
        : []),
      ...(part === 'neo4j' ? ([{ probe: 'runtime.neo4j-startup' }] as const) : []),
      ...(part === 'collect-agent' || part === 'runtime'
        ? []
        : ([{ probe: 'network.path', with: { part } }] as const)),
      { probe: 'kubernetes.services-endpoints' },
      ...(part === 'collect-agent' || part === 'runtime'
        ? []
        : ([
            { probe: 'kubernetes.service-targets', with: { part } },
            { probe: 'kubernetes.selectors' },
            { probe: 'compose.networks' },
          ] as const)),
    ],
    causes: [
      {
        id: 'H2.a',
        part,
        symptom: running,
        when: running,
        ...(isProgram(part) ? { why: saidAtEnd(part) } : {}),
        remedies: start(part),
        leavesWhyOpen: true,
        answersBelow: 'seen-stopped',
      },
      {
        id: 'H2.b',
        part,
        symptom: any(health, network),
        // A restart would have it begin its start once more.
        when: any(starting === undefined ? hangs : unlessExplained(hangs, starting), mayHang),
        ...(isService(part) ? { why: olderThanSecret(part) } : {}),
        remedies: restart(part),
        maybeConsequence: true,
        leavesWhyOpen: true,
        answersBelow: 'not-ours-alone',
      },
      {
        id: 'H2.c',
        part,
        symptom: badWay === undefined ? network : any(network, badWay),
        when: starting === undefined ? mayBeUnreached : unlessExplained(mayBeUnreached, starting),
        remedies: [{ instruction: 'see-network' }],
        answersBelow: 'missed',
      },
      {
        id: 'H2.d',
        part,
        symptom: ill,
        // NATS carries what agents say, agent-manager keeps it: silence is an agent's own fault only where both serve.
        when:
          part === 'collect-agent'
            ? unlessExplained(ownIllness, any(unserved('nats'), unserved('agent-manager')))
            : ownIllness,
        remedies: [{ instruction: 'see-application' }],
        maybeConsequence: true,
        leavesWhyOpen: true,
      },
    ],
    handOver: [
      { when: running, to: 'K1' },
      ...(specific === undefined ? [] : ([{ when: unfit, to: specific }] as const)),
      { when: starting === undefined ? lost : all(lost, not(starting)), to: 'N1' },
      ...(badWay === undefined ? [] : ([{ when: elsewhere, to: 'M1' }] as const)),
      ...(part === 'collect-agent' ? ([{ when: found('NOBODY_PUBLISHES'), to: 'S2' }] as const) : []),
    ],
  });
}

/** What does not run because it is stopped is started; all else is started anew, where that can help. */
function start(part: PartId) {
  const useless = isProgram(part) ? restartUseless(part) : undefined;
  const anew = { at: part, ...present({ unless: useless }) };
  const stopped = { at: part, ...present({ unless: useless && startUseless(part) }) };
  return [
    { instruction: 'see-why-not-running', ...present({ unless: useless }) },
    ...(useless === undefined ? [] : ([{ instruction: 'mend-what-it-said', where: useless }] as const)),
    {
      instruction: 'set-image-in-file',
      on: 'compose',
      by: 'compose.recreate-with-image',
      ...present({ unless: useless }),
    },
    ...(part === 'collect-agent'
      ? []
      : ([{ remediation: 'kubernetes.start-workload', on: 'kubernetes', ...stopped }] as const)),
    {
      remediation: 'kubernetes.restart-workload',
      on: 'kubernetes',
      at: part,
      unless: useless === undefined ? withoutPods(part) : any(useless, withoutPods(part)),
    },
    // Offered where it has not run since its image changed: a start of the same would end as the one before did.
    { remediation: 'compose.recreate-with-image', at: part, on: 'compose' },
    { remediation: 'compose.start-service', on: 'compose', ...stopped },
    { remediation: 'compose.restart-service', on: 'compose', ...anew },
  ] as const;
}

/** It runs with the password from before its Secret changed: whoever refuses it is not to be mended. */
const olderThanSecret = (part: PartId) => found('POD_OLDER_THAN_SECRET', part);

/**
 * What it blames is mended first: started anew without that it may not come up at all. One that is older than the Secret
 * of its password blames who refuses that, and needs nothing but a start of its own.
 */
function restart(part: PartId) {
  const blames = isService(part)
    ? any(
        foundWith('dependencies', 'SERVICE_UNHEALTHY', part),
        foundWith('dependencies', 'SERVICE_HEALTH_STALLED', part),
      )
    : undefined;
  // Collect agents listen on no port: nothing of theirs answers.
  const answers = part === 'collect-agent' ? undefined : answersWith(part);
  const unless = blames === undefined ? answers : answers === undefined ? blames : any(blames, answers);
  return [
    ...(blames === undefined
      ? []
      : ([
          { instruction: 'restart-for-secret', on: 'kubernetes', where: olderThanSecret(part) },
          {
            remediation: 'kubernetes.restart-workload',
            on: 'kubernetes',
            at: part,
            where: olderThanSecret(part),
          },
          { instruction: 'see-what-it-blames', where: blames, unless: olderThanSecret(part) },
        ] as const)),
    ...(answers === undefined
      ? []
      : ([
          {
            instruction: 'mend-what-it-answers',
            where: answers,
            ...(blames === undefined ? {} : { unless: olderThanSecret(part) }),
          },
        ] as const)),
    { instruction: 'see-why-not-running', ...present({ unless }) },
    { remediation: 'kubernetes.restart-workload', at: part, on: 'kubernetes', ...present({ unless }) },
    { remediation: 'compose.restart-service', at: part, on: 'compose', ...present({ unless }) },
  ] as const;
}

export const serviceUnreachable = unreachable('agent-manager');
