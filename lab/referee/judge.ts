/** From what was seen to what is true. No look, no guess: what could not be seen is `unknown`. */

import type { ContainerSeen, Seen } from './seen.ts';

export interface Finding {
  readonly id: string;
  readonly holds: boolean | 'unknown';
  readonly saw: string;
}

export interface PartFinding {
  readonly part: string;
  readonly works: boolean | 'unknown';
  readonly saw: string;
}

export interface Verdict {
  readonly at: string;
  readonly parts: readonly PartFinding[];
  readonly faults: readonly Finding[];
}

type Ruling = readonly [boolean | 'unknown', string];

/** Whether a subscription's subject takes a message's subject. */
export function takes(pattern: string, subject: string): boolean {
  const [want, have] = [pattern.split('.'), subject.split('.')];
  for (const [index, word] of want.entries()) {
    if (word === '>') return have.length > index;
    if (have[index] === undefined || (word !== '*' && word !== have[index])) return false;
  }
  return want.length === have.length;
}

const service = (seen: Seen, name: string): ContainerSeen | undefined => seen.services[name];
const word = (seen: Seen, name: string, text: string) => service(seen, name)?.words?.[text];
const runs = (seen: Seen, name: string) => service(seen, name)?.state === 'running';
const goServices = ['agent-manager', 'orchestrator-service'] as const;
/** Set by images and engines, not by whoever wrote the file. */
const notSettings = /^(PATH|HOME|HOSTNAME)$/;

function subscribersOf(seen: Seen, subject: string): readonly string[] {
  return (seen.nats?.subscriptions ?? [])
    .filter((one) => takes(one.subject, subject))
    .map((one) => one.client);
}

const isSubscribed = (seen: Seen, pattern: string) =>
  seen.nats?.subscriptions.some((one) => one.subject === pattern) ?? false;

function heardFromAgents(seen: Seen) {
  return (seen.nats?.heard ?? []).filter((one) => one.subject.startsWith('agent.'));
}

function unread(seen: Seen): readonly string[] {
  return goServices.flatMap((name) =>
    Object.keys(service(seen, name)?.variables ?? {})
      .filter((variable) => !notSettings.test(variable) && word(seen, name, variable) === false)
      .map((variable) => `${name}: ${variable}`),
  );
}

const list = (all: readonly string[]) => (all.length === 0 ? 'none' : all.join(', '));
const lastLine = (text: string) => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
const lineWith = (log: string, text: string) =>
  log
    .split('\n')
    .find((line) => line.includes(text))
    ?.slice(0, 300);

const rulings: Readonly<Record<string, (seen: Seen) => Ruling>> = {
  F1: (seen) => {
    const spoken = heardFromAgents(seen);
    if (spoken.length === 0) return ['unknown', 'no message of an agent was heard'];
    const lost = [...new Set(spoken.map((one) => one.subject))].filter(
      (subject) => subscribersOf(seen, subject).length === 0,
    );
    const waits = isSubscribed(seen, 'aetherius.agent.*.heartbeat');
    return [
      lost.length > 0 && waits,
      `published without a subscriber: ${list(lost)}; aetherius.agent.*.heartbeat is ${waits ? '' : 'not '}subscribed`,
    ];
  },
  F2: (seen) => {
    const agent = seen.nats?.subscriptions.find((one) => one.subject.startsWith('agent.command.'));
    const sends = word(seen, 'agent-manager', 'aetherius.agent.%s.command');
    if (agent === undefined || sends === undefined)
      return ['unknown', 'no agent subscribes to commands, or the program of agent-manager was not read'];
    const subject = `aetherius.agent.${agent.subject.slice('agent.command.'.length)}.command`;
    const there = subscribersOf(seen, subject);
    return [
      sends && there.length === 0,
      `agent listens on ${agent.subject}; subscribers of ${subject}: ${list(there)}`,
    ];
  },
  F3: (seen) => {
    const tried = seen.tried.event;
    if (tried === undefined) return ['unknown', 'no critical event was sent'];
    const line = lineWith(tried.log, 'nats: invalid connection');
    return [
      line !== undefined && tried.onBus.length === 0,
      line ?? `on the bus: ${list(tried.onBus.map((one) => one.subject))}`,
    ];
  },
  F4: (seen) => {
    const tried = seen.tried.internal;
    if (tried === undefined) return ['unknown', 'no internal event was sent'];
    const taken = lineWith(tried.byEvent, 'Strategy matched');
    const passedOver = lineWith(tried.byId, 'No strategy matched');
    if (taken === undefined) return ['unknown', 'no event was matched'];
    return [
      passedOver !== undefined,
      `with event_id: ${passedOver ?? lastLine(tried.byId)}; with event: ${taken}`,
    ];
  },
  F5: (seen) => {
    const waits = isSubscribed(seen, 'internal.event.anomaly');
    const sends = word(seen, 'agent-manager', 'internal.event.anomaly');
    if (seen.nats === undefined || sends === undefined)
      return ['unknown', 'NATS or the program was not read'];
    if (!runs(seen, 'orchestrator-service')) return ['unknown', 'orchestrator-service does not run'];
    return [waits && !sends, `subscribed: ${waits}; agent-manager's program has the subject: ${sends}`];
  },
  F6: (seen) => {
    const results = seen.tried.command?.results;
    if (results === undefined || results.length === 0) return ['unknown', 'no result of a command was heard'];
    const subjects = results.map((one) => one.subject);
    const takers = subjects.flatMap((subject) => subscribersOf(seen, subject));
    return [takers.length === 0, `result on ${list(subjects)}; subscribers: ${list(takers)}`];
  },
  F7: (seen) => {
    const tried = seen.tried.registration;
    if (tried === undefined) return ['unknown', 'no registration was sent'];
    const line = lineWith(tried.log, 'invalid input syntax for type json');
    return [
      line !== undefined && tried.rowsAfter === tried.rowsBefore,
      line ?? `rows before ${tried.rowsBefore}, after ${tried.rowsAfter}`,
    ];
  },
  F8: (seen) => {
    const log = seen.tried.row?.log;
    if (log === undefined) return ['unknown', 'no row was stored'];
    const line = lineWith(log, 'failed to load agents');
    return [line !== undefined, line ?? lastLine(log)];
  },
  F9: (seen) => {
    const beat = heardFromAgents(seen).find((one) => one.subject.startsWith('agent.heartbeat.'));
    const reads = word(seen, 'agent-manager', 'agent_id');
    if (beat === undefined || reads === undefined) return ['unknown', 'no heartbeat was heard'];
    return [reads && !beat.body.includes('"agent_id"'), `heartbeat: ${beat.body.slice(0, 200)}`];
  },
  F10: (seen) => {
    if (goServices.every((name) => service(seen, name)?.words === undefined))
      return ['unknown', 'no program was read'];
    const found = unread(seen);
    return [found.length > 0, `set, and not a word of the program: ${list(found)}`];
  },
  F11: (seen) => {
    const reads = (name: string) =>
      ['DATABASE_PASSWORD', 'DB_PASSWORD', 'REDIS_PASSWORD'].filter((one) => word(seen, name, one) === true);
    if (goServices.some((name) => service(seen, name)?.words === undefined))
      return ['unknown', 'one of the two programs was not read'];
    const [manager, orchestrator] = [reads('agent-manager'), reads('orchestrator-service')];
    return [
      !manager.includes('DATABASE_PASSWORD') && manager.includes('DB_PASSWORD') && orchestrator.length === 0,
      `agent-manager knows ${list(manager)}; orchestrator-service knows ${list(orchestrator)}`,
    ];
  },
  F12: (seen) => {
    const lines = goServices.flatMap((name) => {
      const line = lineWith(service(seen, name)?.log ?? '', 'no encoder name specified');
      return line === undefined ? [] : [`${name}: ${line}`];
    });
    return [lines.length > 0, `ended for want of a known key: ${list(lines)}`];
  },
  F13: (seen) => {
    if (seen.postgres === undefined) return ['unknown', 'PostgreSQL was not read'];
    const absent = ['aetherius_agent_manager', 'aetherius_orchestrator'].filter(
      (name) => !seen.postgres?.databases.includes(name),
    );
    return [absent.length > 0, `absent databases: ${list(absent)}`];
  },
  F14: (seen) => {
    if (seen.postgres === undefined) return ['unknown', 'PostgreSQL was not read'];
    const kinds = new Map<string, string[]>();
    for (const [key, columns] of Object.entries(seen.postgres.columns)) {
      const table = key.split('.')[1] ?? '';
      kinds.set(table, [...(kinds.get(table) ?? []), columns.toSorted().join(',')]);
    }
    const twice = [...kinds].filter(([, schemas]) => schemas.length > 1);
    if (twice.length === 0) return ['unknown', 'no table is there twice'];
    const differ = twice.filter(([, schemas]) => new Set(schemas).size > 1).map(([table]) => table);
    const processed = Object.entries(seen.postgres.columns).filter(
      ([key, columns]) => key.endsWith('.events') && columns.includes('processed'),
    );
    return [
      differ.length > 0 && processed.length === 0,
      `tables with two schemas: ${list(differ)}; events with a column processed: ${list(processed.map(([key]) => key))}`,
    ];
  },
  F15: (seen) => {
    const one = service(seen, 'orchestrator-service');
    if (one === undefined || !runs(seen, 'orchestrator-service'))
      return ['unknown', 'orchestrator-service does not run'];
    const deaf = one.ports.filter((port) => !one.listening.includes(port));
    return [deaf.length > 0, `published ports on which nothing listens: ${list(deaf.map(String))}`];
  },
  F16: (seen) => {
    const reads = word(seen, 'orchestrator-service', 'AGENT_MANAGER_URL');
    const fixed = word(seen, 'orchestrator-service', 'http://agent-manager:8080');
    if (reads === undefined || fixed === undefined) return ['unknown', 'the program was not read'];
    return [fixed && !reads, `the program has the address: ${fixed}; the variable's name: ${reads}`];
  },
  F17: (seen) => {
    const checked = Object.entries(seen.services).flatMap(([name, one]) =>
      one?.checks === undefined ? [] : [{ name, state: one.state, checks: one.checks }],
    );
    const failing = checked.filter(
      ({ state, checks }) => state === 'running' && checks.length > 0 && checks.every((code) => code !== 0),
    );
    if (failing.length === 0 && checked.some(({ checks }) => checks.length === 0))
      return ['unknown', 'a health check has not run yet'];
    return [failing.length > 0, `running, and every check failed: ${list(failing.map((one) => one.name))}`];
  },
  F18: (seen) => [seen.missingImages.length > 0, `images that are not there: ${list(seen.missingImages)}`],
  F19: (seen) => {
    if (seen.ruleMetrics.length === 0) return ['unknown', 'no alert rule was read'];
    if (seen.exported.length === 0) return ['unknown', 'no exporter answers'];
    const absent = seen.ruleMetrics.filter((name) => !seen.exported.includes(name));
    return [absent.length > 0, `in rules, and exported by nobody: ${list(absent)}`];
  },
  F20: (seen) => {
    // A target that does not run is no proof of a wrong one.
    const up = seen.scrapes.filter((one) => runs(seen, one.target.split(':')[0] ?? ''));
    if (up.length === 0) return ['unknown', 'no target of the scrape configuration runs'];
    const empty = up.filter((one) => !one.metrics).map((one) => one.target);
    return [empty.length > 0, `targets without metrics: ${list(empty)}`];
  },
  F21: () => ['unknown', 'the environment says the same keys, so the file cannot be told apart from here'],
  F22: (seen) => {
    const [bolt, health] =
      seen.tried.graph === undefined
        ? [seen.boltAnswers, seen.http['reasoning-service /health']?.body]
        : [seen.tried.graph.boltAnswers, seen.tried.graph.health];
    if (bolt || health === undefined) return ['unknown', 'the graph answers, so the claim was not tested'];
    return [
      /"knowledge_graph":\s*true/.test(health),
      `Bolt does not answer; health: ${health.slice(0, 200)}`,
    ];
  },
  F23: (seen) => {
    if (service(seen, 'collect-agent') === undefined) return ['unknown', 'there is no agent'];
    const there = new Set(
      (seen.nats?.subscriptions ?? [])
        .map((one) => one.client)
        .filter((client) => client.startsWith('agent-') && client !== 'agent-manager'),
    );
    const servers = seen.nats?.servers ?? [];
    const apart = servers.length > 1 && servers.some((one) => one.routes < servers.length - 1);
    return [
      there.size === 0 || apart,
      `agents connected to NATS: ${list([...there])}; routes of each server: ${list(servers.map((one) => `${one.routes}`))}`,
    ];
  },
};

const running = (seen: Seen, name: string): Ruling => {
  const one = service(seen, name);
  if (one === undefined) return [false, 'no container'];
  return [
    one.state === 'running',
    `${one.state}, ${one.restarts} restarts, last exit code ${one.exitCode}: ${lastLine(one.log)}`,
  ];
};

const http = (seen: Seen, path: string): Ruling => {
  const answer = seen.http[path];
  return answer === undefined
    ? [false, `${path}: no answer`]
    : [answer.status === 200, `${path}: ${answer.status} ${answer.body.slice(0, 200)}`];
};

const both = (one: Ruling, other: Ruling): Ruling => (one[0] === true ? other : one);

const parts: Readonly<Record<string, (seen: Seen) => Ruling>> = {
  'agent-manager': (seen) => both(running(seen, 'agent-manager'), http(seen, 'agent-manager /health/ready')),
  // It has no port: that its process runs and that it listens to NATS is all there is to see.
  'orchestrator-service': (seen) =>
    both(running(seen, 'orchestrator-service'), [
      isSubscribed(seen, 'internal.event.critical'),
      'subscription to internal.event.critical',
    ]),
  'reasoning-service': (seen) =>
    both(running(seen, 'reasoning-service'), http(seen, 'reasoning-service /health')),
  'collect-agent': (seen) =>
    both(running(seen, 'collect-agent'), [
      seen.postgres === undefined ? 'unknown' : seen.postgres.agents > 0,
      `registered agents: ${seen.postgres?.agents ?? 'not read'}`,
    ]),
  postgres: (seen) => [seen.postgres !== undefined, seen.failed.postgres ?? 'answers'],
  redis: (seen) => [seen.redis === '+PONG', seen.redis ?? seen.failed.redis ?? 'no answer'],
  nats: (seen) => [seen.nats !== undefined, seen.failed.nats ?? 'answers'],
  neo4j: (seen) => [seen.boltAnswers, seen.boltAnswers ? 'Bolt answers' : 'Bolt does not answer'],
};

export function judge(seen: Seen): Verdict {
  return {
    at: seen.at,
    parts: Object.entries(parts).map(([part, rule]) => {
      const [works, saw] = rule(seen);
      return { part, works, saw };
    }),
    faults: Object.entries(rulings).map(([id, rule]) => {
      const [holds, saw] = rule(seen);
      return { id, holds, saw };
    }),
  };
}
