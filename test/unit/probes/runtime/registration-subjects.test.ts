import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { platformOf } from '../../../../src/domain/platform/platform.ts';
import { runtimeRegistrationSubjects } from '../../../../src/probes/runtime/registration-subjects.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeNats, fakeServices, probeContext } from '../../../support/probe-context.ts';

const CONFIG = '/etc/aetherius/config.yaml';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.registration-subjects', () => {
  const subject = (value: string) => ({
    files: { [CONFIG]: `nats:\n  subjects:\n    registration: "${value}"\n` },
  });
  const compare = (manager: string, agent: string) =>
    runtimeRegistrationSubjects.run(
      {},
      on({ 'agent-manager': [subject(manager)], 'collect-agent': [subject(agent)] }),
    );

  it('takes placeholders for one token and sees a subject that differs (R-PLAT19)', async () => {
    expect(
      await compare('aetherius.agent.*.register', 'aetherius.agent.{cluster_id}.register'),
    ).toMatchObject({ status: 'healthy' });
    expect(
      await compare('aetherius.agent.*.register', 'aetherius.agents.{cluster_id}.register'),
    ).toMatchObject({
      findings: [
        {
          code: 'REGISTRATION_SUBJECTS_DIFFER',
          facts: { agentSubject: 'aetherius.agents.{cluster_id}.register' },
        },
      ],
    });
  });

  const own = 'aetherius.agent.{cluster_id}.register';

  it.each([
    [own, 'aetherius.agent.prod-eu.register'],
    [own, 'aetherius.agent.$(CLUSTER_ID).register'],
    ['aetherius.agent.${CLUSTER_ID}.register', 'aetherius.agent.<cluster.id>.register'],
    ['aetherius.agent.*.register', 'aetherius.agent.eu-{{ .Cluster }}.register'],
    ['aetherius.agent.>', 'aetherius.agent.prod-eu.register'],
    ['aetherius.agent.prod.register', 'aetherius.agent.prod.register'],
  ])('hears on %s what an agent publishes on %s', async (manager, agent) => {
    expect(await compare(manager, agent)).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [own, 'aetherius.agents.{cluster_id}.register'],
    [own, 'aetherius.v2.agent.{cluster_id}.register'],
    ['aetherius.agent.{cluster_id}.registration', own],
    ['aetherius.agent.prod.register', 'aetherius.agent.prod-eu.register'],
    ['aetherius.agent.prod.registration', own],
    ['aetherius.agents.>', own],
  ])('does not hear on %s what an agent publishes on %s', async (manager, agent) => {
    expect(await compare(manager, agent)).toMatchObject({
      findings: [{ code: 'REGISTRATION_SUBJECTS_DIFFER' }],
    });
  });

  it('takes a subject that a ConfigMap gives to the environment for the one in use', async () => {
    const referred = {
      AETHERIUS_NATS_SUBJECTS_REGISTRATION: {
        from: { kind: 'ConfigMap', name: 'fleet', key: 'subject' },
        value: 'fleet.*.register',
      },
    } as const;
    const parts = { 'agent-manager': [{ ...subject(own), referred }], 'collect-agent': [subject(own)] };

    expect(await runtimeRegistrationSubjects.run({}, on(parts))).toMatchObject({
      findings: [{ code: 'REGISTRATION_SUBJECTS_DIFFER', facts: { managerSubject: 'fleet.*.register' } }],
    });
  });

  it('does not judge a placeholder of the agent where agent-manager has a value', async () => {
    await expect(compare('aetherius.agent.prod.register', own)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'subject-placeholder' },
    });
  });

  describe('says which side is wrong', () => {
    const beside = (stem: string, name = 'collect-agent-node-1') => ({
      name,
      subscriptions_list: [`${stem}.prod.command`, `${stem}.prod.inspect.node-1`, '_INBOX.x.*'],
    });
    const listens = (registration: string, stem = 'aetherius.agent.*', name = 'agent-manager') => ({
      name,
      subscriptions_list: [registration, `${stem}.heartbeat`, `${stem}.event`],
    });
    const judged = async (manager: string, agent: string, connections: readonly object[] | undefined) => {
      const nats = fakeNats(
        connections === undefined ? {} : { monitor: <T>() => Promise.resolve({ connections } as T) },
      );
      const runtime = fakeRuntime({ 'agent-manager': [subject(manager)], 'collect-agent': [subject(agent)] });
      const outcome = await runtimeRegistrationSubjects.run(
        {},
        probeContext({ runtime, nats, services: fakeServices({}) }),
      );
      return 'findings' in outcome ? (outcome.findings?.[0]?.facts.wrong ?? 'unknown') : outcome.status;
    };
    const heard = 'aetherius.agent.*.register';
    const agents = beside('aetherius.agent');

    it.each([
      // The commands that agents listen for stand beside the subject of agent-manager, as its heartbeats do.
      [own, 'aetherius.agents.{cluster_id}.register', [listens(heard), agents], 'collect-agent'],
      [own, 'aetherius.v2.agent.{cluster_id}.register', [listens(heard), agents], 'collect-agent'],
      ['fleet.{cluster_id}.register', own, [listens('fleet.*.register'), agents], 'agent-manager'],
      // Both stand there.
      [
        'aetherius.agent.{id}.registration',
        own,
        [listens('aetherius.agent.*.registration'), agents],
        'unknown',
      ],
      // All of the agents is of another kind, and of agent-manager too.
      [own, 'aetherius.agents.{c}.register', [listens(heard), beside('aetherius.agents')], 'unknown'],
      [own, 'fleet.{c}.register', [listens(heard, 'fleet.*'), agents], 'unknown'],
      [own, 'fleet.{c}.register', [listens(heard), agents, beside('fleet', 'collect-agent-2')], 'unknown'],
      // One side shows nothing, or nobody knows whose it is.
      [own, 'aetherius.agents.{c}.register', [listens(heard)], 'unknown'],
      [own, 'aetherius.agents.{c}.register', [agents], 'unknown'],
      [
        own,
        'aetherius.agents.{c}.register',
        [listens(heard), beside('aetherius.agent', '10.0.0.7')],
        'unknown',
      ],
      [own, 'aetherius.agents.{c}.register', [listens(heard, undefined, 'billing'), agents], 'unknown'],
      // What the file of agent-manager says is not what it listens to.
      [own, 'aetherius.agents.{c}.register', [listens('aetherius.agents.*.register'), agents], 'unknown'],
      [own, 'aetherius.agents.{c}.register', undefined, 'unknown'],
    ] as const)('%s and %s (%#)', async (manager, agent, connections, wrong) => {
      expect(await judged(manager, agent, connections)).toBe(wrong);
    });
  });

  it('W4 rules nothing out by a default that nobody configured (R-PLAT1)', async () => {
    const parts = { 'agent-manager': [{ files: { [CONFIG]: 'server: { port: 8080 }\n' } }] };
    const agents = [{ files: { [CONFIG]: 'agent: { cluster_id: prod }\n' } }];

    await expect(
      runtimeRegistrationSubjects.run({}, on({ ...parts, 'collect-agent': agents })),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'value-only-documented', agentSubjectSource: 'documented' },
    });
    await expect(
      runtimeRegistrationSubjects.run(
        {},
        on({ ...parts, 'collect-agent': [subject('agent.register.prod')] }),
      ),
    ).rejects.toMatchObject({
      facts: { agentSubjectSource: 'observed', managerSubjectSource: 'documented' },
    });
  });

  it('judges by a default that the configuration of the installation names', async () => {
    const platform = platformOf({ subjects: { registration: own } });
    const bare = { files: { [CONFIG]: 'a: 1\n' } };
    const parts = { 'agent-manager': [subject('fleet.*.register')], 'collect-agent': [bare] };
    const context = probeContext({
      platform,
      runtime: fakeRuntime(parts),
      services: fakeServices({}),
    });

    expect(await runtimeRegistrationSubjects.run({}, context)).toMatchObject({
      findings: [
        {
          code: 'REGISTRATION_SUBJECTS_DIFFER',
          facts: { agentSubject: own, agentSubjectSource: 'configured' },
        },
      ],
    });
  });

  it('does not compare what it cannot read', async () => {
    const blind = runtimeRegistrationSubjects.run(
      {},
      on({ 'agent-manager': [{}], 'collect-agent': [subject('a')] }),
    );

    await expect(blind).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
