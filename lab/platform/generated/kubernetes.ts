/** A generated installation as Kubernetes objects; what is outside runs on the node's network in a namespace of its own. */

import { present } from '../../../src/domain/kernel/present.ts';
import { initialPassword } from '../../components/neo4j.ts';
import type { LabPart } from '../../types.ts';
import { imageOf } from '../platform.ts';
import { isProgram, settingsFolder, settingsName, storesOf } from './compose.ts';
import {
  type Installation,
  type InstalledPart,
  type ProgramPart,
  partsOf,
  rowOf,
  type StorePart,
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

export type Manifest = Readonly<Record<string, unknown>>;

export interface GeneratedKubernetesOptions {
  /** Folder on the node for the volumes. */
  readonly dataFolder: string;
  /** Address of the node, where what is outside listens. */
  readonly nodeAddress: string;
  readonly workflows: Readonly<Record<string, string>>;
  /** PEM of a store's certificate and key, where there is TLS. */
  readonly certificates: Readonly<Partial<Record<StorePart, { readonly crt: string; readonly key: string }>>>;
}

export interface GeneratedManifests {
  readonly settings: readonly Manifest[];
  readonly stores: readonly Manifest[];
  readonly services: readonly Manifest[];
}

export const namespaceOf = (one: Installation, part: LabPart): string =>
  rowOf(one, part).outside ? one.elsewhere : part === 'collect-agent' ? one.agentNamespace : one.namespace;

/** How Pods of one namespace or another reach a part. */
export const clusterAddresses =
  (one: Installation, nodeAddress: string): AddressOf =>
  (part) => {
    const row = rowOf(one, part);
    return row.outside
      ? { host: nodeAddress, port: row.port }
      : { host: `${row.service}.${namespaceOf(one, part)}`, port: row.servicePort };
  };

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  rest: Manifest,
): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...rest,
});
const resources = (memory: string) => ({
  requests: { cpu: '20m', memory: '32Mi' },
  limits: { cpu: '1', memory },
});
const labels = (one: Installation, row: InstalledPart) => ({ [one.label]: row.name });
/** ConfigMap with the workflows' files. */
export const flowsOf = (one: Installation): string => `${rowOf(one, 'orchestrator-service').configMap}-flows`;
const tlsSecret = (row: InstalledPart) => `${row.secret}-tls`;

/** Secret and key of a store's password or of the token, in every namespace where a program needs it. */
const secretOf = (one: Installation, secret: StorePart | 'token') =>
  rowOf(one, secret === 'token' ? 'agent-manager' : secret);

function settings(one: Installation, options: GeneratedKubernetesOptions): Manifest[] {
  const at = clusterAddresses(one, options.nodeAddress);
  const all: Manifest[] = [
    ...new Set([one.namespace, one.agentNamespace, ...partsOf(one).map((part) => namespaceOf(one, part))]),
  ].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const wanted = new Map<string, Manifest>();
  const want = (
    secret: StorePart | 'token',
    namespace: string,
    more: Readonly<Record<string, string>> = {},
  ) => {
    const { secret: name, secretKey } = secretOf(one, secret);
    const stringData = { [secretKey]: secretText(one, secret), ...more };
    const key = `${namespace}/${name}`;
    if (!wanted.has(key) || Object.keys(more).length > 0)
      wanted.set(key, object('v1', 'Secret', name, namespace, { stringData }));
  };
  for (const part of storesOf(one)) {
    want(
      part,
      namespaceOf(one, part),
      part === 'neo4j' ? { 'first-start': initialPassword('neo4j', one.passwords.neo4j) } : {},
    );
    const pair = options.certificates[part];
    const row = rowOf(one, part);
    if (pair !== undefined)
      all.push(
        object('v1', 'Secret', tlsSecret(row), namespaceOf(one, part), {
          type: 'kubernetes.io/tls',
          stringData: { 'tls.crt': pair.crt, 'tls.key': pair.key },
        }),
      );
    all.push(
      object('v1', 'ConfigMap', row.configMap, namespaceOf(one, part), { data: storeFiles(one)[part] ?? {} }),
    );
  }
  for (const part of programParts) {
    const row = one.parts[part];
    if (row === undefined) continue;
    for (const secret of Object.values(secretsOf(one, part))) want(secret, namespaceOf(one, part));
    if (one.settings === 'file')
      all.push(
        object('v1', 'ConfigMap', row.configMap, namespaceOf(one, part), {
          data: { [settingsName(one)]: settingsFile(one, settingsOf(one, part, at)) },
        }),
      );
  }
  if (one.parts['orchestrator-service'] !== undefined)
    all.push(object('v1', 'ConfigMap', flowsOf(one), one.namespace, { data: options.workflows }));
  return [...all, ...wanted.values()];
}

function workload(one: Installation, part: LabPart, row: InstalledPart, pod: Manifest): Manifest {
  const set = row.kind === 'statefulset' ? { serviceName: row.service } : {};
  const strategy = row.kind === 'deployment' ? { strategy: { type: 'Recreate' } } : {};
  const kind = { deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' }[row.kind];
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: row.name, namespace: namespaceOf(one, part), labels: labels(one, row) },
    spec: {
      ...(row.kind === 'daemonset' ? {} : { replicas: row.replicas }),
      ...set,
      ...strategy,
      selector: { matchLabels: labels(one, row) },
      template: {
        metadata: { labels: labels(one, row) },
        spec: { terminationGracePeriodSeconds: 2, enableServiceLinks: false, ...pod },
      },
    },
  };
}

function serviceOf(one: Installation, part: LabPart, row: InstalledPart): Manifest[] {
  if (row.outside || row.port === 0) return [];
  const ports = [
    { name: 'main', port: row.servicePort, targetPort: row.port },
    ...(row.monitorPort === 0
      ? []
      : [{ name: 'second', port: row.monitorPort, targetPort: row.monitorPort }]),
  ];
  return [
    object('v1', 'Service', row.service, namespaceOf(one, part), {
      spec: { selector: labels(one, row), ports },
    }),
  ];
}

function store(one: Installation, part: StorePart, options: GeneratedKubernetesOptions): Manifest[] {
  const row = rowOf(one, part);
  const namespace = namespaceOf(one, part);
  const claim = `${row.name}-disk`;
  const data = { postgres: '/var/lib/postgresql', redis: '', nats: '/var/lib/nats', neo4j: '/var/lib/neo4j' }[
    part
  ];
  const secret = (name: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: row.secret, key } },
  });
  const env = {
    postgres: [
      { name: 'POSTGRES_USER', value: one.users.postgres },
      secret('POSTGRES_PASSWORD', row.secretKey),
    ],
    redis: [secret('REDIS_PASSWORD', row.secretKey)],
    nats: [secret('NATS_PASSWORD', row.secretKey)],
    neo4j: [secret('NEO4J_INITIAL_AUTH', 'first-start')],
  }[part];
  const tls = options.certificates[part] !== undefined;
  const disk: Manifest[] =
    data === ''
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolume',
            metadata: { name: `${namespace}-${claim}` },
            spec: {
              capacity: { storage: '2Gi' },
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'lab',
              persistentVolumeReclaimPolicy: 'Retain',
              claimRef: { namespace, name: claim },
              hostPath: { path: `${options.dataFolder}/${part}`, type: 'DirectoryOrCreate' },
            },
          },
          object('v1', 'PersistentVolumeClaim', claim, namespace, {
            spec: {
              accessModes: ['ReadWriteOnce'],
              storageClassName: 'lab',
              resources: { requests: { storage: '2Gi' } },
            },
          }),
        ];
  const pod = {
    ...(row.outside ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
    ...(tls && part === 'postgres' ? { securityContext: { fsGroup: 999 } } : {}),
    containers: [
      {
        name: row.container,
        image: imageOf(part, 'tools'),
        imagePullPolicy: 'IfNotPresent',
        env,
        ports: [
          { containerPort: row.port },
          ...(row.monitorPort === 0 ? [] : [{ containerPort: row.monitorPort }]),
        ],
        readinessProbe: { tcpSocket: { port: row.port }, periodSeconds: 3, timeoutSeconds: 3 },
        resources: resources(part === 'neo4j' ? '1Gi' : part === 'redis' ? '512Mi' : '768Mi'),
        volumeMounts: [
          { name: 'files', mountPath: storeFolders[part] },
          ...(data === '' ? [] : [{ name: 'disk', mountPath: data }]),
          ...(tls ? [{ name: 'tls', mountPath: '/etc/store-tls', readOnly: true }] : []),
        ],
      },
    ],
    volumes: [
      { name: 'files', configMap: { name: row.configMap } },
      ...(data === '' ? [] : [{ name: 'disk', persistentVolumeClaim: { claimName: claim } }]),
      ...(tls ? [{ name: 'tls', secret: { secretName: tlsSecret(row), defaultMode: 0o640 } }] : []),
    ],
  };
  return [...disk, ...serviceOf(one, part, row), workload(one, part, row, pod)];
}

function program(one: Installation, part: ProgramPart, options: GeneratedKubernetesOptions): Manifest[] {
  const row = rowOf(one, part);
  const at = clusterAddresses(one, options.nodeAddress);
  const values = one.settings === 'variables' ? settingsVariables(one, settingsOf(one, part, at)) : {};
  const secrets = Object.entries(secretsOf(one, part)).map(([key, secret]) => {
    const { secret: name, secretKey } = secretOf(one, secret);
    return { name: variableOf(one, key), valueFrom: { secretKeyRef: { name, key: secretKey } } };
  });
  const probe = (path: string, more: Manifest) => ({
    httpGet: { path: pathOf(one, path), port: row.port },
    ...more,
  });
  const reasoning = part === 'reasoning-service';
  const orchestrator = part === 'orchestrator-service';
  const models = { name: 'models', mountPath: one.modelsFolder };
  const mounts = [
    ...(one.settings === 'file' ? [{ name: 'settings', mountPath: settingsFolder(one) }] : []),
    ...(orchestrator ? [{ name: 'flows', mountPath: one.workflowsFolder }] : []),
    ...(reasoning ? [models] : []),
  ];
  const pod = {
    containers: [
      {
        name: row.container,
        image: row.image,
        imagePullPolicy: 'IfNotPresent',
        ...present({ args: reasoning ? ['--fetch-model'] : undefined }),
        env: [
          ...Object.entries(values).map(([name, value]) => ({ name, value })),
          ...secrets,
          ...(part === 'collect-agent'
            ? [
                {
                  name: 'AGENT_ID',
                  valueFrom: {
                    fieldRef: { fieldPath: row.kind === 'daemonset' ? 'spec.nodeName' : 'metadata.name' },
                  },
                },
              ]
            : []),
        ],
        ...(row.port === 0
          ? {}
          : {
              ports: [{ containerPort: row.port }],
              startupProbe: probe('/health/live', { periodSeconds: 3, failureThreshold: 90 }),
              readinessProbe: probe('/health/ready', {
                periodSeconds: 3,
                timeoutSeconds: 5,
                failureThreshold: 3,
              }),
              livenessProbe: probe('/health/live', {
                periodSeconds: 10,
                timeoutSeconds: 5,
                failureThreshold: 6,
              }),
            }),
        resources: resources(reasoning ? '1Gi' : '512Mi'),
        volumeMounts: mounts,
      },
    ],
    volumes: [
      ...(one.settings === 'file' ? [{ name: 'settings', configMap: { name: row.configMap } }] : []),
      ...(orchestrator ? [{ name: 'flows', configMap: { name: flowsOf(one) } }] : []),
      ...(reasoning ? [{ name: 'models', emptyDir: {} }] : []),
    ],
  };
  return [...serviceOf(one, part, row), workload(one, part, row, pod)];
}

/** All objects of an installation, in the order in which they can be applied. */
export function generatedManifests(
  one: Installation,
  options: GeneratedKubernetesOptions,
): GeneratedManifests {
  const parts = partsOf(one);
  return {
    settings: settings(one, options),
    stores: storesOf(one).flatMap((part) => store(one, part, options)),
    services: parts.filter(isProgram).flatMap((part) => program(one, part, options)),
  };
}
