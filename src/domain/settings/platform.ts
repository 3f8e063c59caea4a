import { z } from 'zod';
import { type PartId, partIds } from '../platform/part.ts';
import { namesTwice } from '../platform/part-names.ts';
import { asInGuide, factsOf, type Platform, type PlatformChanges, platformOf } from '../platform/platform.ts';
import { databaseOwners, guide, type WorkloadName } from '../platform/table.ts';

const objectName = (description: string, usual: string | undefined) =>
  z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
      'must be the name of an object: a-z, 0-9, dots and dashes',
    )
    .exactOptional()
    .meta({ description: asUsual(description, usual) });

const path = (description: string, usual: string) =>
  z
    .string()
    .regex(/^\/[\w./@+=:-]*$/, 'must be a path that begins with /, without blanks and quotes')
    .exactOptional()
    .meta({ description: asUsual(description, usual) });

const word = (pattern: RegExp, must: string) => (description: string, usual: string) =>
  z
    .string()
    .regex(pattern, must)
    .exactOptional()
    .meta({ description: asUsual(description, usual) });

const configKey = word(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/, 'must be a dotted key such as section.name');
const variable = word(/^[A-Z0-9_]*$/, 'must be the name of a variable, or its beginning: A-Z, 0-9 and _');
const keyPrefix = /^[\w:.-]+$/;
const prefix = word(keyPrefix, 'must be a prefix of keys: letters, digits, and : . _ -');
const cachePrefix = z
  .string()
  .min(2)
  .max(100)
  .regex(keyPrefix, 'must be a prefix of keys: letters, digits, and : . _ -');
const table = word(/^[a-z_][a-z0-9_]*$/, 'must be the name of a table: a-z, 0-9 and _');
const subject = word(
  /^[^\s.*>'"]+(\.([^\s.*>'"]+|\*))*(\.>)?$/,
  'must be a subject of NATS: tokens between dots, * for one token, > at the end',
);
const stream = word(/^[\w-]+$/, 'must be the name of a stream: letters, digits, _ and -');

function asUsual(description: string, usual: string | undefined): string {
  return usual === undefined ? `${description}.` : `${description}; usual: \`${usual}\`.`;
}

const port = (description: string, usual: number) =>
  z
    .int()
    .min(1)
    .max(65_535)
    .exactOptional()
    .meta({ description: asUsual(description, String(usual)) });

const workload = (usual: string) =>
  z
    .string()
    .regex(
      /^(deployment|statefulset|daemonset)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
      'must be deployment/NAME, statefulset/NAME or daemonset/NAME',
    )
    .transform((name) => name as WorkloadName)
    .exactOptional()
    .meta({ description: asUsual('Workload on Kubernetes, as `kubectl` names it', usual) });

const aliases = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'))
  .exactOptional()
  .meta({ description: 'More names of it in connection names, labels and workload names.' });

const databaseRole = z.string().min(1).max(63).exactOptional().meta({
  description:
    'Role of PostgreSQL that it alone uses: no person, no tool, no other service. Sessions of that role may be ended by a fix.',
});

/** A field of a part is a setting where the table has that field for it. */
function partSettings(part: PartId) {
  const has = factsOf(asInGuide, part);
  const fields = {
    name: z
      .string()
      .min(1)
      .max(60)
      .regex(/^[^\p{Cc}\p{Cf}`*_~<>]+$/u, 'must be plain text of one line, without marks of formatting')
      .exactOptional()
      .meta({ description: 'Name that people read; default: as in our texts.' }),
    aliases: part === 'runtime' ? undefined : aliases,
    port: has.port === undefined ? undefined : port('Port on which it listens', has.port),
    monitorPort:
      has.monitorPort === undefined ? undefined : port('Port of its monitoring or console', has.monitorPort),
    servicePort:
      has.service === undefined || has.port === undefined
        ? undefined
        : port('Port of its Kubernetes Service', has.port),
    workload: has.workload === undefined ? undefined : workload(has.workload),
    service:
      has.service === undefined
        ? undefined
        : objectName('Kubernetes Service, by whose name other parts find it', has.service),
    composeService:
      has.composeService === undefined ? undefined : objectName('Service in Compose', has.composeService),
    container: has.container === undefined ? undefined : objectName('Container in its Pod', has.container),
    configMap:
      has.configMap === undefined ? undefined : objectName('ConfigMap with its configuration', has.configMap),
    configFile:
      has.configFile === undefined
        ? undefined
        : path('Configuration file inside its container', has.configFile),
    secret: has.secret === undefined ? undefined : objectName('Secret with its credentials', has.secret),
    databaseRole: Object.values<PartId>(databaseOwners).includes(part) ? databaseRole : undefined,
  };
  const own = Object.fromEntries(Object.entries(fields).filter(([, schema]) => schema !== undefined));
  return z
    .strictObject(own as Record<string, z.ZodType>)
    .exactOptional()
    .meta({ description: `What is different about \`${part}\`.` });
}

type Group = Exclude<keyof Platform, 'parts'>;
type Schema = (description: string, usual: string) => z.ZodType;

/** Settings for one group of the table, by the names that it has there. */
function group<G extends Exclude<Group, 'cache'>>(
  name: G,
  description: string,
  schema: Schema,
  meanings: Readonly<Record<keyof (typeof guide)[G], string>> | ((field: string) => string),
) {
  const fields = Object.entries<string>(guide[name]).map(([field, usual]) => {
    const meaning =
      typeof meanings === 'function'
        ? meanings(field)
        : (meanings as Readonly<Record<string, string>>)[field];
    return [field, schema(meaning ?? field, usual)] as const;
  });
  return z.strictObject(Object.fromEntries(fields)).exactOptional().meta({ description });
}

const Parts = z
  .strictObject(Object.fromEntries(partIds.map((part) => [part, partSettings(part)])))
  .exactOptional()
  .meta({ description: 'Names, workloads and ports of the parts.' });

const groups = {
  keys: group(
    'keys',
    'Keys in the configuration files of the services.',
    configKey,
    (field) => `What \`${field}\` is called`,
  ),
  variables: group('variables', 'Environment variables of the services.', variable, {
    prefix: 'Beginning of a variable that sets a key',
    token: 'Variable with the registration token',
    neo4jPassword: 'Variable with the password for Neo4j, on Compose',
  }),
  paths: group('paths', 'Paths of the services over HTTP.', path, {
    health: 'Health in one word',
    live: 'Liveness',
    ready: 'Readiness',
    status: 'Health with that of the dependencies',
    metrics: 'Metrics for Prometheus',
    agents: 'List of collect agents',
    workflows: 'List of workflows',
    executions: 'List of executions',
    rootCause: 'Root-cause analysis',
    cpuProfile: 'CPU profile',
    heapProfile: 'Memory profile',
  }),
  files: group('files', 'Files and folders inside the containers.', path, {
    workflows: 'Folder of the workflow files',
    models: 'Folder of the models',
    token: 'File with the registration token',
  }),
  secrets: group('secrets', 'Secrets on Kubernetes.', objectName, {
    token: 'Secret with the registration token',
    nats: 'Secret with the credentials for NATS',
    neo4j: 'Secret with the credentials for Neo4j',
  }),
  subjects: group('subjects', 'Subjects on NATS.', subject, {
    all: 'What belongs to the platform',
    agents: 'What the collect agents use',
    registration: 'Registrations, where no configuration names the subject',
    heartbeat: 'Heartbeats',
    events: 'Processed events',
  }),
  streams: group('streams', 'Streams of JetStream.', stream, { events: 'Stream that keeps the events' }),
  tables: group('tables', 'Tables in PostgreSQL.', table, (field) => `What \`${field}\` is called`),
  cache: z
    .strictObject({
      agents: prefix('Copies of the agents’ rows', guide.cache.agents),
      disposable: prefix('Keys that may be deleted', guide.cache.disposable),
      more: z.array(cachePrefix).max(20).exactOptional().meta({
        description:
          'More prefixes of which every key is a cache’s. Redis may be allowed to evict such keys, so no prefix of jobs, locks, sessions or limits belongs here.',
      }),
    })
    .exactOptional()
    .meta({ description: 'Prefixes of keys in Redis.' }),
} as const satisfies Readonly<Record<Group, z.ZodType>>;

/** `environments.<name>.platform`: where this installation is not as in the guide (R-PLAT25). */
export const PlatformSettings = z
  .strictObject({ parts: Parts, ...groups })
  .meta({
    description:
      'Where this installation is not as in the guide ([how to](../guides/another-installation.md)).',
  })
  .transform((changes, context) => {
    const platform = platformOf(changes as PlatformChanges);
    for (const { name, parts } of namesTwice(platform))
      context.issues.push({
        code: 'custom',
        input: changes,
        path: ['parts', parts[1]],
        message: `"${name}" names ${parts.join(' and ')}: a name may belong to one part only`,
      });
    return platform;
  });
