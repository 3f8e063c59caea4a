import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A Kubernetes API server simulated at the wire, for the playground: it lists, gets, patches and answers
 * access reviews for one small platform. Simulated: nothing runs behind its Pods.
 */
export interface KubeServer {
  readonly url: string;
  /** A workload's Pods are running and ready, or they are not. */
  setReady(workload: string, ready: boolean, reason?: string): void;
  /** Touches a ConfigMap, as an edit does. */
  touchConfig(name: string): void;
  /** Whether a workload's configuration was touched since its Pods were made. */
  olderThanConfig(workload: string): boolean;
  /** Replaces the Pods of a workload with new ones. */
  restartPods(workload: string): void;
  /** Requests for these resources are refused with 403, as when a role is taken away. */
  forbidden: ReadonlySet<string>;
  /** What a container has said; `previous`: the one before the last restart. Simulated, as the containers are. */
  log: (pod: string, previous: boolean) => string;
  /** Called when a rollout restart of a workload was accepted. */
  onRestart: (workload: string) => void;
  stop(): Promise<void>;
}

interface Meta {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller: boolean }[];
}
interface Thing {
  apiVersion: string;
  kind: string;
  metadata: Meta;
  [field: string]: unknown;
}

interface Workload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly replicas: number;
  readonly port: number;
  readonly image: string;
  readonly config?: string;
}

export const demoWorkloads: readonly Workload[] = [
  {
    name: 'agent-manager',
    kind: 'Deployment',
    namespace: 'aetherius',
    replicas: 2,
    port: 8080,
    image: 'aetherius/agent-manager:1.4.2',
    config: 'agent-manager-config',
  },
  {
    name: 'orchestrator-service',
    kind: 'Deployment',
    namespace: 'aetherius',
    replicas: 1,
    port: 8081,
    image: 'aetherius/orchestrator-service:1.4.2',
    config: 'orchestrator-config',
  },
  {
    name: 'reasoning-service',
    kind: 'Deployment',
    namespace: 'aetherius',
    replicas: 1,
    port: 8082,
    image: 'aetherius/reasoning-service:1.4.1',
    config: 'reasoning-config',
  },
  {
    name: 'postgres',
    kind: 'StatefulSet',
    namespace: 'aetherius',
    replicas: 1,
    port: 5432,
    image: 'postgres:16',
    config: 'postgres-config',
  },
  { name: 'redis', kind: 'StatefulSet', namespace: 'aetherius', replicas: 1, port: 6379, image: 'redis:7' },
  { name: 'nats', kind: 'StatefulSet', namespace: 'aetherius', replicas: 1, port: 4222, image: 'nats:2.10' },
  {
    name: 'neo4j',
    kind: 'StatefulSet',
    namespace: 'aetherius',
    replicas: 1,
    port: 7687,
    image: 'neo4j:5.26',
  },
  {
    name: 'collect-agent',
    kind: 'DaemonSet',
    namespace: 'kube-system',
    replicas: 1,
    port: 0,
    image: 'aetherius/collect-agent:1.4.2',
  },
];

const apps = 'apps/v1';
const kindsByResource: Readonly<Record<string, string>> = {
  pods: 'Pod',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  services: 'Service',
  endpointslices: 'EndpointSlice',
  configmaps: 'ConfigMap',
  networkpolicies: 'NetworkPolicy',
  events: 'Event',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  nodes: 'Node',
  secrets: 'Secret',
};

/** RFC 7386, for objects. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const base: Record<string, unknown> =
    target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete base[key];
    else base[key] = mergePatch(base[key], value);
  }
  return base;
}

/** @param now the demo's clock */
export async function startKubeServer(now: () => Date): Promise<KubeServer> {
  const objects = new Map<string, Thing>();
  /** ConfigMaps that were touched since the Pods that read them were made. */
  const touched = new Set<string>();
  let version = 1000;
  const key = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
  const ago = (minutes: number) => new Date(now().getTime() - minutes * 60_000).toISOString();

  function put(
    apiVersion: string,
    kind: string,
    namespace: string,
    name: string,
    fields: object,
    meta: Partial<Meta> = {},
  ): Thing {
    version += 1;
    const thing: Thing = {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        uid: randomUUID(),
        resourceVersion: `${version}`,
        generation: 1,
        creationTimestamp: ago(3 * 24 * 60),
        labels: {},
        annotations: {},
        ...meta,
      },
      ...fields,
    };
    objects.set(key(kind, namespace, name), thing);
    return thing;
  }

  function podFields(workload: Workload, ready: boolean, reason: string, started: string) {
    const volumes =
      workload.config === undefined ? [] : [{ name: 'config', configMap: { name: workload.config } }];
    return {
      spec: {
        nodeName: 'demo-node',
        containers: [
          {
            name: workload.name,
            image: workload.image,
            ports: workload.port === 0 ? [] : [{ containerPort: workload.port }],
            resources: { limits: { memory: '1Gi', cpu: '1' }, requests: { memory: '256Mi', cpu: '100m' } },
            volumeMounts: volumes.map(({ name }) => ({ name, mountPath: '/etc/aetherius' })),
          },
        ],
        volumes,
      },
      status: {
        phase: 'Running',
        podIP: '10.244.0.7',
        startTime: started,
        conditions: [
          { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: started },
          { type: 'PodScheduled', status: 'True', lastTransitionTime: started },
        ],
        containerStatuses: [
          {
            name: workload.name,
            image: workload.image,
            imageID: `${workload.image}@sha256:demo`,
            ready,
            started: true,
            restartCount: ready ? 0 : 3,
            state: ready
              ? { running: { startedAt: started } }
              : { terminated: { exitCode: 1, reason, startedAt: started, finishedAt: now().toISOString() } },
            lastState: {},
          },
        ],
      },
    };
  }

  const podNames = (workload: Workload): string[] =>
    Array.from({ length: workload.replicas }, (_, index) =>
      workload.kind === 'StatefulSet'
        ? `${workload.name}-${index}`
        : `${workload.name}-${'abcdef'[index]}${version % 97}x`,
    );

  function podsOf(workload: Workload): Thing[] {
    return [...objects.values()].filter((o) => o.kind === 'Pod' && o.metadata.labels.app === workload.name);
  }

  function makePods(workload: Workload, owner: Thing, started: string): void {
    if (workload.config !== undefined) touched.delete(workload.config);
    for (const old of podsOf(workload)) objects.delete(key('Pod', old.metadata.namespace, old.metadata.name));
    for (const name of podNames(workload)) {
      put('v1', 'Pod', workload.namespace, name, podFields(workload, true, '', started), {
        labels: { app: workload.name },
        creationTimestamp: started,
        ownerReferences: [
          {
            apiVersion: apps,
            kind: owner.kind,
            name: owner.metadata.name,
            uid: owner.metadata.uid,
            controller: true,
          },
        ],
      });
    }
  }

  function status(workload: Workload, ready: number, generation: number): object {
    return workload.kind === 'DaemonSet'
      ? {
          observedGeneration: generation,
          desiredNumberScheduled: workload.replicas,
          currentNumberScheduled: workload.replicas,
          numberReady: ready,
          updatedNumberScheduled: workload.replicas,
          numberAvailable: ready,
        }
      : {
          observedGeneration: generation,
          replicas: workload.replicas,
          readyReplicas: ready,
          availableReplicas: ready,
          updatedReplicas: workload.replicas,
          currentRevision: `${workload.name}-${generation}`,
          updateRevision: `${workload.name}-${generation}`,
        };
  }

  function ownerOf(workload: Workload, top: Thing): Thing {
    if (workload.kind !== 'Deployment') return top;
    return put(
      apps,
      'ReplicaSet',
      workload.namespace,
      `${workload.name}-${top.metadata.generation}`,
      {
        spec: { replicas: workload.replicas },
        status: { replicas: workload.replicas, readyReplicas: workload.replicas },
      },
      {
        labels: { app: workload.name },
        annotations: { 'deployment.kubernetes.io/revision': `${top.metadata.generation}` },
        ownerReferences: [
          {
            apiVersion: apps,
            kind: 'Deployment',
            name: workload.name,
            uid: top.metadata.uid,
            controller: true,
          },
        ],
      },
    );
  }

  function makeEndpoints(workload: Workload, ready: boolean): void {
    if (workload.port === 0) return;
    put(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      workload.namespace,
      `${workload.name}-1`,
      {
        addressType: 'IPv4',
        ports: [{ port: workload.port, protocol: 'TCP' }],
        endpoints: podsOf(workload).map((pod) => ({
          addresses: ['10.244.0.7'],
          conditions: { ready, serving: ready },
          targetRef: { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
        })),
      },
      { labels: { 'kubernetes.io/service-name': workload.name } },
    );
  }

  put('v1', 'Node', '', 'demo-node', { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  for (const workload of demoWorkloads) {
    const top = put(
      apps,
      workload.kind,
      workload.namespace,
      workload.name,
      {
        spec: {
          ...(workload.kind === 'DaemonSet' ? {} : { replicas: workload.replicas }),
          selector: { matchLabels: { app: workload.name } },
          template: {
            metadata: { labels: { app: workload.name }, annotations: {} },
            spec: podFields(workload, true, '', ago(600)).spec,
          },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
        },
        status: status(workload, workload.replicas, 1),
      },
      { labels: { app: workload.name } },
    );
    makePods(workload, ownerOf(workload, top), ago(600));
    if (workload.port !== 0) {
      put('v1', 'Service', workload.namespace, workload.name, {
        spec: {
          clusterIP: '10.96.0.9',
          selector: { app: workload.name },
          ports: [{ port: workload.port, targetPort: workload.port, protocol: 'TCP' }],
        },
      });
      makeEndpoints(workload, true);
    }
    if (workload.config !== undefined) {
      put(
        'v1',
        'ConfigMap',
        workload.namespace,
        workload.config,
        { data: { 'config.yaml': '# demo\n' } },
        { creationTimestamp: ago(3000) },
      );
    }
  }

  const find = (name: string) => demoWorkloads.find((workload) => workload.name === name);

  function setReady(name: string, ready: boolean, reason = 'Error'): void {
    const workload = find(name);
    if (workload === undefined) return;
    for (const pod of podsOf(workload)) {
      version += 1;
      Object.assign(pod, podFields(workload, ready, reason, ready ? now().toISOString() : ago(4)));
      pod.metadata.resourceVersion = `${version}`;
    }
    const top = objects.get(key(workload.kind, workload.namespace, name));
    if (top !== undefined)
      top.status = status(workload, ready ? workload.replicas : 0, top.metadata.generation);
    makeEndpoints(workload, ready);
  }

  function touchConfig(name: string): void {
    const map = objects.get(key('ConfigMap', 'aetherius', name));
    if (map === undefined) return;
    touched.add(name);
    version += 1;
    map.metadata.resourceVersion = `${version}`;
    Object.assign(map.metadata, {
      managedFields: [
        {
          manager: 'kubectl-edit',
          operation: 'Update',
          apiVersion: 'v1',
          time: now().toISOString(),
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': {} },
        },
      ],
    });
    map.data = { 'config.yaml': `# edited ${now().toISOString()}\n` };
  }

  const refuse = (response: ServerResponse, code: number, reason: string, message: string) =>
    send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });

  function patch(thing: Thing, body: unknown, dryRun: boolean, response: ServerResponse): void {
    const wanted = (body as { metadata?: { resourceVersion?: string; uid?: string } }).metadata ?? {};
    if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== thing.metadata.resourceVersion) {
      return refuse(
        response,
        409,
        'Conflict',
        `the object has been modified; please apply your changes to the latest version`,
      );
    }
    if (wanted.uid !== undefined && wanted.uid !== thing.metadata.uid) {
      return refuse(response, 409, 'Conflict', 'Precondition failed: UID in precondition differs');
    }
    const next = mergePatch(thing, body) as Thing;
    const template = (o: Thing) => JSON.stringify((o.spec as { template?: unknown } | undefined)?.template);
    const rolled = template(next) !== template(thing);
    if (dryRun) return send(response, 200, next);
    version += 1;
    next.metadata = {
      ...next.metadata,
      resourceVersion: `${version}`,
      generation: thing.metadata.generation + (rolled ? 1 : 0),
    };
    objects.set(key(thing.kind, thing.metadata.namespace, thing.metadata.name), next);
    send(response, 200, next);
    const workload = find(thing.metadata.name);
    if (!rolled || workload === undefined) return;
    setTimeout(() => {
      makePods(workload, ownerOf(workload, next), now().toISOString());
      next.status = status(workload, workload.replicas, next.metadata.generation);
      makeEndpoints(workload, true);
      server.onRestart(workload.name);
    }, 400).unref();
  }

  /** Simulated: every container idles. */
  const podMetrics = (namespace: string): object => ({
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    items: [...objects.values()]
      .filter((o) => o.kind === 'Pod' && o.metadata.namespace === namespace)
      .map(({ metadata }) => ({
        metadata: { name: metadata.name, namespace },
        timestamp: now().toISOString(),
        window: '15s',
        containers: [{ name: metadata.labels.app, usage: { cpu: '40m', memory: '120Mi' } }],
      })),
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://demo');
    const path = url.pathname.split('/').filter((part) => part !== '');
    if (url.pathname === '/version')
      return send(response, 200, { major: '1', minor: '33', gitVersion: 'v1.33.0-demo' });
    if (url.pathname === '/readyz' || url.pathname === '/livez') return void response.end('ok');
    if (path.at(-1) === 'selfsubjectaccessreviews') {
      const review = JSON.parse(await read(request)) as {
        spec?: { resourceAttributes?: { resource?: string } };
      };
      const resource = review.spec?.resourceAttributes?.resource ?? '';
      return send(response, 201, { ...review, status: { allowed: !server.forbidden.has(resource) } });
    }
    if (path[1] === 'metrics.k8s.io') return send(response, 200, podMetrics(path[4] ?? ''));
    const rest = path[0] === 'api' ? path.slice(2) : path.slice(3);
    const [namespace, resource, name, sub] =
      rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(1) : ['', ...rest];
    const kind = kindsByResource[resource ?? ''];
    if (kind === undefined)
      return refuse(response, 404, 'NotFound', 'the server could not find the requested resource');
    if (server.forbidden.has(resource ?? '')) {
      return refuse(
        response,
        403,
        'Forbidden',
        `${resource} is forbidden: User "demo" cannot ${name === undefined ? 'list' : 'get'} resource "${resource}" in API group ""`,
      );
    }
    if (name === undefined) {
      const items = [...objects.values()].filter(
        (o) => o.kind === kind && (namespace === '' || o.metadata.namespace === namespace),
      );
      return send(response, 200, {
        kind: `${kind}List`,
        apiVersion: items[0]?.apiVersion ?? 'v1',
        metadata: { resourceVersion: `${version}` },
        items,
      });
    }
    const thing = objects.get(key(kind, namespace ?? '', name));
    if (thing === undefined) return refuse(response, 404, 'NotFound', `${resource} "${name}" not found`);
    if (sub === 'log') {
      const text = server.log(thing.metadata.name, url.searchParams.get('previous') === 'true');
      return void response.setHeader('content-type', 'text/plain').end(text);
    }
    if (request.method === 'PATCH') {
      return patch(
        thing,
        JSON.parse(await read(request)),
        url.searchParams.get('dryRun') === 'All',
        response,
      );
    }
    return send(response, 200, thing);
  }

  const http: Server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      refuse(response, 500, 'InternalError', String(error)),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: KubeServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    setReady,
    touchConfig,
    olderThanConfig: (name) => touched.has(find(name)?.config ?? ''),
    restartPods(name) {
      const workload = find(name);
      const top = workload && objects.get(key(workload.kind, workload.namespace, name));
      if (workload === undefined || top === undefined) return;
      makePods(workload, ownerOf(workload, top), now().toISOString());
      makeEndpoints(workload, true);
    },
    forbidden: new Set(),
    log: () => 'demo: simulated container, no log\n',
    onRestart: () => undefined,
    stop: () =>
      new Promise<void>((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
  return server;
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8') || '{}';
}
