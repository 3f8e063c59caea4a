import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Image, wholeName, writeArchive } from '../../../../scripts/image/archive.ts';
import { type Entry, filesBelow, writeLayer } from '../../../../scripts/image/layer.ts';
import { type ReadImage, readImage } from '../../../support/image-archive.ts';

const work = mkdtempSync(join(tmpdir(), 'aetherius-archive-'));
afterAll(() => rmSync(work, { recursive: true }));

const deep = `deep/${'folder/'.repeat(20)}file`;

/** A folder as somebody's machine has it, with another time and other rights each. */
function folder(name: string, mode: number, time: number): string {
  const path = join(work, name);
  mkdirSync(join(path, deep, '..'), { recursive: true });
  writeFileSync(join(path, deep), 'deep');
  writeFileSync(join(path, 'run'), '#!/bin/sh\n');
  chmodSync(join(path, 'run'), mode);
  symlinkSync('run', join(path, 'link'));
  utimesSync(join(path, 'run'), time, time);
  return path;
}

async function made(name: string, mode: number, time: number): Promise<string> {
  const below = filesBelow(folder(name, mode, time), '/app');
  const text = new Map<string, Entry>([['/etc/passwd', { text: 'root:x:0:0::/:/nonexistent\n' }]]);
  const [first, second] = [join(work, `${name}-1.gz`), join(work, `${name}-2.gz`)];
  const image: Image = {
    name: 'aetherius-bot:9.9.9',
    created: new Date('2026-12-01T00:00:00Z'),
    config: {
      ...{ env: ['PATH=/usr/local/bin'], entrypoint: ['node', 'main.js'], workdir: '/app', user: '10001' },
      labels: { 'org.opencontainers.image.version': '9.9.9' },
    },
    layers: [
      { about: 'base', file: first, layer: await writeLayer(text, first) },
      { about: 'app', file: second, layer: await writeLayer(below, second) },
    ],
  };
  const path = join(work, `${name}.tar`);
  await writeArchive(image, path);
  return path;
}

describe('an archive of an image', () => {
  let path: string;
  let image: ReadImage;
  beforeAll(async () => {
    path = await made('one', 0o4750, 1_700_000_000);
    image = await readImage(path);
  });

  it('holds what its index, its manifest and its layers say', async () => {
    const [base, app] = await image.layers(() => true);

    expect([...(base?.keys() ?? [])]).toEqual(['etc', 'etc/passwd']);
    expect(app?.get(`app/${deep}`)?.content.toString()).toBe('deep');
    expect(app?.get('app/link')?.header).toMatchObject({ type: 'symlink', linkname: 'run' });
    expect(image.config.config).toMatchObject({ User: '10001', Entrypoint: ['node', 'main.js'] });
  });

  it('gives no file the rights of another user, and all of them to root', async () => {
    const [, app] = await image.layers(() => true);

    expect(app?.get('app/run')?.header).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
    expect(app?.get(`app/${deep}`)?.header).toMatchObject({ mode: 0o644, uid: 0, gid: 0 });
  });

  it('is called as a Pod calls it, and as `docker load` of an old engine does', () => {
    expect(image.index.manifests[0]?.annotations).toMatchObject({
      'io.containerd.image.name': 'docker.io/library/aetherius-bot:9.9.9',
      'org.opencontainers.image.ref.name': '9.9.9',
    });
    expect(image.listed.RepoTags).toEqual(['aetherius-bot:9.9.9']);
    expect(image.listed.Layers.filter((name) => !image.entries.includes(name))).toEqual([]);
  });

  it('is the same bytes for the same files, whenever and by whomever they were written', async () => {
    const other = await made('two', 0o755, 1_600_000_000);

    expect(readFileSync(other).equals(readFileSync(path))).toBe(true);
  });

  it('that was changed is refused', async () => {
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"Entrypoint":["node"');
    bytes.write('"Entrypoint":["evil"', at);
    const changed = join(work, 'changed.tar');
    writeFileSync(changed, bytes);

    await expect(readImage(changed)).rejects.toThrow('is another blob');
  });
});

describe('the name of an image', () => {
  it.each([
    ['aetherius-bot:1', 'docker.io/library/aetherius-bot:1'],
    ['shop/aetherius-bot:1', 'docker.io/shop/aetherius-bot:1'],
    ['registry.example/aetherius-bot:1', 'registry.example/aetherius-bot:1'],
    ['localhost/aetherius-bot:1', 'localhost/aetherius-bot:1'],
    ['registry:5000/aetherius-bot:1', 'registry:5000/aetherius-bot:1'],
  ])('%s is %s to containerd', (name, whole) => {
    expect(wholeName(name)).toBe(whole);
  });
});
