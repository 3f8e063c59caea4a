/** A simulated cluster whose parts have addresses and subjects in ConfigMaps, and stores that know who is connected. */
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { kubeObjects, type Loose } from './kube-objects.ts';
import { fakeNats, fakePostgres } from './probe-context.ts';

const namespaces = {
  'agent-manager': 'aetherius',
  'orchestrator-service': 'aetherius',
  'collect-agent': 'kube-system',
} as const;
type Part = keyof typeof namespaces;
export type TextPart = Part;
const parts = Object.keys(namespaces) as readonly Part[];

export const mapPath = (part: Part) => `configmaps/${namespaces[part]}/${part}-config`;
export const workloadPath = (part: Part) =>
  `${part === 'collect-agent' ? 'daemonsets' : 'deployments'}/${namespaces[part]}/${part}`;

/** Passwords that stand in the files: no fix shows any part of them. */
export const passwords = ['s3cr3t-Horse', 'b4ttery-Staple'] as const;

export const files: Readonly<Record<Part, string>> = {
  'agent-manager': `# as we found it
database:
  host: postgres-primary # the old one
  password: "${passwords[0]}"
nats:
  url: 'nats://aetherius:${passwords[1]}@nats-cluster:4222' # one server
  subjects:
    registration: "aetherius.agent.{cluster_id}.register"
`,
  'orchestrator-service': `database: { host: postgres, password: "${passwords[0]}" }
nats: { url: "nats://other:${passwords[0]}@nats:4222" }
`,
  'collect-agent': `nats:
  url: nats://nats.aetherius.svc:4222
  subjects:
    registration: aetherius.agents.{cluster_id}.register
`,
};

/** Who wrote the files last, as the API server notes it. */
export const writtenAt = (time: string): Loose => ({
  managedFields: [{ manager: 'kubectl', time, fieldsV1: { 'f:data': { 'f:config.yaml': {} } } }],
});

const addressOf = (part: Part) => `10.244.0.${parts.indexOf(part) + 1}`;

/** `files`: other ones; `objects`: by path, undefined: not there; `unseen`: stores that show no connection. */
export function textCluster(
  start: {
    readonly files?: Readonly<Partial<Record<Part, string>>>;
    readonly objects?: { readonly [path: string]: Loose | undefined };
    readonly container?: Loose;
    readonly pod?: Loose;
    readonly unseen?: readonly ('nats' | 'postgres')[];
    readonly pods?: readonly Loose[];
  } = {},
) {
  const texts = { ...files, ...start.files };
  const workload = (part: Part): Loose => ({
    metadata: { name: part, uid: `uid-${part}`, generation: 3, labels: { app: part } },
    spec: {
      ...(part === 'collect-agent' ? { updateStrategy: { type: 'RollingUpdate' } } : { replicas: 1 }),
      template: {
        metadata: { labels: { app: part } },
        spec: {
          containers: [
            {
              ...{ name: part, image: `${part}:1` },
              volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
              ...(part === 'agent-manager' ? start.container : {}),
            },
          ],
          volumes: [{ name: 'config', configMap: { name: `${part}-config` } }],
          ...(part === 'agent-manager' ? start.pod : {}),
        },
      },
    },
  });
  const service = (name: string, port: number): Loose => ({
    spec: { ports: [{ port }] },
    metadata: { name },
  });
  const pods = parts.map((part) => ({
    metadata: {
      ...{ name: `${part}-1`, uid: `pod-${part}`, creationTimestamp: '2026-01-01T00:00:09Z' },
      ownerReferences: [{ uid: part === 'collect-agent' ? `uid-${part}` : `rs-${part}` }],
    },
    status: { phase: 'Running', podIP: addressOf(part) },
  }));
  const api = kubeObjects(
    {
      ...Object.fromEntries(
        parts.flatMap((part): (readonly [string, Loose])[] => [
          [workloadPath(part), workload(part)],
          [
            mapPath(part),
            { metadata: writtenAt('2026-01-01T00:00:00Z'), data: { 'config.yaml': texts[part], other: 'x' } },
          ],
          [
            `replicasets/${namespaces[part]}/${part}`,
            { metadata: { uid: `rs-${part}`, ownerReferences: [{ uid: `uid-${part}` }] } },
          ],
        ]),
      ),
      'services/aetherius/postgres': service('postgres', 5432),
      'services/aetherius/nats': service('nats', 4222),
      ...start.objects,
    },
    start.pods ?? pods,
  );
  const textNow = (part: Part) =>
    (api.objects.get(mapPath(part))?.data as Record<string, string> | undefined)?.['config.yaml'] ?? '';
  const connected = (store: 'nats' | 'postgres', pattern: RegExp) =>
    start.unseen?.includes(store) === true ? [] : parts.filter((part) => pattern.test(textNow(part)));
  const postgres = fakePostgres(() =>
    connected('postgres', /host: postgres\b(?!-)/).map((part) => ({ client: addressOf(part) })),
  );
  const nats = fakeNats({
    monitor: <T>() =>
      Promise.resolve({
        connections: connected('nats', /nats:\/\/(?:\S*@)?nats(?:\.aetherius\.svc)?:4222/).map((part) => ({
          ip: addressOf(part),
        })),
      } as T),
  });
  const { kubernetes, ...rest } = api;
  return {
    ...rest,
    targets: { environment: 'prod', platform: asInGuide, kubernetes, postgres, nats } as Targets,
    textNow,
  };
}
