import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { type KubeApi, missing, startKubeApi } from '../../../lab/components/kube-api.ts';
import { type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import { DoctorOutput } from '../../../src/cli/output-schemas.ts';
import { examine } from '../../../src/platform/doctor/examine.ts';
import { examineKubernetes } from '../../../src/platform/doctor/kubernetes.ts';
import { examinePostgres } from '../../../src/platform/doctor/postgres.ts';
import { parseConfig, readProcessEnv } from '../../../src/platform/settings/config.ts';
import { KubeLogins } from '../../../src/platform/targets/kubernetes/kube-config.ts';
import { aetherius } from '../../support/cli.ts';
import { kubeSeed } from '../../support/kube.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { closedPort, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const redis = useRedis(['--appendonly', 'yes']);
const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
const now = () => Date.now();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const states = (checks: readonly { key: string; state: string }[]) =>
  Object.fromEntries(checks.map(({ key, state }) => [key, state]));

describe('PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await postgres.migrated();
  });

  /** A login that may act as this role and owns nothing, as an installation should have it. */
  async function application(role = 'aetherius_app_bot'): Promise<string> {
    const login = `doctor_of_${role}`;
    await database.sql(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${login}') THEN
        CREATE ROLE ${login} LOGIN PASSWORD 'doctor' IN ROLE ${role};
      END IF; END $$`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'doctor';
    return url.href;
  }

  it('that is as it should be has nothing to mend, and its clock is ours', async () => {
    const { checks, offsetMs } = await examinePostgres({ url: await application() }, now);

    expect(states(checks)).toEqual({
      'postgres.reach': 'ok',
      'postgres.durable': 'ok',
      'postgres.migrations': 'ok',
      'postgres.role': 'ok',
      'postgres.audit': 'ok',
      'postgres.listen': 'ok',
    });
    expect(Math.abs(offsetMs ?? Number.NaN)).toBeLessThan(5_000);
  });

  it('R-A15: is warned about when a login may act as more than one kind of process', async () => {
    await database.sql(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'doctor_two') THEN
        CREATE ROLE doctor_two LOGIN PASSWORD 'doctor' IN ROLE aetherius_app_worker, aetherius_app_bot;
      END IF; END $$`);
    const two = new URL(await application());
    two.username = 'doctor_two';

    for (const [url, roles] of [
      [await application('aetherius_app'), 'aetherius_app'],
      [two.href, 'aetherius_app_bot, aetherius_app_worker'],
    ] as const) {
      const { checks } = await examinePostgres({ url }, now);

      expect(checks).toContainEqual(
        expect.objectContaining({
          key: 'postgres.not-separate',
          state: 'warning',
          facts: expect.objectContaining({ roles }),
        }),
      );
    }
    const { checks } = await examinePostgres({ url: await application('aetherius_app_cli') }, now);
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it('is warned about when the application owns its tables', async () => {
    const { checks } = await examinePostgres({ url: database.url }, now);

    expect(states(checks)).toMatchObject({ 'postgres.owner': 'warning' });
  });

  it('R-A16: is found with what somebody has written in the bot’s place', async () => {
    const url = await application();
    await database.store().tx((tx) =>
      tx.audit.append({
        actor: 'system',
        actorTeam: '-',
        action: 'decision.forged',
        facts: { why: 'seal' },
      }),
    );

    const { checks } = await examinePostgres({ url }, now);

    expect(checks).toContainEqual(
      expect.objectContaining({
        key: 'audit.forged',
        state: 'failed',
        facts: expect.objectContaining({ count: 1 }),
      }),
    );
  });

  it('R-X10: is warned about while fixes are off, with who, when and why, and no longer than they are', async () => {
    const url = await application('aetherius_app_worker');
    const off = async () =>
      (await examinePostgres({ url }, now)).checks.filter(({ key }) => /fix(?:es)?-off$/.test(key));
    const by = { userId: 'ULEAD', teamId: 'T1', via: 'slack' } as const;
    const set = (scope: string, active: boolean, forMs?: number) =>
      database.store().tx((tx) =>
        tx.killSwitches.set(scope, {
          ...{ active, by, reason: 'a drill' },
          ...(forMs === undefined ? {} : { forMs }),
        }),
      );
    expect(await off()).toEqual([]);

    await set('*', true);
    await set('redis.set-eviction-policy', true, 3_600_000);
    const why = { why: 'a drill', person: 'ULEAD', since: expect.any(String) };
    expect(await off()).toEqual([
      expect.objectContaining({ key: 'postgres.fixes-off', state: 'warning', facts: { scope: '*', ...why } }),
      expect.objectContaining({
        ...{ key: 'postgres.fix-off', facts: { scope: 'redis.set-eviction-policy', ...why } },
      }),
    ]);

    await set('*', false);
    await database.sql("UPDATE kill_switches SET until = clock_timestamp() - interval '1 second'");
    expect(await off()).toEqual([]);
  });

  it('is found without migrations', async () => {
    const empty = await postgres.database();

    const { checks } = await examinePostgres({ url: empty.url }, now);

    expect(checks).toContainEqual(
      expect.objectContaining({ key: 'postgres.migrations-missing', state: 'failed' }),
    );
  });

  it('is found with an audit log that could be changed, with the statement that ends it', async () => {
    const url = await application();
    await database.sql('GRANT UPDATE, TRUNCATE ON audit_log TO aetherius_app_bot');

    const { checks } = await examinePostgres({ url }, now);
    await database.sql('REVOKE UPDATE, TRUNCATE ON audit_log FROM aetherius_app_bot');

    expect(checks).toContainEqual(
      expect.objectContaining({
        key: 'postgres.audit-surplus',
        state: 'failed',
        remedy: 'REVOKE UPDATE, TRUNCATE ON audit_log FROM aetherius_app_bot;',
      }),
    );
  });

  it('is found with a login that may not act for the application', async () => {
    await database.sql(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stranger') THEN CREATE ROLE stranger LOGIN PASSWORD 'x'; END IF; END $$`);
    const url = new URL(database.url);
    url.username = 'stranger';
    url.password = 'x';

    const { checks } = await examinePostgres({ url: url.href }, now);

    expect(states(checks)).toMatchObject({ 'postgres.role-missing': 'failed' });
  });

  it('that cannot be reached or refuses the password says which of the two', async () => {
    const wrong = new URL(await application());
    wrong.password = 'wrong';

    const closed = await examinePostgres({ url: 'postgres://a:secretword@127.0.0.1:1/x' }, now);
    const refused = await examinePostgres({ url: wrong.href }, now);

    expect(closed.checks).toMatchObject([{ key: 'postgres.unreachable', facts: { reason: 'ECONNREFUSED' } }]);
    expect(refused.checks).toMatchObject([{ key: 'postgres.unreachable', facts: { reason: '28P01' } }]);
  });
});

describe('Slack', () => {
  let slack: SlackEmulator | undefined;
  afterEach(async () => {
    await slack?.stop();
    slack = undefined;
  });
  const config = parseConfig('environments: { prod: { runtime: { kind: none } } }', {
    role: 'command-line',
    where: 'a.yaml',
    folder: '/',
    env: {},
  });

  async function examineWith(
    scopes: readonly string[] | undefined,
    wanted: readonly string[],
    token?: string,
  ) {
    slack = await startSlackEmulator(
      scopes === undefined ? {} : { manifest: { oauth_config: { scopes: { bot: [...scopes] } } } as never },
    );
    const env = readProcessEnv('command-line', {
      SLACK_BOT_TOKEN: token ?? slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
    });
    return examine({ config, env, logger: silentLogger, logins: new KubeLogins(), now, scopes: wanted });
  }

  it('with all scopes and a socket has nothing to mend', async () => {
    const checks = await examineWith(['chat:write', 'commands'], ['chat:write', 'commands']);

    expect(states(checks)).toMatchObject({
      'slack.token': 'ok',
      'slack.scopes': 'ok',
      'slack.socket': 'ok',
      'clock.slack': 'ok',
    });
  });

  it('lacks a scope by name', async () => {
    const checks = await examineWith(['chat:write'], ['chat:write', 'users:read']);

    expect(checks).toContainEqual(
      expect.objectContaining({
        key: 'slack.scopes-missing',
        state: 'failed',
        facts: { missing: 'users:read' },
      }),
    );
  });

  it('does not take a wrong token, and the token is not shown', async () => {
    const checks = await examineWith(undefined, [], 'xoxb-wrong-token-1234');

    expect(checks).toContainEqual(
      expect.objectContaining({ key: 'slack.token-refused', facts: { reason: 'invalid_auth' } }),
    );
    expect(JSON.stringify(checks)).not.toContain('xoxb-wrong');
  });
});

describe('a setting that has no effect', () => {
  it('is a fault that names it and what it needs', async () => {
    const approvals =
      'approvals: { approvers: { all: { users: [U0A] } }, tiers: { 1: { by: [all] } }, breakGlass: { by: [all], notify: C0AUDIT } }';
    const read = { role: 'command-line', where: 'a.yaml', folder: '/', env: {} } as const;
    const config = parseConfig(`environments: { prod: { runtime: { kind: none } } }\n${approvals}`, read);
    const env = readProcessEnv('command-line', {});
    const at = { env, logger: silentLogger, logins: new KubeLogins(), now, scopes: [] };

    const checks = await examine({ ...at, config });
    const without = await examine({ ...at, config: { ...config, approvals: undefined } as never });

    expect(checks).toContainEqual({
      ...{ area: 'configuration', key: 'configuration.no-effect-needs', state: 'failed' },
      facts: { setting: 'approvals.breakGlass', other: 'approvals.tiers.2' },
    });
    expect(states(without)).not.toHaveProperty('configuration.no-effect-needs');
  });
});

describe('the whole command', () => {
  const file = join(folder, 'a.yaml');
  beforeAll(() => writeFileSync(file, stringify({ environments: { prod: { runtime: { kind: 'none' } } } })));

  it('finds Redis’s eviction policy, prints how to mend it, and ends with exit code 1', async () => {
    const database = await postgres.migrated();
    const env = { DATABASE_URL: database.loginUrl, REDIS_URL: redis.server.url, AUDIT_KEY: 'k'.repeat(32) };
    const good = await aetherius(['--config', file, '--output', 'json', 'doctor'], env);
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');

    const bad = await aetherius(['--config', file, 'doctor'], env);
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');

    const checks = DoctorOutput.parse(JSON.parse(good.out)).checks;
    expect(states(checks)).toMatchObject({
      'redis.policy': 'ok',
      'redis.append-only': 'ok',
      'audit.key': 'ok',
    });
    expect(good.exit).toBe(0);
    expect(bad.exit).toBe(1);
    expect(bad.out).toContain('maxmemory-policy is allkeys-lru');
    expect(bad.out).toContain('CONFIG SET maxmemory-policy noeviction');
  });

  it('says that jobs lie in Redis which nobody fetches, and that it was so before', async () => {
    const { DATABASE_URL, AUDIT_KEY } = {
      DATABASE_URL: 'postgres://a@127.0.0.1:1/a',
      AUDIT_KEY: 'k'.repeat(32),
    };
    const env = { DATABASE_URL, AUDIT_KEY, REDIS_URL: redis.server.url };
    const queue = '{aetherius}:execute-prod';
    const ask = () => aetherius(['--config', file, 'doctor'], env);
    const none = await ask();
    await redis.call('LPUSH', `${queue}:wait`, 'rem-1');
    await redis.call('HSET', `${queue}:rem-1`, 'timestamp', `${Date.now() - 65_000}`);

    const lies = await ask();
    await redis.call('LPUSH', `${queue}:active`, 'rem-0');
    const busy = await ask();
    await redis.call('SET', '{aetherius}:unfetched:execute-prod', '1', 'EX', `${86_400 - 3_600}`);
    const before = await ask();
    await redis.call('FLUSHALL');

    expect(none.out).toContain('no job lies there for long');
    expect(lies.out).toMatch(/1 job of execute-prod lies there for 1 min/);
    expect(busy.out).toContain('no job lies there for long');
    expect(before.out).toMatch(/1 h ago a worker did not get its jobs of execute-prod/);
  });

  it('says what is not set at all', async () => {
    const answer = await aetherius(['--config', file, 'doctor'], {});

    expect(answer.exit).toBe(1);
    for (const word of ['DATABASE_URL is not set', 'REDIS_URL is not set', 'AUDIT_KEY is not set'])
      expect(answer.out).toContain(word);
  });
});

describe('one environment of it (W16)', () => {
  const file = join(folder, 'targets.yaml');
  let target: RedisServer;
  beforeAll(async () => {
    target = await startRedis({ dir: join(folder, 'target'), password: 'target-pass-16' });
    const to = (name: string) => ({ runtime: { kind: 'none' }, redis: { url: { env: name } } });
    writeFileSync(
      file,
      stringify({ environments: { well: to('WELL'), refused: to('REFUSED'), gone: to('GONE') } }),
    );
  });
  afterAll(() => target.stop());

  it.each([
    ['well', 'environment.reached', 0],
    ['refused', 'environment.own', 1],
    ['gone', 'environment.unwell', 0],
  ])('is tried target by target: %s', async (environment, key, exit) => {
    const answer = await aetherius(['--config', file, '--output', 'json', 'doctor', '--env', environment], {
      WELL: target.url,
      REFUSED: target.url.replace('target-pass-16', 'another-pass'),
      GONE: `redis://127.0.0.1:${await closedPort()}`,
    });

    expect(DoctorOutput.parse(JSON.parse(answer.out)).checks).toMatchObject([
      { key, facts: { part: 'redis' } },
    ]);
    expect(answer.exit).toBe(exit);
    expect(answer.out).not.toContain('another-pass');
  });
});

describe('images', () => {
  it('R-X15: with a tag are warned of, those with a digest are not', async () => {
    const digest = `registry.example/x@sha256:${'0'.repeat(64)}`;
    const examined = async (image: string, debugImage: string) => {
      const runtime = { kind: 'kubernetes', kubeconfig: '/no/such/file', debugImage };
      const checks = await examine({
        config: parseConfig(stringify({ environments: { prod: { runtime } } }), {
          ...{ role: 'command-line', where: 'a.yaml', folder: '/', env: {} },
        }),
        env: readProcessEnv('command-line', { AETHERIUS_IMAGE: image }),
        ...{ logger: silentLogger, logins: new KubeLogins(), now, scopes: [] },
      });
      return checks
        .filter(({ key }) => key.startsWith('configuration.image'))
        .map(({ key, state, facts }) => [key, state, facts.what, facts.image]);
    };
    const debug = 'environments.prod.runtime.debugImage';

    expect(await examined('aetherius-bot:0.1.0', digest)).toEqual([
      ['configuration.image-mutable', 'warning', 'AETHERIUS_IMAGE', 'aetherius-bot:0.1.0'],
      ['configuration.image-pinned', 'ok', debug, digest],
    ]);
    expect(await examined(digest, 'busybox@sha256:12')).toEqual([
      ['configuration.image-pinned', 'ok', 'AETHERIUS_IMAGE', digest],
      ['configuration.image-mutable', 'warning', debug, 'busybox@sha256:12'],
    ]);
  });
});

const lacking = missing();
describe.skipIf(lacking !== undefined)(
  `Kubernetes${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    let api: KubeApi;
    let kubeconfig: string;
    beforeAll(async () => {
      api = await startKubeApi({ dir: join(folder, 'kube') });
      kubeconfig = await api.userKubeconfig('system:serviceaccount:aetherius:aetherius-bot');
      const seed = kubeSeed(api.kubeconfig);
      await seed.post('/api/v1/namespaces', { metadata: { name: 'aetherius' } });
      seed.close();
    });
    afterAll(() => api.stop());

    const account = { name: 'aetherius-bot', namespace: 'aetherius' };
    const logins = new KubeLogins();
    const environment = (more: object = {}) => {
      const runtime = { kind: 'kubernetes', namespace: 'aetherius', kubeconfig, ...more };
      const config = parseConfig(stringify({ environments: { prod: { runtime } } }), {
        role: 'command-line',
        where: 'a.yaml',
        folder: '/',
        env: {},
      }).environments.prod;
      if (config === undefined) throw new Error('no environment');
      return config;
    };

    it('rights that are missing are printed verb by verb, and applying what is printed gives exactly them', async () => {
      const before = await examineKubernetes('prod', environment(), account, logins);
      expect(before.map(({ key, state, facts }) => [key, state, facts.feature, facts.namespace])).toEqual([
        ['kubernetes.missing', 'failed', 'health', 'aetherius'],
        ['kubernetes.missing', 'warning', 'diagnosis', 'aetherius'],
        ['kubernetes.missing', 'warning', 'exec', 'aetherius'],
        ['kubernetes.missing', 'warning', 'restart', 'aetherius'],
        ['kubernetes.missing', 'warning', 'workloads', 'aetherius'],
        ['kubernetes.missing', 'warning', 'services', 'aetherius'],
        ['kubernetes.missing', 'warning', 'configmaps', 'aetherius'],
        ['kubernetes.missing', 'warning', 'connections', 'aetherius'],
        ['kubernetes.missing', 'warning', 'credentials', 'aetherius'],
        ['kubernetes.missing', 'warning', 'health', 'kube-system'],
        ['kubernetes.missing', 'warning', 'diagnosis', 'kube-system'],
        ['kubernetes.missing', 'warning', 'restart', 'kube-system'],
        ['kubernetes.missing', 'warning', 'configmaps', 'kube-system'],
        ['kubernetes.missing', 'warning', 'credentials', 'kube-system'],
        ['kubernetes.missing', 'warning', 'diagnosis', 'default'],
      ]);
      expect(before.map(({ facts }) => facts.allowedBy)).toEqual([
        ...[
          'health',
          'diagnosis',
          'exec',
          'restart',
          'workloads',
          'services',
          'configmaps',
          'connections',
          'credentials',
        ].map((feature) => `features.${feature}`),
        ...['health', 'diagnosis', 'restart', 'configmaps', 'credentials'].map(
          (feature) => `agentFeatures.${feature}`,
        ),
        'features.diagnosis',
      ]);

      const seed = kubeSeed(api.kubeconfig);
      for (const { remedy } of before) await apply(seed, remedy ?? '');
      seed.close();

      const after = await examineKubernetes('prod', environment(), account, logins);
      expect(states(after)).toEqual({ 'kubernetes.rights': 'ok' });
    });

    it('the right to add debug containers is asked for where an image for them is configured', async () => {
      const wanted = environment({ debugImage: 'registry.example/busybox:1.36' });
      const [before] = await examineKubernetes('prod', wanted, account, logins);
      expect(before).toMatchObject({
        key: 'kubernetes.missing',
        state: 'warning',
        facts: {
          feature: 'debug',
          missing: 'patch pods/ephemeralcontainers, watch pods',
          namespace: 'aetherius',
        },
      });

      const seed = kubeSeed(api.kubeconfig);
      await apply(seed, before?.remedy ?? '');
      seed.close();

      expect(states(await examineKubernetes('prod', wanted, account, logins))).toEqual({
        'kubernetes.rights': 'ok',
      });
    });

    it('the right to fetch the model is asked for where the model is named', async () => {
      const named = { url: 'https://files.example/m.joblib', sha256: 'ab'.repeat(32) };
      const checks = await examineKubernetes('prod', { ...environment(), model: named }, account, logins);

      expect(checks.map(({ facts }) => [facts.feature, facts.missing])).toContainEqual([
        'models',
        'get persistentvolumeclaims',
      ]);
    });

    it('one right taken away is the one that is named', async () => {
      const seed = kubeSeed(api.kubeconfig);
      const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/aetherius/roles/aetherius-bot-restart';
      // It gives the same objects.
      await seed.remove(path.replace('-restart', '-workloads'));
      await seed.merge(path, {
        rules: [
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
          {
            ...{ apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'patch'] },
            resourceNames: ['postgres', 'redis', 'neo4j'],
          },
          { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
          { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
        ],
      });
      seed.close();

      const checks = await examineKubernetes('prod', environment(), account, logins);

      expect(checks.find(({ key }) => key === 'kubernetes.missing')?.facts).toMatchObject({
        feature: 'restart',
        namespace: 'aetherius',
        missing: 'get statefulsets.apps/nats, patch statefulsets.apps/nats',
      });
    });
  },
);

describe('Kubernetes that cannot be asked', () => {
  const dir = scratch('doctor-kubeconfig');
  afterAll(() => dir.remove());
  const examineWith = async (kubeconfig: string) => {
    const { prod } = parseConfig(
      stringify({ environments: { prod: { runtime: { kind: 'kubernetes', kubeconfig } } } }),
      { role: 'command-line', where: 'a.yaml', folder: '/', env: {} },
    ).environments;
    if (prod === undefined) throw new Error('no environment');
    return examineKubernetes('prod', prod, { name: 'a', namespace: 'b' }, new KubeLogins());
  };

  it('is not called forbidden', async () => {
    const kubeconfig = join(dir.dir, 'closed');
    const server = `http://127.0.0.1:${await closedPort()}`;
    writeFileSync(
      kubeconfig,
      stringify({
        'current-context': 'c',
        clusters: [{ name: 'k', cluster: { server } }],
        contexts: [{ name: 'c', context: { cluster: 'k' } }],
      }),
    );

    const checks = await examineWith(kubeconfig);

    expect(states(checks)).toEqual({ 'kubernetes.unreachable': 'failed' });
    expect(checks[0]?.facts).toMatchObject({ reason: 'refused' });
  });

  it('because of the kubeconfig is said once, with the file and what it lacks', async () => {
    expect(await examineWith('/none')).toEqual([
      {
        area: 'kubernetes',
        key: 'kubernetes.kubeconfig',
        state: 'failed',
        facts: { environment: 'prod', path: '/none', detail: 'it does not exist' },
      },
    ]);
  });
});

async function apply(seed: ReturnType<typeof kubeSeed>, yaml: string): Promise<void> {
  for (const document of parseAllDocuments(yaml)) {
    const object = document.toJS() as { kind: string; metadata: { namespace: string } };
    const plural = object.kind === 'Role' ? 'roles' : 'rolebindings';
    await seed.post(
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${object.metadata.namespace}/${plural}`,
      object,
    );
  }
}
