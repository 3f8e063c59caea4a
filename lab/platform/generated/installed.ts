/** What a generated installation calls its things. */

import type { LabPart, Names } from '../../types.ts';
import { databases } from '../platform.ts';
import { isProgram } from './compose.ts';
import { type Installation, keyOf, partsOf } from './installation.ts';
import { type AddressOf, pathOf, variableOf } from './settings.ts';

/** Variables that faults set, by the key of the guide. */
const keysOfVariables: Readonly<Record<string, string>> = {
  DATABASE_PASSWORD: 'database.password',
  DATABASE_HOST: 'database.host',
  REDIS_PASSWORD: 'redis.password',
  NATS_PASSWORD: 'nats.password',
  AGENT_AUTH_TOKEN: 'agent.auth_token',
  NEO4J_PASSWORD: 'neo4j.password',
  NEO4J_USER: 'neo4j.user',
};

/** The installation's name of one of the guide's variables, those with the prefix too. */
export function installedVariable(one: Installation, name: string): string {
  const key = keysOfVariables[name];
  if (key !== undefined) return variableOf(one, key);
  if (!name.startsWith('AETHERIUS_')) return name;
  const found = Object.keys(one.keys).find(
    (guides) => guides.replaceAll('.', '_').toUpperCase() === name.slice('AETHERIUS_'.length),
  );
  return found === undefined
    ? `${one.prefix}${name.slice('AETHERIUS_'.length)}`
    : `${one.prefix}${keyOf(one, found).replaceAll(/[.-]/g, '_').toUpperCase()}`;
}

const subjectOf = (one: Installation, kind: string): string => one.subjects[`nats.subjects.${kind}`] ?? '';

/** `at`: where the parts find each other on this runtime. */
export function installedNames(one: Installation, at: AddressOf): Names {
  const announce = subjectOf(one, 'announce');
  return {
    parts: partsOf(one),
    tls: one.tls,
    cluster: one.cluster,
    token: one.token,
    stream: { name: one.stream, subjects: [`${announce.slice(0, announce.indexOf('{'))}>`] },
    modelFile: `${one.modelsFolder}/isolation-forest.joblib`,
    agentClient: { programs: 'collect-agent-', own: one.parts['collect-agent']?.name, none: undefined }[
      one.connections
    ],
    heartbeatSeconds: 3,
    registers: true,
    key: (part, key) => (isProgram(part) ? keyOf(one, key) : key),
    variable: (part, name) => (isProgram(part) ? installedVariable(one, name) : name),
    setting: (_, key) => variableOf(one, key),
    path: (path) => pathOf(one, path),
    database: (name) =>
      name === databases.agentManager
        ? one.databases.agentManager
        : name === databases.orchestrator
          ? one.databases.orchestrator
          : name,
    subject: (kind, cluster) =>
      subjectOf(one, kind).replace('{cluster_id}', cluster).replace('.{severity}', ''),
    port: (part: LabPart) => one.parts[part]?.port ?? 0,
    address: (part: LabPart) => {
      if (one.parts[part] === undefined) throw new Error(`this installation has no ${part}`);
      const { host, port } = at(part);
      return `${host}:${port}`;
    },
  };
}
