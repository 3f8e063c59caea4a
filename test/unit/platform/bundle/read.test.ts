import { randomBytes } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { type BundleManifest, bundleLimits, manifestPath } from '../../../../src/domain/bundle/manifest.ts';
import { openBundle, readBundle, verifyBundle } from '../../../../src/platform/bundle/read.ts';
import { createArchive, writeBundle } from '../../../../src/platform/bundle/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();
const now = () => new Date('2026-11-28T09:00:00Z');
let made = 0;
const fresh = (): string => join(folder, `b${(made += 1)}.tar.gz`);

function manifestOf(entries: readonly { path: string; bytes: number; sha256: string }[]): BundleManifest {
  const at = now().toISOString();
  return {
    ...{ format: 'aetherius-bundle', version: 1, id: 'x', environment: 'prod', bot: '0' },
    ...{ startedAt: at, endedAt: at, since: at, redacted: {} },
    entries: entries.map((entry) => ({ ...entry, startedAt: at, endedAt: at })),
  };
}

/** A bundle of two files, and whatever else is done to it before its manifest. */
async function bundle(
  change: (manifest: BundleManifest) => BundleManifest = (manifest) => manifest,
): Promise<string> {
  const path = fresh();
  const writer = await writeBundle(path, 'root', now);
  const files = { 'health.json': '{}', 'logs/redis/a.log': 'ready\n' };
  const entries = [];
  for (const [name, text] of Object.entries(files))
    entries.push({ path: name, ...(await writer.add(name, text)) });
  await writer.add(manifestPath, JSON.stringify(change(manifestOf(entries))));
  await writer.end();
  return path;
}

/** An archive of any entries at all. */
async function archive(
  ...headers: readonly (Partial<Header> & { name: string; text?: string })[]
): Promise<string> {
  const path = fresh();
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(path));
  for (const { text = '', ...header } of headers) {
    if (header.type === 'symlink') tar.entry(header);
    else tar.entry(header, text);
  }
  tar.finalize();
  await written;
  return path;
}

const faults = async (path: string) =>
  (await verifyBundle(path, { signal })).findings.map(({ fault, path: at }) => [fault, at]);

describe('a bundle', () => {
  it('is read back as it was written, and unpacked for its owner alone', async () => {
    const path = await bundle();
    const verdict = await openBundle(path, join(folder, 'opened'), { signal });

    expect(verdict).toMatchObject({ files: 2, bytes: 8, findings: [] });
    expect(readFileSync(join(folder, 'opened', 'logs/redis/a.log'), 'utf8')).toBe('ready\n');
    await expect(openBundle(path, join(folder, 'opened'), { signal })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is unpacked without a listener for each piece of a large file', async () => {
    const text = randomBytes(2 * 2 ** 20).toString('hex');
    const path = await archive({ name: 'root/large.log', text });
    const warned: string[] = [];
    const hear = ({ name }: Error) => void warned.push(name);
    process.on('warning', hear);
    await openBundle(path, join(folder, 'large'), { signal }).catch(() => undefined);
    // A warning is told in the next turn.
    await nextTurn();
    process.off('warning', hear);

    expect(warned).toEqual([]);
  });

  it('says which file was altered, is missing, or is none of its own', async () => {
    const changed = await bundle((manifest) => ({
      ...manifest,
      entries: [
        ...manifest.entries.slice(0, 1).map((entry) => ({ ...entry, sha256: '0'.repeat(64) })),
        { ...manifest.entries[0], path: 'gone.json' } as BundleManifest['entries'][number],
      ],
    }));

    expect(await faults(changed)).toEqual([
      ['altered', 'health.json'],
      ['extra', 'logs/redis/a.log'],
      ['missing', 'gone.json'],
    ]);
  });

  it('misses nothing that the manifest says was not read', async () => {
    const path = await bundle((manifest) => {
      const [first] = manifest.entries;
      if (first === undefined) throw new Error('no entry');
      const { sha256: _none, ...rest } = first;
      const failed = { ...rest, path: 'statistics/neo4j.json', error: { code: 'refused', detail: 'x' } };
      return { ...manifest, entries: [...manifest.entries, failed] };
    });

    expect(await faults(path)).toEqual([]);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40), 'damaged'],
    ['no gzip', () => Buffer.from('hello'), 'no-bundle'],
    ['empty', () => Buffer.alloc(0), 'no-bundle'],
  ])('that is %s is told from a whole one', async (_what, harm, fault) => {
    const path = await bundle();
    writeFileSync(path, harm(readFileSync(path)));

    expect((await faults(path)).map(([first]) => first)).toEqual([fault]);
  });

  it.each([
    ['leads out of its folder', { name: 'root/../../evil.txt' }],
    ['has a path of its own', { name: '/etc/evil.txt' }],
    ['is a link', { name: 'root/link', type: 'symlink' as const, linkname: '/etc/passwd' }],
    ['is a hard link', { name: 'root/hard', type: 'link' as const, linkname: 'root/health.json' }],
    ['is a device', { name: 'root/zero', type: 'character-device' as const, devmajor: 1, devminor: 5 }],
    ['lies beside the folder', { name: 'other/file.txt' }],
    ['has a name that another has', { name: 'root/Health.json' }],
    ['has a control character', { name: 'root/a\u001b[2Jb' }],
    ['has a backslash', { name: 'root/..\\evil.txt' }],
  ])('with an entry that %s is refused, and nothing of it stays', async (_what, header) => {
    const path = await archive({ name: 'root/health.json', text: '{}' }, header);
    const target = join(folder, `target-${made}`);
    const { findings } = await openBundle(path, target, { signal });

    expect(findings).toMatchObject([{ fault: 'unsafe' }]);
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('that unpacks to more than it may is not read further', async () => {
    const bytes = 2 ** 20;
    const path = await archive(
      { name: 'root/a.bin', text: '0'.repeat(bytes) },
      { name: 'root/b', text: 'x' },
    );
    const limits = { entries: 10, entryBytes: bytes - 1, totalBytes: bytes * 2, keptBytes: bytes };

    expect((await verifyBundle(path, { signal, limits })).findings).toEqual([
      { fault: 'too-large', path: 'a.bin' },
    ]);
    const many = { ...limits, entries: 1, entryBytes: bytes };
    expect((await verifyBundle(path, { signal, limits: many })).findings).toEqual([
      { fault: 'too-large', path: 'b' },
    ]);
  });

  it('that would fill the memory is not read into it', async () => {
    const path = await bundle();
    const taken: string[] = [];
    const read = (keptBytes: number) =>
      readBundle(
        path,
        { signal, limits: { ...bundleLimits, keptBytes } },
        () => true,
        (name) => taken.push(name),
      );

    // Two bytes of the first file, and six of the second one.
    expect((await read(7)).findings).toEqual([{ fault: 'too-large', path: 'logs/redis/a.log' }]);
    expect(taken).toEqual(['health.json']);
  });

  it('whose headers alone are larger than a bundle is not held in memory', async () => {
    const path = await archive({
      name: 'root/a',
      pax: { comment: 'x'.repeat(48 * 2 ** 20) },
    } as Partial<Header> & { name: string });

    expect(await faults(path)).toHaveLength(1);
  });

  it('with nothing but empty blocks behind it is not read for ever', async () => {
    const path = fresh();
    const blocks = Buffer.alloc(2 ** 20);
    const padded = async function* () {
      yield gunzipSync(readFileSync(await bundle()));
      for (let n = 0; n < 64; n += 1) yield blocks;
    };
    await pipeline(padded, createGzip(), createWriteStream(path));

    expect(await faults(path)).toEqual([['too-large', undefined]]);
  });

  it('holds its maker back while nobody reads, so that memory stays flat', async () => {
    const { stream, add } = createArchive('root', now);
    const noise = randomBytes(2 ** 20);
    let taken = 0;
    const adding = (async () => {
      for (; taken < 12; taken += 1) await add(`f${taken}`, noise);
    })();
    adding.catch(() => undefined);
    while (stream.readableLength < stream.readableHighWaterMark)
      await new Promise((resolve) => setImmediate(resolve));

    expect(taken).toBeLessThan(3);
    for await (const _piece of stream) if (taken === 12) break;
    await adding;
  });

  it('says why it cannot be written, and leaves nothing', async () => {
    await expect(writeBundle(join(folder, 'none', 'x.tar.gz'), 'root', now)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
