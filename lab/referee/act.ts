/** The few things that show what no look can. Whatever is done here is undone. */

import { setTimeout as delay } from 'node:timers/promises';
import { type Ear, get, sql } from './clients.ts';
import type { Message, Tried } from './seen.ts';

/** What the referee acts with, on either runtime. */
export interface Hands {
  readonly ear: Ear;
  /** The database of agent-manager. */
  readonly url: string;
  /** Base addresses of the two services that answer over HTTP. */
  readonly manager: string;
  readonly reasoning: string;
  /** Restarts every process of a service. */
  restart(name: string): Promise<void>;
  /** Takes Neo4j away and gives it back. */
  away(): Promise<void>;
  back(): Promise<void>;
  boltAnswers(): Promise<boolean>;
  /** Log text since a time in seconds; all of it without one. */
  logOf(name: string, since?: number): Promise<string>;
  agents(): Promise<number>;
  runs(name: string): boolean;
  /** agent-manager answers. */
  readonly ready: boolean;
}

export async function act(
  tried: { -readonly [Key in keyof Tried]: Tried[Key] },
  hands: Hands,
): Promise<void> {
  const { ear, url, logOf, runs, ready } = hands;
  const now = () => Math.floor(Date.now() / 1000);
  const until = async (seconds: number, condition: () => Promise<boolean>) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(500)) {
      if (await condition()) return;
    }
  };
  const heardOn = (prefix: string): readonly Message[] =>
    ear.heard.filter((one) => one.subject.startsWith(prefix));

  if (ready && runs('collect-agent')) {
    const before = heardOn('agent.register.').length;
    await hands.restart('collect-agent');
    await until(20, async () => heardOn('agent.register.').length > before);
    const registration = heardOn('agent.register.').at(-1);
    const cluster = registration?.subject.slice('agent.register.'.length) ?? 'referee';
    if (registration !== undefined) {
      const [since, rowsBefore] = [now(), await hands.agents()];
      ear.say(`aetherius.agent.${cluster}.register`, registration.body);
      await until(5, async () => (await logOf('agent-manager', since)).includes('register'));
      tried.registration = {
        log: await logOf('agent-manager', since),
        rowsBefore,
        rowsAfter: await hands.agents(),
      };
    }
    await until(10, async () => heardOn('agent.heartbeat.').length > 0);
    ear.say(`agent.command.${cluster}`, JSON.stringify({ id: 'referee', type: 'diagnostic', tool: 'top' }));
    await until(5, async () => heardOn('agent.result.').length > 0);
    tried.command = { results: heardOn('agent.result.') };
  }

  const event = {
    id: `referee-${Date.now()}`,
    cluster_id: 'referee',
    timestamp: new Date().toISOString(),
    severity: 'critical',
    reason: 'NodeNotReady',
    labels: { name: `${Date.now()}` },
  };
  if (ready) {
    const since = now();
    ear.say('aetherius.agent.referee.event', JSON.stringify(event));
    await until(5, async () => (await logOf('agent-manager', since)).includes(event.id));
    tried.event = { log: await logOf('agent-manager', since), onBus: heardOn('internal.event.') };
    await sql(url, `DELETE FROM events WHERE id = '${event.id}'`);
  }

  const internal = async (payload: object) => {
    await delay(1100);
    const since = now();
    const body = { type: 'critical', cluster_id: 'referee', severity: 'critical', payload };
    ear.say('internal.event.critical', JSON.stringify(body));
    await until(5, async () => /strategy matched/i.test(await logOf('orchestrator-service', since)));
    return logOf('orchestrator-service', since);
  };
  if (runs('orchestrator-service')) {
    // A strategy for this reason whose workflow is not active: what fits it is matched, and nothing is done.
    const strategies = url.replace(/[^/]*$/, 'aetherius_orchestrator');
    await sql(
      strategies,
      `INSERT INTO workflows (id, name, trigger_type, status, steps)
       VALUES ('referee', 'referee', 'event', 'inactive', '[]');
       INSERT INTO strategies (id, name, category, symptoms, workflow_id, enabled)
       VALUES ('referee', 'referee', 'node', '[{"type":"event","pattern":"${event.reason}"}]', 'referee', true)`,
    );
    try {
      tried.internal = {
        byId: await internal({ event_id: event.id, reason: event.reason }),
        byEvent: await internal({ event }),
      };
    } finally {
      await sql(
        strategies,
        `DELETE FROM strategies WHERE id = 'referee'; DELETE FROM workflows WHERE id = 'referee'`,
      );
    }
  }

  if (runs('neo4j') && runs('reasoning-service')) {
    await hands.away();
    try {
      tried.graph = {
        boltAnswers: await hands.boltAnswers(),
        health: (await get(`${hands.reasoning}/health`))?.body ?? '',
      };
    } finally {
      await hands.back();
    }
  }

  if (!ready) return;
  const rowSince = now();
  await sql(
    url,
    `INSERT INTO agents (id, cluster_id, status, capabilities) VALUES ('referee', 'referee', 'offline', '[]')`,
  );
  try {
    await hands.restart('agent-manager');
    await until(15, async () => (await logOf('agent-manager', rowSince)).includes('load agents'));
    tried.row = { log: await logOf('agent-manager', rowSince) };
  } finally {
    await sql(url, `DELETE FROM agents WHERE id = 'referee'`);
    await hands.restart('agent-manager');
    await until(20, async () => (await get(`${hands.manager}/health/ready`))?.status === 200);
  }
}
