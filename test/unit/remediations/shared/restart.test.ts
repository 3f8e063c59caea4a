/** S7.a: what only needs time is waited for. Its answer says how long it took so far, and when to ask again. */
import { describe, expect, it } from 'vitest';
import { neo4jConnection } from '../../../../src/diagnoses/neo4j-connection.diagnosis.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { remediesFor, remediesOfCause } from '../../../../src/domain/fix/remedies.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import { runtimeNeo4jStartup } from '../../../../src/probes/runtime/neo4j-startup.probe.ts';
import { runtimeRunning } from '../../../../src/probes/runtime/running.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { registered } from '../../../support/remediation-fixtures.ts';

const now = Date.parse('2026-03-01T10:05:00Z');
/** What the probes of S7 find of a Neo4j that has run for this long and is not ready. */
async function found(seconds: number, more: FakePart = {}): Promise<readonly Finding[]> {
  const startedAt = new Date(now - seconds * 1000).toISOString();
  const runtime = fakeRuntime({ neo4j: [{ ready: false, startedAt, log: 'INFO  Starting...', ...more }] });
  const context = { ...probeContext({ runtime, platform: asInGuide }), now: () => new Date(now) };
  const outcomes = [
    await runtimeNeo4jStartup.run({}, context as never),
    await runtimeRunning.run({ part: 'neo4j' }, context as never),
  ];
  return outcomes.flatMap((outcome) => ('findings' in outcome ? (outcome.findings ?? []) : []));
}
const wanted = (
  (neo4jConnection as Diagnosis).causes.find(({ id }) => id === 'S7.a')?.remedies ?? []
).flatMap((remedy) => ('remediation' in remedy ? [remedy] : []));
const fixes = (findings: readonly Finding[], on: 'kubernetes' | 'compose') =>
  remediesOfCause(findings, wanted, registered, { [on]: {} as never }).map(({ call }) => call.remediation);

describe.each([
  ['kubernetes', 'kubernetes.restart-workload'],
  ['compose', 'compose.restart-service'],
] as const)('a Neo4j that is starting, on %s', (on, restart) => {
  it.each([12, 299])(
    'is not restarted after %i seconds: that would begin its start anew',
    async (seconds) => {
      const findings = await found(seconds);

      expect(findings.map(({ code }) => code)).toEqual(['NEO4J_STARTING', 'PART_NOT_READY']);
      expect(fixes(findings, on)).toEqual([]);
    },
  );

  it('may be restarted after five minutes', async () => {
    expect(fixes(await found(300), on)).toEqual([restart]);
  });
});

describe('a service whose health does not answer', () => {
  const offered = (facts: Finding['facts']) =>
    remediesFor(
      {
        code: 'SERVICE_HEALTH_STALLED',
        severity: 'critical',
        part: 'agent-manager',
        subject: 'agent-manager',
        facts: { path: '/health', ...facts },
      },
      registered,
      { compose: {} as never },
    ).map(({ call }) => call.remediation);

  it('is restarted by a health check, unless it names what it waits for', () => {
    expect(offered({})).toEqual(['compose.restart-service']);
    expect(offered({ dependencies: 'nats' })).toEqual([]);
  });
});

describe('the words of a Neo4j that is starting', () => {
  it.each([
    [12, 'running for 12 s', 'Ask again in 15 s', '已运行 12 秒', '15 秒后再次询问'],
    [40, 'running for 40 s', 'Ask again in 40 s', '已运行 40 秒', '40 秒后再次询问'],
    [600, 'running for 10 min', 'Ask again in 1 min', '已运行 10 分钟', '1 分钟后再次询问'],
  ])('say how long it took so far, and when to ask again: %i s', async (seconds, ...said) => {
    const [finding] = await found(seconds);
    const text = (['en', 'zh-CN'] as const)
      .map((language) => wordsIn(language).lookupPlain(`finding.${finding?.code}`, finding?.facts ?? {}))
      .join('\n');

    for (const words of said) expect(text).toContain(words);
  });
});

describe('a Pod that is older than the Secret of its password', () => {
  const older: Finding = {
    ...{ code: 'POD_OLDER_THAN_SECRET', severity: 'warning', part: 'agent-manager' },
    ...{ subject: 'deployment/am', facts: { kind: 'Deployment', name: 'am', secret: 'db' } },
  };

  it('is restarted by its own name, beside a health that blames another part', () => {
    const blames: Finding = {
      ...{ code: 'SERVICE_UNHEALTHY', severity: 'critical', part: 'agent-manager', subject: 'agent-manager' },
      facts: { dependencies: 'postgres' },
    };
    const fixesOf = (findings: readonly Finding[]) =>
      remediesOfCause(
        findings,
        [{ remediation: 'kubernetes.restart-workload', at: 'agent-manager' }],
        registered,
        {
          kubernetes: {} as never,
        },
      ).map(({ call }) => call.with);

    expect(fixesOf([blames, older])).toEqual([{ part: 'agent-manager', workload: 'am', kind: 'Deployment' }]);
    expect(fixesOf([blames])).toEqual([]);
  });
});
