import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { filesOfArchive, firstBytes } from '../../../../../src/platform/targets/compose/archive.ts';

describe('files of a container', () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  mkdirSync(join(folder, 'conf/more'), { recursive: true });
  writeFileSync(join(folder, 'conf/a.yaml'), 'a: 1\n');
  writeFileSync(join(folder, 'conf/more/b.yaml'), 'ü'.repeat(600));
  writeFileSync(join(folder, 'conf/big.txt'), 'x'.repeat(70_000));
  writeFileSync(join(folder, 'conf/model.bin'), Buffer.from([1, 0, 2]));
  const tar = (name: string) => execFileSync('tar', ['-C', folder, '--format=ustar', '-cf', '-', name]);
  const byPath = (files: ReturnType<typeof filesOfArchive>) =>
    Object.fromEntries(files.map(({ path, text }) => [path, text]));

  it('come out of an archive under their paths, without what is large or no text', () => {
    expect(byPath(filesOfArchive(tar('conf'), '/etc/conf/'))).toEqual({
      '/etc/conf/a.yaml': 'a: 1\n',
      '/etc/conf/more/b.yaml': 'ü'.repeat(600),
    });
    expect(byPath(filesOfArchive(tar('conf/a.yaml'), '/etc/x'))).toHaveProperty(['/etc/x/a.yaml']);
  });

  it('are left out where the archive was cut within them', () => {
    const whole = tar('conf/more/b.yaml');

    expect(filesOfArchive(whole.subarray(0, 700), '/etc/conf')).toEqual([]);
    expect(filesOfArchive(Buffer.from('no archive at all'), '/')).toEqual([]);
  });

  it('are read no further than is needed', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1000, 1);
      })(),
    );

    expect((await firstBytes(endless, 2500)).length).toBe(2500);
  });
});
