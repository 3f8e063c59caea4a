import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesNetworkPolicies } from '../../../../src/probes/kubernetes/network-policies.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('kubernetes.network-policies', () => {
  const serviceOf = (name: string, port: number | string) => ({
    ...meta(name, 'aetherius'),
    spec: { selector: { app: name }, ports: [{ port: 8081, targetPort: port }] },
  });
  const agent = {
    ...pod('collect-agent'),
    ...meta('collect-agent-1', 'kube-system', { app: 'collect-agent' }),
  };
  interface Around {
    /** What `wget` says in the Pod of each service. */
    readonly tries?: { readonly code: number; readonly stderr?: string };
    /** Labels of the namespaces; a string refuses them with this right. */
    readonly namespaces?: Readonly<Record<string, string>> | 'refused';
    readonly agentPolicies?: 'refused';
  }
  const look = async (
    policies: readonly object[],
    { tries, namespaces = {}, agentPolicies }: Around = {},
  ) => {
    const lists = {
      networkpolicies: policies,
      pods: [pod('agent-manager'), pod('orchestrator-service'), pod('nats'), agent],
      services: [serviceOf('orchestrator-service', 'http'), serviceOf('nats', 8081)],
    };
    const target = kubernetes(lists);
    const refused = new TargetError('forbidden', 'no');
    const asked: string[] = [];
    const list: KubernetesTarget['list'] = (kind, namespace, options) =>
      kind === 'networkpolicies' && namespace === 'kube-system' && agentPolicies === 'refused'
        ? Promise.reject(refused)
        : target.list(kind, namespace, options);
    const get: KubernetesTarget['get'] = (_kind, _namespace, name) => {
      asked.push(name);
      return namespaces === 'refused'
        ? Promise.reject(refused)
        : Promise.resolve(meta(name, '', namespaces) as KubeObject);
    };
    const url = 'http://10.0.0.9:8081/';
    const commands = tries === undefined ? {} : { [`wget -q -O - -T 4 ${url}`]: tries };
    const part = { commands };
    const parts = { 'agent-manager': [part], 'orchestrator-service': [part], 'collect-agent': [part] };
    const context = probeContext({ kubernetes: { ...target, list, get }, runtime: fakeRuntime(parts) });
    return { asked, ...(await kubernetesNetworkPolicies.run({}, context)) };
  };
  const closed = {
    ...meta('lockdown', 'aetherius'),
    spec: { podSelector: { matchLabels: { app: 'orchestrator-service' } }, policyTypes: ['Ingress'] },
  };

  const open = { ...closed, spec: { ...closed.spec, ingress: [{ ports: [{ port: 'http' }] }] } };

  it('names a Service with ready Pods that no rule lets anybody reach, once', async () => {
    const shop = {
      ...meta('lockdown', 'aetherius'),
      spec: { podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Ingress'] },
    };
    const service = {
      ...meta('shop', 'aetherius'),
      spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
    };
    const ask = (policies: readonly object[], pods: readonly object[]) =>
      kubernetesNetworkPolicies.run(
        {},
        probeContext({
          kubernetes: kubernetes({ networkpolicies: policies, pods, services: [service] }),
          runtime: fakeRuntime({}),
        }),
      );
    const unready = pod('shop', { conditions: [{ type: 'Ready', status: 'False' }] });

    expect(await ask([shop], [pod('shop'), pod('other')])).toMatchObject({
      findings: [
        { code: 'POLICY_ISOLATES', subject: 'service/shop', facts: { policy: 'lockdown', port: 80 } },
      ],
    });
    expect(await ask([open], [pod('shop')])).toMatchObject({ status: 'healthy' });
    // That nothing behind it is ready is another finding.
    expect(await ask([shop], [unready])).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['HTTP', { code: 1, stderr: 'wget: server returned error: HTTP/1.1 404 Not Found' }],
    ['another protocol', { code: 1, stderr: 'wget: bad header line: INFO {"server_id"' }],
    ['GNU wget', { code: 8 }],
  ])('is no cause where the connection works all the same (%s)', async (_what, tries) => {
    expect(await look([closed], { tries })).toMatchObject({
      findings: [
        {
          code: 'POLICY_NOT_ENFORCED',
          severity: 'info',
          facts: { policy: 'lockdown', from: 'agent-manager', to: 'orchestrator-service' },
        },
      ],
    });
  });

  it.each([
    ['no answer', { code: 1, stderr: 'wget: download timed out' }],
    ['no wget', { code: 127, stderr: 'wget: not found' }],
  ])('stays a cause after %s', async (_what, tries) => {
    expect(await look([closed], { tries })).toMatchObject({ findings: [{ code: 'POLICY_BLOCKS' }] });
  });

  describe('that selects namespaces', () => {
    const onNats = { podSelector: { matchLabels: { app: 'nats' } } };
    const byTeam = {
      ...meta('by-team', 'aetherius'),
      spec: {
        ...onNats,
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'platform' } } }] }],
      },
    };

    it('is judged by their labels, which are read only then', async () => {
      expect(await look([byTeam], { namespaces: { team: 'platform' } })).toMatchObject({
        status: 'healthy',
        asked: ['aetherius', 'kube-system'],
      });
      expect(await look([byTeam], { namespaces: { team: 'other' } })).toMatchObject({
        findings: [{ subject: 'agent-manager→nats' }, {}, {}],
      });
      expect(await look([open])).toMatchObject({ status: 'healthy', asked: [] });
    });

    it('blocks nobody when the labels may not be read: it could not be checked', async () => {
      expect(await look([byTeam], { namespaces: 'refused' })).toMatchObject({
        status: 'inconclusive',
        cause: { stage: 'forbidden' },
      });
    });
  });

  it('of the agents stops them as well, and leaves them open when it may not be read', async () => {
    const agents = {
      ...meta('agents', 'kube-system'),
      spec: { podSelector: { matchLabels: { app: 'collect-agent' } }, policyTypes: ['Egress'] },
    };

    expect(await look([agents])).toMatchObject({
      findings: [{ subject: 'collect-agent→nats', facts: { policy: 'agents', direction: 'Egress' } }],
    });
    expect(await look([], { agentPolicies: 'refused' })).toMatchObject({
      status: 'inconclusive',
      cause: { stage: 'forbidden' },
    });
    expect(await look([closed], { agentPolicies: 'refused' })).toMatchObject({
      findings: [{ code: 'POLICY_BLOCKS' }],
    });
  });

  describe('judges a Pod', () => {
    const ask = async (source: object, policies: readonly object[] = [closed]) =>
      kubernetesNetworkPolicies.run(
        {},
        probeContext({
          kubernetes: kubernetes({
            ...{ networkpolicies: policies, pods: [source, pod('orchestrator-service')] },
            services: [serviceOf('orchestrator-service', 'http')],
          }),
          runtime: fakeRuntime({}),
        }),
      );
    const source = pod('agent-manager');
    const going = { ...source, metadata: { ...source.metadata, deletionTimestamp: '2026-03-01T10:00:00Z' } };

    it('that takes part', async () => {
      expect(await ask(source)).toMatchObject({ findings: [{ code: 'POLICY_BLOCKS' }] });
    });

    it.each([
      ['that is going', going],
      ['that has ended', pod('agent-manager', { phase: 'Succeeded' })],
      ['that has failed', pod('agent-manager', { phase: 'Failed' })],
      ['that lives in the network of its node', { ...source, spec: { ...source.spec, hostNetwork: true } }],
      ['of another name', pod('shop')],
    ])('not as a source: one %s', async (_what, other) => {
      // The Service itself stays closed to all, which is another finding.
      const result = await ask(other);

      expect(JSON.stringify(result)).not.toContain('POLICY_BLOCKS');
      expect(JSON.stringify(result)).not.toContain('agent-manager→');
    });

    it('behind a Service of its own namespace only', async () => {
      const elsewhere = { ...pod('shop'), ...meta('shop-1', 'kube-system', { app: 'shop' }) };
      const service = {
        ...meta('shop', 'aetherius'),
        spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
      };
      const shut = { podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Ingress'] };
      const result = await kubernetesNetworkPolicies.run(
        {},
        probeContext({
          kubernetes: kubernetes({
            networkpolicies: [
              { ...meta('shut', 'aetherius'), spec: shut },
              { ...meta('shut', 'kube-system'), spec: shut },
            ],
            ...{ pods: [elsewhere], services: [service] },
          }),
          runtime: fakeRuntime({}),
        }),
      );

      expect(result).toMatchObject({ status: 'healthy' });
    });
  });

  it('names a service whose Pods may ask no name server, and none that has no Pod', async () => {
    const mute = {
      ...meta('mute', 'aetherius'),
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] },
    };

    const { findings } = (await look([mute])) as { findings?: readonly { code: string; subject: string }[] };

    expect(findings?.filter(({ code }) => code === 'POLICY_BLOCKS_DNS')).toMatchObject([
      { subject: 'agent-manager→dns', facts: { policy: 'mute', namespace: 'aetherius' } },
      { subject: 'orchestrator-service→dns' },
    ]);
  });

  it('names the policy, the way and the port', async () => {
    expect(await look([])).toMatchObject({ status: 'healthy' });
    expect(await look([closed])).toMatchObject({
      findings: [
        {
          code: 'POLICY_BLOCKS',
          subject: 'agent-manager→orchestrator-service',
          facts: { policy: 'lockdown', port: 8081 },
        },
      ],
    });
  });

  it('does not look for a part behind another one that it has seen', async () => {
    // The second Pod of agent-manager has no label that the policy speaks of: the first one is the connection's end.
    const second = {
      ...pod('agent-manager'),
      ...meta('agent-manager-2', 'aetherius', { app: 'agent-manager', tier: 'b' }),
    };
    const byTier = {
      ...meta('by-tier', 'aetherius'),
      spec: {
        podSelector: { matchLabels: { app: 'orchestrator-service' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { tier: 'b' } } }] }],
      },
    };
    const ask = (pods: readonly object[]) =>
      kubernetesNetworkPolicies.run(
        {},
        probeContext({
          kubernetes: kubernetes({
            ...{ networkpolicies: [byTier], pods: [...pods, pod('shop'), pod('orchestrator-service')] },
            services: [serviceOf('orchestrator-service', 'http')],
          }),
          runtime: fakeRuntime({}),
        }),
      );

    expect(await ask([pod('agent-manager'), second])).toMatchObject({
      findings: [{ code: 'POLICY_BLOCKS', subject: 'agent-manager→orchestrator-service' }],
    });
    expect(await ask([second, pod('agent-manager')])).toMatchObject({ status: 'healthy' });
  });

  it('knows where nothing is allowed without the policies of the agents: of the platform alone', async () => {
    const all = { ...closed, spec: { podSelector: {}, ingress: [{}] } };
    const result = await look([all], { agentPolicies: 'refused' });

    // Every Pod of the platform is judged by its own rules; only what the agents may do is open.
    expect(result).toMatchObject({ status: 'inconclusive', cause: { stage: 'forbidden' } });
  });

  it('tries each direction by a connection of its own', async () => {
    const agents = {
      ...meta('agents', 'kube-system'),
      spec: { podSelector: { matchLabels: { app: 'collect-agent' } }, policyTypes: ['Egress'] },
    };
    const answered = { code: 1, stderr: 'wget: server returned error: HTTP/1.1 404 Not Found' };

    expect(await look([closed, agents], { tries: answered })).toMatchObject({
      findings: [
        { code: 'POLICY_NOT_ENFORCED', facts: { direction: 'Egress', to: 'nats' } },
        { code: 'POLICY_NOT_ENFORCED', facts: { direction: 'Ingress', to: 'orchestrator-service' } },
      ],
    });
    // Only one connection of a direction is tried, and said; the others of it are silent.
    const mute = {
      ...meta('mute', 'aetherius'),
      spec: { podSelector: { matchLabels: { app: 'agent-manager' } }, policyTypes: ['Egress'] },
    };
    const { findings } = (await look([mute], { tries: answered })) as { findings?: readonly object[] };
    expect(findings).toMatchObject([{ code: 'POLICY_NOT_ENFORCED', facts: { direction: 'Egress' } }]);
  });
});
