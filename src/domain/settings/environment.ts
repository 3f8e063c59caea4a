import { z } from 'zod';
import { secretValue } from '../kernel/secret-schema.ts';
import type { Discovered } from '../platform/discovered.ts';
import { serviceIds } from '../platform/part.ts';
import { guide, usual } from '../platform/table.ts';
import { Access } from './access.ts';
import { Alerts } from './alerts.ts';
import { Known } from './known.ts';
import { PlatformSettings } from './platform.ts';
import { Redis, toRedisConnection } from './redis.ts';
import { Thresholds } from './thresholds.ts';
import { plainUrl, secretUrl, Tls } from './urls.ts';
import { Watch } from './watch.ts';

/** Whole and plain, so that it is the same folder however it is written. */
const folder = () =>
  z.string().regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/, 'must be a whole path without "..", and not "/"');

const GivenFolder = z
  .strictObject({
    host: folder().meta({ description: 'The folder as the engine’s host calls it.' }),
    worker: folder()
      .exactOptional()
      .meta({ description: 'The same folder as the worker sees it; default: under the same name.' }),
  })
  .transform(({ host, worker = host }) => ({ host, worker }));

const Runtime = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('kubernetes'),
        namespace: z
          .string()
          .min(1)
          .default(usual.namespace)
          .meta({ description: 'Namespace of the platform.' }),
        agentNamespace: z
          .string()
          .min(1)
          .default(usual.agentNamespace)
          .meta({ description: 'Namespace of the collect agents.' }),
        kubeconfig: z.string().exactOptional().meta({
          description:
            'Path of one kubeconfig. Default, as for kubectl: `KUBECONFIG`, otherwise `~/.kube/config`, otherwise the Pod’s service account.',
        }),
        context: z
          .string()
          .exactOptional()
          .meta({ description: 'Context of the kubeconfig; default: its `current-context`.' }),
        debugImage: z.string().regex(/^\S+$/, 'must be the name of an image').exactOptional().meta({
          description:
            'Image with `sh`, `wget` and `nslookup`, such as `registry.example/busybox:1.36`. With it, a network check from a container without these tools adds a debug container to that Pod ([what that means](../guides/operate.md#containers-without-tools)). Without it, checks add nothing.',
        }),
      })
      .meta({ description: 'The platform runs on Kubernetes.' }),
    z
      .strictObject({
        kind: z.literal('compose'),
        project: z.string().min(1).default(usual.project).meta({ description: 'Compose project.' }),
        socket: z
          .string()
          .default('/var/run/docker.sock')
          .meta({ description: 'Socket of the Docker engine.' }),
        files: z.array(GivenFolder).min(1).exactOptional().meta({
          description:
            'Folders of the engine’s host in which fixes may change the configuration files of the services, and put the model ([what that means](../guides/operate.md#files-on-a-compose-host)). Without them no file is changed.',
        }),
        recreate: z.boolean().exactOptional().meta({
          description:
            'Lets a fix make the container of a service or a collect agent anew ([what that means](../guides/operate.md#a-container-that-is-made-anew)). The new one has an image that was seen to run before, or lacks what hides a key of its file.',
        }),
      })
      .meta({ description: 'The platform runs in Docker Compose.' }),
    z.strictObject({ kind: z.literal('none') }).meta({ description: 'The bot cannot check any runtime.' }),
  ])
  .meta({ description: 'The runtime that carries the platform.' });

const Model = z
  .strictObject({
    // No user, no password, no query: people see it, and a signed query would be a secret.
    url: z
      .string()
      .regex(
        /^https?:\/\/(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?\/[\w.~!$&'()*+,;=:%/-]*$/,
        'must be a URL of https:// or http:// with a path, without a user, a password, a query or a fragment',
      )
      .refine((url) => URL.canParse(url), { error: 'must be a URL' })
      .meta({ description: 'Where the file is fetched from. Redirects are not followed.' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 as sha256sum prints it: 64 digits of 0-9 and a-f')
      .meta({ description: 'SHA-256 of the file. What has another one is never put in its place.' }),
    plainHttp: z.boolean().exactOptional().meta({
      description:
        'Allows an `http://` address, whose content only the checksum protects and anybody on the way can read.',
    }),
  })
  .refine(({ url, plainHttp }) => plainHttp === true || /^https:/i.test(url), {
    path: ['url'],
    error: 'must begin with https://, unless plainHttp is true',
  })
  .transform(({ url, sha256 }) => ({ url, sha256 }))
  .meta({
    description:
      'The model of reasoning-service, for the fix that fetches it again ([what that means](../guides/operate.md#a-model-that-is-fetched-again)). Without it that stays with people.',
  });

const Service = z.strictObject({
  url: plainUrl(['http', 'https']).meta({
    description: 'Root URL of the service, as the worker connects to it.',
  }),
  healthPaths: z
    .array(z.string().regex(/^\//, 'must begin with /'))
    .min(1)
    .exactOptional()
    .meta({
      description: `Health paths, tried in turn until one does not answer 404. Default: what the service’s own health check asks, then those under \`platform.paths\`; usual: ${usual.healthPaths.map((path) => `\`${path}\``).join(', ')}.`,
    }),
});

const Postgres = z
  .strictObject({
    url: secretUrl(
      ['postgres', 'postgresql'],
      'Server and credentials; the database of the URL is not used.',
    ),
    databases: z
      .strictObject({
        agentManager: z
          .string()
          .min(1)
          .exactOptional()
          .meta({ description: `Database of agent-manager; usual: \`${usual.databases.agentManager}\`.` }),
        orchestrator: z
          .string()
          .min(1)
          .exactOptional()
          .meta({
            description: `Database of orchestrator-service; usual: \`${usual.databases.orchestrator}\`.`,
          }),
      })
      .exactOptional()
      .meta({
        description:
          'Names of the two databases; one that is left out is not looked at. Without all of this the bot looks for them by their tables.',
      }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'PostgreSQL of the platform.' });

const Nats = z
  .strictObject({
    url: secretUrl(['nats', 'tls', 'ws', 'wss'], 'Client address.'),
    monitorUrl: plainUrl(['http', 'https'])
      .exactOptional()
      .meta({ description: `Monitoring address (port ${guide.parts.nats.monitorPort}).` }),
    user: z.string().exactOptional().meta({ description: 'User name, when the URL does not have one.' }),
    password: secretValue('Password of that user.').exactOptional(),
    token: secretValue('Token, instead of user and password.').exactOptional(),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'NATS of the platform.' });

const Neo4j = z
  .strictObject({
    url: secretUrl(['bolt', 'bolt\\+s', 'bolt\\+ssc', 'neo4j', 'neo4j\\+s', 'neo4j\\+ssc'], 'Bolt address.'),
    user: z.string().default('neo4j').meta({ description: 'User name.' }),
    password: secretValue('Password of that user.').exactOptional(),
    database: z.string().exactOptional().meta({ description: 'Database; default: that of the server.' }),
    tls: Tls.exactOptional(),
  })
  .meta({ description: 'Neo4j of the platform.' });

export const Environment = z
  .strictObject({
    runtime: Runtime,
    services: z
      .partialRecord(z.enum(serviceIds), Service)
      .default({})
      .meta({ description: 'The platform’s own services; a missing one is "not configured".' }),
    withoutHttp: z.array(z.enum(serviceIds)).default([]).meta({
      description:
        'Services whose build listens on no port. Their Pods or containers alone tell how they are; they have no entry in `services`.',
    }),
    postgres: Postgres.exactOptional(),
    redis: Redis.transform(toRedisConnection).exactOptional(),
    nats: Nats.exactOptional(),
    neo4j: Neo4j.exactOptional(),
    model: Model.exactOptional(),
    manifests: z.string().min(1).exactOptional().meta({
      description:
        'Folder with YAML files that the worker may read: alert rules, scrape configuration, manifests. Only `diagnose drift` reads it, beside the ConfigMaps that it finds on Kubernetes.',
    }),
    thresholds: Thresholds.prefault({}),
    platform: PlatformSettings.prefault({}),
    access: Access.prefault({}),
    alerts: Alerts.exactOptional(),
    watch: Watch.exactOptional(),
    known: Known,
  })
  .superRefine(({ services, withoutHttp }, context) => {
    for (const [index, id] of withoutHttp.entries())
      if (services[id] !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['withoutHttp', index],
          message: `"${id}" has a URL under services: it either answers over HTTP or does not`,
        });
  })
  .meta({ description: 'One Aetherius installation.' });

/** As configured; `discovered` is what this process saw of it (`withSeen`). */
export type EnvironmentConfig = z.output<typeof Environment> & { readonly discovered?: Discovered };

export type RuntimeConfig = z.output<typeof Runtime>;
