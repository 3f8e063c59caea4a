/** The program that a fix runs in the cluster, by the Python of this machine on a folder of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  lookScript,
  modelScript,
  mountedAt,
  program,
  type ScriptVariable,
} from '../../../../../src/remediations/kubernetes/model/model-script.ts';
import { missingPython } from '../../../../support/python.ts';

const lacking = missingPython();

const content = 'the right model'.repeat(1_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const name = `it's "quoted" $(x).joblib`;
const fix = '6f1d';
const kept = `.${name}.aetherius-${fix}.before`;

type Gives = (request: IncomingMessage, response: ServerResponse) => void;

describe.skipIf(lacking !== undefined)('the program of a fix of the model', () => {
  const root = mkdtempSync(join(tmpdir(), 'model-script-'));
  const folder = join(root, 'models');
  const file = join(folder, name);
  let server: Server;
  let gives: Gives;
  const headers: IncomingMessage['headers'][] = [];
  const whole: Gives = (_request, response) =>
    response.writeHead(200, { 'content-length': content.length }).end(content);

  beforeAll(async () => {
    server = createServer((request, response) => {
      headers.push(request.headers);
      gives(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(root, { recursive: true });
  });
  beforeEach(() => {
    rmSync(root, { recursive: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, 'broken', { mode: 0o640 });
    gives = whole;
    headers.length = 0;
  });

  const stateOf = (path = file) => {
    const { size, mtimeNs } = statSync(path, { bigint: true });
    return `${size}-${mtimeNs}`;
  };
  const url = (scheme = 'http') => `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
  /** The same text with another folder and less patience. */
  const text = modelScript
    .replace(JSON.stringify(mountedAt), JSON.stringify(root))
    .replace(', 15, (28', ', 0.3, (28')
    .replace('time.sleep(1)', 'time.sleep(0.05)');
  interface Run {
    readonly variables?: Partial<Record<ScriptVariable, string>>;
    readonly onLine?: (line: string, pid: number) => void;
    readonly script?: string;
  }
  async function run({ variables = {}, onLine, script = text }: Run = {}) {
    const [command, ...words] = program;
    const child = spawn(command, [...words, script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        // What an image may have set: none of it may matter.
        http_proxy: 'http://127.0.0.1:1',
        PYTHONPATH: '/nowhere',
        ...({
          AETHERIUS_DO: 'fetch',
          AETHERIUS_FILE: `models/${name}`,
          AETHERIUS_FIX: fix,
          AETHERIUS_URL: url(),
          AETHERIUS_SHA256: sha256,
          AETHERIUS_BYTES: String(content.length),
          AETHERIUS_WAS: 'unseen',
        } satisfies Record<ScriptVariable, string>),
        ...variables,
      },
    });
    let said = '';
    let wrong = '';
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      for (const line of piece.toString().trimEnd().split('\n')) onLine?.(line, child.pid ?? 0);
    });
    child.stderr.on('data', (piece: Buffer) => {
      wrong += piece.toString();
    });
    const exit = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const last = said.trimEnd().split('\n').at(-1) ?? '';
    if (!last.startsWith('{')) throw new Error(wrong);
    return { exit, ...(JSON.parse(last) as { ending: string; state?: string; kept?: boolean }) };
  }
  const left = () => readdirSync(folder).toSorted();

  it('puts what it has fetched in the place of the old file, which it keeps, and back again', async () => {
    const before = stateOf();
    expect(await run({ variables: { AETHERIUS_WAS: before } })).toMatchObject({
      ...{ exit: 0, ending: 'done', kept: true },
      state: stateOf(),
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(left()).toEqual([kept, name].toSorted());
    expect(headers).toHaveLength(1);
    expect(Object.keys(headers[0] ?? {}).toSorted()).toEqual([
      ...['accept-encoding', 'connection', 'host', 'user-agent'],
    ]);

    // Once more, as whoever goes on after a crash: nothing is fetched, and nothing is lost.
    expect(await run({ variables: { AETHERIUS_WAS: before } })).toMatchObject({ exit: 0, ending: 'done' });
    expect(headers).toHaveLength(1);
    expect(readFileSync(join(folder, kept), 'utf8')).toBe('broken');

    const back = { variables: { AETHERIUS_DO: 'back', AETHERIUS_WAS: before } };
    expect(await run(back)).toMatchObject({ exit: 0, ending: 'done', state: before });
    expect(readFileSync(file, 'utf8')).toBe('broken');
    expect(left()).toEqual([name]);
    expect(await run(back)).toMatchObject({ exit: 0, ending: 'done' });
  });

  it('fetches where there was no file and says so, and has nothing to go back to', async () => {
    rmSync(file);
    expect(await run({ variables: { AETHERIUS_WAS: 'none', AETHERIUS_BYTES: '0' } })).toMatchObject({
      ...{ exit: 0, ending: 'done', kept: false },
    });
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(await run({ variables: { AETHERIUS_DO: 'back' } })).toMatchObject({
      exit: 1,
      ending: 'no-former',
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it.each<readonly [string, Gives]>([
    ['redirected', (_, response) => response.writeHead(307, { location: url() }).end()],
    ['not-found', (_, response) => response.writeHead(404).end()],
    ['not-given', (_, response) => response.writeHead(403, { 'content-length': 5 }).end('a key')],
    ['no-size', (_, response) => response.writeHead(200).end(content)],
    [
      'no-size',
      (_, response) =>
        response
          .writeHead(200, { 'content-length': content.length, 'content-encoding': 'gzip' })
          .end(content),
    ],
    ['other-size', (_, response) => response.writeHead(200, { 'content-length': 7 }).end('another')],
    ['too-large', (_, response) => response.writeHead(200, { 'content-length': 3 * 1024 ** 3 }).end()],
    [
      'checksum',
      (_, response) =>
        response.writeHead(200, { 'content-length': content.length }).end('x'.repeat(content.length)),
    ],
  ])('ends as %s, and the old file is as it was', async (ending, other) => {
    const before = stateOf();
    gives = other;
    expect(await run()).toMatchObject({ exit: 1, ending });
    expect(stateOf()).toBe(before);
    expect(left()).toEqual([name]);
  });

  it('goes on where a connection broke, and begins anew where the server cannot', async () => {
    let asked = 0;
    gives = (request, response) => {
      asked += 1;
      if (asked < 3) {
        const from = asked === 1 ? 0 : Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
        const head = { 'content-length': content.length - from };
        const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
        response.writeHead(from === 0 ? 200 : 206, { ...head, ...(from === 0 ? {} : range) });
        response.write(content.slice(from, from + 2_000), () => response.destroy());
      } else whole(request, response);
    };
    expect(await run()).toMatchObject({ exit: 0, ending: 'done' });
    expect(asked).toBe(3);
    expect(headers.map(({ range }) => range)).toEqual([undefined, 'bytes=2000-', 'bytes=4000-']);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('gives up where nothing comes, and where nobody answers', async () => {
    gives = () => undefined;
    const silent = run();
    const closed = run({ variables: { AETHERIUS_URL: 'http://127.0.0.1:1/model', AETHERIUS_FIX: 'other' } });
    expect(await closed).toMatchObject({ exit: 1, ending: 'unreachable' });
    expect(await silent).toMatchObject({ exit: 1, ending: 'silent' });
    expect(left()).toEqual([name]);
  });

  /** One piece, and no more. */
  const halting: Gives = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.slice(0, 3_000));
  };

  it('removes what is half there when it is told to stop', async () => {
    gives = halting;
    let seen: readonly string[] = [];
    const ended = await run({
      onLine: (line, pid) => {
        if (!line.includes('"done"')) return;
        seen = left();
        process.kill(pid, 'SIGTERM');
      },
    });

    expect(seen).toEqual([`.${name}.aetherius-${fix}.part`, name].toSorted());
    expect(ended).toMatchObject({ exit: 1, ending: 'stopped' });
    expect(left()).toEqual([name]);
  });

  it('removes what earlier attempts have left', async () => {
    writeFileSync(join(folder, `.${name}.aetherius-dead.part`), 'half');
    writeFileSync(join(folder, `.${name}.aetherius-dead.before`), 'kept');
    expect(await run()).toMatchObject({ ending: 'done' });
    expect(left()).toEqual([kept, `.${name}.aetherius-dead.before`, name].toSorted());
  });

  it.each<readonly [string, () => void]>([
    ['its content', () => writeFileSync(file, 'theirs')],
    ['its time', () => utimesSync(file, 1, 1)],
    [
      'the file itself, of the same size and time',
      () => {
        const { atime, mtime } = statSync(file);
        writeFileSync(`${file}.new`, 'broken');
        utimesSync(`${file}.new`, atime, mtime);
        utimesSync(file, atime, mtime);
        renameSync(`${file}.new`, file);
      },
    ],
    ['whether it is there', () => rmSync(file)],
  ])('leaves the place alone where another hand changes %s meanwhile', async (_what, change) => {
    gives = (_request, response) => {
      change();
      response.writeHead(200, { 'content-length': content.length }).end(content);
    };
    expect(await run()).toMatchObject({ exit: 1, ending: 'changed' });
    expect(left().filter((one) => one.startsWith('.'))).toEqual([]);
  });

  it('leaves it alone where it was another file from the start, before it asks anybody', async () => {
    expect(await run({ variables: { AETHERIUS_WAS: '6-1' } })).toMatchObject({ exit: 1, ending: 'changed' });
    expect(headers).toEqual([]);
  });

  it('does not go back over what somebody else has put there', async () => {
    await run();
    writeFileSync(file, 'theirs');
    expect(await run({ variables: { AETHERIUS_DO: 'back' } })).toMatchObject({ exit: 1, ending: 'changed' });
    expect(readFileSync(file, 'utf8')).toBe('theirs');
    expect(readFileSync(join(folder, kept), 'utf8')).toBe('broken');
  });

  it('overwrites no file that has the name of what it keeps', async () => {
    writeFileSync(join(folder, kept), 'somebody’s');
    expect(await run()).toMatchObject({ exit: 1, ending: 'changed' });
    expect(readFileSync(file, 'utf8')).toBe('broken');
    rmSync(join(folder, kept));
    // As a crash between the two renames leaves it.
    linkSync(file, join(folder, kept));
    expect(await run()).toMatchObject({ exit: 0, ending: 'done' });
  });

  it.each<readonly [string, () => void]>([
    [
      'a link in its place',
      () => {
        rmSync(file);
        symlinkSync('/etc/passwd', file);
      },
    ],
    [
      'a folder in its place',
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    [
      'a folder that is a link',
      () => {
        renameSync(folder, join(root, 'elsewhere'));
        symlinkSync('elsewhere', folder);
      },
    ],
  ])('goes through no link: %s', async (_what, plant) => {
    plant();
    expect(await run()).toMatchObject({ exit: 1, ending: 'not-plain' });
    expect(headers).toEqual([]);
  });

  it('does not take a file that is too large for the disk', async () => {
    const script = text.replace(
      /MOST, SPARE, .*/,
      `MOST, SPARE, SILENT, FULL = 1 << 60, 1 << 60, 1, (28, 122, 27)`,
    );
    expect(await run({ script })).toMatchObject({ exit: 1, ending: 'no-room' });
    expect(left()).toEqual([name]);
  });

  it('says why where it may not write', async () => {
    const script = text.replace('os.fchmod(fd', 'raise PermissionError(13, "no")\n    os.fchmod(fd');
    expect(await run({ script })).toMatchObject({ exit: 1, ending: 'unwritten' });
    expect(left()).toEqual([name]);
  });

  it('trusts no certificate that the system does not', async () => {
    const [key, cert] = ['key', 'cert'].map((one) => join(root, one)) as [string, string];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, whole);
    await new Promise<void>((resolve) => {
      secure.listen(0, '127.0.0.1', resolve);
    });
    const address = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/model`;
    expect(await run({ variables: { AETHERIUS_URL: address } })).toMatchObject({ ending: 'certificate' });
    expect(left()).toEqual([name]);
    secure.close();
  });

  it('holds nothing that Kubernetes would replace in a command', () => {
    expect(modelScript + lookScript).not.toContain('$');
  });

  it('looks at the file as the program does', async () => {
    const look = async (...words: readonly string[]) => {
      const [command, ...flags] = program;
      const child = spawn(command, [...flags, lookScript, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      child.stdout.on('data', (piece: Buffer) => {
        said += piece.toString();
      });
      await new Promise((resolve) => child.on('close', resolve));
      return JSON.parse(said) as unknown;
    };
    expect(await look(file, sha256, '6')).toEqual({ state: stateOf(), bytes: 6, named: false });
    expect(await look(file, '', '0')).toEqual({ state: stateOf(), bytes: 6, named: null });
    writeFileSync(file, content);
    expect(await look(file, sha256, '0')).toMatchObject({ named: true });
    expect(await look(file, sha256, '5')).toMatchObject({ named: false });
    expect(await look(`${file}x`, sha256, '0')).toEqual({ state: 'none' });
    expect(await look(folder, sha256, '0')).toEqual({ state: 'not-plain' });
  });
});
