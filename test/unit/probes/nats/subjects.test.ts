import { describe, expect, it } from 'vitest';
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
    connz: { connections: monitor.connections ?? [] },
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
          ...{ code: 'SUBJECTS_PASS_BY', part: 'nats', subject: 'aetherius.agent.*.heartbeat' },
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
});
