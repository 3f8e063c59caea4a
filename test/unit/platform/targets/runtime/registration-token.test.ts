import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { ComposeTarget } from '../../../../../src/domain/probe/targets/compose.ts';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import { variableToken } from '../../../../../src/platform/targets/runtime/registration-token.ts';
import {
  runtimeOnCompose,
  runtimeOnKubernetes,
} from '../../../../../src/platform/targets/runtime/runtime.ts';
import { fakeKubernetes } from '../../../../support/fake-kubernetes.ts';

type Loose = Readonly<Record<string, unknown>>;
/** Of the same value given as a plain variable. */
const digest = (AGENT_AUTH_TOKEN: string) =>
  variableToken({ AGENT_AUTH_TOKEN }, 'agent-manager', asInGuide).digest;

/** A Pod of agent-manager in a cluster with these Secrets; `null`: it may not be read. */
function cluster(
  spec: Loose,
  secrets: Readonly<Record<string, Readonly<Record<string, string>> | null>> = {},
  waiting?: string,
) {
  const asked: string[] = [];
  const meta = (name: string) => ({ name, namespace: 'aetherius', uid: name, resourceVersion: '1' });
  const state = waiting === undefined ? {} : { waiting: { reason: waiting } };
  const pod: KubeObject = {
    metadata: { ...meta('one'), labels: { app: 'agent-manager' } },
    spec,
    status: { phase: 'Pending', containerStatuses: [{ name: 'agent-manager', state }] },
  };
  const kubernetes = fakeKubernetes({
    list: async (kind) => (kind === 'pods' ? [pod] : []),
    async get(kind, namespace, name) {
      asked.push(`${kind}/${name}`);
      const found = secrets[name];
      if (found === undefined) throw new AppError('NOT_FOUND', 'no such object');
      if (found === null)
        throw new TargetError('forbidden', 'not allowed', {
          facts: { verb: 'get', resource: kind, namespace },
        });
      const data = Object.entries(found).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      return { metadata: meta(name), data: Object.fromEntries(data) };
    },
  });
  return { asked, token: () => runtimeOnKubernetes(kubernetes, asInGuide).token('agent-manager') };
}

const container = (more: Loose, name = 'agent-manager') => ({ name, ...more });
const fromSecret = (name: string, secret: string, key: string, optional?: boolean) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, ...(optional === undefined ? {} : { optional }) } },
});
/** As the guide's own installation has it. */
const mounted = (secretName = 'agent-auth-token') => ({
  mount: { volumeMounts: [{ name: 'token', mountPath: '/etc/aetherius/secrets' }] },
  volumes: [
    {
      name: 'token',
      secret: { secretName, optional: true, items: [{ key: 'token', path: 'agent-auth-token' }] },
    },
  ],
});

describe('the registration token of a Pod', () => {
  it('comes from the Secret and key that its variable names, whatever they are called', async () => {
    const { token, asked } = cluster(
      { containers: [container({ env: [fromSecret('AGENT_AUTH_TOKEN', 'fleet', 'registration')] })] },
      { fleet: { registration: 'abc\n' }, 'agent-auth-token': { token: 'another' } },
    );

    expect(await token()).toEqual({
      digest: digest('abc'),
      source: 'Secret fleet/registration',
      from: { kind: 'Secret', name: 'fleet', key: 'registration' },
    });
    expect(asked).toEqual(['secrets/fleet']);
  });

  it('comes from a whole Secret: the last that has it, under its prefix', async () => {
    const sources = [
      { secretRef: { name: 'early' } },
      { prefix: 'AETHERIUS_', secretRef: { name: 'late' } },
      { secretRef: { name: 'other' } },
    ];
    const { token } = cluster(
      { containers: [container({ envFrom: sources })] },
      { early: { AGENT_AUTH_TOKEN: 'no' }, late: { AGENT_AUTH_TOKEN: 'abc' }, other: { PASSWORD: 'x' } },
    );

    expect(await token()).toEqual({
      digest: digest('abc'),
      source: 'Secret late/AGENT_AUTH_TOKEN',
      from: { kind: 'Secret', name: 'late', key: 'AGENT_AUTH_TOKEN' },
    });
  });

  it('is the value in the Pod before any of them, and the mounted Secret where the variable is empty', async () => {
    const { mount, volumes } = mounted('fleet');
    const with_ = (value: string) =>
      cluster(
        { containers: [container({ env: [{ name: 'AGENT_AUTH_TOKEN', value }], ...mount })], volumes },
        { fleet: { token: 'abc' } },
      ).token();

    expect(await with_('own')).toEqual({ digest: digest('own'), source: 'AGENT_AUTH_TOKEN' });
    expect(await with_('')).toEqual({
      digest: digest('abc'),
      source: 'Secret fleet/token',
      from: { kind: 'Secret', name: 'fleet', key: 'token' },
    });
  });

  it('is missing where its Secret or its key is not there', async () => {
    const { mount, volumes } = mounted();

    expect(await cluster({ containers: [container(mount)], volumes }).token()).toEqual({
      source: 'Secret agent-auth-token/token',
      from: { kind: 'Secret', name: 'agent-auth-token', key: 'token' },
    });
    expect(
      await cluster({
        containers: [container({ env: [fromSecret('AGENT_AUTH_TOKEN', 'fleet', 'token', true)] })],
      }).token(),
    ).toEqual({ source: 'Secret fleet/token', from: { kind: 'Secret', name: 'fleet', key: 'token' } });
  });

  it('is missing where its container waits for a Secret that is not there, unknown where one runs on', async () => {
    const spec = { containers: [container({ env: [fromSecret('AGENT_AUTH_TOKEN', 'fleet', 'token')] })] };

    expect(await cluster(spec, {}, 'CreateContainerConfigError').token()).toEqual({
      source: 'Secret fleet/token',
      from: { kind: 'Secret', name: 'fleet', key: 'token' },
    });
    await expect(cluster(spec).token()).rejects.toMatchObject({ facts: { reason: 'reference-gone' } });
    await expect(cluster(spec, { fleet: null }, 'CreateContainerConfigError').token()).rejects.toMatchObject({
      stage: 'forbidden',
    });
  });

  it('is not the token of another agent beside it', async () => {
    const { mount, volumes } = mounted();
    const env = [{ name: 'CONSUL_AGENT_TOKEN', value: 'of consul' }];
    const sidecar = container({ env: [{ name: 'VAULT_AGENT_TOKEN', value: 'of vault' }] }, 'vault-agent');
    const { token } = cluster(
      { containers: [container({ env, ...mount }), sidecar], volumes },
      { 'agent-auth-token': { token: 'abc' } },
    );

    expect(await token()).toEqual({
      digest: digest('abc'),
      source: 'Secret agent-auth-token/token',
      from: { kind: 'Secret', name: 'agent-auth-token', key: 'token' },
    });
  });

  it('is asked for once of a Secret that may not be read', async () => {
    const { token, asked } = cluster(
      { containers: [container({ envFrom: [{ secretRef: { name: 'all' } }] })] },
      { all: null },
    );

    await expect(token()).rejects.toMatchObject({ stage: 'forbidden' });
    expect(asked).toEqual(['secrets/all']);
  });

  it('cannot be told where the Secret may not be read, and the refusal names it', async () => {
    const { token } = cluster(
      { containers: [container({ env: [fromSecret('AGENT_AUTH_TOKEN', 'fleet', 'token')] })] },
      { fleet: null, 'agent-auth-token': { token: 'abc' } },
    );

    await expect(token()).rejects.toMatchObject({
      stage: 'forbidden',
      facts: { verb: 'get', resource: 'secrets/fleet' },
    });
    await expect(
      cluster(
        { containers: [container({ envFrom: [{ secretRef: { name: 'all' } }] })] },
        { all: null },
      ).token(),
    ).rejects.toMatchObject({ facts: { resource: 'secrets/all' } });
  });

  it('is the mounted one beside credentials that may not be read', async () => {
    const { mount, volumes } = mounted();
    const { token } = cluster(
      { containers: [container({ envFrom: [{ secretRef: { name: 'database' } }], ...mount })], volumes },
      { database: null, 'agent-auth-token': { token: 'abc' } },
    );

    expect(await token()).toEqual({
      digest: digest('abc'),
      source: 'Secret agent-auth-token/token',
      from: { kind: 'Secret', name: 'agent-auth-token', key: 'token' },
    });
  });

  it('comes from the Secret of the usual name where the Pod says nothing, and else from nowhere (R-PLAT18)', async () => {
    const plain = { containers: [container({ env: [{ name: 'LOG', value: 'x' }] })] };

    expect(await cluster(plain, { 'agent-auth-token': { token: 'abc' } }).token()).toMatchObject({
      digest: digest('abc'),
    });
    await expect(cluster(plain).token()).rejects.toMatchObject({
      facts: { reason: 'token-source-unknown', part: 'agent-manager' },
    });
  });
});

describe('the registration token of a container', () => {
  const token = (env: Readonly<Record<string, string>>) => {
    const one = { service: 'agent-manager', startedAt: '', env };
    const compose = { containers: async () => [one] } as unknown as ComposeTarget;
    return runtimeOnCompose(compose, asInGuide).token('agent-manager');
  };

  it('is its variable, missing where that is empty, unknown where there is none', async () => {
    expect(await token({ AGENT_AUTH_TOKEN: 'abc' })).toMatchObject({ digest: digest('abc') });
    expect(await token({ AGENT_AUTH_TOKEN: '' })).toEqual({ source: 'AGENT_AUTH_TOKEN' });
    await expect(token({ LOG: 'x' })).rejects.toMatchObject({ facts: { reason: 'token-source-unknown' } });
  });

  it('tells two tokens apart by a digest that no other process makes', async () => {
    const own = digest('abc');
    const sha256 = createHash('sha256').update('abc').digest('hex');

    expect(own).toMatch(/^[0-9a-f]{12}$/);
    expect(digest('abc')).toBe(own);
    expect(digest('abd')).not.toBe(own);
    expect(sha256).not.toContain(own);
    vi.resetModules();
    const other = await import('../../../../../src/platform/targets/runtime/registration-token.ts');
    expect(other.variableToken({ AGENT_AUTH_TOKEN: 'abc' }, 'agent-manager', asInGuide).digest).not.toBe(own);
  });
});
