import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createModelTarget } from '../../../../../src/platform/targets/compose/model-files.ts';

const model = randomBytes(700_000);
const sha256 = createHash('sha256').update(model).digest('hex');
const path = '/srv/models/a.joblib';
const fix = '6f1d';
const quick = { silentMs: 150, mostMs: 60_000, pauseMs: 5 };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let top: string;
let folder: string;
let server: Server;
let answer: Answer;
let asked: string[];

const whole: Answer = ({ method }, response) => {
  response.writeHead(200, { 'content-length': model.length });
  response.end(method === 'HEAD' ? undefined : model);
};
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.joblib`;
const target = (more: Partial<{ url: string; sha256: string }> = {}, times = quick) =>
  createModelTarget({ url: url(), sha256, ...more }, [{ host: '/srv/models', worker: folder }], times);
const file = () => join(folder, 'a.joblib');
const put = (text: string | Buffer) => writeFileSync(file(), text);
const names = () => readdirSync(folder).toSorted();
const isHead = ({ method }: IncomingMessage) => method === 'HEAD';

/** Fetches what the plan would have been made for. */
async function fetch(
  more: Partial<{
    was: string;
    bytes: number;
    signal: AbortSignal;
    fetched: (bytes: number) => Promise<void>;
  }> = {},
  of = target(),
) {
  const { file: seen } = await of.look(path);
  const { was = seen?.state, bytes = model.length, signal = new AbortController().signal } = more;
  const { fetched = () => Promise.resolve() } = more;
  await of.fetch(path, { fix, bytes, was }, { signal, fetched });
}

beforeEach(async () => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'aetherius-model-')));
  folder = join(top, 'given');
  mkdirSync(folder);
  put('broken');
  answer = whole;
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(top, { recursive: true, force: true });
});

describe('the model on the host', () => {
  it('is fetched over the old file, which is kept by the name of the fix, and comes back', async () => {
    chmodSync(file(), 0o640);
    const of = target();
    const before = (await of.look(path)).file;
    const told: number[] = [];
    await fetch({ fetched: (bytes) => Promise.resolve(void told.push(bytes)) });

    expect(readFileSync(file()).equals(model)).toBe(true);
    expect(await of.isThere(path)).toBe(true);
    expect(statSync(file()).mode & 0o7777).toBe(0o640);
    expect(names()).toEqual(['.a.joblib.aetherius-6f1d.before', 'a.joblib']);
    expect(await of.kept(path, fix)).toMatchObject({ state: before?.state, bytes: 6 });
    expect(await of.kept(path, 'other')).toBeUndefined();

    await of.putBack(path, fix, (await of.look(path)).file?.state ?? '');
    expect(readFileSync(file(), 'utf8')).toBe('broken');
    expect((await of.look(path)).file?.state).toBe(before?.state);
    expect(names()).toEqual(['a.joblib']);
    expect(asked).toEqual(['GET /a.joblib']);
  });

  it('is fetched where there was none, for everybody to read, and nothing is kept', async () => {
    rmSync(file());
    expect((await target().look(path)).file).toBeUndefined();
    expect(await target().isThere(path)).toBe(false);
    await fetch();

    expect(names()).toEqual(['a.joblib']);
    expect(statSync(file()).mode & 0o7777).toBe(0o644);
  });

  it('says how large it is by the word of the server alone, and where no file can come from', async () => {
    expect(await target().offered()).toBe(model.length);
    expect(asked).toEqual(['HEAD /a.joblib']);
    for (const [status, headers, reason] of [
      [301, { location: 'http://127.0.0.1:1/' }, 'model-redirected'],
      [404, {}, 'model-not-found'],
      [403, {}, 'model-not-given'],
      [200, {}, 'model-no-size'],
      [200, { 'content-length': '0' }, 'model-no-size'],
      [200, { 'content-length': '9', 'content-encoding': 'gzip' }, 'model-no-size'],
      [200, { 'content-length': String(3 * 1024 ** 3) }, 'model-too-large'],
    ] as const) {
      answer = (_request, response) => response.writeHead(status, headers).end();
      await expect(target().offered(), reason).rejects.toMatchObject({ facts: { reason } });
    }
    answer = () => undefined;
    await expect(target().offered()).rejects.toMatchObject({ facts: { reason: 'model-silent' } });
    await expect(target({ url: 'http://127.0.0.1:1/a' }).offered()).rejects.toMatchObject({
      facts: { reason: 'model-unreachable' },
    });
  });

  it('is taken from nobody whose certificate nobody vouches for', async () => {
    const pki = (name: string) => join(top, name);
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...['-subj', '/CN=127.0.0.1', '-keyout', pki('key.pem'), '-out', pki('cert.pem')],
      ],
      { stdio: 'ignore' },
    );
    const secure = createSecureServer(
      { key: readFileSync(pki('key.pem')), cert: readFileSync(pki('cert.pem')) },
      (request, response) => answer(request, response),
    );
    await new Promise<void>((resolve) => {
      secure.listen(0, '127.0.0.1', resolve);
    });
    try {
      const at = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/a.joblib`;
      await expect(target({ url: at }).offered()).rejects.toMatchObject({
        facts: { reason: 'model-unreachable' },
      });
    } finally {
      secure.closeAllConnections();
      await new Promise((resolve) => {
        secure.close(resolve);
      });
    }
  });

  it.each<readonly [string, Answer, string]>([
    [
      'another checksum',
      (_request, response) =>
        response.writeHead(200, { 'content-length': model.length }).end(Buffer.alloc(model.length)),
      'model-other-checksum',
    ],
    [
      'a redirect elsewhere',
      (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'model-redirected',
    ],
    [
      'another size than before',
      (_request, response) => response.writeHead(200, { 'content-length': 9 }).end('123456789'),
      'model-other-size',
    ],
    ['no size', (_request, response) => response.writeHead(200).end(model), 'model-no-size'],
    ['nothing at all', () => undefined, 'model-silent'],
    [
      'half of it, and then silence, each time',
      (_request, response) => {
        response.writeHead(200, { 'content-length': model.length });
        response.write(model.subarray(0, 1_000));
      },
      'model-silent',
    ],
    [
      'half of it, and then an end, each time',
      (_request, response) => {
        response.writeHead(200, { 'content-length': model.length });
        response.write(model.subarray(0, 1_000), () => response.destroy());
      },
      'model-unreachable',
    ],
    [
      'another part than was asked for',
      ({ headers }, response) => {
        if (headers.range !== undefined)
          return response
            .writeHead(206, {
              'content-length': model.length - 5,
              'content-range': `bytes 5-${model.length - 1}/${model.length}`,
            })
            .end(model.subarray(5));
        response.writeHead(200, { 'content-length': model.length });
        return response.write(model.subarray(0, 1_000), () => response.destroy());
      },
      'model-other-size',
    ],
    ['an error', (_request, response) => response.writeHead(403).end(), 'model-not-given'],
  ])('stays as it was where the server gives %s', async (_what, gives, gaveUp) => {
    answer = gives;

    await expect(fetch()).rejects.toMatchObject({ facts: { gaveUp } });

    expect(readFileSync(file(), 'utf8')).toBe('broken');
    expect(names()).toEqual(['a.joblib']);
  });

  it('is gone on with where a connection broke, and begun anew where the server gives no part of it', async () => {
    let broken = 0;
    const breaking =
      (parts: boolean): Answer =>
      ({ headers }, response) => {
        const from = parts ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
        const range = { 'content-range': `bytes ${from}-${model.length - 1}/${model.length}` };
        response.writeHead(from > 0 ? 206 : 200, {
          'content-length': model.length - from,
          ...(from > 0 ? range : {}),
        });
        if (broken > 0) {
          broken -= 1;
          response.write(model.subarray(from, from + 100_000), () => response.destroy());
        } else response.end(model.subarray(from));
      };
    for (const parts of [true, false]) {
      put('broken');
      broken = parts ? 6 : 2;
      answer = breaking(parts);
      await fetch();
      expect(readFileSync(file()).equals(model)).toBe(true);
      rmSync(join(folder, '.a.joblib.aetherius-6f1d.before'));
    }
    expect(asked.filter((one) => one.includes('bytes=')).length).toBeGreaterThan(3);
  });

  it('says how far it is about once a second, and a word against it ends it without a trace', async () => {
    let send: (() => void) | undefined;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': model.length });
      const timer = setInterval(() => response.write(Buffer.alloc(1_000)), 20);
      send = () => clearInterval(timer);
      response.on('close', () => clearInterval(timer));
    };
    const told: number[] = [];
    const fetched = (bytes: number) => {
      told.push(bytes);
      return told.length < 2 ? Promise.resolve() : Promise.reject(new Error('stopped by people'));
    };

    await expect(fetch({ fetched })).rejects.toThrow('stopped by people');

    send?.();
    expect(told.length).toBe(2);
    expect(told[1]).toBeGreaterThan(told[0] ?? 0);
    expect(readFileSync(file(), 'utf8')).toBe('broken');
    expect(names()).toEqual(['a.joblib']);
  });

  it('is not fetched for longer than it may take', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': model.length });
      const timer = setInterval(() => response.write(Buffer.alloc(10)), 20);
      response.on('close', () => clearInterval(timer));
    };

    await expect(fetch({}, target({}, { ...quick, mostMs: 500 }))).rejects.toMatchObject({
      facts: { gaveUp: 'model-too-slow' },
    });
  });

  it('ends with its signal, and leaves nothing behind', async () => {
    const stopping = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': model.length });
      response.write(model.subarray(0, 1_000), () => stopping.abort(new Error('over')));
    };

    await expect(fetch({ signal: stopping.signal })).rejects.toThrow();

    expect(readFileSync(file(), 'utf8')).toBe('broken');
    expect(names()).toEqual(['a.joblib']);
  });

  it.each([
    ['another file', () => put('another')],
    [
      'the same text, written anew',
      () => {
        rmSync(file());
        put('broken');
      },
    ],
    ['no file', () => rmSync(file())],
  ])('R-P3: is not renamed over %s that is there meanwhile', async (_what, meddle) => {
    const was = (await target().look(path)).file?.state ?? '';
    answer = (request, response) => {
      if (!isHead(request)) meddle();
      whole(request, response);
    };

    await expect(fetch({ was })).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason: 'stale' } });

    expect(existsSync(file()) ? readFileSync(file(), 'utf8') : '').not.toBe(model.toString('utf8'));
    expect(names().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('R-X5: goes on where a worker died: before its rename, and between keeping the old file and that', async () => {
    writeFileSync(join(folder, '.a.joblib.aetherius-6f1d-0123456789ab.new'), 'half');
    linkSync(file(), join(folder, '.a.joblib.aetherius-6f1d.before'));
    await fetch();

    expect(names()).toEqual(['.a.joblib.aetherius-6f1d.before', 'a.joblib']);
    expect(readFileSync(join(folder, '.a.joblib.aetherius-6f1d.before'), 'utf8')).toBe('broken');
  });

  it('is never another attempt’s half: what is renamed is the own file alone', async () => {
    let second: Promise<void> | undefined;
    answer = (request, response) => {
      // Another worker has taken over, and clears away what it finds.
      answer = whole;
      second = fetch().then(() => whole(request, response));
    };

    await fetch().catch((error: unknown) => expect(error).toMatchObject({ code: 'CONFLICT' }));
    await second;

    expect(readFileSync(file()).equals(model)).toBe(true);
    expect(names()).toEqual(['.a.joblib.aetherius-6f1d.before', 'a.joblib']);
  });

  it('is no link, no folder and nothing outside of the folder that is given', async () => {
    const of = target();
    await expect(of.look('/srv/other/a.joblib')).rejects.toMatchObject({
      facts: { reason: 'file-not-given' },
    });
    await expect(of.look('/srv/models/../x/a')).rejects.toMatchObject({
      facts: { reason: 'file-not-given' },
    });
    writeFileSync(join(top, 'secret'), 'secret');
    rmSync(file());
    symlinkSync(join(top, 'secret'), file());
    await expect(of.look(path)).rejects.toMatchObject({ facts: { reason: 'file-not-regular' } });
    symlinkSync(top, join(folder, 'out'));
    await expect(of.look('/srv/models/out/secret')).rejects.toMatchObject({
      facts: { reason: 'file-outside' },
    });
    await expect(of.look('/srv/models/none/a')).rejects.toMatchObject({ facts: { reason: 'file-unread' } });
  });

  it('is put back only over the file that the fix has put there', async () => {
    await fetch();
    const is = (await target().look(path)).file?.state ?? '';
    put('another hand’s');

    await expect(target().putBack(path, fix, is)).rejects.toMatchObject({ facts: { reason: 'stale' } });

    expect(readFileSync(file(), 'utf8')).toBe('another hand’s');
  });
});
