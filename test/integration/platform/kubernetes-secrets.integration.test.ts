import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import type { Role } from '../../../src/domain/settings/process-env.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const folder = scratch('kubernetes-secrets');
const planted = 'redis://:pl4nted-in-a-Secret@redis.aetherius.svc:6379';
let api: KubeApi;
let seed: KubeSeed;

/** The Redis address of an environment whose runtime is reached with this kubeconfig. */
function address(kubeconfig: string, { name = 'redis', key = 'url', role = 'worker' as Role } = {}) {
  const config = parseConfig(
    `
environments:
  prod:
    runtime: { kind: kubernetes, namespace: aetherius, kubeconfig: "${kubeconfig}" }
    redis: { url: { secret: { namespace: aetherius, name: ${name}, key: ${key} } } }
`,
    { role, where: 'a.yaml', folder: folder.dir, env: {} },
  );
  const redis = config.environments.prod?.redis;
  if (redis?.kind !== 'single') throw new Error('a single Redis was configured');
  return redis.url;
}

describe.skipIf(lacking !== undefined)(
  `a value that stands in a Kubernetes Secret${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      api = await startKubeApi({ dir: folder.dir });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      await seed.post('/api/v1/namespaces/aetherius/secrets', {
        metadata: { name: 'redis' },
        data: { url: Buffer.from(planted).toString('base64') },
      });
    });
    afterAll(async () => {
      seed?.close();
      await api?.stop();
      folder.remove();
    });

    it('is read from the API server by a worker', async () => {
      expect(await address(api.kubeconfig).reveal()).toBe(planted);
    });

    it('is not read by the process that talks to Slack', async () => {
      await expect(address(api.kubeconfig, { role: 'bot' }).reveal()).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
      });
    });

    it.each([
      ['a Secret that does not exist', { name: 'none' }, 'NOT_FOUND'],
      ['a key that the Secret does not have', { key: 'none' }, 'NOT_FOUND'],
    ])('says which it is: %s', async (_what, where, code) => {
      await expect(address(api.kubeconfig, where).reveal()).rejects.toMatchObject({
        code,
        facts: { namespace: 'aetherius', secret: 'redis', key: 'url', ...rename(where) },
      });
    });

    it('names the right that is missing', async () => {
      const stranger = await api.userKubeconfig('somebody-without-rights');

      const error: unknown = await address(stranger)
        .reveal()
        .catch((reason: unknown) => reason);

      expect(error).toMatchObject({ code: 'NOT_ALLOWED', facts: { verb: 'get', resource: 'secrets' } });
      expect(JSON.stringify(error) + String(error)).not.toContain('pl4nted');
    });

    it('does not wait for an API server that hangs', async () => {
      api.pause();
      try {
        await expect(address(api.kubeconfig).reveal()).rejects.toMatchObject({
          code: 'DEPENDENCY_UNAVAILABLE',
        });
        const given = AbortSignal.timeout(100);
        await expect(address(api.kubeconfig).reveal(given)).rejects.toThrow(/abort|timeout/i);
      } finally {
        api.resume();
      }
    });
  },
);

function rename(where: { readonly name?: string; readonly key?: string }) {
  return {
    ...(where.name === undefined ? {} : { secret: where.name }),
    ...(where.key === undefined ? {} : { key: where.key }),
  };
}
