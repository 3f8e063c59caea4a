/** P2: the memory of a service grows, or nothing bounds it. */

import { setTimeout as delay } from 'node:timers/promises';
import { fetchAnyPort } from '../components/any-port.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab, LabPart } from '../types.ts';
import { shareOf } from './pprof.ts';
import { agentLoad, baseUrl, limit, metrics, resetPipeline, untilAnswers } from './services.ts';
import { defineFault } from './support.ts';

const part = 'agent-manager';

/** Bytes that live after a collection, and the part of them that a function allocated. */
async function heap(
  lab: Lab,
  functionName: string,
): Promise<{ readonly live: number; readonly share: number }> {
  const response = await fetchAnyPort(`${await baseUrl(lab, part)}/debug/pprof/heap?gc=1`, {
    signal: AbortSignal.timeout(15_000),
  });
  const { share } = shareOf(Buffer.from(await response.arrayBuffer()), functionName);
  return { share, live: (await metrics(lab, part))('go_memstats_heap_alloc_bytes') };
}

const leaks = {
  'dedupe-cache': {
    functionName: 'dedupe.(*Cache).Remember',
    manager: { 'event.dedupe.max_entries': 0 },
    agent: { 'event.rate': 30, 'event.payload_bytes': 60_000 },
  },
  'correlation-window': {
    functionName: 'correlate.(*Engine).Add',
    manager: { 'event.correlation.window': 1_000_000_000, 'event.dedupe.max_entries': 10 },
    agent: { 'event.payload_bytes': 40_000, 'event.rate': 40 },
  },
} as const;

const memoryGrowth = defineFault({
  id: 'P2.a',
  title: 'agent-manager keeps what it should forget',
  variants: ['dedupe-cache', 'correlation-window'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { manager, agent } = leaks[variant as keyof typeof leaks];
    await lab.configure(part, manager);
    await lab.restart(part);
    await agentLoad(lab, agent);
    await untilAnswers(lab, part);
  },
  async check(lab, variant) {
    const { functionName } = leaks[variant as keyof typeof leaks];
    const first = await heap(lab, functionName);
    await delay(4000);
    const second = await heap(lab, functionName);
    const perSecond = (second.live - first.live) / 4;
    return perSecond > 200_000 && second.share > 0.3;
  },
  clear: resetPipeline,
});

const unlimited = { 'agent-manager': part, 'orchestrator-service': 'orchestrator-service' } as const;

/** Bytes that the running container may use; undefined when nothing is set. */
async function memoryLimit(lab: Lab, of: LabPart): Promise<string | number | undefined> {
  if (isCompose(lab)) return (await lab.inspect(of))?.HostConfig.Memory || undefined;
  if (!isKubernetes(lab)) return undefined;
  interface PodSpec {
    readonly spec: {
      readonly containers: readonly {
        readonly resources?: { readonly limits?: { readonly memory?: string } };
      }[];
    };
  }
  const [pod] = await lab.pods(of);
  if (pod === undefined) throw new Error(`${of}: no Pod`);
  const found = await lab.object<PodSpec>(`pod/${pod.metadata.name}`, lab.names.workload(of).namespace);
  return found?.spec.containers[0]?.resources?.limits?.memory;
}

const memoryUnlimited = defineFault({
  id: 'P2.b',
  title: 'a service has no memory limit and no liveness probe',
  variants: ['agent-manager', 'orchestrator-service'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    const of = unlimited[variant as keyof typeof unlimited];
    await limit(lab, of, { memory: null }, false);
    await untilAnswers(lab, of);
  },
  check: async (lab, variant) =>
    (await memoryLimit(lab, unlimited[variant as keyof typeof unlimited])) === undefined,
  async clear(lab, variant) {
    const of = unlimited[variant as keyof typeof unlimited];
    await lab.reset(of);
    await untilAnswers(lab, of);
  },
});

export const memoryLeak: readonly Fault[] = [memoryGrowth, memoryUnlimited];
