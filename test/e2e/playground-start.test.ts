/** What the playground says when it cannot start, and what it leaves behind when it is stopped: nothing. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { which } from '../../lab/components/cache.ts';
import { startRedis } from '../../lab/components/redis.ts';
import { type Playground, paste, startPlayground } from '../support/playground.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-bare-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const running: Playground[] = [];
afterEach(async () => {
  for (const playground of running.splice(0)) await playground.dispose();
});
function start(...[args, options]: Parameters<typeof startPlayground>): Playground {
  const playground = startPlayground(args, options);
  running.push(playground);
  return playground;
}

/** A machine without Redis, NATS and what could fetch them; with what the product itself needs. */
function bareMachine(): NodeJS.ProcessEnv {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  const { REDIS_URL: _url, REDIS_SERVER: _redis, NATS_SERVER: _nats, ...env } = process.env;
  rmSync(join(bin, 'setpriv'), { force: true });
  symlinkSync(which('setpriv') ?? '/usr/bin/setpriv', join(bin, 'setpriv'));
  return { ...env, PATH: bin, AETHERIUS_LAB_CACHE: join(dir, 'cache') };
}

/** One sentence, whatever was printed before it, and no stack. */
function expectOneSentence(playground: Playground, sentence: RegExp): void {
  const lines = playground.output().trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(sentence);
  expect(lines.filter((line) => sentence.test(line))).toHaveLength(1);
  expect(playground.output()).not.toMatch(/^\s+at /m);
  expect(playground.output()).not.toContain('Error:');
}

describe('the playground says in one sentence', () => {
  it('which option it does not know, as npm run gives it on', async () => {
    const playground = start(['--', '--colour'], { command: ['npm', 'run', '--silent', 'playground'] });

    expect(await playground.exited).toBe(64);
    expect(playground.output()).toBe(
      'Unknown option --colour; the usage is npm run playground -- [--port 3100], where port 0 takes any free one\n',
    );
  });

  it('that the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const playground = start(['--port', `${port}`]);

    expect(await playground.exited).toBe(1);
    server.close();
    expect(playground.output()).toBe(
      `Port ${port} is taken: choose another one with --port, or any free one with --port 0.\n`,
    );
  });

  it('that Redis is missing, and the ways to have one', async () => {
    const playground = start(['--port', '0'], { env: bareMachine() });

    expect(await playground.exited).toBe(1);
    expectOneSentence(
      playground,
      /^Redis is missing .*: install redis-server, or .*REDIS_SERVER.*REDIS_URL.*\.$/,
    );
    expect(playground.leftovers()).toEqual([]);
  });

  it('that the Redis of REDIS_URL does not answer, without its password', async () => {
    const playground = start(['--port', '0'], {
      env: { ...process.env, REDIS_URL: 'redis://:hunter2@127.0.0.1:1' },
    });

    expect(await playground.exited).toBe(1);
    expectOneSentence(
      playground,
      /^Redis at 127\.0\.0\.1:1 \(REDIS_URL\) does not answer: .*ECONNREFUSED.*\.$/,
    );
    expect(playground.output()).not.toContain('hunter2');
  });
});

/** A machine that does other things too starts it slowly. */
const slowStart = 180_000;

describe('the playground with nothing but a running Redis', () => {
  it(
    'starts, names what the demo has to do without, and offers no switch for it',
    async () => {
      const redis = await startRedis({ dir: join(dir, 'redis'), args: ['--maxmemory-policy', 'noeviction'] });
      try {
        const playground = start(['--port', '0'], { env: { ...bareMachine(), REDIS_URL: redis.url } });
        const [, url] = await playground.waitForLine(/Ready in [\d.]+ s: (\S+)/, 150);
        const [line = ''] = await playground.waitForLine(/^ {2}sh .*$/m, 10);

        const switches = (await (await fetch(`${url}demo/switches`)).json()) as { id: string }[];
        const health = await paste(line);

        expect(playground.output()).toMatch(/the demo platform has no Redis: no redis-server was found/);
        expect(playground.output()).toMatch(/the demo platform has no NATS: no nats-server was found/);
        expect(switches.map(({ id }) => id)).not.toEqual([]);
        expect(switches.filter(({ id }) => /redis|nats/.test(id))).toEqual([]);
        expect(health).toMatchObject({ exit: 0, err: '' });
        expect(health.out).toMatch(/Redis .*not configured/);
      } finally {
        await redis.stop();
      }
    },
    slowStart,
  );
});

describe('a playground that is stopped leaves nothing behind', () => {
  it.each([
    { when: 'while it starts', line: /found what it needs/ },
    { when: 'while its servers run and the bot starts', line: /Slack emulator/ },
  ])('$when, by a Ctrl-C that everything in the terminal gets', async ({ line }) => {
    const playground = start(['--port', '0']);
    await playground.waitForLine(line, 60);
    expect(playground.leftovers()).not.toEqual([]);

    playground.signal('SIGINT', 'group');

    expect(await playground.exited).toBe(0);
    expect(playground.output()).not.toMatch(/^\s+at /m);
    expect(playground.leftovers()).toEqual([]);
  });

  it(
    'when npm alone is told to end',
    async () => {
      const playground = start(['--', '--port', '0'], { command: ['npm', 'run', 'playground'] });
      await playground.waitForLine(/Ready in/, 150);

      playground.signal('SIGTERM');
      await playground.exited;

      expect(playground.output()).toContain('Stopping…');
      expect(playground.leftovers()).toEqual([]);
    },
    slowStart,
  );
});
