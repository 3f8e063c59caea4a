import { describe, expect, it } from 'vitest';
import type { PartRow, PartState } from '../../../../src/domain/health/health.ts';
import { consequences, withoutExplained } from '../../../../src/domain/health/health-causes.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import type { Finding, Severity } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';

const finding = (
  code: FindingCode,
  severity: Severity = 'critical',
  facts: Finding['facts'] = {},
): Finding => ({
  ...{ code, severity, part: 'redis', subject: 's', facts },
});
const row = (part: PartId, state: PartState, findings: readonly Finding[] = [], pending = 0): PartRow => ({
  ...{ part, state, findings, pending, fact: { key: 'x', facts: {} }, witnesses: [] },
});
const blames = (part: PartId, ...down: readonly PartId[]): ProbeOutcome => ({
  ...{ key: 'h', probe: 'http.service-health', part, status: 'unhealthy', findings: [] },
  facts: Object.fromEntries(down.map((id) => [`dependency.${id}`, 'down'])),
  ...{ startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1 },
});
/** Which root each row stands behind. */
const roots = (rows: readonly PartRow[], ...outcomes: readonly ProbeOutcome[]) =>
  Object.fromEntries(
    consequences(rows, outcomes)
      .filter((one) => one.consequenceOf !== undefined)
      .map((one) => [one.part, one.consequenceOf]),
  );
const unwell = finding('SERVICE_UNHEALTHY');

describe('a row stands behind a part below it (R-PLAT26)', () => {
  it.each<[string, PartRow, boolean]>([
    ['is down', row('neo4j', 'down'), true],
    ['is at a critical limit', row('neo4j', 'degraded', [finding('REDIS_MEMORY_AT_LIMIT')]), true],
    ['is slow', row('neo4j', 'degraded', [finding('NEO4J_SLOW', 'warning')]), true],
    ['is degraded a little', row('neo4j', 'degraded', [finding('NEO4J_STARTING', 'warning')]), false],
    ['is up although slow', row('neo4j', 'up', [finding('NEO4J_SLOW')]), false],
    ['is unknown', row('neo4j', 'unknown', [finding('NEO4J_SLOW')]), false],
    ['is up', row('neo4j', 'up'), false],
  ])('that %s', (_what, below, behind) => {
    expect(roots([row('reasoning-service', 'degraded', [unwell]), below])).toEqual(
      behind ? { 'reasoning-service': 'neo4j' } : {},
    );
  });

  it.each<[string, FindingCode]>([
    ['that is full', 'REDIS_MEMORY_AT_LIMIT'],
    ['with a table that is missing', 'PG_TABLES_MISSING'],
  ])('W12 agents are not silent because of a store %s', (_what, code) => {
    const silent = row('collect-agent', 'degraded', [finding('AGENT_HEARTBEAT_STALE')]);
    const store = row(code === 'PG_TABLES_MISSING' ? 'postgres' : 'redis', 'degraded', [finding(code)]);
    const manager = (state: PartState, ...found: readonly Finding[]) => row('agent-manager', state, found);

    expect(roots([silent, manager('up'), store])).toEqual({});
    // With a link they are: the service that hears them complains of that very store.
    expect(roots([silent, manager('degraded', unwell), store], blames('agent-manager', store.part))).toEqual({
      'collect-agent': store.part,
      'agent-manager': store.part,
    });
  });

  it('W12 a service with a failing health check of its container is not behind one that is full', () => {
    const check = finding('CONTAINER_UNHEALTHY');
    const full = row('redis', 'degraded', [finding('REDIS_MEMORY_AT_LIMIT')]);

    expect(roots([row('agent-manager', 'degraded', [check]), full])).toEqual({});
    expect(
      roots([row('orchestrator-service', 'down', [check]), row('agent-manager', 'degraded', [check])]),
    ).toEqual({});
  });

  it('and behind the root of that one, however deep', () => {
    expect(
      roots([
        row('orchestrator-service', 'degraded', [unwell]),
        row('reasoning-service', 'degraded', [unwell]),
        row('neo4j', 'down'),
      ]),
    ).toEqual({ 'orchestrator-service': 'neo4j', 'reasoning-service': 'neo4j' });
  });

  it('only when everything found about it can come from below', () => {
    const service = (...findings: readonly Finding[]) =>
      roots([row('reasoning-service', 'degraded', findings), row('neo4j', 'down')]);

    expect(service(unwell, finding('SERVICE_SLOW', 'warning'))).toEqual({ 'reasoning-service': 'neo4j' });
    expect(service(unwell, finding('POD_IMAGE_UNAVAILABLE'))).toEqual({});
    expect(service()).toEqual({});
  });

  it.each([
    [0, false],
    [130, false],
    [137, false],
    [143, false],
    [1, true],
    [2, true],
    [139, true],
  ])('when its container ended with %i by itself: %s', (exitCode, behind) => {
    const ended = finding('CONTAINER_EXITED', 'critical', { exitCode });

    expect(
      Object.keys(roots([row('reasoning-service', 'down', [ended]), row('neo4j', 'down')])),
    ).toHaveLength(behind ? 1 : 0);
  });

  it('and only when that one is configured at all', () => {
    expect(roots([row('reasoning-service', 'degraded', [unwell])])).toEqual({});
  });

  it('never when it is up', () => {
    expect(roots([row('reasoning-service', 'up', [unwell]), row('neo4j', 'down')])).toEqual({});
  });
});

describe('a service that names what is down', () => {
  const redisAndNats = [
    row('agent-manager', 'degraded', [unwell]),
    row('redis', 'down'),
    row('nats', 'down'),
  ];

  it('stands behind that one, not behind another that is down as well', () => {
    expect(roots(redisAndNats, blames('agent-manager', 'nats'))).toEqual({ 'agent-manager': 'nats' });
    expect(roots(redisAndNats, blames('orchestrator-service', 'nats'))).toEqual({ 'agent-manager': 'redis' });
    expect(roots(redisAndNats)).toEqual({ 'agent-manager': 'redis' });
  });

  it('stands behind what that one stands on', () => {
    const rows = [row('orchestrator-service', 'degraded', [unwell]), row('neo4j', 'down')];

    expect(roots(rows, blames('orchestrator-service', 'reasoning-service'))).toEqual({
      'orchestrator-service': 'neo4j',
    });
    expect(roots(rows, blames('orchestrator-service', 'agent-manager'))).toEqual({});
  });

  it('does not stand behind what it does not need', () => {
    const rows = [row('reasoning-service', 'degraded', [unwell]), row('redis', 'down')];

    expect(roots(rows, blames('reasoning-service', 'redis'))).toEqual({});
  });
});

describe('what cannot be seen', () => {
  const behindManager = (part: PartId, state: PartState, pending = 0) =>
    roots([row(part, state, [], pending), row('agent-manager', 'down', [finding('POD_FAILED')])]);

  it('is behind a root when the only way to see it leads over that root: the agents', () => {
    expect(behindManager('collect-agent', 'unknown')).toEqual({ 'collect-agent': 'agent-manager' });
    expect(behindManager('collect-agent', 'unknown', 1)).toEqual({});
    expect(behindManager('orchestrator-service', 'unknown')).toEqual({});
  });
});

describe('findings of one part', () => {
  const codes = (...all: readonly FindingCode[]) =>
    withoutExplained(all.map((code) => finding(code))).map(({ code }) => code);

  it('leave out what another of them explains', () => {
    expect(codes('ENDPOINT_REFUSED', 'POD_FAILED')).toEqual(['POD_FAILED']);
    expect(codes('REDIS_SLOW', 'REDIS_MEMORY_AT_LIMIT')).toEqual(['REDIS_SLOW', 'REDIS_MEMORY_AT_LIMIT']);
    expect(codes()).toEqual([]);
  });

  it('are never all left out, and one that explains two stands for both', () => {
    expect(codes('POD_NOT_READY', 'ENDPOINT_HUNG')).toEqual(['ENDPOINT_HUNG']);
    expect(codes('SERVICE_WITHOUT_ENDPOINTS', 'ENDPOINT_HUNG', 'WORKLOAD_NOT_READY')).toEqual([
      'ENDPOINT_HUNG',
    ]);
    expect(codes('POD_FAILED')).toEqual(['POD_FAILED']);
  });
});

describe('"because of" needs evidence', () => {
  /** `part < root`, with a question mark where only the table of dependencies says so. */
  const links = (rows: readonly PartRow[], ...outcomes: readonly ProbeOutcome[]) =>
    consequences(rows, outcomes).flatMap((one) =>
      one.consequenceOf === undefined
        ? []
        : [`${one.part} < ${one.consequenceOf}${one.consequenceLikely === true ? ' ?' : ''}`],
    );
  const ending = (part: PartId, ...lines: readonly string[]): PartRow =>
    row(part, 'down', [{ ...finding('POD_CRASH_LOOPING'), part, excerpts: [{ source: 'log', lines }] }]);
  const stores = [row('postgres', 'down'), row('redis', 'down')];

  it('is sure of what a service itself names, in its health or in its last words', () => {
    const unhealthy = row('agent-manager', 'degraded', [unwell]);

    expect(links([unhealthy, ...stores], blames('agent-manager', 'redis'))).toEqual([
      'agent-manager < redis',
    ]);
    expect(
      links([
        ending('agent-manager', 'fatal: database: dial tcp 10.0.0.4:5432: connect: connection refused'),
        ...stores,
      ]),
    ).toEqual(['agent-manager < postgres']);
  });

  it('says "may be" for an edge of the table alone, and leaves one root', () => {
    const rows = [
      ending('orchestrator-service', 'panic: runtime error'),
      row('agent-manager', 'degraded', [unwell]),
      row('collect-agent', 'degraded', [finding('AGENTS_NONE_REGISTERED')]),
      row('nats', 'down'),
    ];

    expect(links(rows)).toEqual([
      'orchestrator-service < nats ?',
      'agent-manager < nats ?',
      'collect-agent < nats ?',
    ]);
    // Who names another one that only may stand on it only may, too.
    expect(links(rows, blames('orchestrator-service', 'agent-manager'))).toContain(
      'orchestrator-service < nats ?',
    );
  });

  it.each([
    'fatal: failed to read config file: open configs/config.yaml: no such file or directory',
    'fatal: failed to parse config: yaml: line 3: mapping values are not allowed',
    'fatal: listen tcp :8081: bind: address already in use',
  ])('leaves a part by itself that ends over its own matter: %s', (line) => {
    const manager = row('agent-manager', 'down', [finding('POD_FAILED')]);

    expect(links([ending('orchestrator-service', line), manager])).toEqual([]);
    expect(links([ending('collect-agent', line), manager])).toEqual([]);
  });

  it('is sure of why a part cannot be seen', () => {
    const manager = row('agent-manager', 'down', [finding('POD_FAILED')]);

    expect(links([row('collect-agent', 'unknown'), manager])).toEqual(['collect-agent < agent-manager']);
    // Its own root is why nobody answers, and another part that is down as well is not.
    const behind = links(
      [
        row('collect-agent', 'unknown'),
        row('agent-manager', 'down', [unwell]),
        ...stores,
        row('nats', 'down'),
      ],
      blames('agent-manager', 'redis'),
    );
    expect(behind).toEqual(['collect-agent < redis', 'agent-manager < redis']);
  });

  it('is not sure where the part that we asked answers, and only names another one', () => {
    const rows = [row('collect-agent', 'unknown'), row('agent-manager', 'degraded', [unwell]), ...stores];

    expect(links(rows, blames('agent-manager', 'redis'))).toEqual([
      'collect-agent < redis ?',
      'agent-manager < redis',
    ]);
    // The table of agents was asked, too, and that very database is down.
    const asked: ProbeOutcome = {
      ...blames('collect-agent'),
      ...{ probe: 'agents.heartbeats', status: 'inconclusive' },
      facts: { 'asked.agent-manager': true, 'asked.postgres': true },
    };
    expect(links(rows, blames('agent-manager', 'redis'), asked)).toEqual([
      'collect-agent < postgres',
      'agent-manager < redis',
    ]);
    expect(links(rows.slice(0, 3), blames('agent-manager', 'redis'), asked)).toEqual([
      'collect-agent < postgres',
    ]);
  });
});
