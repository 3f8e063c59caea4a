/** Each part broken in each way: does the table of `/aetherius health` name exactly that part? */

import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../lab/components/process.ts';
import { liveAgents } from '../../lab/runtimes/shared.ts';
import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import type { HealthReport, PartRow, PartState } from '../../src/domain/health/health.ts';
import { dependencies } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import { Thresholds } from '../../src/domain/settings/thresholds.ts';
import { certain, notFound } from './certain.ts';
import type { Product } from './product.ts';
import { comparedTable, type RefereedStage } from './truth.ts';

export interface HealthTrial {
  readonly fault: string;
  readonly variant: string;
  readonly runtime: Lab['runtime'];
  /** The row of the broken part. */
  readonly said: string;
  /** Other rows that are not up, with what they are a consequence of. */
  readonly others: string;
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** Where a fault shows, and in which states: a program that is refused shows in what it does not do. */
const shown: Readonly<Record<string, { readonly part?: PartId; readonly states: readonly PartState[] }>> = {
  stopped: { states: ['down'] },
  'bad-image': { states: ['down'] },
  paused: { states: ['down'] },
  // A service that hears late from what it needs may call itself unwell; a store may be too late for us to look.
  slow: { states: ['degraded', 'unknown'] },
  refusing: { states: ['degraded'] },
  // The bot's own login is refused as well: that says nothing of the store.
  'part.postgres.refusing': { states: ['unknown'] },
  'part.redis.refusing': { states: ['unknown'] },
  'part.nats.refusing': { states: ['unknown'] },
  'part.neo4j.refusing': { states: ['unknown'] },
  // Nobody could look: that is neither down nor fine, unless others say that it does not reach them either.
  unreachable: { states: ['unknown', 'down', 'degraded'] },
  // Only who registers anew is refused: an agent that is there goes on.
  'part.agent-manager.refusing': { part: 'collect-agent', states: ['up', 'down', 'degraded'] },
  'part.orchestrator-service.refusing': { states: ['down'] },
  'part.collect-agent.refusing': { states: ['down', 'degraded'] },
  'part.collect-agent.unreachable': { states: ['unknown', 'down', 'degraded'] },
  'part.collect-agent.stopped': { states: ['down', 'degraded'] },
  'part.collect-agent.paused': { states: ['down', 'degraded'] },
  'part.collect-agent.slow': { states: ['down', 'degraded', 'up'] },
};

/** Only its silence shows these, once its last heartbeat is older than `agentHeartbeatSeconds` (two minutes). */
const bySilence = new Set([
  'part.collect-agent.paused',
  'part.collect-agent.unreachable',
  'part.collect-agent.stopped',
]);
const staleAfter = Thresholds.parse({}).agentHeartbeatSeconds;

async function silent(lab: Lab): Promise<void> {
  const { agentManager } = await lab.endpoints();
  await waitFor(async () => (await liveAgents(agentManager, staleAfter + 1)) === 0, {
    seconds: staleAfter + 30,
    what: 'the agents to be silent for long enough',
  });
}

/** The part itself and all that stands on it. */
function touched(part: PartId): ReadonlySet<PartId> {
  const found = new Set<PartId>([part]);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const one of partIds) if (dependencies[one].some((below) => found.has(below))) found.add(one);
  }
  return found;
}

const line = ({ part, state, fact, consequenceOf }: PartRow) =>
  `${part} ${state} ${fact.key}${consequenceOf === undefined ? '' : ` < ${consequenceOf}`}`;
const isBad = ({ state }: PartRow) => state !== 'up' && state !== 'not-configured';

/** Something is said for certain of it. */
const isSaid = ({ state }: PartRow) => state === 'up' || state === 'down' || state === 'degraded';
/** Of the broken part itself another state is said: for certain, or that nobody could look. */
const ofState = (row: PartRow | undefined, problem: string) =>
  row !== undefined && isSaid(row) ? certain(problem) : notFound(problem);

/** Everything that is wrong with a table while this is planted. */
export function judge(report: Pick<HealthReport, 'rows'>, fault: Pick<Fault, 'id'>): string[] {
  const [, broken = '', way = ''] = fault.id.split('.');
  const expected = shown[fault.id] ?? shown[way];
  const part = expected?.part ?? (broken as PartId);
  const row = report.rows.find((one) => one.part === part);
  const behind = touched(broken as PartId);
  const wrong = report.rows.filter((one) => isBad(one) && one.part !== part && !behind.has(one.part));
  // Behind something that could not be checked, a service speaks for itself.
  const alarms = report.rows.filter(
    (one) =>
      row?.state !== 'unknown' &&
      one.part !== part &&
      isBad(one) &&
      behind.has(one.part) &&
      one.consequenceOf === undefined,
  );
  return [
    ...(row !== undefined && expected?.states.includes(row.state) === true
      ? []
      : [
          ofState(
            row,
            `${part} is ${row?.state ?? 'not in the table'}, not ${expected?.states.join(' or ') ?? 'known'}`,
          ),
        ]),
    // What could not be seen of another part is no word against it.
    ...wrong.map((one) => (isSaid(one) ? certain : String)(`not planted: ${line(one)}`)),
    // What could not be seen is no alarm; what is called bad has to stand behind its root.
    ...alarms.filter(isSaid).map((one) => `an alarm of its own: ${line(one)}`),
    ...(row?.state === 'down' && report.rows.find(isBad)?.part !== part
      ? [`${part} does not stand first`]
      : []),
  ];
}

/** Asks until the table is all green; what a fault leaves behind takes some seconds to go. */
async function untilHealthy(product: Product, seconds: number): Promise<readonly string[]> {
  let bad: readonly string[] = [];
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(500)) {
    const { report } = await product.health();
    if (report.overall === 'healthy') return [];
    bad = report.rows.filter(isBad).map(line);
  }
  return bad.length === 0 ? ['the table has findings'] : bad;
}

/** Healthy, planted, asked for, taken away, healthy again. Never throws: what went wrong is a problem of the row. */
export async function tryHealth(
  { lab, product, referee }: RefereedStage,
  fault: Fault,
  variant: string,
): Promise<HealthTrial> {
  const problems: string[] = [];
  let answer: { readonly report: HealthReport; readonly seconds: number } | undefined;
  try {
    problems.push(...(await untilHealthy(product, 30)).map((text) => `before: ${text}`));
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
    if (bySilence.has(fault.id)) await silent(lab);
    answer = await product.health();
    problems.push(...judge(answer.report, fault));
    problems.push(...(await comparedTable(referee, answer.report.rows)));
  } catch (error) {
    problems.push(String(error));
  }
  try {
    await fault.clear(lab, variant);
    await until(fault, lab, variant, false, 45);
    await lab.healthy(90);
  } catch (error) {
    problems.push(`clear: ${String(error)}`);
  }
  const [, broken = ''] = fault.id.split('.');
  const part = shown[fault.id]?.part ?? broken;
  const rows = answer?.report.rows.filter(isBad) ?? [];
  return {
    fault: fault.id,
    variant,
    runtime: lab.runtime,
    said: rows
      .filter((row) => row.part === part)
      .map((row) => `${row.state} ${row.fact.key}`)
      .join(''),
    others: rows
      .filter((row) => row.part !== part)
      .map(line)
      .join(', '),
    seconds: answer?.seconds ?? 0,
    problems,
  };
}
