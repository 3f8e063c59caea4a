import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createManifestsTarget } from '../../../../src/platform/targets/manifests.ts';
import { scratch } from '../../../support/targets.ts';

const folder = scratch('manifests');
afterAll(() => folder.remove());

describe('the folder of manifests', () => {
  it('gives each YAML file with its path, and follows no link out of it', async () => {
    mkdirSync(join(folder.dir, 'a'));
    writeFileSync(join(folder.dir, 'a/r.yml'), 'groups: []');
    writeFileSync(join(folder.dir, 'p.yaml'), 'scrape_configs: []');
    writeFileSync(join(folder.dir, 'notes.txt'), 'groups: []');
    symlinkSync('/etc/hostname', join(folder.dir, 'link.yml'));

    expect(await createManifestsTarget(folder.dir).files()).toEqual([
      { name: 'a/r.yml', text: 'groups: []' },
      { name: 'p.yaml', text: 'scrape_configs: []' },
    ]);
  });

  it('says which folder cannot be read', async () => {
    await expect(createManifestsTarget(join(folder.dir, 'none')).files()).rejects.toMatchObject({
      facts: { reason: 'manifests-unread', folder: join(folder.dir, 'none') },
    });
  });
});
