/** The services as they are, up on Compose: how the product and the referee get there, and what makes the programs speak. */

import { join } from 'node:path';
import { dockerEngine } from '../../lab/components/docker.ts';
import { waitFor } from '../../lab/components/process.ts';
import { asIsDatabases, asIsProject, asIsSecrets } from '../../lab/platform/as-is/names.ts';
import { type Ear, get, natsEar, sql } from '../../lab/referee/clients.ts';
import type { Place } from '../../lab/referee/look.ts';
import { agentsIn } from '../../lab/referee/parts.ts';
import type { Tried } from '../../lab/referee/seen.ts';
import { asIsFolder } from '../../lab/runtimes/as-is.ts';
import { literal } from './targets.ts';

const { postgres, redis } = asIsSecrets;
/** What the agent of this platform calls its cluster. */
export const cluster = 'compose-cluster';

/** Where the referee looks. */
export function asIsPlace(): Place {
  const { publishedHost: host, socket = '' } = dockerEngine();
  const folder = asIsFolder();
  return { socket, host, folder, project: asIsProject, postgres, redisPassword: redis.password, act: false };
}

/** The environment for single probes, with the folder of its rules and scrape configuration. */
export function asIsTargets() {
  const { publishedHost: host, socket = '' } = dockerEngine();
  return {
    runtime: { kind: 'compose' as const, project: asIsProject, socket },
    nats: { url: literal(`nats://${host}:4222`), monitorUrl: `http://${host}:8222` },
    services: {
      'agent-manager': { url: `http://${host}:8080` },
      'reasoning-service': { url: `http://${host}:8082` },
    },
    manifests: join(asIsFolder(), 'monitoring'),
    postgres: {
      url: literal(`postgres://${postgres.user}:${postgres.password}@${host}:5432/postgres`),
      databases: { agentManager: asIsDatabases.program, orchestrator: asIsDatabases.scripts[1] },
    },
  };
}

const logOf = async (container: string) => {
  const { stdout, stderr } = await dockerEngine().docker(['logs', container]);
  return stdout + stderr;
};
const linesWith = async (container: string, words: string) =>
  (await logOf(container)).split('\n').filter((line) => line.includes(words));
/** Lines of a container's log with these words that were not there before something was done. */
async function linesAfter(container: string, words: string, act: () => void): Promise<string> {
  const before = (await linesWith(container, words)).length;
  act();
  return waitFor(async () => (await linesWith(container, words)).slice(before).join('\n'), {
    seconds: 20,
    what: `"${words}" in the log of ${container}`,
  });
}

/** Speaks and listens on the platform's NATS, and asks its database, as the referee does. */
export class AsIsVoice {
  private readonly ear: Ear;
  private readonly host: string;

  private constructor(ear: Ear, host: string) {
    this.ear = ear;
    this.host = host;
  }

  static async open(): Promise<AsIsVoice> {
    const { publishedHost: host } = dockerEngine();
    return new AsIsVoice(await natsEar(host, 4222), host);
  }

  close(): void {
    this.ear.close();
  }

  get #database(): string {
    return this.#at(asIsDatabases.program);
  }

  #at(database: string): string {
    return `postgres://${postgres.user}:${postgres.password}@${this.host}:5432/${database}`;
  }

  #say(subject: string, body: object): void {
    this.ear.say(subject, JSON.stringify(body));
  }

  /** A critical event, sent where agent-manager listens. */
  async criticalEvent(): Promise<NonNullable<Tried['event']>> {
    const timestamp = new Date().toISOString();
    const event = { id: `event-${timestamp}`, cluster_id: 'c', timestamp, severity: 'critical' };
    const body = { ...event, reason: 'NodeNotReady', labels: { name: timestamp } };
    const log = await linesAfter('aetherius-agent-manager', event.id, () =>
      this.#say('aetherius.agent.c.event', body),
    );
    return { log, onBus: this.ear.heard.filter(({ subject }) => subject.startsWith('internal.event.')) };
  }

  /** The agent's own registration, sent where agent-manager listens. */
  async registration(): Promise<NonNullable<Tried['registration']>> {
    const body = { cluster_id: cluster, version: 'v1.0.0', capabilities: ['event_watch'] };
    const rowsBefore = await agentsIn(this.#database);
    const log = await linesAfter('aetherius-agent-manager', 'Failed to register agent', () =>
      this.#say(`aetherius.agent.${cluster}.register`, body),
    );
    return { log, rowsBefore, rowsAfter: await agentsIn(this.#database) };
  }

  /** An agent without capabilities, which can be stored: agent-manager sends commands only to one that it knows. */
  async knownAgent(): Promise<void> {
    this.#say(`aetherius.agent.${cluster}.register`, { id: 'known', cluster_id: cluster, capabilities: [] });
    await waitFor(
      async () => (await get(`http://${this.host}:8080/api/v1/agents`))?.body.includes('"known"'),
      {
        seconds: 20,
        what: 'the agent to be known',
      },
    );
  }

  /** One row stops every later start of agent-manager (F8). */
  async forgetAgent(): Promise<void> {
    await sql(this.#database, `DELETE FROM agents WHERE id = 'known'`);
  }

  /** Asks agent-manager for a command to its agent. */
  async askForCommand(): Promise<void> {
    const body = { cluster_id: cluster, type: 'diagnostic', tool: 'top', action: 'top' };
    const response = await fetch(`http://${this.host}:8080/api/v1/commands`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the command is refused: ${await response.text()}`);
  }

  /** The last heartbeat of the agent, sent where agent-manager listens, as it is or with an id as well. */
  heartbeat(id: object = {}): void {
    const own = this.ear.heard.findLast(({ subject }) => subject.startsWith('agent.heartbeat.'));
    if (own === undefined) throw new Error('no heartbeat of the agent was heard yet');
    this.#say(`aetherius.agent.${cluster}.heartbeat`, { ...(JSON.parse(own.body) as object), ...id });
  }

  /** An event with this reason, for which there is a workflow: orchestrator-service calls agent-manager. */
  async workflow(reason: string): Promise<string> {
    await this.#strategy('w', reason, 'active');
    return linesAfter('aetherius-orchestrator', 'Step execution failed', () =>
      this.#say('internal.event.critical', {
        ...{ type: 'critical', cluster_id: 'c', severity: 'critical' },
        payload: { event: { reason } },
      }),
    );
  }

  /** A command, sent where the agent listens. */
  command(): void {
    this.#say(`agent.command.${cluster}`, { id: 'command', type: 'diagnostic', tool: 'top' });
  }

  get results(): NonNullable<Tried['command']>['results'] {
    return this.ear.heard.filter(({ subject }) => subject.startsWith('agent.result.'));
  }

  /** What agent-manager would publish of a critical event, and what orchestrator-service expects of it. */
  async internalEvents(): Promise<NonNullable<Tried['internal']>> {
    const reason = 'NodeNotReady';
    const send = (payload: object, words: string) =>
      linesAfter('aetherius-orchestrator', words, () =>
        this.#say('internal.event.critical', {
          ...{ type: 'critical', cluster_id: 'c', severity: 'critical' },
          payload,
        }),
      );
    // What fits is matched; its workflow is not active, so nothing is done.
    await this.#strategy('i', reason, 'inactive');
    return {
      byEvent: await send({ event: { reason } }, '"Strategy matched"'),
      byId: await send({ event_id: 'event', reason }, 'No strategy matched'),
    };
  }

  /** A workflow with one command, and the strategy that starts it for events with this reason. */
  async #strategy(id: string, reason: string, status: 'active' | 'inactive'): Promise<void> {
    const steps = JSON.stringify([{ name: 'look', type: 'command', config: { tool: 'top' } }]);
    const symptoms = JSON.stringify([{ type: 'event', pattern: reason }]);
    await sql(
      this.#at(asIsDatabases.scripts[1]),
      `INSERT INTO workflows (id, name, trigger_type, status, steps) VALUES ('${id}', '${id}', 'event', '${status}', '${steps}');
       INSERT INTO strategies (id, name, category, symptoms, workflow_id) VALUES ('${id}', '${id}', 'node', '${symptoms}', '${id}')`,
    );
  }
}
