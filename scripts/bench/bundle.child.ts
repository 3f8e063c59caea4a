/** One bundle of a simulated cluster, in a process of its own so that its memory is its own. Arguments: Pods, logs, megabytes of each. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakMiB } from '../../lab/components/peak-memory.ts';
import type { PartId } from '../../src/domain/platform/part.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { Instance, RuntimeTarget } from '../../src/domain/probe/targets/runtime.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { writeBundle } from '../../src/platform/bundle/write.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { collectEarly } from '../../src/platform/process/heap.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { bundlePage } from '../../src/text/bundle-page.ts';
import { wordsIn } from '../../src/text/words.ts';
import { ConfigFile, createRedactor, maintainedRules, openChecks } from './built.ts';
import { logText } from './redact.ts';

collectEarly();
const [pods = 0, logs = 0, megabytes = 0] = process.argv.slice(2).map(Number);
const text = logText(megabytes, 1_000);
const parts = ['agent-manager', 'orchestrator-service', 'reasoning-service'] as const;
const namespace = 'aetherius';

const objects: KubeObject[] = Array.from({ length: pods }, (_, at) => {
  const part = parts[at % parts.length] ?? parts[0];
  return {
    metadata: {
      name: `${part}-${at}`,
      namespace,
      uid: `uid-${at}`,
      resourceVersion: '1',
      labels: { app: part },
    },
    spec: {
      containers: [{ name: 'main', image: 'x:1', env: [{ name: 'DB_PASSWORD', value: `hunter2-${at}` }] }],
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0, image: 'x:1', imageID: '' }],
    },
  };
});
const instances = objects.slice(0, logs).map(
  ({ metadata: { name, uid } }, at): Instance => ({
    ...{
      part: parts[at % parts.length] ?? parts[0],
      id: uid,
      name,
      namespace,
      container: 'main',
      image: 'x:1',
    },
    ...{ phase: 'running', ready: true, readinessChecked: true, restarts: 0, command: [], env: {} },
  }),
);
const unasked = () => Promise.reject(new Error('the simulated cluster does not answer this'));
/** Answers at once; whatever is not named is refused. */
const simulated = <T extends object>(own: Partial<T>): T =>
  new Proxy(own as T, {
    get: (from, name) => (Object.hasOwn(from, name) ? Reflect.get(from, name) : unasked),
  });
const kubernetes = simulated<KubernetesTarget>({
  ...{ namespace, agentNamespace: namespace, hasListed: () => false, requests: () => 0, pages: () => 0 },
  ...{ limit: () => undefined, left: () => Number.POSITIVE_INFINITY, quiet: () => Promise.resolve() },
  list: (kind) => Promise.resolve(kind === 'pods' ? objects : []),
  logs: () => Promise.resolve(text),
});
const runtime = simulated<RuntimeTarget>({
  kind: 'kubernetes',
  instances: (part: PartId) => Promise.resolve(instances.filter((one) => one.part === part)),
  strangers: () => Promise.resolve([]),
});
const targets: Targets = { environment: 'prod', platform: asInGuide, kubernetes, runtime };
const config = ConfigFile.parse({ environments: { prod: { runtime: { kind: 'kubernetes', namespace } } } });
const { collect } = openChecks({
  ...{ config, logger: silentLogger, clock: systemClock },
  targets: { forRun: () => Promise.resolve(targets), close: () => Promise.resolve() },
});

const folder = mkdtempSync(join(tmpdir(), 'bench-bundle-'));
const path = join(folder, 'b.tar.gz');
const { userCPUTime: user, systemCPUTime: system } = process.resourceUsage();
const cpuBefore = (user + system) / 1e6;
const started = performance.now();
const writer = await writeBundle(path, 'bench', () => new Date());
await collect.collect({
  ...{ id: 'bench', environment: 'prod', since: Date.now() - 3_600_000, writer },
  redactor: createRedactor({ ruleSets: [maintainedRules()] }).keyed('bench'),
  page: (content) => bundlePage(content, wordsIn('en')),
  signal: new AbortController().signal,
});
const seconds = (performance.now() - started) / 1000;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6 - cpuBefore;
console.log(JSON.stringify({ seconds, cpuSeconds, packed: statSync(path).size / 1e6, peak: peakMiB() }));
rmSync(folder, { recursive: true, force: true });
process.exit();
