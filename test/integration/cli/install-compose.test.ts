/** The page about installing with Compose: its lines as they stand, on an engine that tells of a platform's containers. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join, normalize } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/platform/settings/config.ts';
import { aetheriusScript, linesOf, type Pasted, paste } from '../../support/guide-lines.ts';
import { scratch } from '../../support/targets.ts';

/** Lines that a test on one machine cannot run, by how they begin, and why. */
const notHere: readonly (readonly [RegExp, string])[] = [
  [/^npm ci /, 'test/repo/readme.test.ts builds the product from its lines'],
  [/^export PATH=/, 'the program is the source here'],
  [/^docker compose /, 'no Compose of version 2 comes from a registry of packages; its files are read below'],
];
const lines = linesOf('docs/guides/install-compose.md');
const here = lines.filter((line) => !notHere.some(([pattern]) => pattern.test(line)));

const place = scratch('install-compose');
const socket = join(place.dir, 'engine.sock');
const folder = join(place.dir, 'checkout/installation');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const tokens = { SLACK_BOT_TOKEN: 'xoxb-1-2-abc', SLACK_APP_TOKEN: 'xapp-1-A1-2-def' };
const programs = {
  aetherius: aetheriusScript(` --socket "${socket}"`),
  editor: `sed -i 's/^\\(AETHERIUS_[A-Z]*_\\(URL\\|PASSWORD\\)\\)=$/\\1=redis:\\/\\/:pw@redis:6379/' "$1"`,
};

const containerOf = (service: string, image: string, port: number) => {
  const labels = { 'com.docker.compose.project': 'aetherius', 'com.docker.compose.service': service };
  const own = { IPAddress: '172.20.0.2', NetworkID: 'n', Aliases: [service] };
  return {
    Id: service,
    Name: `/${service}-1`,
    Image: `sha256:${'a'.repeat(64)}`,
    Labels: labels,
    Created: '2026-03-01T09:00:00Z',
    RestartCount: 0,
    Mounts: [],
    State: {
      Status: 'running',
      OOMKilled: false,
      ExitCode: 0,
      Error: '',
      FinishedAt: '',
      StartedAt: '2026-03-01T10:00:00Z',
    },
    Config: { Image: image, Labels: labels, Env: [], Cmd: [], ExposedPorts: { [`${port}/tcp`]: {} } },
    HostConfig: { NetworkMode: 'shop_back' },
    NetworkSettings: { Networks: { shop_back: own, shop_front: own }, Ports: { [`${port}/tcp`]: null } },
  };
};
const containers = [
  containerOf('agent-manager', 'registry.example/agent-manager:2', 8080),
  containerOf('postgres', 'postgres:17', 5432),
  containerOf('redis', 'redis:7', 6379),
];

let engine: Server;
let pasted: readonly Pasted[];
beforeAll(async () => {
  engine = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://engine').pathname.replace(/^\/v[\d.]+/, '');
    const one = containers.find(({ Id }) => path === `/containers/${Id}/json`);
    const answer = path === '/containers/json' ? containers : one;
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'not here' }));
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  pasted = await paste(here, place.dir, programs, { ...tokens, EDITOR: 'editor' });
});
afterAll(async () => {
  await new Promise((resolve) => engine.close(resolve));
  place.remove();
});

/** Variables of a Compose file that have to be set, and those that may be. */
const variablesIn = (text: string) =>
  [...text.matchAll(/\$\{(\w+)(:?[?-])?/g)].map(([, name = '', kind]) => ({ name, must: kind === ':?' }));

describe('the lines of the page about installing with Compose', () => {
  it('are run here, and for each other one there is a reason', () => {
    expect(here).toEqual([
      'aetherius init --for compose',
      '${EDITOR:-vi} installation/.env',
      'cd installation',
    ]);
    expect(notHere.filter(([pattern]) => !lines.some((line) => pattern.test(line)))).toEqual([]);
  });

  it('work in their order, and show no secret', () => {
    expect(pasted.filter(({ code }) => code !== 0)).toEqual([]);
    const shown = pasted.map(({ output }) => output).join('\n');
    const secrets = Object.entries(parseEnv(read('.env'))).flatMap(([name, value]) =>
      /PASSWORD|KEY$|TOKEN/.test(name) && value !== undefined ? [value] : [],
    );
    expect(secrets.length).toBeGreaterThan(9);
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it('leave every password in the one file, which only its owner reads', () => {
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
    const env = parseEnv(read('.env'));
    const files = (env.COMPOSE_FILE ?? '').split(':');
    expect(files).toEqual(['compose.yaml', 'platform.yaml']);
    const needed = [...files, 'engine.yaml'].flatMap((name) => variablesIn(read(name)));

    expect(needed.filter(({ name, must }) => must && (env[name] ?? '') === '')).toEqual([]);
    const secret = Object.entries(env).flatMap(([name, value]) =>
      /PASSWORD|KEY$|TOKEN/.test(name) ? [value] : [],
    );
    for (const name of ['compose.yaml', 'platform.yaml', 'aetherius.yaml', 'engine.yaml'])
      for (const value of secret) expect(read(name)).not.toContain(value);
  });

  it('leave a Compose file whose files are in the folder, and networks of the platform by their own names', () => {
    const env = parseEnv(read('.env'));
    const compose = parse(read('compose.yaml'), { merge: true }) as {
      services: Record<string, { volumes?: readonly string[] }>;
    };
    const mounted = Object.values(compose.services)
      .flatMap(({ volumes = [] }) => volumes)
      .map(
        (volume) =>
          volume.replace('${AETHERIUS_FOLDER:-../..}', env.AETHERIUS_FOLDER ?? '').split(':')[0] ?? '',
      )
      .filter((path) => path.startsWith('.'));

    expect(mounted.length).toBeGreaterThan(5);
    expect(mounted.filter((path) => !existsSync(normalize(join(folder, path))))).toEqual([]);
    expect(env.AETHERIUS_NETWORK).toBe('shop_back');
    const platform = parse(read('platform.yaml')) as {
      services: { worker: { networks: readonly string[]; environment: Record<string, string> } };
      networks: Record<string, { name: string; external: boolean }>;
    };
    expect(platform.networks).toEqual({ 'platform-2': { name: 'shop_front', external: true } });
    expect(platform.services.worker.networks).toEqual(['platform-2']);
    expect(Object.keys(platform.services.worker.environment)).toEqual([
      'AETHERIUS_PG_URL',
      'AETHERIUS_REDIS_URL',
    ]);
  });

  it('leave a configuration that each role takes, readable for the user of the container', () => {
    expect(statSync(join(folder, 'aetherius.yaml')).mode & 0o777).toBe(0o644);
    const env = { AETHERIUS_PG_URL: 'postgres://a:b@c/d', AETHERIUS_REDIS_URL: 'redis://c' };
    for (const role of ['bot', 'worker', 'scheduler'] as const)
      expect(loadConfig(join(folder, 'aetherius.yaml'), { role, env }).signing?.[role]).toHaveLength(1);
  });

  it('may be pasted again, also while the platform is away: what is there stays', async () => {
    const names = ['.env', 'aetherius.yaml', 'compose.yaml', 'platform.yaml'];
    writeFileSync(join(folder, 'platform.yaml'), '# mine\nservices: {}\n');
    const before = names.map(read);
    const away = { ...programs, aetherius: aetheriusScript(` --socket "${socket}.none"`) };

    const again = await paste(here, place.dir, away, { ...tokens, EDITOR: 'editor' });

    expect(again.filter(({ code }) => code !== 0)).toEqual([]);
    expect(names.map(read)).toEqual(before);
  });
});
