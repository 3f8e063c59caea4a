/** `aetherius collect` and `aetherius bundle` on real servers, and the page in a browser without a network. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import {
  BundleOutput,
  CollectOutput,
  DiagnoseOutput,
  HealthOutput,
} from '../../../src/cli/output-schemas.ts';
import type { BundleManifest } from '../../../src/domain/bundle/manifest.ts';
import type { HealthReport } from '../../../src/domain/health/health.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { chromiumPath, startChromium } from '../../support/chromium.ts';
import { aetherius } from '../../support/cli.ts';
import { leaked, plantedSecrets } from '../../support/planted-secrets.ts';
import { usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { type HttpFake, httpFake, scratch, silentPort } from '../../support/targets.ts';

if (process.env.CI && chromiumPath === null) throw new Error('CI has no Chromium');

const pg = usePostgres();
const redis = useRedis(['--maxmemory', '6mb']);
const place = scratch('collect');
const folder = mkdtempSync(join(tmpdir(), 'cli-collect-'));
const file = join(folder, 'a.yaml');
const bundle = join(folder, 'bundle.tar.gz');
const unpacked = join(folder, 'bundle');
let nats: NatsServer;
let service: HttpFake;
let silent: HttpFake;
let env: Readonly<Record<string, string>>;
let collected: CollectOutput;

beforeAll(async () => {
  nats = await startNats({ dir: join(place.dir, 'nats') });
  silent = await silentPort();
  service = await httpFake((request, response) => {
    response.writeHead(request.url?.startsWith('/health') === true ? 503 : 404, {
      'content-type': 'application/json',
    });
    // A part that is unwell and says too much: all that may never be shown, and markup that a page must not run.
    const said = plantedSecrets.map(({ value }) => value).join('\n');
    const markup = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>';
    response.end(JSON.stringify({ status: 'down', error: `${markup}\n${said}` }));
  });
  const database = await pg.migrated();
  const name = new URL(database.url).pathname.slice(1);
  env = { PG: database.url, REDIS: redis.server.url, NATS: nats.url, NEO4J_PASSWORD: 'planted-neo4j-pass-9' };
  writeFileSync(
    file,
    stringify({
      environments: {
        prod: {
          runtime: { kind: 'none' },
          services: { 'agent-manager': { url: service.url }, 'reasoning-service': { url: service.url } },
          postgres: { url: { env: 'PG' }, databases: { agentManager: name } },
          redis: { url: { env: 'REDIS' } },
          nats: { url: { env: 'NATS' }, monitorUrl: nats.monitorUrl },
          neo4j: {
            url: `bolt://127.0.0.1:${silent.port}`,
            user: 'neo4j',
            password: { env: 'NEO4J_PASSWORD' },
          },
        },
      },
    }),
  );
  // Its size cannot be read while another session holds it.
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('CREATE TABLE held (id int)');
  await holder.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE');
  const answer = await aetherius(['--config', file, '--output', 'json', 'collect', '-o', bundle], env);
  await holder.end();
  expect(answer.err).toBe('');
  expect(answer.exit).toBe(1);
  collected = CollectOutput.parse(JSON.parse(answer.out));
});
afterAll(async () => {
  await Promise.allSettled([service?.close(), silent?.close(), nats?.stop()]);
  place.remove();
  rmSync(folder, { recursive: true, force: true });
});

const entry = (path: string, { entries }: BundleManifest = collected.manifest) =>
  entries.find((one) => one.path === path);
/**
 * Without its times. What could not be seen is told in the order in which it was not; a quote is cut to its length before
 * a secret in it becomes a stand-in, and afterwards in a bundle.
 */
const answered = (out: string) => {
  const { time: _time, tookMs: _took, diagnoses, ...rest } = DiagnoseOutput.parse(JSON.parse(out));
  const sorted = diagnoses.map(({ causes, unseen, ...diagnosis }) => ({
    ...diagnosis,
    unseen: unseen.toSorted((a, b) => a.probe.localeCompare(b.probe)),
    causes: causes.map((cause) => ({
      ...cause,
      against: cause.against.toSorted(),
      missing: cause.missing.toSorted((a, b) => a.probe.localeCompare(b.probe)),
    })),
  }));
  const text = JSON.stringify({ ...rest, diagnoses: sorted }, (name, value: unknown) =>
    name === 'excerpts' ? undefined : value,
  );
  return JSON.parse(text) as unknown;
};
const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));

describe('aetherius collect', () => {
  it('writes what there is, and a store that hangs costs its own time alone', () => {
    expect(entry('statistics/redis.json')).toMatchObject({ sha256: expect.any(String) as string });
    expect(entry('statistics/postgres-agentManager.json')?.error).toBeUndefined();
    expect(entry('statistics/nats-varz.json')?.error).toBeUndefined();
    expect(entry('statistics/neo4j.json')).toMatchObject({
      bytes: 0,
      error: { code: expect.any(String) as string },
    });
    const tookMs = (path: string) => {
      const { startedAt = '', endedAt = '' } = entry(path) ?? {};
      return Date.parse(endedAt) - Date.parse(startedAt);
    };
    expect(tookMs('statistics/neo4j.json')).toBeGreaterThan(2_000);
    expect(tookMs('statistics/redis.json')).toBeLessThan(2_000);
    expect(statSync(bundle).mode & 0o077).toBe(0);
    expect(statSync(bundle).size).toBe(collected.bytes);
    expect(existsSync(`${bundle}.part`)).toBe(false);
  });

  it('is whole by its manifest, and unpacks into a new folder', async () => {
    const verified = await aetherius(['--output', 'json', 'bundle', 'verify', bundle]);
    const opened = await aetherius(['--output', 'json', 'bundle', 'open', bundle, '--to', unpacked]);
    const again = await aetherius(['bundle', 'open', bundle, '--to', unpacked]);

    expect(verified).toMatchObject({ exit: 0, err: '' });
    const said = BundleOutput.parse(JSON.parse(verified.out));
    expect(said).toMatchObject({
      intact: true,
      findings: [],
      sha256: collected.sha256,
      files: collected.files,
    });
    expect(opened.exit).toBe(0);
    expect(BundleOutput.parse(JSON.parse(opened.out)).page).toBe(join(unpacked, 'index.html'));
    expect(again).toMatchObject({ exit: 64 });
    expect(again.err).toContain('exists already');
    const outside = execFileSync('tar', ['tzf', bundle]).toString().trim().split('\n');
    expect(outside).toHaveLength(collected.files + 1);
  });

  it('waits for a store that hangs in all places at once', () => {
    const path = join(unpacked, 'probes.json');
    const looks = (JSON.parse(readFileSync(path, 'utf8')) as readonly ProbeOutcome[]).map((look) => ({
      ...look,
      from: Date.parse(look.startedAt),
      to: Date.parse(look.startedAt) + look.durationMs,
    }));
    const hung = looks.filter(({ part, durationMs }) => part === 'neo4j' && durationMs > 1_500);

    expect(hung.length).toBeGreaterThan(1);
    // Each had begun before any of them ended.
    expect(Math.max(...hung.map(({ from }) => from))).toBeLessThan(Math.min(...hung.map(({ to }) => to)));
    const { startedAt = '', endedAt = '' } = entry('statistics/neo4j.json') ?? {};
    for (const other of collected.manifest.entries.filter((one) => one.path.startsWith('statistics/')))
      expect([other.path, Date.parse(other.startedAt) < Date.parse(endedAt)]).toEqual([other.path, true]);
    // The whole is what its slowest look takes, whatever that waits for, and what the store's statistics take.
    const all = collected.manifest.entries
      .flatMap((one) => [one.startedAt, one.endedAt])
      .map((time) => Date.parse(time));
    const slowest = Math.max(...looks.map(({ durationMs }) => durationMs));
    const own = slowest + Date.parse(endedAt) - Date.parse(startedAt);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(1.5 * own);
  });

  it('lacks of a database only what another session has locked', () => {
    const path = join(unpacked, 'statistics/postgres-agentManager.json');
    const views = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;

    expect(views.tables).toMatchObject({ unread: expect.stringContaining('no answer') as string });
    for (const whole of ['settings', 'database', 'sessions', 'locks'])
      expect([whole, views[whole]]).toEqual([whole, expect.any(Array)]);
  });

  it('holds none of the secrets, in any file', () => {
    const texts = filesIn(unpacked).map((path) => readFileSync(path, 'utf8'));
    const all = texts.join('\n');

    expect(texts.length).toBeGreaterThan(12);
    expect(leaked(all)).toEqual([]);
    for (const value of [new URL(env.PG ?? '').password, 'planted-neo4j-pass-9'])
      if (value !== '') expect(all).not.toContain(value);
    // The parts that are no secret are there.
    expect(all).toContain('db.internal');
  });

  it.each(['D1', 'D2', 'D3', 'N1', 'S1', 'S3', 'H2 agent-manager', 'H2 neo4j'])(
    'is asked for %s as the environment is, and gives the same answer',
    async (symptom) => {
      const words = symptom.split(' ');
      const live = await aetherius(['--config', file, '--output', 'json', 'diagnose', ...words], env);
      const asked = await aetherius(['--output', 'json', 'diagnose', ...words, '--bundle', bundle]);

      expect(asked).toMatchObject({ exit: live.exit, err: '' });
      expect(answered(asked.out)).toEqual(answered(live.out));
    },
  );

  it('gives the health report that was collected, with no server to ask', async () => {
    const { out, err } = await aetherius(['--output', 'json', 'health', '--bundle', bundle]);
    const asked = HealthOutput.parse(JSON.parse(out));
    const then = JSON.parse(readFileSync(join(unpacked, 'health.json'), 'utf8')) as HealthReport;

    expect(err).toBe('');
    expect(asked.time >= collected.manifest.startedAt && asked.time <= collected.manifest.endedAt).toBe(true);
    expect(asked.overall).toBe(then.overall);
    expect(
      asked.parts.map(({ part, state, latencyMs, fact, findings }) => ({
        ...{ part, state, latencyMs, fact: { key: fact.key, facts: fact.facts } },
        findings: findings.map(({ code, facts }) => ({ code, facts })),
      })),
    ).toEqual(
      then.rows.map(({ part, state, latencyMs, fact, findings }) => ({
        ...{ part, state, latencyMs, fact },
        findings: findings.map(({ code, facts }) => ({ code, facts })),
      })),
    );
  });

  it('says of what was not collected that it is not in the bundle, and neither fine nor down', async () => {
    const { exit, out } = await aetherius(['--output', 'json', 'diagnose', 'S6', '--bundle', bundle]);
    const answer = DiagnoseOutput.parse(JSON.parse(out));
    const missing = answer.diagnoses.flatMap(({ causes, unseen }) => [
      ...causes.flatMap((cause) => cause.missing),
      ...unseen,
    ]);

    expect(exit).toBe(2);
    expect(answer.overall).toBe('unknown');
    expect(missing).toContainEqual(
      expect.objectContaining({ probe: 'services.root-cause-call', why: 'not-recorded' }),
    );
  });

  it('does not write over a file, and leaves nothing where it is stopped', async () => {
    const over = await aetherius(['--config', file, 'collect', '-o', bundle], env);
    const stop = new AbortController();
    const path = join(folder, 'stopped.tar.gz');
    const running = aetherius(['--config', file, 'collect', '-o', path], env, stop.signal);
    while (!existsSync(`${path}.part`)) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('interrupted'));

    expect(over).toMatchObject({ exit: 64, out: '' });
    expect((await running).exit).toBe(2);
    expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });
});

describe.skipIf(chromiumPath === null)('the index page of a bundle', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  it.each([
    ['a desktop', { width: 1280, height: 800 }],
    ['a phone', { width: 360, height: 740 }],
  ])(
    'is read and searched on %s without a network, and runs nothing of what it shows',
    async (_on, viewport) => {
      const context = await browser.newContext({ viewport, offline: true });
      const page = await context.newPage();
      const asked: string[] = [];
      const faults: string[] = [];
      page.on('request', (request) => void asked.push(request.url()));
      page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
      page.on('pageerror', (error) => void faults.push(error.message));
      page.on('dialog', (dialog) => void faults.push(dialog.message()));
      await page.goto(pathToFileURL(join(unpacked, 'index.html')).href);

      expect(await page.title()).toBe('Bundle of prod');
      const rows = page.locator('#findings [data-row]');
      expect(await rows.count()).toBeGreaterThan(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
      await page.fill('#search', 'statistics/redis');
      await expect.poll(() => page.locator('[data-row]:visible').count()).toBe(1);
      expect(await page.locator('#findings').isVisible()).toBe(false);
      await page.fill('#search', 'nothing-says-this');
      await expect.poll(() => page.locator('#nothing').isVisible()).toBe(true);

      expect(faults).toEqual([]);
      expect(asked.filter((url) => !url.startsWith('file://'))).toEqual([]);
      await context.close();
    },
  );
});
