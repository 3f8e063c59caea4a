import { AppError } from '../../src/domain/kernel/errors.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import { shareLogs } from '../../src/platform/targets/kubernetes/shared-logs.ts';
import { answerScript, type SaidByProgram, scriptOf } from './network-script.ts';

/** A cluster in memory that counts what the API server would be asked, by verb and resource. */
export interface CountedCluster {
  readonly kubernetes: KubernetesTarget;
  readonly asked: readonly string[];
}

export interface ClusterContent {
  readonly objects: readonly (KubeObject & { readonly kind: KubeKind | 'namespaces' | 'secrets' })[];
  readonly logs: (pod: string, previous: boolean) => string;
  /** What a program in a container says; undefined: the containers have no programs at all. */
  readonly says?: (command: readonly string[]) => SaidByProgram;
  /** What a program in a debug container says. */
  readonly beside?: (command: readonly string[]) => SaidByProgram;
  /** Whether the limit of a run is kept, as it is on a real cluster; without it a test sees what would be asked. */
  readonly keepsLimit: boolean;
}

const noProgram = { code: 126, stdout: '', stderr: 'OCI runtime exec failed: executable file not found' };
const absent = () => new AppError('NOT_FOUND', 'no such object', { retryable: false });

export function countedCluster(content: ClusterContent): CountedCluster {
  const asked: string[] = [];
  const lists = new Map<string, Promise<readonly KubeObject[]>>();
  const watchers = new Set<(pod: KubeObject) => void>();
  let most = Number.POSITIVE_INFINITY;
  const count = (what: string) => {
    if (content.keepsLimit && asked.length >= most)
      throw new AppError('DEPENDENCY_UNAVAILABLE', 'used up', { facts: { reason: 'request-limit', most } });
    asked.push(what);
  };
  const keyOf = (kind: string, namespace: string, selector = '') => `${kind}/${namespace}/${selector}`;
  const of = (kind: string, namespace: string) =>
    content.objects.filter((one) => one.kind === kind && (one.metadata.namespace ?? '') === namespace);
  const kubernetes: KubernetesTarget = {
    namespace: 'aetherius',
    agentNamespace: 'agents',
    requests: () => asked.length,
    pages: () => 0,
    limit(requests) {
      most = requests;
    },
    left: () => (content.keepsLimit ? most - asked.length : Number.POSITIVE_INFINITY),
    quiet: () => new Promise((resolve) => setTimeout(resolve, 10)),
    hasListed: (kind, namespace, { fieldSelector } = {}) => lists.has(keyOf(kind, namespace, fieldSelector)),
    list(kind, namespace, { fieldSelector } = {}) {
      const key = keyOf(kind, namespace, fieldSelector);
      const listing =
        lists.get(key) ??
        (async () => {
          count(`list ${kind} ${namespace}`);
          const selected = of(kind, namespace);
          return fieldSelector === undefined
            ? selected
            : selected.filter(
                (one) => `reason=${one.reason}` === fieldSelector || `type=${one.type}` === fieldSelector,
              );
        })();
      lists.set(key, listing);
      listing.catch(() => lists.delete(key));
      return listing;
    },
    async get(kind, namespace, name) {
      count(`get ${kind} ${name}`);
      const found = content.objects.find((one) => one.kind === kind && one.metadata.name === name);
      if (found === undefined) throw absent();
      return found;
    },
    logs: shareLogs(async (_namespace, pod, _container, { previous = false } = {}) => {
      count(`logs ${pod}${previous ? ' previous' : ''}`);
      return content.logs(pod, previous);
    }),
    async exec(_namespace, pod, _container, command) {
      count(`exec ${pod} ${command[0]}`);
      const { says } = content;
      if (says === undefined) return noProgram;
      if (command[0] === 'sh') return { code: 0, stdout: answerScript(scriptOf(command), says), stderr: '' };
      const { code, text = '' } = says(command);
      return { code, stdout: code === 0 ? text : '', stderr: code === 0 ? '' : text };
    },
    async podMetrics(namespace) {
      count(`list metrics ${namespace}`);
      return [];
    },
    can: () => Promise.resolve(true),
    async patch(kind, namespace, name, body) {
      count(`patch ${kind} ${name}`);
      const pod = of(kind, namespace).find(({ metadata }) => metadata.name === name);
      const [added] = (body as { spec: { ephemeralContainers: { name: string; command: string[] }[] } }).spec
        .ephemeralContainers;
      if (pod === undefined || added === undefined) throw absent();
      const message = answerScript(scriptOf(added.command), content.beside ?? (() => ({ code: 127 })));
      const state = { terminated: { exitCode: 0, reason: 'Completed', message } };
      const status = { ephemeralContainerStatuses: [{ name: added.name, state }] };
      setTimeout(() => {
        for (const tell of watchers) tell({ ...pod, status });
      }, 5);
      return pod;
    },
    create: () => Promise.reject(absent()),
    remove: () => Promise.reject(absent()),
    endJob: () => Promise.reject(absent()),
    jobPods: () => Promise.reject(absent()),
    groups: () => Promise.resolve([]),
    async watchPods(namespace, { signal }, onPod) {
      count(`watch pods ${namespace}`);
      watchers.add(onPod);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      watchers.delete(onPod);
    },
  };
  return { kubernetes, asked };
}
