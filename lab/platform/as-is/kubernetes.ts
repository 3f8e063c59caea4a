/** Every Kubernetes object of the platform as it is, as its own manifests say, and what `started` edits in them. */

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { present } from '../../../src/domain/kernel/present.ts';
import { initialPassword } from '../../components/neo4j.ts';
import { imageOf } from '../platform.ts';
import { type AsIsForm, asIsDatabases, asIsKubernetes, asIsSecrets } from './names.ts';

/** One object of Kubernetes. */
export type Manifest = Readonly<Record<string, unknown>>;

export interface AsIsManifests {
  /** Namespaces, ConfigMaps, Secrets, volumes and the two stores that the programs need to be there first. */
  readonly settings: readonly Manifest[];
  readonly stores: readonly Manifest[];
  readonly services: readonly Manifest[];
}

export interface AsIsKubernetesOptions {
  readonly form: AsIsForm;
  /** Folder on the node: volumes, and `files/<store>` with the configuration that the lab's images of the stores need. */
  readonly dataFolder: string;
}

const { namespace, agentNamespace, images, replicas } = asIsKubernetes;
const { postgres, redis, neo4j } = asIsSecrets;
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  rest: Manifest,
  more: Manifest = {},
): Manifest => ({ apiVersion, kind, metadata: { name, namespace, ...more }, ...rest });
const map = (name: string, data: Readonly<Record<string, string>>, more: Manifest = {}) =>
  object('v1', 'ConfigMap', name, { data }, more);
const secret = (name: string, stringData: Readonly<Record<string, string>>) =>
  object('v1', 'Secret', name, { type: 'Opaque', stringData });
const from = (name: string, secretName: string, key: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});

/** The text of a ConfigMap's `config.yaml`, with the keys that `started` adds or changes. */
export function asIsKubernetesConfig(part: string, form: AsIsForm): string {
  const known = { 'logging.level': 'info', 'logging.format': 'json' };
  const edits: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'agent-manager': { ...known, 'database.ssl_mode': 'disable' },
    'orchestrator-service': {
      ...known,
      'database.ssl_mode': 'disable',
      'database.password': postgres.password,
      'redis.password': redis.password,
    },
    'collect-agent': { central_endpoint: `nats://aetherius-nats.${namespace}:4222` },
  };
  const document = parseDocument(read(`config/kubernetes/${part}.yaml`));
  if (form === 'started')
    for (const [key, value] of Object.entries(edits[part] ?? {})) document.setIn(key.split('.'), value);
  return document.toString();
}

/** The manifests ask for more processors than the lab's machine has: their amounts are the lab's. */
const resources = (memory: string) => ({
  requests: { cpu: '20m', memory: '32Mi' },
  limits: { cpu: '1', memory },
});

/** Nothing makes volumes here, so each claim has one that waits for it. */
function volume(options: AsIsKubernetesOptions, claim: string, storageClassName: string, mode: string) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${claim}` },
    spec: {
      capacity: { storage: '20Gi' },
      accessModes: [mode],
      storageClassName,
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace, name: claim },
      hostPath: { path: `${options.dataFolder}/${claim}`, type: 'DirectoryOrCreate' },
    },
  };
}

const claim = (name: string, mode: string, storage: string, storageClassName?: string): Manifest =>
  object('v1', 'PersistentVolumeClaim', name, {
    spec: {
      accessModes: [mode],
      resources: { requests: { storage } },
      ...present({ storageClassName }),
    },
  });
const template = (name: string, storage: string) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
});

function settings(options: AsIsKubernetesOptions): Manifest[] {
  const agentLabels = {
    'app.kubernetes.io/name': 'aetherius-agent',
    'app.kubernetes.io/component': 'agent',
  };
  const inAgents = { namespace: agentNamespace, labels: agentLabels };
  const config = (part: string) => ({ 'config.yaml': asIsKubernetesConfig(part, options.form) });
  const once = [
    'postgres-storage-postgres-0',
    'redis-pvc',
    ...Array.from({ length: replicas.nats }, (_, index) => `nats-storage-nats-${index}`),
    'neo4j-data-neo4j-0',
    'neo4j-logs-neo4j-0',
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { name: namespace, 'app.kubernetes.io/part-of': 'aetherius-platform' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: agentNamespace,
        labels: { 'app.kubernetes.io/name': 'aetherius', 'app.kubernetes.io/component': 'agent' },
      },
    },
    map('agent-manager-config', config('agent-manager')),
    map('orchestrator-config', config('orchestrator-service')),
    map('reasoning-config', config('reasoning-service')),
    map('agent-config', config('collect-agent'), inAgents),
    map('aetherius-agent-rules', { 'agent.rules': read('monitoring/agent-rules.yml') }, inAgents),
    map('prometheus-config', {
      'prometheus.yml': read('monitoring/prometheus-kubernetes.yml'),
      'aetherius-alerts.yml': read('monitoring/alerts.yml'),
    }),
    secret('agent-manager-secrets', {
      'database-password': postgres.password,
      'redis-password': redis.password,
    }),
    secret('reasoning-secrets', { 'neo4j-password': neo4j.password }),
    ...once.map((name) => volume(options, name, '', 'ReadWriteOnce')),
    volume(options, 'reasoning-knowledge-pvc', 'standard', 'ReadWriteMany'),
    claim('redis-pvc', 'ReadWriteOnce', '10Gi'),
    claim('reasoning-knowledge-pvc', 'ReadWriteMany', '10Gi', 'standard'),
  ];
}

const service = (
  name: string,
  app: string,
  ports: readonly (readonly [string | undefined, number])[],
  type = 'ClusterIP',
) =>
  object('v1', 'Service', name, {
    spec: {
      type,
      selector: { app },
      ports: ports.map(([port, number]) => ({
        ...present({ name: port }),
        port: number,
        targetPort: number,
      })),
    },
  });

const workload = (
  kind: 'Deployment' | 'StatefulSet',
  name: string,
  more: {
    readonly replicas: number;
    readonly spec?: Manifest;
    readonly pod: Manifest;
    readonly labels?: Manifest;
  },
): Manifest =>
  object(
    'apps/v1',
    kind,
    name,
    {
      spec: {
        replicas: more.replicas,
        selector: { matchLabels: { app: name } },
        ...more.spec,
        template: {
          metadata: { labels: { app: name, ...more.labels } },
          spec: { terminationGracePeriodSeconds: 2, ...more.pod },
        },
      },
    },
    more.labels === undefined ? {} : { labels: { app: name, ...more.labels } },
  );

function stores(options: AsIsKubernetesOptions): Manifest[] {
  const started = options.form === 'started';
  const files = (part: string) => ({
    name: 'lab-files',
    hostPath: { path: `${options.dataFolder}/files/${part}`, type: 'Directory' },
  });
  const tcp = (port: number, initialDelaySeconds: number) => ({
    tcpSocket: { port },
    initialDelaySeconds,
    periodSeconds: 10,
  });
  return [
    service('aetherius-postgres', 'postgres', [[undefined, 5432]]),
    workload('StatefulSet', 'postgres', {
      replicas: 1,
      spec: {
        serviceName: 'aetherius-postgres',
        volumeClaimTemplates: [template('postgres-storage', '20Gi')],
      },
      pod: {
        containers: [
          {
            name: 'postgres',
            image: imageOf('postgres', 'tools'),
            imagePullPolicy: 'IfNotPresent',
            ports: [{ containerPort: 5432 }],
            env: [
              { name: 'POSTGRES_USER', value: postgres.user },
              from('POSTGRES_PASSWORD', 'agent-manager-secrets', 'database-password'),
              { name: 'POSTGRES_DB', value: asIsDatabases.program },
            ],
            volumeMounts: [
              { name: 'postgres-storage', mountPath: '/var/lib/postgresql/data' },
              { name: 'lab-files', mountPath: '/etc/postgresql', readOnly: true },
            ],
            livenessProbe: tcp(5432, 30),
            resources: resources('768Mi'),
          },
        ],
        volumes: [files('postgres')],
      },
    }),
    service('aetherius-redis', 'redis', [[undefined, 6379]]),
    workload('Deployment', 'redis', {
      replicas: 1,
      pod: {
        containers: [
          {
            name: 'redis',
            image: imageOf('redis', 'tools'),
            imagePullPolicy: 'IfNotPresent',
            command: ['redis-server', '--requirepass', '$(REDIS_PASSWORD)', '--appendonly', 'yes'],
            workingDir: '/data',
            ports: [{ containerPort: 6379 }],
            env: [from('REDIS_PASSWORD', 'agent-manager-secrets', 'redis-password')],
            volumeMounts: [{ name: 'redis-storage', mountPath: '/data' }],
            livenessProbe: {
              exec: { command: ['redis-cli', 'ping'] },
              initialDelaySeconds: 30,
              periodSeconds: 10,
            },
            resources: resources('512Mi'),
          },
        ],
        volumes: [{ name: 'redis-storage', persistentVolumeClaim: { claimName: 'redis-pvc' } }],
      },
    }),
    service(
      'aetherius-nats',
      'nats',
      [
        ['client', 4222],
        ['monitoring', 8222],
        ['cluster', 6222],
      ],
      'LoadBalancer',
    ),
    workload('StatefulSet', 'nats', {
      replicas: replicas.nats,
      spec: { serviceName: 'aetherius-nats', volumeClaimTemplates: [template('nats-storage', '10Gi')] },
      pod: {
        containers: [
          {
            name: 'nats',
            image: imageOf('nats', 'tools'),
            imagePullPolicy: 'IfNotPresent',
            ports: [
              { name: 'client', containerPort: 4222 },
              { name: 'monitoring', containerPort: 8222 },
              { name: 'cluster', containerPort: 6222 },
            ],
            command: [
              ...['nats-server', '--cluster', 'nats://0.0.0.0:6222', '--http_port', '8222'],
              ...(started ? [] : ['--js', '--sd', '/data']),
            ],
            volumeMounts: [{ name: 'nats-storage', mountPath: '/data' }],
            livenessProbe: {
              httpGet: { path: '/healthz', port: 8222 },
              initialDelaySeconds: 10,
              periodSeconds: 10,
            },
            resources: resources('256Mi'),
          },
        ],
      },
    }),
    service('aetherius-neo4j', 'neo4j', [
      ['http', 7474],
      ['bolt', 7687],
    ]),
    workload('StatefulSet', 'neo4j', {
      replicas: 1,
      spec: {
        serviceName: 'aetherius-neo4j',
        volumeClaimTemplates: [template('neo4j-data', '20Gi'), template('neo4j-logs', '5Gi')],
      },
      pod: {
        containers: [
          {
            name: 'neo4j',
            image: imageOf('neo4j', 'tools'),
            imagePullPolicy: 'IfNotPresent',
            ports: [
              { name: 'http', containerPort: 7474 },
              { name: 'bolt', containerPort: 7687 },
            ],
            env: [
              from('NEO4J_PASSWORD', 'reasoning-secrets', 'neo4j-password'),
              { name: 'NEO4J_AUTH', value: 'neo4j/$(NEO4J_PASSWORD)' },
              { name: 'NEO4J_INITIAL_AUTH', value: initialPassword(neo4j.user, neo4j.password) },
            ],
            volumeMounts: [
              { name: 'neo4j-data', mountPath: '/var/lib/neo4j/data' },
              { name: 'neo4j-logs', mountPath: '/var/lib/neo4j/logs' },
              { name: 'lab-files', mountPath: '/etc/neo4j', readOnly: true },
            ],
            livenessProbe: tcp(7687, 60),
            resources: resources('1Gi'),
          },
        ],
        volumes: [files('neo4j')],
      },
    }),
  ];
}

const httpProbe = (path: string, more: Manifest) => ({ httpGet: { path, port: 'http' }, ...more });
const http = (port: number) => [{ name: 'http', containerPort: port, protocol: 'TCP' }];
const configVolume = (name: string) => ({ name: 'config', configMap: { name } });
const atConfigs = { name: 'config', mountPath: '/app/configs', readOnly: true };

function goService(name: 'agent-manager' | 'orchestrator-service', form: AsIsForm): Manifest[] {
  const manager = name === 'agent-manager';
  const started = form === 'started';
  const port = manager ? 8080 : 8081;
  const labels = { component: manager ? 'control-plane' : 'orchestration' };
  return [
    workload('Deployment', name, {
      replicas: replicas[name],
      labels,
      pod: {
        serviceAccountName: name,
        containers: [
          {
            name: manager ? name : 'orchestrator',
            image: images[name],
            imagePullPolicy: 'IfNotPresent',
            ports: http(port),
            env: [
              from('DATABASE_PASSWORD', 'agent-manager-secrets', 'database-password'),
              from('REDIS_PASSWORD', 'agent-manager-secrets', 'redis-password'),
              ...(manager && started
                ? [from('DB_PASSWORD', 'agent-manager-secrets', 'database-password')]
                : []),
            ],
            volumeMounts: [atConfigs],
            ...present({
              livenessProbe:
                !manager && started
                  ? undefined
                  : httpProbe('/health/live', { initialDelaySeconds: 30, periodSeconds: 10 }),
            }),
            readinessProbe: httpProbe('/health/ready', { initialDelaySeconds: 10, periodSeconds: 5 }),
            resources: resources('512Mi'),
          },
        ],
        volumes: [configVolume(manager ? 'agent-manager-config' : 'orchestrator-config')],
      },
    }),
    namedService(name, port),
    object('v1', 'ServiceAccount', name, {}),
    budget(name, manager ? 2 : 1),
  ];
}

const namedService = (name: string, port: number) =>
  object(
    'v1',
    'Service',
    name,
    {
      spec: {
        type: 'ClusterIP',
        ports: [{ name: 'http', port, targetPort: 'http', protocol: 'TCP' }],
        selector: { app: name },
      },
    },
    { labels: { app: name } },
  );
const budget = (name: string, minAvailable: number) =>
  object('policy/v1', 'PodDisruptionBudget', name, {
    spec: { minAvailable, selector: { matchLabels: { app: name } } },
  });

function reasoning(): Manifest[] {
  const name = 'reasoning-service';
  return [
    workload('Deployment', name, {
      replicas: replicas[name],
      labels: { component: 'ai' },
      pod: {
        containers: [
          {
            name: 'reasoning',
            image: images[name],
            imagePullPolicy: 'IfNotPresent',
            ports: http(8082),
            env: [
              { name: 'NEO4J_URI', value: 'bolt://aetherius-neo4j:7687' },
              { name: 'NEO4J_USER', value: neo4j.user },
              from('NEO4J_PASSWORD', 'reasoning-secrets', 'neo4j-password'),
              { name: 'SERVER_HOST', value: '0.0.0.0' },
              { name: 'SERVER_PORT', value: '8082' },
              { name: 'LOG_LEVEL', value: 'INFO' },
            ],
            volumeMounts: [
              atConfigs,
              { name: 'models', mountPath: '/app/models' },
              { name: 'knowledge', mountPath: '/app/data/knowledge' },
            ],
            livenessProbe: httpProbe('/health', {
              initialDelaySeconds: 60,
              periodSeconds: 10,
              timeoutSeconds: 5,
            }),
            readinessProbe: httpProbe('/health', {
              initialDelaySeconds: 30,
              periodSeconds: 5,
              timeoutSeconds: 3,
            }),
            resources: resources('1Gi'),
          },
        ],
        volumes: [
          configVolume('reasoning-config'),
          { name: 'models', emptyDir: {} },
          { name: 'knowledge', persistentVolumeClaim: { claimName: 'reasoning-knowledge-pvc' } },
        ],
      },
    }),
    namedService(name, 8082),
    budget(name, 1),
  ];
}

function agent(): Manifest[] {
  const name = 'aetherius-agent';
  const own = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'agent' };
  const labels = { ...own, 'app.kubernetes.io/version': 'v1.0.0' };
  const metadata = { namespace: agentNamespace, labels };
  const field = (variable: string, fieldPath: string) => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  // The ConfigMap has one key, config.yaml: none of these is ever set.
  const optional = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { configMapKeyRef: { name: 'agent-config', key, optional: true } },
  });
  const pod = {
    serviceAccountName: name,
    securityContext: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534 },
    terminationGracePeriodSeconds: 2,
    containers: [
      {
        name: 'agent',
        image: images['collect-agent'],
        imagePullPolicy: 'IfNotPresent',
        args: ['--config=/etc/aetherius/config.yaml', '--health-port=8080'],
        env: [
          field('POD_NAME', 'metadata.name'),
          field('POD_NAMESPACE', 'metadata.namespace'),
          field('NODE_NAME', 'spec.nodeName'),
          optional('CLUSTER_ID', 'cluster_id'),
          optional('CENTRAL_ENDPOINT', 'central_endpoint'),
          optional('LOG_LEVEL', 'log_level'),
        ],
        ports: http(8080),
        volumeMounts: [
          { name: 'config', mountPath: '/etc/aetherius', readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
        livenessProbe: httpProbe('/health/live', {
          initialDelaySeconds: 30,
          periodSeconds: 10,
          timeoutSeconds: 5,
        }),
        readinessProbe: httpProbe('/health/ready', {
          initialDelaySeconds: 5,
          periodSeconds: 5,
          timeoutSeconds: 5,
        }),
        resources: resources('256Mi'),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
    volumes: [configVolume('agent-config'), { name: 'tmp', emptyDir: {} }],
  };
  return [
    object('v1', 'ServiceAccount', name, {}, metadata),
    object(
      'apps/v1',
      'Deployment',
      name,
      {
        spec: {
          replicas: 1,
          strategy: { type: 'Recreate' },
          selector: { matchLabels: own },
          template: {
            metadata: {
              labels,
              annotations: {
                'prometheus.io/scrape': 'true',
                'prometheus.io/port': '8080',
                'prometheus.io/path': '/metrics',
              },
            },
            spec: pod,
          },
        },
      },
      metadata,
    ),
    object(
      'v1',
      'Service',
      name,
      {
        spec: {
          type: 'ClusterIP',
          selector: own,
          ports: [{ name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' }],
        },
      },
      metadata,
    ),
  ];
}

/** All objects of a form, in the order in which they can be applied. */
export function asIsManifests(options: AsIsKubernetesOptions): AsIsManifests {
  return {
    settings: settings(options),
    stores: stores(options),
    services: [
      ...goService('agent-manager', options.form),
      ...goService('orchestrator-service', options.form),
      ...reasoning(),
      ...agent(),
    ],
  };
}
