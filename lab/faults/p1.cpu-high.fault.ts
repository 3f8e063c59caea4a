/** P1: a service needs much CPU, or more than it may have. */

import { setTimeout as delay } from 'node:timers/promises';
import { fetchAnyPort } from '../components/any-port.ts';
import type { Fault, Lab } from '../types.ts';
import { type Share, shareOf } from './pprof.ts';
import { agentLoad, baseUrl, cgroupFile, limit, resetPipeline, untilAnswers } from './services.ts';
import { defineFault } from './support.ts';

const part = 'agent-manager';

/** Where the CPU time of some seconds went. */
async function cpuShare(lab: Lab, functionName: string, seconds: number): Promise<Share> {
  const response = await fetchAnyPort(`${await baseUrl(lab, part)}/debug/pprof/profile?seconds=${seconds}`, {
    signal: AbortSignal.timeout((seconds + 15) * 1000),
  });
  return shareOf(Buffer.from(await response.arrayBuffer()), functionName);
}

const hot = {
  'pairwise-correlation': {
    functionName: 'correlate.(*Engine).ComparePairs',
    manager: {
      'event.correlation.enabled': true,
      'event.correlation.window': 5000,
      'event.batch_size': 500,
      'event.inspect': false,
    },
    agent: { 'event.rate': 300, 'event.payload_bytes': 400 },
  },
  'wildcard-rules': {
    functionName: 'rules.matchWildcard',
    manager: { 'event.rules.patterns': ['*oom*', '*?*?*?*?*?*!!'], 'event.workers': 4 },
    agent: { 'event.rate': 8 },
  },
} as const;

const hotFunction = defineFault({
  id: 'P1.a',
  title: 'one function of agent-manager takes the CPU',
  variants: ['pairwise-correlation', 'wildcard-rules'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { manager, agent } = hot[variant as keyof typeof hot];
    await lab.configure(part, manager);
    await lab.restart(part);
    await agentLoad(lab, agent);
  },
  async check(lab, variant) {
    const { share, total } = await cpuShare(lab, hot[variant as keyof typeof hot].functionName, 3);
    // Of a busy machine it gets little; what it gets goes there.
    return share > 0.5 && total > 0.1e9;
  },
  clear: resetPipeline,
});

/**
 * About as many events as so little CPU can handle: of many fewer it is done soon, and of many more NATS drops the
 * consumer, which then has nothing to do.
 */
const limits = { '20m': { cpu: 0.02, rate: 100 }, '40m': { cpu: 0.04, rate: 200 } } as const;

/** Share of the scheduler's periods in which the container had to wait for the next one. */
async function throttled(lab: Lab, seconds: number): Promise<number> {
  const read = async () => {
    const text = await cgroupFile(lab, part, 'cpu', 'cpu.stat', 'cpu.stat');
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { periods: value('nr_periods'), throttled: value('nr_throttled') };
  };
  const before = await read();
  await delay(seconds * 1000);
  const after = await read();
  return (after.throttled - before.throttled) / Math.max(1, after.periods - before.periods);
}

const cpuLimitLow = defineFault({
  id: 'P1.b',
  title: 'the CPU limit of agent-manager is too low for its work',
  variants: ['20m', '40m'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    const { cpu, rate } = limits[variant as keyof typeof limits];
    await limit(lab, part, { cpu });
    await agentLoad(lab, { 'event.rate': rate });
    await untilAnswers(lab, part);
  },
  check: async (lab) => (await throttled(lab, 3)) > 0.3,
  clear: resetPipeline,
});

export const cpuHigh: readonly Fault[] = [hotFunction, cpuLimitLow];
