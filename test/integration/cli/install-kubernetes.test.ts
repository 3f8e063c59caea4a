/** The page about installing on Kubernetes: its lines as they stand, with a real API server, kubectl and Helm. */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type KubeApi, kubeProgram, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { loadConfig } from '../../../src/platform/settings/config.ts';
import { aetheriusScript, linesOf, type Pasted, paste, root } from '../../support/guide-lines.ts';
import { type KubeSeed, kubeSeed } from '../../support/kube.ts';
import { scratch } from '../../support/targets.ts';

const lacking =
  missing() ??
  ['kubectl', 'helm']
    .filter((name) => kubeProgram(name) === undefined)
    .map((name) => `Kubernetes: no ${name}: run lab/kubernetes/build.sh`)[0];

/** Lines that a test on one machine cannot run, by how they begin, and why. */
const notHere: readonly (readonly [RegExp, string])[] = [
  [/^npm ci /, 'test/repo/readme.test.ts builds the product from its lines'],
  [/^export PATH=/, 'the program is the source here'],
  [/^docker (build|push) /, 'needs a registry, and the base image from one'],
  [/ rollout status /, 'no container runs behind this API server'],
  [
    / exec -i statefulset\//,
    'no container runs; test/integration/store/logins-sql.test.ts runs this file with psql',
  ],
  [/ exec deployment\//, 'no container runs; test/integration/doctor has doctor'],
];
const lines = linesOf('docs/guides/install-kubernetes.md');
const here = lines.filter((line) => !notHere.some(([pattern]) => pattern.test(line)));
const own = 'aetherius-bot';
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('the page about installing on Kubernetes', () => {
  it('has the lines that are run here, and for each other one a reason', () => {
    expect(here.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `export IMAGE=registry.example/aetherius-bot:${version}`,
      'aetherius init',
      '${EDITOR:-vi} installation/secrets/targets.env',
      'sh installation/secrets.sh',
      'kubectl -n',
      'helm upgrade',
    ]);
    expect(notHere.filter(([pattern]) => !lines.some((line) => pattern.test(line)))).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined)(
  `its lines${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = scratch('install-kubernetes');
    const folder = place.dir;
    const file = (name: string) => join(folder, 'checkout/installation', name);
    const read = (name: string) => readFileSync(file(name), 'utf8');
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-1-2-abc', SLACK_APP_TOKEN: 'xapp-1-A1-2-def' };
    let api: KubeApi;
    let seed: KubeSeed;
    let pasted: readonly Pasted[];
    let env: Readonly<Record<string, string>>;
    const programs = () => ({
      aetherius: aetheriusScript(),
      kubectl: `exec "${kubeProgram('kubectl')}" "$@"`,
      helm: `exec "${kubeProgram('helm')}" "$@"`,
      // Fills each place in, as a person would.
      editor: `sed -i 's/^\\(AETHERIUS_[A-Z_0-9]*\\)=$/\\1=redis:\\/\\/:pw@redis:6379/' "$1"`,
    });

    beforeAll(async () => {
      api = await startKubeApi({ dir: join(folder, 'kube') });
      seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      for (const [name, image, port] of [
        ['agent-manager', 'registry.example/agent-manager:2', 8080],
        ['postgres', 'postgres:17', 5432],
        ['redis', 'redis:7', 6379],
      ] as const) {
        const labels = { app: name };
        await seed.post('/apis/apps/v1/namespaces/aetherius/deployments', {
          metadata: { name },
          spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
          },
        });
        await seed.post('/api/v1/namespaces/aetherius/services', {
          metadata: { name },
          spec: { selector: labels, ports: [{ port }] },
        });
      }
      env = { ...tokens, KUBECONFIG: api.kubeconfig, EDITOR: 'editor' };
      pasted = await paste(here, folder, programs(), env);
    }, 240_000);
    afterAll(async () => {
      seed.close();
      await api.stop();
      place.remove();
    });

    it('work in their order, and show no secret', () => {
      expect(pasted.filter(({ code }) => code !== 0)).toEqual([]);
      // The chart says the next line, which is the page's.
      const next = lines.find((line) => line.includes(' exec deployment/')) ?? '';
      expect(pasted.at(-1)?.output).toContain(`   ${next}\n`);
      const secrets = [...read('secrets/logins.env').matchAll(/=(.+)$/gm)].map(([, value = '']) => value);
      expect(secrets).toHaveLength(4);
      for (const secret of [...secrets, ...Object.values(tokens)])
        expect(pasted.map(({ output }) => output).join('\n')).not.toContain(secret);
    });

    it('leave files of secrets that only their owner reads, and a configuration that each role takes', () => {
      for (const name of ['common', 'bot', 'worker', 'scheduler', 'migration', 'targets', 'logins', 'stores'])
        expect(statSync(file(`secrets/${name}.env`)).mode & 0o777, name).toBe(0o600);
      expect(statSync(file('secrets')).mode & 0o777).toBe(0o700);
      expect(statSync(file('aetherius.yaml')).mode & 0o777).toBe(0o644);
      const config = read('aetherius.yaml');
      expect(config).not.toContain('kubeconfig');
      expect(config).not.toContain('[secret]');
      const targets = { AETHERIUS_PG_URL: 'postgres://a:b@c/d', AETHERIUS_REDIS_URL: 'redis://c' };
      for (const role of ['bot', 'worker', 'scheduler'] as const)
        expect(Object.keys(loadConfig(file('aetherius.yaml'), { role, env: targets }).environments)).toEqual([
          'prod',
        ]);
    });

    it('leave each process its own Secret in the cluster, with its own login, and the release with its Pods', async () => {
      const secretOf = async (name: string) => {
        const { data } = (await seed.get(`/api/v1/namespaces/${own}/secrets/${own}-${name}`)) as {
          data: Record<string, string>;
        };
        return Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
        );
      };
      const bot = await secretOf('bot');
      expect(Object.keys(bot).toSorted()).toEqual([
        'DATABASE_URL',
        'SIGNING_KEY',
        'SLACK_APP_TOKEN',
        'SLACK_BOT_TOKEN',
        'TOKEN_KEY',
      ]);
      expect(bot).toMatchObject(tokens);
      const passwords = await secretOf('logins');
      for (const [kind, login] of [
        ['bot', 'BOT'],
        ['worker', 'WORKER'],
        ['scheduler', 'SCHEDULER'],
      ] as const)
        expect(new URL((await secretOf(kind)).DATABASE_URL ?? '').password).toBe(
          passwords[`${login}_DATABASE_PASSWORD`],
        );
      const { 'redis.conf': conf = '' } = await secretOf('stores');
      expect((await secretOf('common')).REDIS_URL).toBe(
        `redis://:${conf.replace('requirepass ', '')}@aetherius-bot-redis:6379`,
      );
      const { items } = (await seed.get(`/apis/apps/v1/namespaces/${own}/deployments`)) as {
        items: readonly { metadata: { name: string }; spec: { template: { spec: object } } }[];
      };
      expect(items.map(({ metadata }) => metadata.name)).toEqual(
        ['bot', 'scheduler', 'worker'].map((role) => `${own}-${role}`),
      );
      expect(JSON.stringify(items)).toContain(`registry.example/aetherius-bot:${version}`);
      const configuration = (await seed.get(`/api/v1/namespaces/${own}/configmaps/${own}`)) as {
        data: Record<string, string>;
      };
      expect(parse(configuration.data['aetherius.yaml'] ?? '')).toEqual(parse(read('aetherius.yaml')));
    });

    it('may be pasted again: what a person wrote stays, and what is missing comes', async () => {
      const names = [
        'aetherius.yaml',
        'values.yaml',
        'secrets/common.env',
        'secrets/logins.env',
        'secrets.sh',
      ];
      appendFileSync(file('values.yaml'), 'logLevel: debug\n');
      const before = names.map(read);
      const bot = read('secrets/bot.env');
      writeFileSync(file('secrets/bot.env'), bot.replace(/^TOKEN_KEY=.*\n/m, ''));

      const again = await paste(here, folder, programs(), env);

      expect(again.filter(({ code }) => code !== 0)).toEqual([]);
      expect(names.map(read)).toEqual(before);
      expect(again.map(({ output }) => output).join('')).toMatch(/bot\.env +added: TOKEN_KEY/);
      expect(read('secrets/bot.env')).toMatch(/^TOKEN_KEY=[0-9a-f]{64}$/m);
      expect(read('secrets/bot.env').replace(/^TOKEN_KEY=.*\n/m, '')).toBe(
        bot.replace(/^TOKEN_KEY=.*\n/m, ''),
      );
    }, 240_000);

    it('stop where a value is missing, with its file, and show none', async () => {
      const targets = read('secrets/targets.env');
      writeFileSync(file('secrets/targets.env'), targets.replace(/^(AETHERIUS_PG_URL)=.*$/m, '$1='));

      const [stopped] = await paste(['sh installation/secrets.sh'], folder, programs(), env);

      expect(stopped?.code).toBe(1);
      expect(stopped?.output).toMatch(
        /^secrets\/targets\.env:\d+:AETHERIUS_PG_URL=\nThese lines have no value yet\./,
      );
      writeFileSync(file('secrets/targets.env'), targets);
    });
  },
);
