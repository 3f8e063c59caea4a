/** A simulated API server with the Secrets of both sides, the agents' DaemonSet, and what a fix makes beside them. */
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { ObjectKey, RuntimeTarget } from '../../src/domain/probe/targets/runtime.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { fakeRuntime } from './fake-runtime.ts';
import { inBase64, kubeObjects, type Loose } from './kube-objects.ts';

export const tokens = { manager: 'lab-agent-token-2', agents: 'lab-agent-token-1' } as const;
export const manager = 'secrets/aetherius/agent-auth-token';
export const agents = 'secrets/kube-system/agent-auth-token';
export const kept = 'secrets/kube-system/aetherius-kept-registration-token';

export const secretOf = (token: string | undefined, more: Loose = {}): Loose => ({
  ...{ type: 'Opaque', data: token === undefined ? {} : { token: inBase64(token) } },
  ...more,
});

const daemon = {
  metadata: { name: 'collect-agent', generation: 3, labels: { app: 'collect-agent' } },
  spec: {
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: { app: 'collect-agent' } },
      spec: { containers: [{ name: 'collect-agent', image: 'collect-agent:1' }] },
    },
  },
};
const podOf = (name: string, more: Loose = {}): Loose => ({
  metadata: { name, uid: `pod-${name}`, ownerReferences: [{ uid: 'uid-agents', name: 'collect-agent' }] },
  spec: { containers: [{ name: 'collect-agent' }] },
  status: { phase: 'Running', podIP: '10.244.0.7' },
  ...more,
});

/** Where each side has its token from, as its Pods say. */
export interface Sources {
  readonly manager?: ObjectKey | string;
  readonly agents?: ObjectKey | string;
}
const usual: ObjectKey = { kind: 'Secret', name: 'agent-auth-token', key: 'token' };

export function tokenSecrets(
  start: { readonly [path: string]: Loose | undefined } = {},
  sources: Sources = {},
  pods: readonly Loose[] = [],
) {
  const api = kubeObjects(
    {
      'daemonsets/kube-system/collect-agent': {
        ...daemon,
        metadata: { ...daemon.metadata, uid: 'uid-agents' },
      },
      [manager]: secretOf(tokens.manager),
      [agents]: secretOf(tokens.agents),
      ...start,
    },
    [podOf('collect-agent-1'), ...pods],
  );
  const said = (from: ObjectKey | string, side: string) => {
    const source = typeof from === 'string' ? from : `${from.kind} ${from.name}/${from.key}`;
    return { digest: side, source, ...(typeof from === 'string' ? {} : { from }) };
  };
  const runtime: RuntimeTarget = {
    ...fakeRuntime({}),
    token: (part) =>
      Promise.resolve(
        part === 'agent-manager' ? said(sources.manager ?? usual, 'm') : said(sources.agents ?? usual, 'a'),
      ),
  };
  const { kubernetes, ...rest } = api;
  return {
    ...rest,
    targets: { environment: 'prod', platform: asInGuide, kubernetes, runtime } as Targets,
    token: (path: string) => api.text(path, 'token'),
  };
}
