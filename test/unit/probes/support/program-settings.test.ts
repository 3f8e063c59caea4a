import { describe, expect, it } from 'vitest';
import { platformOf } from '../../../../src/domain/platform/platform.ts';
import { plainSettings, settingsOf } from '../../../../src/probes/support/program-settings.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';

const platform = platformOf({
  parts: {
    'agent-manager': { configFile: '/conf/manager.yaml' },
    'orchestrator-service': { configFile: '/conf/flow.yaml' },
  },
});
const signal = new AbortController().signal;

async function settings(part: FakePart, more: Partial<ReturnType<typeof fakeRuntime>> = {}) {
  const runtime = { ...fakeRuntime({ 'orchestrator-service': [part] }), ...more };
  const [instance] = await runtime.instances('orchestrator-service');
  if (instance === undefined) throw new Error('no instance');
  const { settings: all, unseen } = await settingsOf(instance, { runtime, platform }, signal);
  return { named: Object.fromEntries(all.map(({ name, value }) => [name, value])), unseen };
}
const map = { kind: 'ConfigMap', name: 'env', key: 'k' } as const;
const secret = { kind: 'Secret', name: 'env', key: 'k' } as const;

describe('the settings of a program', () => {
  it('are its variables and the words of its command', async () => {
    const runtime = fakeRuntime({
      'agent-manager': [
        { env: { A_URL: 'http://a:1' }, command: ['/app/run', '--peer=http://b:2?x=1', '-v', 'x=y'] },
      ],
    });
    const [instance] = await runtime.instances('agent-manager');

    expect(instance && plainSettings(instance)).toEqual([
      { name: 'A_URL', value: 'http://a:1' },
      { name: '/app/run', value: '/app/run' },
      { name: '--peer', value: 'http://b:2?x=1' },
      { name: '-v', value: '-v' },
      { name: 'x=y', value: 'x=y' },
    ]);
  });

  it('are also what ConfigMaps give, and each key of its own file', async () => {
    const files = {
      '/conf/flow.yaml': 'peer: { url: "http://a:1" }\nempty:\n',
      '/conf/manager.yaml': 'wrong: 1',
    };

    expect(await settings({ files, referred: { B_URL: { from: map, value: 'http://b:2' } } })).toEqual({
      named: { B_URL: 'http://b:2', 'peer.url': 'http://a:1', empty: '' },
      unseen: false,
    });
    expect(await settings({})).toEqual({ named: {}, unseen: false });
  });

  it('are not read of others where none are referred to', async () => {
    const refuse = () => Promise.reject(new Error('nothing is referred to'));

    expect(await settings({}, { referredNames: refuse, referred: refuse })).toEqual({
      named: {},
      unseen: false,
    });
  });

  it.each(['PEER_URL', 'NEO4J_URI', 'REDIS_ADDR', 'DB_HOST', 'ENDPOINT', 'server', 'DSN'])(
    'are not all seen where a Secret gives %s, which may be an address',
    async (name) => {
      expect(await settings({ referred: { [name]: { from: secret, equal: false } } })).toEqual({
        named: {},
        unseen: true,
      });
    },
  );

  it('are all seen but for what can be no address', async () => {
    const password = { from: secret, unread: new Error('forbidden') };

    expect((await settings({ referred: { PASSWORD: password } })).unseen).toBe(false);
    expect((await settings({ referred: { PEER_URL: password, PASSWORD: password } })).unseen).toBe(true);
  });

  it('are not all seen where its file cannot be read, or is none of YAML', async () => {
    const forbidden = { file: () => Promise.reject(new Error('forbidden')) };

    expect(await settings({}, forbidden)).toEqual({ named: {}, unseen: true });
    expect(await settings({ files: { '/conf/flow.yaml': 'a: [' } })).toEqual({ named: {}, unseen: true });
  });

  it('end with the run', async () => {
    const ended = AbortSignal.abort(new Error('over'));
    const runtime = {
      ...fakeRuntime({ 'orchestrator-service': [{}] }),
      file: () => Promise.reject(new Error('no')),
    };
    const [instance] = await runtime.instances('orchestrator-service');

    await expect(
      instance === undefined ? undefined : settingsOf(instance, { runtime, platform }, ended),
    ).rejects.toThrow('over');
  });
});
