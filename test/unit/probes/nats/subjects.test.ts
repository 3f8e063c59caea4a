import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { natsSubjects } from '../../../../src/probes/nats/subjects.probe.ts';
import { fakeNats, probeContext } from '../../../support/probe-context.ts';

interface Monitor {
  readonly varz?: object;
  readonly routes?: readonly object[];
  readonly streams?: readonly object[];
  readonly connections?: readonly object[];
}

/** What the probe makes of a server that hears this, one listening after the other, and says this of itself. */
const look = async (heard: readonly Readonly<Record<string, number>>[], monitor: Monitor = {}) => {
  const listened: number[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    varz: { server_id: 'N', ...monitor.varz },
    routez: { routes: monitor.routes ?? [] },
    jsz: { account_details: [{ stream_detail: monitor.streams ?? [] }] },
    connz: { now: '2026-03-01T10:00:00Z', connections: monitor.connections ?? [] },
  };
  const outcome = await natsSubjects.run(
    natsSubjects.params.parse({}),
    probeContext({
      nats: fakeNats({
        monitor: <T>(path: string) => Promise.resolve(answers[/\w+/.exec(path)?.[0] ?? ''] as T),
        listen: (_subject, ms) => {
          listened.push(ms);
          return Promise.resolve(heard[listened.length - 1] ?? {});
        },
      }),
    }),
  );
  return { outcome, listened };
};
const manager = { cid: 1, name: 'agent-manager', subscriptions_list: ['aetherius.agent.*.heartbeat'] };

describe('nats.subjects', () => {
  it('names both subjects and both clients (F1)', async () => {
    const { outcome, listened } = await look([{ 'agent.heartbeat.c1': 2, '_INBOX.a.1': 3, '$SYS.x': 1 }], {
      connections: [manager],
    });

    expect(listened).toEqual([12_000]);
    expect(outcome).toMatchObject({
      findings: [
        {
          ...{ code: 'SUBJECTS_PASS_BY', severity: 'warning', part: 'nats' },
          subject: 'aetherius.agent.*.heartbeat',
          facts: { published: 'agent.heartbeat.c1', listener: 'agent-manager', messages: 2, seconds: 12 },
        },
      ],
      facts: { subjects: 1 },
    });
  });

  it('listens on while nothing is published, and could not check where nothing ever was', async () => {
    const quiet = await look([{}, {}], { connections: [manager] });

    expect(quiet.listened).toEqual([12_000, 10_000]);
    expect(quiet.outcome).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'nothing-published', seconds: 22 } },
    });
    expect(
      (await look([{}, { 'aetherius.agent.c1.heartbeat': 1 }], { connections: [manager] })).outcome,
    ).toMatchObject({
      status: 'healthy',
      facts: { seconds: 22 },
    });
  });

  it('counts streams and the clients of other servers of the cluster as listeners', async () => {
    const heard = [{ 'billing.jobs.1': 1 }];

    expect((await look(heard)).outcome).toMatchObject({
      findings: [{ code: 'SUBJECT_UNHEARD', severity: 'info', subject: 'billing.jobs.1' }],
    });
    expect((await look(heard, { streams: [{ config: { subjects: ['billing.>'] } }] })).outcome).toMatchObject(
      {
        status: 'healthy',
      },
    );
    expect(
      (await look(heard, { routes: [{ remote_id: 'M', subscriptions_list: ['billing.jobs.*'] }] })).outcome,
    ).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['another-server', { varz: { server_id: 'M' } }],
    ['listeners-elsewhere', { varz: { leafnodes: 1 } }],
    ['listeners-elsewhere', { varz: { gateway: { name: 'east' } } }],
  ])('could not check where listeners are out of sight: %s', async (reason, monitor) => {
    await expect(look([{ 'billing.jobs.1': 1 }], monitor)).rejects.toMatchObject({ facts: { reason } });
  });

  it('knows a server of the same cluster for one that passes messages on', async () => {
    const monitor = { varz: { server_id: 'M' }, routes: [{ remote_id: 'N', subscriptions_list: [] }] };

    expect((await look([{ 'billing.jobs.1': 1 }], monitor)).outcome).toMatchObject({ status: 'unhealthy' });
  });

  /** Clients with the messages that each of their subscriptions was sent, connected so many hours ago. */
  const listening = (name: string, hours: number, subjects: Readonly<Record<string, number>>) => ({
    ...{ cid: 9, name, ip: '10.0.0.9' },
    start: new Date(Date.parse('2026-03-01T10:00:00Z') - hours * 3_600_000).toISOString(),
    subscriptions_list: Object.keys(subjects),
    subscriptions_list_detail: Object.entries(subjects).map(([subject, msgs]) => ({ subject, msgs })),
  });
  const busy = { 'aetherius.agent.c1.heartbeat': 1 };
  const silent = async (...connections: readonly object[]) => {
    const { outcome } = await look([busy], { connections: [manager, ...connections] });
    return 'findings' in outcome
      ? outcome.findings.filter(({ code }) => code === 'SUBJECT_SILENT').map(({ facts }) => facts)
      : [];
  };

  it('F5 M1.b: names a subject on which nothing has come for a day, and who listens', async () => {
    const subjects = { 'internal.event.anomaly': 0, 'internal.event.critical': 3, '_INBOX.a.1': 0, '>': 0 };

    expect(await silent(listening('orchestrator-service', 25, subjects))).toEqual([
      { subject: 'internal.event.anomaly', listener: 'orchestrator-service', hours: 25 },
    ]);
  });

  const quiet: readonly (readonly [string, readonly object[]])[] = [
    ['a listener of less than a day', [listening('orchestrator-service', 23, { 'a.b': 0 })]],
    ['an agent, which may be sent nothing for days', [listening('agent-c1', 99, { 'agent.command.c1': 0 })]],
    ['a client that nobody knows', [listening('audit', 99, { 'a.b': 0 })]],
    [
      'a subject that another listener was sent something on',
      [listening('orchestrator-service', 99, { 'a.b': 0 }), listening('audit', 1, { 'a.b': 1 })],
    ],
    [
      'a subject that is heard just now',
      [listening('agent-manager', 99, { 'aetherius.agent.*.heartbeat': 0 })],
    ],
  ];
  it.each(quiet)('says nothing of %s', async (_what, connections) => {
    expect(await silent(...connections)).toEqual([]);
  });

  it('says nothing of the silence on a subject whose messages go past it: that is told already', async () => {
    const { outcome } = await look([{ 'agent.heartbeat.c1': 1 }], {
      connections: [listening('agent-manager', 99, { 'aetherius.agent.*.heartbeat': 0, 'a.b': 0 })],
    });

    expect('findings' in outcome ? outcome.findings.map(({ code, subject }) => [code, subject]) : []).toEqual(
      [
        ['SUBJECTS_PASS_BY', 'aetherius.agent.*.heartbeat'],
        ['SUBJECT_SILENT', 'a.b'],
      ],
    );
  });

  it('tells eight of a kind, with what it heard', async () => {
    const heard = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`kind${at}.x`, at + 1]));
    const silence = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`quiet.n${at}`, 0]));
    const { outcome } = await look([{ ...heard, 'kind0.y': 1 }], {
      connections: [listening('orchestrator-service', 24, silence)],
    });
    const of = (wanted: string) =>
      'findings' in outcome ? outcome.findings.filter(({ code }) => code === wanted) : [];

    expect([of('SUBJECT_UNHEARD').length, of('SUBJECT_SILENT').length]).toEqual([8, 8]);
    expect(of('SUBJECT_UNHEARD')[0]).toMatchObject({
      ...{ severity: 'info', part: 'nats', subject: 'kind0.x' },
      facts: { published: 'kind0.x', publisher: '–', others: 1, messages: 2, seconds: 12 },
    });
    expect(of('SUBJECT_SILENT')[0]).toMatchObject({ severity: 'info', part: 'nats' });
    expect(outcome.facts).toMatchObject({ seconds: 12, subjects: 10, clients: 1, messages: 46 });
  });

  it('has no say without a monitor, and could not check where it may not listen', async () => {
    const run = (nats: Parameters<typeof fakeNats>[0]) =>
      natsSubjects.run(natsSubjects.params.parse({}), probeContext({ nats: fakeNats(nats) }));
    const refused = new TargetError('forbidden', 'not allowed');

    expect(await run({ hasMonitor: false })).toEqual({ status: 'skipped', reason: 'not-configured' });
    await expect(
      run({
        monitor: <T>() => Promise.resolve({ server_id: 'N', connections: [] } as T),
        listen: (subject) => (subject === '>' ? Promise.reject(refused) : Promise.resolve({})),
      }),
    ).rejects.toMatchObject({ facts: { reason: 'subscription-refused', subject: '>' } });
  });
});
