/** Who is late itself is no witness against a server that is well, neither at once nor from a bundle. */

import { createRedactor } from '@aetherius/redact';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../lab/components/postgres.ts';
import { unreachable } from '../../../src/diagnoses/unreachable.diagnosis.ts';
import { createRecorder } from '../../../src/domain/bundle/recorder.ts';
import { laneOf, type RecordedRow } from '../../../src/domain/bundle/recording.ts';
import { openRecording } from '../../../src/domain/bundle/replay.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import { shapeOf } from '../../../src/domain/health/health-calls.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Probe, ProbeCall, ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import type { PostgresTarget } from '../../../src/domain/probe/targets/postgres.ts';
import type { Targets } from '../../../src/domain/probe/targets/targets.ts';
import { eventLoopQuiet, watchEventLoopDelay } from '../../../src/platform/process/event-loop-delay.ts';
import { createPostgresTarget, loadPostgresDriver } from '../../../src/platform/targets/stores/postgres.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { postgresConnection } from '../../../src/probes/postgres/connection.probe.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { emitters } from '../../support/diagnosis.ts';
import { silentLogger } from '../../support/logger.ts';
import { environment, scratch } from '../../support/targets.ts';

const folder = scratch('busy-collector');
const probe = postgresConnection as unknown as Probe;
const call: ProbeCall = { probe: probe.id, with: { database: 'agentManager' } };
const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ dir: folder.dir, databases: ['agent_manager'] });
  await loadPostgresDriver();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** Nothing else has its turn in this process meanwhile. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Blocks this process each time that PostgreSQL is asked, so often. */
function busyFor(postgres: PostgresTarget, times: number, ms: number): PostgresTarget {
  let left = times;
  return {
    ...postgres,
    query(...args: Parameters<PostgresTarget['query']>) {
      if (left > 0) setImmediate(() => block(ms));
      left -= 1;
      return postgres.query(...args) as Promise<never>;
    },
  };
}

/** What a look comes to live, and what its bundle says of it later. */
async function looked(busy: (postgres: PostgresTarget) => PostgresTarget) {
  const book = new SharedConnections();
  const lines: string[] = [];
  const recorder = createRecorder({
    ...{ redactor: createRedactor().keyed('k'), now: clock.now },
    write: (line) => void lines.push(line),
  });
  const postgres = createPostgresTarget(
    { url: server.url('agent_manager'), databases: { agentManager: 'agent_manager' } },
    book,
    { connectMs: 300, callMs: 300 },
  );
  const targets: Targets = { environment: 'prod', platform: asInGuide, postgres: busy(postgres) };
  recorder.begin(targets, { shape: shapeOf(environment()), place: { kind: 'none' } });
  const signal = new AbortController().signal;
  const live = await createProbeRunner({
    ...{ probes: recorder.probes([probe]), clock, logger: silentLogger },
    ...{ eventLoopDelay: watchEventLoopDelay, quiet: eventLoopQuiet },
  }).run([call], { targets: recorder.targets(targets), signal });
  const [outcome] = live;
  if (outcome === undefined) throw new Error('no outcome');
  const lane = laneOf(probe, probe.params.parse(call.with));
  if (outcome.lateMs !== undefined) recorder.late(lane, outcome.lateMs);
  await recorder.settle();
  const recording = openRecording(lines.map((line) => JSON.parse(line) as RecordedRow));
  if (recording === undefined) throw new Error('no recording');
  const later = await createProbeRunner({
    ...{ probes: recording.probes([probe]), clock: recording.clock, logger: silentLogger },
  }).run([call], { targets: await recording.targets.forRun('prod'), signal });
  const verdict = (outcomes: readonly ProbeOutcome[]) =>
    judge(unreachable('postgres'), [...outcomes, running], emitters).causes.find(
      ({ cause }) => cause.id === 'H2.b',
    )?.verdict;
  return {
    live: { status: outcome.status, cause: outcome.cause?.code, verdict: verdict(live) },
    later: { status: later[0]?.status, verdict: verdict(later) },
  };
}

/** Its container runs, as its runtime says. */
const running: ProbeOutcome = {
  ...{ key: 'runtime.running(part=postgres)', probe: 'runtime.running', part: 'postgres', status: 'healthy' },
  ...{ findings: [], facts: {}, startedAt: '2026-12-03T05:00:00.000Z', durationMs: 1 },
};

describe('a collector that was late', () => {
  it('asks a healthy PostgreSQL once more, by a call of its own and not by what it remembers', async () => {
    const { live, later } = await looked((postgres) => busyFor(postgres, 1, 700));

    expect(live).toMatchObject({ status: 'healthy', verdict: 'ruled-out' });
    expect(later).toMatchObject({ status: 'healthy', verdict: 'ruled-out' });
  });

  it('could not check a healthy PostgreSQL where it was late each time, and its bundle says no more', async () => {
    const { live, later } = await looked((postgres) => busyFor(postgres, 9, 700));

    expect(live).toMatchObject({ status: 'inconclusive', cause: 'worker-busy', verdict: 'possible' });
    expect(later).toMatchObject({ status: 'inconclusive', verdict: 'possible' });
  });

  it('leaves a PostgreSQL that hangs confirmed, as long as it has its turns in time', async () => {
    const { pid } = server;
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    process.kill(pid, 'SIGSTOP');
    try {
      const { live, later } = await looked((postgres) => postgres);

      expect(live).toMatchObject({ status: 'unhealthy', verdict: 'confirmed' });
      expect(later).toMatchObject({ status: 'unhealthy', verdict: 'confirmed' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});
