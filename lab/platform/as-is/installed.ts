/** What the platform as it is calls its things. */

import { type LabPart, labParts, type Names } from '../../types.ts';
import { databases } from '../platform.ts';
import { asIsDatabases, asIsPorts } from './names.ts';

/** The variables that its programs read in place of the guide's. */
const variables: Readonly<Record<string, string>> = {
  DATABASE_PASSWORD: 'DB_PASSWORD',
  DATABASE_HOST: 'DB_HOST',
};

/** The variables that carry a key, for a program that takes it from its environment. */
const settings: Readonly<Record<string, string>> = {
  'database.host': 'DB_HOST',
  'database.port': 'DB_PORT',
  'database.user': 'DB_USER',
  'database.password': 'DB_PASSWORD',
  'database.name': 'DB_NAME',
  'redis.addr': 'REDIS_ADDR',
  'redis.password': 'REDIS_PASSWORD',
  'nats.url': 'NATS_URL',
  'neo4j.uri': 'NEO4J_URI',
  'neo4j.user': 'NEO4J_USER',
  'neo4j.password': 'NEO4J_PASSWORD',
};

/** As agents say it: agent-manager has other words (F1). */
const words: Readonly<Record<string, string>> = { registration: 'register' };

interface Place {
  /** What the agent of this platform calls its cluster, or how that begins. */
  readonly cluster: string;
  readonly heartbeatSeconds: number;
  readonly agentManagerDatabase: string;
  /** Under which name the others find it. */
  host(part: LabPart): string;
}

/** What differs between the runtimes is `place`. It has no stream, no token, no model and no folder of workflows. */
export const asIsNames = ({ cluster, heartbeatSeconds, agentManagerDatabase, host }: Place): Names => ({
  parts: labParts,
  tls: false,
  cluster,
  token: '',
  stream: { name: '', subjects: [] },
  modelFile: '',
  // Not agent-manager, which has a name on its connection that begins alike.
  agentClient: `agent-${cluster}`,
  heartbeatSeconds,
  registers: false,
  key: (_, key) => key,
  variable: (_, name) => variables[name] ?? name,
  setting: (_, key) => settings[key] ?? key,
  path: (path, part) => (part === 'reasoning-service' && path.startsWith('/health') ? '/health' : path),
  database: (name) =>
    name === databases.agentManager
      ? agentManagerDatabase
      : name === databases.orchestrator
        ? asIsDatabases.scripts[1]
        : name,
  subject: (kind, of) => `agent.${words[kind] ?? kind}.${of}`,
  port: (part) => (part === 'collect-agent' || part === 'orchestrator-service' ? 0 : asIsPorts[part]),
  address: (part) => `${host(part)}:${part === 'collect-agent' ? 0 : asIsPorts[part]}`,
});
