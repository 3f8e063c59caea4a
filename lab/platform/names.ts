/** What the guide's platform calls its things: as the guide does. */

import { type LabPart, labParts, type Names } from '../types.ts';
import { clusterId, eventStream, ports, secrets } from './platform.ts';

const words: Readonly<Record<string, string>> = { registration: 'register' };

const portOf = (part: LabPart): number => (part === 'collect-agent' ? 0 : ports[part]);

export const guidedNames: Names = {
  parts: labParts,
  tls: false,
  cluster: clusterId,
  token: secrets.agentToken,
  stream: eventStream,
  modelFile: '/app/models/isolation-forest.joblib',
  agentClient: 'collect-agent-',
  heartbeatSeconds: 3,
  registers: true,
  key: (_, key) => key,
  variable: (_, name) => name,
  setting: (_, key) => `AETHERIUS_${key.replaceAll('.', '_').toUpperCase()}`,
  path: (path) => path,
  database: (name) => name,
  subject: (kind, cluster) =>
    kind === 'announce' ? `aetherius.events.${cluster}` : `aetherius.agent.${cluster}.${words[kind] ?? kind}`,
  port: portOf,
  address: (part) => `${part}:${portOf(part)}`,
};
