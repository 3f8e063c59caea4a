import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHostFiles } from '../../../../../src/platform/targets/compose/host-files.ts';
import { until } from '../../../../support/until.ts';

const text = 'event:\r\n  workers: 10 # as many as cores\r\n';
let top: string;
let root: string;
const files = () => createHostFiles([{ host: '/srv/config', worker: root }]);
const put = (name: string, content: string | Buffer = text) => writeFileSync(join(root, name), content);
const readOf = (name: string) => files().read(`/srv/config/${name}`);

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'aetherius-files-')));
  root = join(top, 'given');
  mkdirSync(root);
  mkdirSync(join(root, 'part'));
  put('part/config.yaml');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('a file of the host', () => {
  it('is read under the name that the host has for it', async () => {
    for (const name of ['before', 'part/config.yaml', 'after']) put(name);
    // By the clock of the file system, which need not be that of this process.
    const writtenAt = (name: string) => Math.trunc(statSync(join(root, name)).ctimeMs);

    const seen = await readOf('part/config.yaml');

    expect(seen).toMatchObject({ text, bytes: Buffer.byteLength(text) });
    expect(seen.unwritable).toBeUndefined();
    expect(Date.parse(seen.writtenAt)).toBeGreaterThanOrEqual(writtenAt('before'));
    expect(Date.parse(seen.writtenAt)).toBeLessThanOrEqual(writtenAt('after'));
  });

  it('is another version after each writing, also of the same text at the same time', async () => {
    const path = join(root, 'part/config.yaml');
    const first = await readOf('part/config.yaml');
    const { atime, mtime } = statSync(path);
    put('part/other');
    utimesSync(join(root, 'part/other'), atime, mtime);
    renameSync(join(root, 'part/other'), path);

    expect(await readOf('part/config.yaml')).toMatchObject({ text });
    expect((await readOf('part/config.yaml')).version).not.toBe(first.version);
  });

  it('of the innermost folder is looked for there, and a folder beside it with the same beginning is none', async () => {
    const inner = join(top, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'config.yaml'), 'a: 1\n');
    const both = createHostFiles([
      { host: '/srv/config', worker: root },
      { host: '/srv/config/part', worker: inner },
    ]);

    expect((await both.read('/srv/config/part/config.yaml')).text).toBe('a: 1\n');
    for (const path of ['/srv/config-2/config.yaml', '/srv/config', '/srv/config/../x', '/etc/passwd'])
      await expect(both.read(path), path).rejects.toMatchObject({ facts: { reason: 'file-not-given' } });
  });

  it('is followed over links inside of the folder, and over none that leads out of it', async () => {
    writeFileSync(join(top, 'secret'), 'password: x\n');
    symlinkSync('part/config.yaml', join(root, 'inside'));
    symlinkSync('../secret', join(root, 'outside'));
    symlinkSync(top, join(root, 'up'));

    expect((await readOf('inside')).text).toBe(text);
    for (const name of ['outside', 'up/secret'])
      await expect(readOf(name), name).rejects.toMatchObject({ facts: { reason: 'file-outside' } });
  });

  it('is written where its link leads, and the link stays', async () => {
    symlinkSync('part/config.yaml', join(root, 'inside'));
    const { version } = await readOf('inside');
    await files().replace('/srv/config/inside', 'a: 1\n', version);

    expect(lstatSync(join(root, 'inside')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'part/config.yaml'), 'utf8')).toBe('a: 1\n');
  });

  it.each<readonly [string, (path: string) => void, string]>([
    ['a folder', (path) => mkdirSync(path), 'file-not-regular'],
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'file-not-regular'],
    ['one with a second name', (path) => linkSync(join(root, 'part/config.yaml'), path), 'file-linked'],
    ['a megabyte', (path) => writeFileSync(path, 'a'.repeat(1 << 20)), 'file-too-large'],
    ['no UTF-8', (path) => writeFileSync(path, Buffer.from([0x61, 0xff])), 'file-not-text'],
    ['a zero', (path) => writeFileSync(path, 'a\0b'), 'file-not-text'],
    ['nothing', () => undefined, 'file-unread'],
  ])('is refused where it is %s', async (_what, make, reason) => {
    make(join(root, 'it'));

    await expect(readOf('it')).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
  });

  it('names with markup are names', async () => {
    for (const name of ['<!channel> *b*.yaml', 'a`b`.yaml', '{key}.yaml', '配置.yaml', '..yaml']) {
      put(name);
      const { version } = await readOf(name);
      await files().replace(`/srv/config/${name}`, 'a: 1\n', version);
      expect(readFileSync(join(root, name), 'utf8')).toBe('a: 1\n');
    }
  });

  it('is replaced as a whole, with its mode, a byte order mark and its line ends', async () => {
    const path = join(root, 'part/config.yaml');
    put('part/config.yaml', `\uFEFF${text}`);
    chmodSync(path, 0o640);
    const before = await readOf('part/config.yaml');
    await files().replace('/srv/config/part/config.yaml', before.text.replace('10', '20'), before.version);

    expect(readFileSync(path, 'utf8')).toBe(`\uFEFF${text}`.replace('10', '20'));
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(readdirSync(join(root, 'part'))).toEqual(['config.yaml']);
  });

  it('keeps its owner', async () => {
    if (process.geteuid?.() !== 0) return;
    const path = join(root, 'part/config.yaml');
    execFileSync('chown', ['1234:1235', path]);
    const { version } = await readOf('part/config.yaml');
    await files().replace('/srv/config/part/config.yaml', 'a: 1\n', version);

    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
  });

  it('R-P3: is not replaced once another hand has written it, and nothing is left behind', async () => {
    const { version } = await readOf('part/config.yaml');
    put('part/config.yaml', 'theirs: 1\n');

    await expect(files().replace('/srv/config/part/config.yaml', 'a: 1\n', version)).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { reason: 'stale' },
    });
    expect(readFileSync(join(root, 'part/config.yaml'), 'utf8')).toBe('theirs: 1\n');
    expect(readdirSync(join(root, 'part'))).toEqual(['config.yaml']);
  });

  it('R-X5: what a process that died has left beside it does no harm, and is taken away', async () => {
    put('part/.config.yaml.aetherius-new', 'half of i');
    chmodSync(join(root, 'part/.config.yaml.aetherius-new'), 0o000);
    const { version } = await readOf('part/config.yaml');
    await files().replace('/srv/config/part/config.yaml', 'a: 1\n', version);

    expect(readFileSync(join(root, 'part/config.yaml'), 'utf8')).toBe('a: 1\n');
    expect(readdirSync(join(root, 'part'))).toEqual(['config.yaml']);
  });

  it('is untouched where whoever asked gives up while the new one is written', async () => {
    const { version } = await readOf('part/config.yaml');
    const stopping = new AbortController();
    const folder = join(root, 'part');
    const watcher = watch(folder, () => stopping.abort(new Error('gone')));
    const asked = files().replace('/srv/config/part/config.yaml', 'a: 1\n', version, {
      signal: stopping.signal,
    });

    await expect(asked).rejects.toThrow();
    watcher.close();
    await until(() => readdirSync(folder).length === 1);
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe(text);
  });
});

describe('a folder that is given', () => {
  it('is tried with the folders in it', async () => {
    expect(await files().tried()).toEqual([{ host: '/srv/config', worker: root, unwritable: [] }]);
    const away = createHostFiles([{ host: '/srv/config', worker: join(top, 'away') }]);
    expect(await away.tried()).toMatchObject([{ unread: 'ENOENT' }]);
  });

  it('is said where nothing in it may be written, which root may everywhere', async () => {
    const isRoot = process.geteuid?.() === 0;
    chmodSync(join(root, 'part'), 0o500);

    expect(await files().tried()).toMatchObject([{ unwritable: isRoot ? [] : ['/srv/config/part'] }]);
    expect((await readOf('part/config.yaml')).unwritable).toBe(isRoot ? undefined : 'folder');
    chmodSync(join(root, 'part'), 0o700);
  });
});

describe('a file in a Git work tree', () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      env: { PATH: process.env.PATH, HOME: top },
    });
  const treeOf = (name: string) => files().workTree(`/srv/config/${name}`);

  it('is said to be, with whether it says there what it says now', async () => {
    expect(await treeOf('part/config.yaml')).toBeUndefined();
    git('init', '-q');
    put('other');
    git('add', 'other');
    // Nobody has added it: no deploy puts it back.
    put('part/config.yaml', 'event: { workers: 11 }\n');
    expect(await treeOf('part/config.yaml')).toBeUndefined();
    git('add', 'part/config.yaml');
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config', same: true });
    put('part/config.yaml', 'event: { workers: 12 }\n');
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config', same: false });
    git('add', 'part/config.yaml');
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config', same: true });
  });

  it('is not told from one whose index lies elsewhere or cannot be read', async () => {
    put('.git', 'gitdir: /elsewhere\n');
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config', same: false });
    rmSync(join(root, '.git'));
    mkdirSync(join(root, 'part/.git'));
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config/part', same: false });
    put('part/.git/index', 'x');
    expect(await treeOf('part/config.yaml')).toEqual({ folder: '/srv/config/part', same: false });
  });

  it('is looked for above the folder only where the worker has the host’s own names', async () => {
    mkdirSync(join(top, '.git'));

    expect(await treeOf('part/config.yaml')).toBeUndefined();
    const own = createHostFiles([{ host: root, worker: root }]);
    expect(await own.workTree(join(root, 'part/config.yaml'))).toEqual({ folder: top, same: false });
  });
});
