/** A generated installation as a Compose project, and what of it runs outside as another one. */

import { stringify } from 'yaml';
import { initialPassword } from '../../components/neo4j.ts';
import type { LabPart } from '../../types.ts';
import { imageOf } from '../platform.ts';
import {
  type Installation,
  type InstalledPart,
  type ProgramPart,
  partsOf,
  rowOf,
  type StorePart,
  storeParts,
} from './installation.ts';
import {
  type AddressOf,
  pathOf,
  programParts,
  secretsOf,
  secretText,
  settingsFile,
  settingsOf,
  settingsVariables,
  storeFiles,
  storeFolders,
  variableOf,
} from './settings.ts';

export interface GeneratedComposeOptions {
  /** Folder with `<part>/…`, as the engine sees it. */
  readonly configFolder: string;
  /** Address at which published ports are reached from containers too. */
  readonly publishedHost: string;
}

type Service = Readonly<Record<string, unknown>>;

export const isProgram = (part: LabPart): part is ProgramPart => programParts.some((one) => one === part);

/** By service name inside of the project, by published port outside. */
export const composeAddresses =
  (one: Installation, publishedHost: string): AddressOf =>
  (part) => {
    const row = rowOf(one, part);
    return row.outside
      ? { host: publishedHost, port: row.publishedPort }
      : { host: row.name, port: row.port };
  };

export const projectOf = (one: Installation, part: LabPart): string =>
  rowOf(one, part).outside ? `${one.elsewhere}-${one.seed}` : one.project;

export const containerOf = (one: Installation, part: LabPart): string =>
  `${projectOf(one, part)}_${rowOf(one, part).name}`;

/** Name of the file with a program's settings in its folder. */
export const settingsName = (one: Installation): string => one.configFile.split('/').at(-1) ?? '';
export const settingsFolder = (one: Installation): string =>
  one.configFile.slice(0, one.configFile.lastIndexOf('/'));

/** Files of every part, by `<part>/<name>`. Workflows come from the guide's. */
export function composeFiles(
  one: Installation,
  publishedHost: string,
  workflows: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = composeAddresses(one, publishedHost);
  const files: Record<string, string> = {};
  for (const [part, own] of Object.entries(storeFiles(one)))
    for (const [name, text] of Object.entries(own)) files[`${part}/${name}`] = text;
  for (const part of programParts) {
    if (one.parts[part] === undefined) continue;
    if (one.settings === 'file')
      files[`${part}/${settingsName(one)}`] = settingsFile(one, settingsOf(one, part, at));
  }
  if (one.parts['orchestrator-service'] !== undefined)
    for (const [name, text] of Object.entries(workflows)) files[`orchestrator-workflows/${name}`] = text;
  return files;
}

function programService(
  one: Installation,
  part: ProgramPart,
  row: InstalledPart,
  options: GeneratedComposeOptions,
): Service {
  const secrets = Object.fromEntries(
    Object.entries(secretsOf(one, part)).map(([key, secret]) => [
      variableOf(one, key),
      secretText(one, secret),
    ]),
  );
  const values = settingsOf(one, part, composeAddresses(one, options.publishedHost));
  const inVariables = one.settings === 'variables' ? settingsVariables(one, values) : {};
  const needs: Readonly<Record<ProgramPart, readonly LabPart[]>> = {
    'agent-manager': ['postgres', 'redis', 'nats'],
    'orchestrator-service': ['postgres', 'nats'],
    'reasoning-service': ['neo4j'],
    'collect-agent': ['nats', 'agent-manager'],
  };
  const mounts = [
    ...(one.settings === 'file' ? [`${options.configFolder}/${part}:${settingsFolder(one)}`] : []),
    ...(part === 'orchestrator-service'
      ? [`${options.configFolder}/orchestrator-workflows:${one.workflowsFolder}`]
      : []),
    ...(part === 'reasoning-service' ? [`models:${one.modelsFolder}`] : []),
  ];
  return {
    image: row.image,
    environment: {
      ...inVariables,
      ...secrets,
      ...(part === 'collect-agent' ? { AGENT_ID: `${one.cluster}-node` } : {}),
    },
    ...(mounts.length === 0 ? {} : { volumes: mounts }),
    ...(row.port === 0
      ? {}
      : {
          ports: [`${row.publishedPort}:${row.port}`],
          healthcheck: {
            test: [
              ...['CMD', part === 'reasoning-service' ? '/usr/local/bin/wget' : 'wget', '-q', '-O', '-'],
              `http://127.0.0.1:${row.port}${pathOf(one, '/health/ready')}`,
            ],
            interval: '10s',
            timeout: '5s',
            retries: 6,
          },
        }),
    ...(part === 'reasoning-service' ? { command: ['--fetch-model'] } : {}),
    mem_limit: part === 'reasoning-service' ? '1g' : '512m',
    cpus: 1,
    depends_on: needs[part].flatMap((other) => {
      const its = one.parts[other];
      return its === undefined || its.outside ? [] : [its.name];
    }),
  };
}

function storeService(
  one: Installation,
  part: StorePart,
  row: InstalledPart,
  options: GeneratedComposeOptions,
): Service {
  const environment: Readonly<Record<StorePart, Readonly<Record<string, string>>>> = {
    postgres: { POSTGRES_USER: one.users.postgres, POSTGRES_PASSWORD: one.passwords.postgres },
    redis: { REDIS_PASSWORD: one.passwords.redis },
    nats: { NATS_PASSWORD: one.passwords.nats },
    neo4j: {
      // A dollar sign would be taken for a variable.
      NEO4J_INITIAL_AUTH: initialPassword('neo4j', one.passwords.neo4j).replaceAll('$', '$$$$'),
    },
  };
  const memory = { postgres: '768m', redis: '512m', nats: '256m', neo4j: '1g' } as const;
  const data = { postgres: '/var/lib/postgresql', redis: '', nats: '/var/lib/nats', neo4j: '/var/lib/neo4j' };
  const tls = one.tls && part !== 'neo4j';
  return {
    image: imageOf(part, 'tools'),
    environment: environment[part],
    volumes: [
      `${options.configFolder}/${part}:${storeFolders[part]}`,
      ...(data[part] === '' ? [] : [`${row.name}:${data[part]}`]),
      ...(tls ? [`${options.configFolder}/tls-${part}:/etc/store-tls:ro`] : []),
    ],
    ports: [
      `${row.publishedPort}:${row.port}`,
      ...(row.monitorPort === 0 ? [] : [`${row.publishedMonitorPort}:${row.monitorPort}`]),
    ],
    mem_limit: memory[part],
    cpus: part === 'postgres' || part === 'neo4j' ? 2 : 1,
  };
}

/** Text of the Compose file of each project, by its name. */
export const renderGeneratedCompose = (
  one: Installation,
  options: GeneratedComposeOptions,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(generatedProjects(one, options)).map(([name, file]) => [
      name,
      stringify(file, { lineWidth: 0 }),
    ]),
  );

/** The Compose file of each project as an object, by the project's name. */
export function generatedProjects(
  one: Installation,
  options: GeneratedComposeOptions,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const projects = [...new Set(partsOf(one).map((part) => projectOf(one, part)))];
  return Object.fromEntries(
    projects.map((project) => {
      const parts = partsOf(one).filter((part) => projectOf(one, part) === project);
      const services = parts.map((part) => {
        const row = rowOf(one, part);
        const own = isProgram(part)
          ? programService(one, part, row, options)
          : storeService(one, part, row, options);
        const service: Service = {
          container_name: containerOf(one, part),
          hostname: row.name,
          restart: 'unless-stopped',
          stop_grace_period: '2s',
          networks: [one.network],
          labels: { [one.label]: row.name },
          ...own,
        };
        return [row.name, service] as const;
      });
      const volumes = [
        ...parts.filter((part) => part !== 'redis' && !isProgram(part)).map((part) => rowOf(one, part).name),
        ...(parts.includes('reasoning-service') ? ['models'] : []),
      ];
      const file = {
        version: '2.4',
        services: Object.fromEntries(services),
        networks: { [one.network]: {} },
        ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((name) => [name, {}])) }),
      };
      return [project, file];
    }),
  );
}

export const storesOf = (one: Installation): readonly StorePart[] =>
  storeParts.filter((part) => one.parts[part] !== undefined);
