import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { ownProbes, pathSteps, unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { type PartId, partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { callKey, type ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import type { ProbeRunner } from '../../../../src/domain/probe/probe-runner.ts';
import { probes } from '../../../../src/probes/index.ts';
import { diagnose } from '../../../../src/services/diagnosis/diagnose.service.ts';
import { emitters } from '../../../support/diagnosis.ts';

type Seen = Pick<ProbeOutcome, 'status'> & Partial<ProbeOutcome>;

const found = (code: string, part: PartId, facts: Finding['facts'] = {}): Seen => ({
  ...{ status: 'unhealthy', facts },
  findings: [{ code: code as FindingCode, part, facts, subject: part, severity: 'critical' }],
});
const refused: Seen = { status: 'inconclusive', cause: { code: 'refused', detail: '', facts: {} } };

/** What probes say in a world where `seen` is all that is wrong, by key or by what it begins with. */
async function ask(typed: string, seen: Readonly<Record<string, Seen>>) {
  const asked: string[] = [];
  const runner: ProbeRunner = {
    run: (calls, { onOutcome }) => {
      for (const call of calls) {
        const key = callKey(call);
        asked.push(key);
        const known = Object.entries(seen).find(([prefix]) => key.startsWith(prefix));
        const part = call.with?.part ?? probes.find(({ id }) => id === call.probe)?.part;
        onOutcome?.({
          ...{ key, probe: call.probe, status: 'healthy', findings: [], facts: {} },
          ...{ startedAt: '2026-03-01T00:00:00Z', durationMs: 1 },
          part: partIds.find((id) => id === part) ?? 'runtime',
          ...known?.[1],
        });
      }
      return Promise.resolve([]);
    },
  };
  const [id, about] = typed.split(' ');
  const part = partIds.find((one) => one === about);
  const targets = { environment: 'test', platform: asInGuide };
  const result = await diagnose(
    {
      ...{ probes: runner, emitters, diagnoses, unreachable, pathSteps, ownProbes },
      targets: { forRun: () => Promise.resolve(targets), close: () => Promise.resolve() },
    },
    {
      ...{ environment: 'test', targets, signal: new AbortController().signal },
      diagnoses: part === undefined ? diagnoses.filter((one) => one.id === id) : [unreachable(part)],
    },
  );
  const way = result.judgements.map(({ diagnosis }) =>
    diagnosis.id === 'H2' ? `H2 ${diagnosis.part}` : diagnosis.id,
  );
  const confirmed = result.judgements.flatMap(({ causes }) =>
    causes.flatMap(({ verdict, cause }) => (verdict === 'confirmed' ? [`${cause.id} ${cause.part}`] : [])),
  );
  return { way, confirmed, path: result.path?.part, asked };
}

const stopped: Readonly<Record<string, Seen>> = {
  'runtime.running(part=postgres)': found('PART_NOT_RUNNING', 'postgres'),
  'postgres.connection': found('ENDPOINT_REFUSED', 'postgres'),
  'postgres.': refused,
  'http.service-health': found('SERVICE_UNHEALTHY', 'agent-manager', {
    'dependency.postgres': 'down',
  }),
};
const late: Finding = {
  ...{ code: 'EVENT_LATENCY_HIGH', part: 'agent-manager', subject: 'events', severity: 'warning', facts: {} },
};
const writesSlow: Seen = { status: 'unhealthy', findings: [late, { ...late, code: 'EVENT_WRITES_SLOW' }] };

describe('a symptom of something that stands on a part which does not serve', () => {
  it.each(['S1', 'S2', 'D2', 'T1', 'H2 agent-manager'])('%s names that part', async (typed) => {
    const { confirmed, path } = await ask(typed, stopped);

    expect(confirmed).toEqual(['H2.a postgres']);
    expect(path).toBe('postgres');
  });

  it.each(['S1', 'S3', 'D1', 'D2', 'T1'])(
    'W11 %s names it as open where no runtime can be asked',
    async (id) => {
      const skipped: Seen = { status: 'skipped', reason: 'not-configured' };
      const { confirmed, way } = await ask(id, {
        'postgres.connection': found('ENDPOINT_REFUSED', 'postgres'),
        'postgres.': refused,
        'redis.agent-cache': refused,
        'services.event-pipeline': skipped,
        'runtime.': skipped,
        'kubernetes.': skipped,
        'compose.': skipped,
        'network.': skipped,
      });

      expect(confirmed).toEqual([]);
      expect(way).toEqual([id, 'H2 postgres']);
    },
  );

  it('is not called a slow database when the database is gone', async () => {
    const { confirmed, way } = await ask('S3', { ...stopped, 'services.event-pipeline': writesSlow });

    expect(confirmed).toEqual(['H2.a postgres']);
    expect(way).toEqual(['S3', 'H2 postgres', 'K1']);
  });

  it('is called a slow database when the database serves', async () => {
    const { confirmed, way } = await ask('S3', { 'services.event-pipeline': writesSlow });

    expect(confirmed).toEqual(['S3.c postgres']);
    expect(way).toEqual(['S3', 'D2']);
  });

  it('is answered as before when that part turns out to serve', async () => {
    const { confirmed, way } = await ask('S1', {
      'http.service-health': { status: 'healthy', facts: { 'dependency.redis': 'down' } },
    });

    expect(confirmed).toEqual([]);
    expect(way).toEqual(['S1']);
  });

  describe('below a service that hangs and so cannot tell what it misses', () => {
    const hangs = {
      'http.service-health': found('SERVICE_HEALTH_STALLED', 'reasoning-service'),
      'services.root-cause-call': {
        ...{ status: 'inconclusive' as const, part: 'reasoning-service' as const },
        cause: { code: 'no-answer', detail: '', facts: {} },
      },
    };
    const gone = {
      'neo4j.connection': found('ENDPOINT_REFUSED', 'neo4j'),
      'runtime.running(part=neo4j)': found('PART_NOT_RUNNING', 'neo4j'),
    };

    it.each(['S6', 'H2 reasoning-service'])('is found by %s', async (typed) => {
      const { confirmed, path } = await ask(typed, { ...hangs, ...gone });

      expect(confirmed).toContain('H2.a neo4j');
      expect(confirmed.join()).not.toContain('reasoning-service');
      expect(path).toBe('neo4j');
    });

    it('leaves the service to blame when it serves', async () => {
      expect((await ask('S6', hangs)).confirmed).toEqual(['H2.b reasoning-service']);
    });
  });

  it('is the service itself when it is stopped, for then its files cannot be read', async () => {
    const unreadable: Seen = { status: 'inconclusive', cause: { code: 'conflict', detail: '', facts: {} } };
    const { confirmed } = await ask('S4', {
      'http.service-health': found('ENDPOINT_REFUSED', 'orchestrator-service'),
      'services.': { ...refused, part: 'orchestrator-service' },
      'runtime.workflow-files': unreadable,
      'runtime.running(part=orchestrator-service)': found('PART_NOT_RUNNING', 'orchestrator-service'),
    });

    expect(confirmed).toEqual(['H2.a orchestrator-service']);
  });

  it('stays open when its log may not be read', async () => {
    const forbidden: Seen = { status: 'inconclusive', cause: { code: 'forbidden', detail: '', facts: {} } };
    const { confirmed, way } = await ask('S1', {
      'http.service-health': found('ENDPOINT_REFUSED', 'agent-manager'),
      'runtime.startup(part=agent-manager)': found('SERVICE_EXITS_AT_START', 'agent-manager'),
      'runtime.startup-log': forbidden,
    });

    expect(confirmed).toEqual([]);
    expect(way).toEqual(['S1']);
  });

  it('is found behind a Service that drops what is sent to it', async () => {
    const silent: Seen = {
      status: 'inconclusive',
      cause: { code: 'connect-timeout', detail: '', facts: {} },
    };
    const gone = {
      'runtime.running(part=nats)': found('PART_ABSENT', 'nats'),
      'kubernetes.services-endpoints': found('SERVICE_WITHOUT_PODS', 'nats'),
      'network.path(part=nats)': found('NETWORK_SILENT', 'nats'),
      'nats.': silent,
    };

    expect((await ask('D4', gone)).confirmed).toEqual(['H2.a nats']);
  });

  describe('that only the bot cannot reach', () => {
    const here = { 'postgres.connection': found('ENDPOINT_REFUSED', 'postgres'), 'postgres.': refused };

    it('blames no network: the address may be wrong in our configuration alone', async () => {
      const { confirmed, way } = await ask('D2', here);

      expect(confirmed).toEqual([]);
      // That nobody reached it is told as open.
      expect(way).toEqual(['D2', 'H2 postgres']);
    });

    it.each(['ENDPOINT_CLOSED'])('is not called unwell for %s', async (code) => {
      const closed: Seen = { status: 'inconclusive', cause: { code: 'closed', detail: '', facts: {} } };
      const { confirmed } = await ask('D3', {
        'redis.connection': found(code, 'redis'),
        'redis.': closed,
      });

      expect(confirmed).toEqual([]);
    });

    it('is called unwell when it is silent', async () => {
      const silent: Seen = { status: 'inconclusive', cause: { code: 'no-answer', detail: '', facts: {} } };
      const { confirmed } = await ask('D3', {
        'redis.connection': found('ENDPOINT_HUNG', 'redis'),
        'redis.': silent,
      });

      expect(confirmed).toEqual(['H2.b redis']);
    });

    it('is not called stopped where it may live elsewhere', async () => {
      const absent = { 'runtime.running(part=postgres)': found('PART_ABSENT', 'postgres') };

      expect((await ask('D2', { ...absent, ...here })).confirmed).toEqual([]);
    });

    it('names the way to it when a service misses it too', async () => {
      const facts = { 'dependency.postgres': 'down' };
      const { confirmed } = await ask('S1', { ...here, 'http.service-health': { status: 'healthy', facts } });

      // Refused is answered: that is no matter of the network, and whose address is wrong nobody has seen.
      expect(confirmed).toEqual([]);
    });
  });

  it('asks nothing further when all is well', async () => {
    const { way, asked } = await ask('S4', {});

    expect(way).toEqual(['S4']);
    expect(asked.some((key) => key.startsWith('runtime.running(part=postgres)'))).toBe(false);
  });

  it('is asked about once', async () => {
    const { way } = await ask('H2 postgres', stopped);

    expect(way).toEqual(['H2 postgres', 'K1']);
  });
});
