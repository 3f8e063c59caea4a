/** Every Kubernetes object of the platform. */

import { stringify } from 'yaml';
import { present } from '../../src/domain/kernel/present.ts';
import type { LabPart } from '../types.ts';
import { dependencyFiles, type ServicePart, serviceConfig, workflowFiles } from './config.ts';
import { type Flavour, imageOf, namedAddresses, ports, secrets } from './platform.ts';

export interface KubernetesOptions {
  readonly flavour: Flavour;
  readonly namespace: string;
  readonly agentNamespace: string;
  /** Folder on the node for the volumes of PostgreSQL, NATS, Neo4j and the models. */
  readonly dataFolder: string;
}

type Manifest = Readonly<Record<string, unknown>>;

interface Limits {
  readonly cpu: string;
  readonly memory: string;
}

const secretEnv = (name: string, secret: string, key = 'password') => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
const resources = (requests: Limits, limits: Limits) => ({ requests, limits });
const httpGet = (path: string, port: number) => ({ httpGet: { path, port } });

/** Namespaces, Secrets and ConfigMaps: applied first. */
function settings(options: KubernetesOptions): Manifest[] {
  const { namespace, agentNamespace } = options;
  const secret = (name: string, data: Readonly<Record<string, string>>, where = namespace): Manifest => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: where },
    stringData: data,
  });
  const map = (name: string, data: Readonly<Record<string, string>>, where = namespace): Manifest => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: where },
    data,
  });
  const config = (part: ServicePart, where = namespace, suffix = '') =>
    map(`${part}-config`, { 'config.yaml': serviceConfig(part, namedAddresses(suffix)) }, where);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    secret('database-credentials', { user: secrets.postgres.user, password: secrets.postgres.password }),
    secret('redis-credentials', { password: secrets.redis.password }),
    secret('nats-credentials', { password: secrets.nats.password }),
    secret('nats-credentials', { password: secrets.nats.password }, agentNamespace),
    secret('neo4j-credentials', { user: secrets.neo4j.user, password: secrets.neo4j.password }),
    // Its own, as Neo4j's chart has it: who logs in has the password from another one.
    secret('neo4j-auth', { NEO4J_AUTH: `${secrets.neo4j.user}/${secrets.neo4j.password}` }),
    secret('agent-auth-token', { token: secrets.agentToken }),
    secret('agent-auth-token', { token: secrets.agentToken }, agentNamespace),
    config('agent-manager'),
    config('orchestrator-service'),
    config('reasoning-service'),
    config('collect-agent', agentNamespace, `.${namespace}`),
    map('orchestrator-workflows', workflowFiles()),
    ...Object.entries(dependencyFiles()).map(([part, files]) => map(`${part}-config`, files)),
  ];
}

function service(
  options: KubernetesOptions,
  part: LabPart,
  list: readonly { readonly name: string; readonly port: number }[],
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: part, namespace: options.namespace, labels: { app: part } },
    spec: {
      selector: { app: part },
      ports: list.map(({ name, port }) => ({ name, port, targetPort: port })),
    },
  };
}

interface Stateful {
  readonly part: LabPart;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly configPath: string;
  readonly dataPath?: string;
  readonly env?: readonly unknown[];
  readonly args?: readonly string[];
  readonly ready: Manifest;
  readonly resources: unknown;
}

function stateful(options: KubernetesOptions, one: Stateful): Manifest[] {
  const { part } = one;
  const { namespace } = options;
  const volume = `${namespace}-${part}`;
  const data: Manifest[] = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'lab',
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name: `data-${part}-0` },
        hostPath: { path: `${options.dataFolder}/${part}`, type: 'DirectoryOrCreate' },
      },
    },
  ];
  const container = {
    name: part,
    image: imageOf(part, 'tools'),
    imagePullPolicy: 'IfNotPresent',
    ...present({ args: one.args, env: one.env }),
    ports: one.ports.map(({ name, port }) => ({ name, containerPort: port })),
    readinessProbe: { ...one.ready, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 2 },
    resources: one.resources,
    volumeMounts: [
      { name: 'config', mountPath: one.configPath },
      ...(one.dataPath === undefined ? [] : [{ name: 'data', mountPath: one.dataPath }]),
    ],
  };
  return [
    ...(one.dataPath === undefined ? [] : data),
    service(options, part, one.ports),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: part, namespace, labels: { app: part } },
      spec: {
        serviceName: part,
        replicas: 1,
        selector: { matchLabels: { app: part } },
        template: {
          metadata: { labels: { app: part } },
          spec: {
            terminationGracePeriodSeconds: 2,
            enableServiceLinks: false,
            containers: [container],
            volumes: [{ name: 'config', configMap: { name: `${part}-config` } }],
          },
        },
        ...present({
          volumeClaimTemplates:
            one.dataPath === undefined
              ? undefined
              : [
                  {
                    metadata: { name: 'data' },
                    spec: {
                      accessModes: ['ReadWriteOnce'],
                      storageClassName: 'lab',
                      resources: { requests: { storage: '2Gi' } },
                    },
                  },
                ],
        }),
      },
    },
  ];
}

function dependencies(options: KubernetesOptions): Manifest[] {
  const tcp = (port: number) => ({ tcpSocket: { port } });
  return [
    ...stateful(options, {
      part: 'postgres',
      ports: [{ name: 'postgres', port: ports.postgres }],
      configPath: '/etc/postgresql',
      dataPath: '/var/lib/postgresql',
      env: [secretEnv('POSTGRES_PASSWORD', 'database-credentials')],
      ready: tcp(ports.postgres),
      resources: resources({ cpu: '50m', memory: '128Mi' }, { cpu: '2', memory: '768Mi' }),
    }),
    ...stateful(options, {
      part: 'redis',
      ports: [{ name: 'redis', port: ports.redis }],
      configPath: '/etc/redis',
      env: [secretEnv('REDIS_PASSWORD', 'redis-credentials')],
      ready: tcp(ports.redis),
      // So much that its data may take the 1 GiB of the guide.
      resources: resources({ cpu: '20m', memory: '32Mi' }, { cpu: '1', memory: '1536Mi' }),
    }),
    ...stateful(options, {
      part: 'nats',
      ports: [
        { name: 'client', port: ports.nats },
        { name: 'monitor', port: ports.natsMonitor },
      ],
      configPath: '/etc/nats',
      dataPath: '/var/lib/nats',
      env: [secretEnv('NATS_PASSWORD', 'nats-credentials')],
      ready: httpGet('/healthz', ports.natsMonitor),
      resources: resources({ cpu: '20m', memory: '32Mi' }, { cpu: '1', memory: '256Mi' }),
    }),
    ...stateful(options, {
      part: 'neo4j',
      ports: [{ name: 'bolt', port: ports.neo4j }],
      configPath: '/etc/neo4j',
      dataPath: '/var/lib/neo4j',
      env: [secretEnv('NEO4J_AUTH', 'neo4j-auth', 'NEO4J_AUTH')],
      ready: tcp(ports.neo4j),
      resources: resources({ cpu: '100m', memory: '384Mi' }, { cpu: '2', memory: '1Gi' }),
    }),
  ];
}

const tokenVolume = {
  name: 'token',
  secret: {
    secretName: 'agent-auth-token',
    optional: true,
    items: [{ key: 'token', path: 'agent-auth-token' }],
  },
};
const tokenMount = { name: 'token', mountPath: '/etc/aetherius/secrets', readOnly: true };

interface Program {
  readonly part: ServicePart;
  readonly env: readonly unknown[];
  readonly resources: unknown;
  readonly mounts?: readonly unknown[];
  readonly volumes?: readonly unknown[];
  readonly initContainers?: readonly unknown[];
  readonly port?: number;
}

function pod(options: KubernetesOptions, one: Program): Manifest {
  const { part, port } = one;
  return {
    metadata: {
      labels: { app: part },
      // Logs and exec mean this one, whatever is beside it.
      annotations: { 'kubectl.kubernetes.io/default-container': part },
    },
    spec: {
      terminationGracePeriodSeconds: 2,
      enableServiceLinks: false,
      ...present({ initContainers: one.initContainers }),
      containers: [
        {
          name: part,
          image: imageOf(part, options.flavour),
          imagePullPolicy: 'IfNotPresent',
          env: one.env,
          ...present({
            ports: port === undefined ? undefined : [{ name: 'http', containerPort: port }],
            startupProbe:
              port === undefined
                ? undefined
                : { ...httpGet('/health/live', port), periodSeconds: 2, failureThreshold: 90 },
            readinessProbe:
              port === undefined
                ? undefined
                : {
                    ...httpGet('/health/ready', port),
                    periodSeconds: 2,
                    timeoutSeconds: 3,
                    failureThreshold: 2,
                  },
            livenessProbe:
              port === undefined
                ? undefined
                : {
                    ...httpGet('/health/live', port),
                    periodSeconds: 10,
                    timeoutSeconds: 5,
                    failureThreshold: 6,
                  },
          }),
          resources: one.resources,
          volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }, ...(one.mounts ?? [])],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: `${part}-config` } }, ...(one.volumes ?? [])],
    },
  };
}

function deployment(options: KubernetesOptions, one: Program): Manifest[] {
  const { part } = one;
  return [
    ...(one.port === undefined ? [] : [service(options, part, [{ name: 'http', port: one.port }])]),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: part, namespace: options.namespace, labels: { app: part } },
      spec: {
        replicas: 1,
        // A second agent-manager beside the old one would hide that a new one cannot start.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { app: part } },
        template: pod(options, one),
      },
    },
  ];
}

/** The models of reasoning-service outlive its Pods, as those of an operator do. */
function modelClaim({ namespace, dataFolder }: KubernetesOptions): Manifest[] {
  const name = 'reasoning-models';
  const storage = '4Gi';
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-${name}` },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'lab',
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name },
        hostPath: { path: `${dataFolder}/models`, type: 'DirectoryOrCreate' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'lab',
        resources: { requests: { storage } },
      },
    },
  ];
}

function services(options: KubernetesOptions): Manifest[] {
  const nats = secretEnv('NATS_PASSWORD', 'nats-credentials');
  const database = secretEnv('DATABASE_PASSWORD', 'database-credentials');
  const models = { name: 'models', mountPath: '/app/models' };
  const agent: Program = {
    part: 'collect-agent',
    env: [nats, { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    resources: resources({ cpu: '10m', memory: '32Mi' }, { cpu: '500m', memory: '256Mi' }),
    mounts: [tokenMount],
    volumes: [tokenVolume],
  };
  return [
    ...deployment(options, {
      part: 'agent-manager',
      port: ports['agent-manager'],
      env: [database, secretEnv('REDIS_PASSWORD', 'redis-credentials'), nats],
      resources: resources({ cpu: '50m', memory: '64Mi' }, { cpu: '1', memory: '512Mi' }),
      mounts: [tokenMount],
      volumes: [tokenVolume],
    }),
    ...deployment(options, {
      part: 'orchestrator-service',
      port: ports['orchestrator-service'],
      env: [database, nats],
      resources: resources({ cpu: '50m', memory: '64Mi' }, { cpu: '1', memory: '512Mi' }),
      mounts: [{ name: 'workflows', mountPath: '/etc/aetherius/workflows' }],
      volumes: [{ name: 'workflows', configMap: { name: 'orchestrator-workflows' } }],
    }),
    ...modelClaim(options),
    ...deployment(options, {
      part: 'reasoning-service',
      port: ports['reasoning-service'],
      env: [
        secretEnv('NEO4J_USER', 'neo4j-credentials', 'user'),
        secretEnv('NEO4J_PASSWORD', 'neo4j-credentials'),
      ],
      resources: resources({ cpu: '100m', memory: '256Mi' }, { cpu: '1', memory: '1Gi' }),
      mounts: [models],
      volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'reasoning-models' } }],
      initContainers: [
        {
          name: 'fetch-model',
          image: imageOf('reasoning-service', options.flavour),
          imagePullPolicy: 'IfNotPresent',
          command: ['/usr/bin/python3', '/app/fetch_model.py'],
          volumeMounts: [models],
        },
      ],
    }),
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: {
        name: 'collect-agent',
        namespace: options.agentNamespace,
        labels: { app: 'collect-agent' },
      },
      spec: {
        selector: { matchLabels: { app: 'collect-agent' } },
        updateStrategy: { type: 'RollingUpdate' },
        template: pod(options, agent),
      },
    },
  ];
}

/** Every object as multi-document YAML, in the order it can be applied in; `what` chooses a stage of it. */
export function renderKubernetes(
  options: KubernetesOptions,
  what: 'all' | 'settings' | 'dependencies' | 'services' = 'all',
): string {
  const stages = { settings, dependencies, services };
  const chosen = what === 'all' ? Object.values(stages) : [stages[what]];
  return chosen
    .flatMap((stage) => stage(options))
    .map((manifest) => stringify(manifest, { lineWidth: 0 }))
    .join('---\n');
}
