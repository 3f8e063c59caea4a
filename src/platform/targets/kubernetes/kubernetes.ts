import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import PQueue from 'p-queue';
import { allowedBy } from '../../../domain/fix/rights.ts';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { listedStage } from '../../../domain/kernel/driver-errors.ts';
import { AppError, type Stage, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { shortened } from '../../../domain/kernel/text.ts';
import { within } from '../../../domain/kernel/within.ts';
import type { HttpAnswer } from '../../../domain/probe/targets/http.ts';
import {
  type KubeKind,
  type KubeObject,
  type KubernetesTarget,
  type ListOptions,
  type MadeKind,
  ourManager,
} from '../../../domain/probe/targets/kubernetes.ts';
import {
  type Address,
  CircuitBreaker,
  defaultTimeouts,
  type Timeouts,
  targetError,
  unconnected,
} from '../failure.ts';
import { httpCall } from '../http/http-call.ts';
import { type KubeAccess, type KubeConfigSettings, type KubeLogins, loadKubeAccess } from './kube-config.ts';
import { execInPod } from './kube-exec.ts';
import { createPageReader } from './kube-pages.ts';
import { createSlimmer, keepsOwnership } from './kube-slim.ts';
import { parsePodMetrics } from './quantity.ts';
import { shareLogs } from './shared-logs.ts';

export interface KubernetesSettings extends KubeConfigSettings {
  readonly namespace: string;
  readonly agentNamespace: string;
}

const groupOf: Readonly<Record<KubeKind | MadeKind | 'namespaces', string>> = {
  namespaces: '/api/v1',
  pods: '/api/v1',
  services: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
  events: '/api/v1',
  persistentvolumeclaims: '/api/v1',
  resourcequotas: '/api/v1',
  nodes: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  networkpolicies: '/apis/networking.k8s.io/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  prometheusrules: '/apis/monitoring.coreos.com/v1',
  servicemonitors: '/apis/monitoring.coreos.com/v1',
  podmonitors: '/apis/monitoring.coreos.com/v1',
  prometheuses: '/apis/monitoring.coreos.com/v1',
};

/**
 * Requests at a time that the API server answers itself: a connection more costs both sides a handshake, which is dearer
 * than most of these answers; half of the lists of a run are empty.
 */
const ownAtATime = 4;
/** Others at a time that it passes on (logs and commands to a kubelet, metrics): a node that hangs holds up no list. */
const passedOnAtATime = 12;

const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';

/** For how long at most it is waited for requests that are under way. */
const quietMs = 3_000;

/** For how long at most it is waited for the Pods of a Job that was deleted, and how often it is looked. */
const endMs = 30_000;
const endEveryMs = 150;

/** Objects a page. client-go's own default; 500 Pods are 2.7 MB. */
const pageSize = 500;
/** More than this and the answer is not worth its memory: 40,000 objects of one kind. */
const maxPages = 80;

interface Opened {
  readonly access: KubeAccess;
  readonly agent: HttpAgent | HttpsAgent;
}

/**
 * Kubernetes under diagnosis over plain HTTPS. LISTs are paged, slimmed page by page and kept for the run,
 * so that all probes of a run share them and the number of requests does not depend on what is asked.
 */
export function createKubernetesTarget(
  settings: KubernetesSettings,
  timeouts: Timeouts = defaultTimeouts,
  logins?: KubeLogins,
): KubernetesTarget {
  const breaker = new CircuitBreaker();
  const lists = new Map<string, Promise<readonly KubeObject[]>>();
  let loading: Promise<Opened> | undefined;
  const ownCalls = new PQueue({ concurrency: ownAtATime });
  const passedOnCalls = new PQueue({ concurrency: passedOnAtATime });
  let sent = 0;
  let pages = 0;
  let most = Number.POSITIVE_INFINITY;

  /** Counts a request that is about to be sent; AppError when the run may send no more. */
  const count = (furtherPage = false) => {
    if (furtherPage) pages += 1;
    else if (sent - pages >= most)
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'the run has used up its requests to the Kubernetes API', {
        facts: { reason: 'request-limit', most },
      });
    sent += 1;
  };

  const open = () => {
    loading ??= loadKubeAccess(settings, logins).then((access) => {
      // Sockets end by themselves when idle; nothing has to close this.
      const options = {
        keepAlive: true,
        keepAliveMsecs: 1_000,
        maxSockets: ownAtATime + passedOnAtATime,
        timeout: 4_000,
      };
      return {
        access,
        agent: access.server.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options),
      };
    });
    return loading;
  };

  async function send(
    path: string,
    asked: { readonly verb: string; readonly resource: string; readonly namespace: string },
    options: CallOptions & {
      readonly method?: string;
      readonly body?: unknown;
      readonly contentType?: string;
      readonly maxBytes?: number;
      readonly accept?: string;
      readonly sink?: (part: Buffer) => void;
      readonly furtherPage?: boolean;
      /** The API server asks somebody else for the answer. */
      readonly passedOn?: true;
    } = {},
  ): Promise<HttpAnswer> {
    const callMs = options.timeoutMs ?? Math.max(timeouts.callMs, 5_000);
    const call = async ({ access, agent }: Opened) => {
      count(options.furtherPage);
      return httpCall({
        what: 'Kubernetes API',
        url: new URL(`${access.server.pathname.replace(/\/$/, '')}${path}`, access.server),
        method: options.method ?? 'GET',
        headers: {
          accept: options.accept ?? 'application/json',
          ...present({
            'content-type':
              options.body === undefined ? undefined : (options.contentType ?? 'application/json'),
          }),
          ...(await access.headers()),
        },
        ...present({ body: options.body === undefined ? undefined : JSON.stringify(options.body) }),
        maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
        connectMs: Math.min(timeouts.connectMs, callMs),
        callMs,
        agent,
        tls: access.tls,
        secrets: access.secrets(),
        ...present({ sink: options.sink, signal: options.signal }),
      });
    };
    const passedOn = options.passedOn === true;
    const answer = await (passedOn ? passedOnCalls : ownCalls).add(async () => {
      const opened = await open();
      // Silence of somebody behind the API server says nothing of itself.
      return breaker.run(() => call(opened), passedOn ? unconnected : undefined);
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const { access } = await open();
    if (answer.status === 401) access.refused();
    throw statusError(answer, access.server, asked, settings);
  }

  async function listPages(
    kind: KubeKind,
    namespace: string,
    { fieldSelector, labelSelector, ...options }: ListOptions & { readonly labelSelector?: string },
  ): Promise<readonly KubeObject[]> {
    const slim = createSlimmer(kind);
    const items: KubeObject[] = [];
    const base = kind === 'nodes' ? `${groupOf[kind]}/nodes` : collection(kind, namespace);
    const selected = Object.entries(present({ fieldSelector, labelSelector }))
      .map(([name, text]) => `&${name}=${encodeURIComponent(text)}`)
      .join('');
    let token = '';
    for (let page = 1; page <= maxPages; page += 1) {
      const following = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
      const reader = createPageReader((item) => items.push(slim(item)), {
        ownershipToo: keepsOwnership(kind),
      });
      await send(
        `${base}?limit=${pageSize}${selected}${following}`,
        { verb: 'list', resource: kind, namespace },
        { ...options, furtherPage: page > 1, sink: (part) => reader.push(part) },
      );
      token = reader.end();
      if (token === '') return items;
    }
    throw new AppError('DEPENDENCY_UNAVAILABLE', 'too many objects to list', {
      facts: { reason: 'too-many-objects', kind, namespace, objects: items.length },
    });
  }

  const readLogs: KubernetesTarget['logs'] = async (namespace, pod, container, options = {}) => {
    const query = new URLSearchParams({ container });
    if (options.previous === true) query.set('previous', 'true');
    if (options.tailLines !== undefined) query.set('tailLines', `${options.tailLines}`);
    if (options.sinceSeconds !== undefined) query.set('sinceSeconds', `${options.sinceSeconds}`);
    const limit = options.limitBytes ?? 1024 * 1024;
    query.set('limitBytes', `${limit}`);
    const answer = await send(
      `${collection('pods', namespace)}/${encodeURIComponent(pod)}/log?${query}`,
      { verb: 'get', resource: 'pods/log', namespace },
      { ...options, maxBytes: limit + 1, accept: '*/*', passedOn: true },
    );
    return answer.text();
  };

  // The older of its two labels, which newer clusters set as well.
  const jobPods: KubernetesTarget['jobPods'] = (namespace, job, options = {}) =>
    listPages('pods', namespace, { ...options, labelSelector: `job-name=${job}` });
  const get: KubernetesTarget['get'] = async (kind, namespace, name, options = {}) => {
    const answer = await send(
      kind === 'nodes' || kind === 'namespaces'
        ? `${groupOf[kind]}/${kind}/${encodeURIComponent(name)}`
        : `${collection(kind, namespace)}/${encodeURIComponent(name)}`,
      { verb: 'get', resource: kind, namespace },
      options,
    );
    return JSON.parse(answer.text()) as KubeObject;
  };
  const remove: KubernetesTarget['remove'] = async (kind, namespace, name, { uid }, options = {}) => {
    await send(
      `${collection(kind, namespace)}/${encodeURIComponent(name)}`,
      { verb: 'delete', resource: kind, namespace },
      // What it owns is deleted first, as when the cluster ends it.
      { ...options, method: 'DELETE', body: { propagationPolicy: 'Foreground', preconditions: { uid } } },
    );
  };
  const isThere = (kind: 'jobs', namespace: string, name: string, uid: string, options: CallOptions) =>
    get(kind, namespace, name, options).then(
      ({ metadata }) => metadata.uid === uid,
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return false;
        throw error;
      },
    );

  return {
    namespace: settings.namespace,
    agentNamespace: settings.agentNamespace,
    requests: () => sent,
    pages: () => pages,
    limit(requests) {
      most = requests;
    },
    left: () => most - (sent - pages),
    async quiet() {
      const late = AbortSignal.timeout(quietMs);
      // What was just answered makes somebody ask the next thing: only a turn without any is quiet.
      for (let busy = true; busy && !late.aborted; busy = ownCalls.size + ownCalls.pending > 0) {
        await untilAborted(ownCalls.onIdle(), late).catch(() => undefined);
        await setImmediate();
      }
    },
    list(kind, namespace, options = {}) {
      const key = keyOf(kind, namespace, options);
      const known = lists.get(key);
      // The first asker's signal must not end it for the others: each one stops waiting for itself.
      if (known !== undefined) return untilAborted(known, options.signal);
      const { signal, ...rest } = options;
      const listing = listPages(kind, namespace, { timeoutMs: 15_000, ...rest });
      lists.set(key, listing);
      listing.catch((error: unknown) => {
        // A refusal is an answer and stays; a failure of the way may be gone at the next look.
        if (!(error instanceof TargetError && error.stage === 'forbidden')) lists.delete(key);
      });
      return untilAborted(listing, signal);
    },
    hasListed: (kind, namespace, options = {}) => lists.has(keyOf(kind, namespace, options)),
    jobPods,
    get,
    logs: shareLogs(readLogs),
    exec: (namespace, pod, container, command, options = {}) =>
      passedOnCalls.add(() =>
        breaker.run(async () => {
          count();
          const refused = allowedBy({ verb: 'create', resource: 'pods/exec', namespace }, settings);
          const request = { namespace, pod, container, command, ...present({ allowedBy: refused }) };
          return execInPod(await open(), request, { ...timeouts, ...options });
        }, unconnected),
      ),
    async podMetrics(namespace, options = {}) {
      const answer = await send(
        `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`,
        { verb: 'list', resource: 'pods.metrics.k8s.io', namespace },
        { ...options, passedOn: true },
      );
      return parsePodMetrics(JSON.parse(answer.text()));
    },
    async can(verb, resource, namespace, options = {}) {
      const answer = await send(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { verb: 'create', resource: 'selfsubjectaccessreviews', namespace },
        {
          ...options,
          method: 'POST',
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: {
              resourceAttributes: {
                verb,
                resource,
                namespace,
                group: options.group ?? '',
                ...present({ subresource: options.subresource, name: options.name }),
              },
            },
          },
        },
      );
      const review = JSON.parse(answer.text()) as { status?: { allowed?: boolean } };
      return review.status?.allowed === true;
    },
    async patch(kind, namespace, name, body, options = {}) {
      const sub = options.subresource === undefined ? '' : `/${options.subresource}`;
      const answer = await send(
        `${collection(kind, namespace)}/${encodeURIComponent(name)}${sub}?fieldManager=${ourManager}${options.dryRun === true ? '&dryRun=All' : ''}`,
        { verb: 'patch', resource: `${kind}${sub}`, namespace },
        { ...options, method: 'PATCH', body, contentType: sub === '' ? mergePatch : strategicPatch },
      );
      return JSON.parse(answer.text()) as KubeObject;
    },
    async create(kind, namespace, body, options = {}) {
      const answer = await send(
        `${collection(kind, namespace)}?fieldManager=${ourManager}${options.dryRun === true ? '&dryRun=All' : ''}`,
        { verb: 'create', resource: kind, namespace },
        { ...options, method: 'POST', body },
      );
      return JSON.parse(answer.text()) as KubeObject;
    },
    remove,
    async endJob(namespace, name, { uid }, options = {}) {
      await remove('jobs', namespace, name, { uid }, options).catch((error: unknown) => {
        if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error;
      });
      const late = performance.now() + endMs;
      // Its Pods say last how they ended: a look that comes after them sees no more.
      for (let last: readonly KubeObject[] = []; ; ) {
        const pods = await jobPods(namespace, name, options);
        last = pods.length > 0 ? pods : last;
        if (pods.length === 0 && !(await isThere('jobs', namespace, name, uid, options))) return last;
        if (performance.now() > late) throw new TargetError('no-answer', 'the Pods of a Job do not end');
        await delay(endEveryMs, undefined, present({ signal: options.signal }));
      }
    },
    async groups(options = {}) {
      const asked = { verb: 'get', resource: 'apis', namespace: '' };
      const answer = await send('/apis', asked, options);
      const { groups } = JSON.parse(answer.text()) as { groups?: readonly { readonly name: string }[] };
      return (groups ?? []).map(({ name }) => name);
    },
    async watchPods(namespace, { resourceVersion, seconds, signal }, onPod) {
      const query = new URLSearchParams({ watch: 'true', resourceVersion, timeoutSeconds: `${seconds}` });
      const reader = createWatchReader(onPod);
      await send(
        `${collection('pods', namespace)}?${query}`,
        { verb: 'watch', resource: 'pods', namespace },
        // It holds its place for seconds, in which lists must not wait.
        { signal, passedOn: true, timeoutMs: (seconds + 2) * 1_000, sink: (part) => reader.push(part) },
      ).catch((error: unknown) => {
        if (!(error instanceof TargetError && error.stage === 'aborted')) throw error;
      });
    },
  };
}

/** Lines of a watch as they arrive, each an event with its object. */
function createWatchReader(onPod: (pod: KubeObject) => void): { push(part: Buffer): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push(part) {
      const lines = (rest + decoder.write(part)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = parsedEvent(line);
        if (event?.type === 'MODIFIED' || event?.type === 'ADDED') onPod(event.object);
      }
    },
  };
}

function parsedEvent(line: string): { readonly type: string; readonly object: KubeObject } | undefined {
  try {
    return JSON.parse(line) as { readonly type: string; readonly object: KubeObject };
  } catch {
    return undefined;
  }
}

function keyOf(
  kind: KubeKind,
  namespace: string,
  { fieldSelector = '' }: Pick<ListOptions, 'fieldSelector'>,
) {
  return `${kind}/${namespace}/${fieldSelector}`;
}

/** Without a namespace: of the whole cluster. */
function collection(kind: KubeKind | MadeKind, namespace: string): string {
  if (namespace === '') return `${groupOf[kind]}/${kind}`;
  return `${groupOf[kind]}/namespaces/${encodeURIComponent(namespace)}/${kind}`;
}

/** Of what stands before the API server and gives no Status. */
const stageOfStatus: Readonly<Record<number, Stage>> = { 401: 'auth', 403: 'forbidden', 429: 'limit' };

/** An HTTP status of the API server as an error; its message is kept, for it names what was refused. */
function statusError(
  answer: HttpAnswer,
  server: URL,
  asked: { readonly verb: string; readonly resource: string; readonly namespace: string },
  settings: KubernetesSettings,
): Error {
  const address: Address = {
    what: 'Kubernetes API',
    host: server.hostname,
    port: Number(server.port || (server.protocol === 'http:' ? 80 : 443)),
  };
  // What refuses a Secret may repeat what stands in it.
  const message = asked.resource === 'secrets' && asked.verb !== 'get' ? '' : statusMessage(answer);
  const facts = { ...asked, status: answer.status, message };
  const { status } = answer;
  if (status === 404)
    return new AppError('NOT_FOUND', 'Kubernetes object or API not found', { facts, retryable: false });
  if (status === 409)
    return new AppError('CONFLICT', 'the Kubernetes object was changed meanwhile', {
      facts: { ...facts, reason: 'stale' },
    });
  if (status === 400 || status === 422)
    return new AppError('INVALID_INPUT', 'Kubernetes API refused the request', { facts });
  const stage = listedStage('kubernetes', statusReason(answer)) ?? stageOfStatus[status] ?? 'unknown-error';
  return targetError(stage, address, {
    facts: {
      ...facts,
      detail: message === '' ? `HTTP ${status}` : message,
      ...present({ allowedBy: status === 403 ? allowedBy(asked, settings) : undefined }),
    },
  });
}

function statusField(answer: HttpAnswer, field: 'message' | 'reason'): string {
  try {
    const body = JSON.parse(answer.text()) as Readonly<Record<string, unknown>>;
    const value = body[field];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
const statusMessage = (answer: HttpAnswer) => shortened(statusField(answer, 'message'), 300);
const statusReason = (answer: HttpAnswer) => statusField(answer, 'reason');

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const stopped = () => new TargetError('aborted', 'stopped waiting');
  return within(Number.POSITIVE_INFINITY, work, { signal, stopped });
}
