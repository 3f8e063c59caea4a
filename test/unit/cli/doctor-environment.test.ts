import { describe, expect, it } from 'vitest';
import {
  environmentChecks,
  fileChecks,
  inventoryChecks,
  isTarget,
  modelChecks,
} from '../../../src/cli/doctor-environment.ts';
import type { Discovered } from '../../../src/domain/platform/discovered.ts';
import type { InventoryNews } from '../../../src/domain/platform/inventory.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { refused } from '../../../src/remediations/shared/stale.ts';
import { wordsIn } from '../../../src/text/words.ts';

const outcome = (probe: string, more: Partial<ProbeOutcome>): ProbeOutcome => ({
  key: probe,
  probe,
  part: 'redis',
  status: 'healthy',
  findings: [],
  facts: {},
  startedAt: '2026-03-01T10:00:00Z',
  durationMs: 1,
  ...more,
});
const inconclusive = (code: string, facts: Record<string, string> = {}) =>
  outcome('redis.connection', { status: 'inconclusive', cause: { code, detail: '', facts } });
const seen: Discovered = {
  at: '2026-03-01T10:00:00Z',
  platform: {},
  parts: [
    { part: 'redis', candidates: ['shelf'], found: 'shelf' },
    { part: 'nats', candidates: ['one', 'two'] },
    { part: 'neo4j', candidates: [] },
  ],
  healthPaths: {},
  databases: { agentManager: 'field' },
};

describe('what doctor says of what workers found', () => {
  const at = new Date('2026-03-01T10:00:00Z');
  const news: InventoryNews = {
    ...{ lookedAt: at, since: at, counts: {}, images: {}, late: [] },
    changes: [{ kind: 'workload', part: 'redis', before: 'shelf', now: 'rack' }],
  };
  const said = (one: InventoryNews | undefined) =>
    inventoryChecks('prod', one, wordsIn('en')).map(({ key, facts }) => [key, facts.what]);

  it('is what is other than yesterday, that nothing is, and what could not be looked at', () => {
    expect(said(news)).toEqual([['environment.changed', 'workload of Redis was `shelf` and is `rack`']]);
    expect(said({ ...news, changes: [] })).toEqual([['environment.same', undefined]]);
    const late = [{ area: 'databases' as const, seenAt: at.toISOString() }];
    expect(said({ ...news, late })[1]).toEqual(['environment.not-seen', 'The databases']);
    expect(said(undefined)).toEqual([]);
  });
});

describe('what doctor says of an environment (W16)', () => {
  const of = (outcomes: readonly ProbeOutcome[], discovered?: Discovered) =>
    environmentChecks('prod', outcomes, discovered, wordsIn('en')).map(({ key, state }) => [key, state]);

  it.each(['auth', 'tls', 'dns', 'connect-timeout', 'forbidden', 'secret-unreadable', 'settings-invalid'])(
    'calls %s the bot’s own trouble',
    (code) => {
      expect(of([inconclusive(code)])).toEqual([['environment.own', 'failed']]);
    },
  );

  it('tells that from what lies with the platform, and from what it does not know', () => {
    const finding = {
      code: 'ENDPOINT_REFUSED',
      severity: 'critical',
      part: 'redis',
      subject: 'redis',
      facts: {},
    } as const;

    expect(
      of([
        outcome('redis.connection', {}),
        outcome('redis.connection', { status: 'unhealthy', findings: [finding] }),
        outcome('compose.containers', { facts: { containers: 9, restarted: 'redis (15)' } }),
        inconclusive('protocol'),
        outcome('redis.connection', { status: 'skipped', reason: 'not-configured' }),
        outcome('redis.memory', {}),
      ]),
    ).toEqual([
      ['environment.reached', 'ok'],
      ['environment.unwell', 'warning'],
      ['environment.restarted', 'warning'],
      ['environment.unknown', 'unknown'],
    ]);
    expect([isTarget('nats.monitor'), isTarget('redis.memory')]).toEqual([true, false]);
  });

  it.each([
    ['en', 'Redis refuses connections at shelf:6379.'],
    ['zh-CN', 'shelf:6379'],
  ] as const)('W16 names the part and the address of what does not serve, in %s', (language, words) => {
    const about = { code: 'ENDPOINT_REFUSED', severity: 'critical', part: 'redis' } as const;
    const finding = { ...about, subject: 'shelf:6379', facts: {} };
    const [check] = environmentChecks(
      'prod',
      [outcome('redis.connection', { status: 'unhealthy', findings: [finding] })],
      undefined,
      wordsIn(language),
    );

    expect(check?.facts.why).toContain(words);
    expect(check?.facts.why).toContain('Redis');
    expect(check?.facts.why).not.toMatch(/unknown|未知/);
  });

  it('lists what was found with its time, and what may be two things', () => {
    const checks = environmentChecks('prod', [], seen, wordsIn('en'));

    expect(checks.map(({ key, state, facts }) => [key, state, facts.name ?? facts.names])).toEqual([
      ['environment.found', 'ok', 'shelf'],
      ['environment.several', 'warning', 'one, two'],
      ['environment.not-found', 'skipped', undefined],
      ['environment.database', 'ok', 'field'],
    ]);
    expect(checks.every(({ facts }) => facts.at === seen.at)).toBe(true);
  });

  it.each(['en', 'zh-CN'] as const)(
    'says whether the address of the model gives it, in %s',
    async (language) => {
      const words = wordsIn(language);
      const { signal } = new AbortController();
      const url = 'https://models.example/m';
      const from = (offered: () => Promise<number>) =>
        modelChecks({ source: { url, sha256: 'ab12'.repeat(16) }, offered }, words, signal);
      const said = async (offered: () => Promise<number>) =>
        (await from(offered)).map(
          ({ state, key, facts }) => `${state} ${words.lookupPlain(`doctor.${key}`, facts)}`,
        );

      expect(await modelChecks(undefined, words, signal)).toEqual([]);
      expect((await said(() => Promise.resolve(5_000)))[0]).toMatch(/^ok .*models\.example\/m.*4\.9 KiB/);
      const gone = () => Promise.reject(refused('model-not-found', { status: 404 }));
      expect((await said(gone))[0]).toMatch(/^failed .*models\.example\/m.*404/);
      await expect(from(() => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    },
  );

  it.each(['en', 'zh-CN'] as const)(
    'says of each folder of the host what can be done there, in %s',
    (language) => {
      const given = { host: '/srv/config', worker: '/config' };
      const checks = fileChecks([
        { ...given, unwritable: [] },
        { ...given, unread: 'ENOENT', unwritable: [] },
        { ...given, unwritable: ['/srv/config/a', '/srv/config/b'] },
      ]);

      expect(checks.map(({ state }) => state)).toEqual(['ok', 'failed', 'failed', 'failed']);
      const said = checks.map(({ key, facts }) => wordsIn(language).lookupPlain(`doctor.${key}`, facts));
      expect(said.map((one) => /\/srv\/config(?:\/[ab])?/.exec(one ?? '')?.[0])).toEqual([
        ...['/srv/config', '/srv/config', '/srv/config/a', '/srv/config/b'],
      ]);
    },
  );

  it('says in one line what is not checked, as a warning where a part works with it', () => {
    const mysql = { name: 'mysql', image: 'registry.example/mysql:8', ports: [3306] };
    const said = (unchecked: Discovered['unchecked']) =>
      environmentChecks(
        'prod',
        [],
        { ...seen, parts: [], databases: {}, ...(unchecked && { unchecked }) },
        words,
      )
        .filter(({ key }) => key === 'environment.unchecked')
        .map(({ state, facts }) => [state, facts.what]);
    const words = wordsIn('en');

    expect(
      said([
        { ...mysql, usedBy: ['agent-manager'] },
        { name: 'prometheus', ports: [9090] },
      ]),
    ).toEqual([
      ['warning', 'mysql (image mysql:8, port 3306, used by agent-manager), prometheus (port 9090)'],
    ]);
    expect(said([mysql])).toEqual([['skipped', 'mysql (image mysql:8, port 3306)']]);
    expect(said(undefined)).toEqual([]);
  });
});
