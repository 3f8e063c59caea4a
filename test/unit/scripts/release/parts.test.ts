import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shrinkwrapOf } from '../../../../scripts/image/pinned.ts';
import { ownDockerfile, productFiles } from '../../../../scripts/image/product.ts';
import { checksums } from '../../../../scripts/release/parts.ts';
import { read, repositoryFiles } from '../../../repo/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'aetherius-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the files of the product', () => {
  it('have every file that `init` copies from beside the program', () => {
    const shipped = repositoryFiles(/^src\/cli\/install.*\.ts$/).flatMap((path) =>
      [...read(path).matchAll(/\bshipped\(['`]([^'`]+)['`]\)/g)].map(([, name = '']) => name),
    );
    const without = { ...ownDockerfile(), files: ownDockerfile().files.filter((path) => path !== 'dist') };

    expect(shipped.length).toBeGreaterThan(0);
    const files = productFiles(without);
    for (const name of shipped.filter((one) => !one.includes('${'))) expect(files).toContain(name);
    expect(files).toContain('deploy/compose/compose.yaml');
  });
});

describe('the pinned packages of the npm package', () => {
  it('are those that the product runs with', () => {
    const lock = {
      packages: {
        '': {
          name: 'aetherius-bot',
          workspaces: ['packages/*'],
          devDependencies: { vitest: '4' },
          dependencies: { zod: '4' },
        },
        'node_modules/@aetherius/redact': { resolved: 'packages/redact', link: true },
        'packages/redact': { version: '1' },
        'node_modules/zod': { version: '4' },
        'node_modules/vitest': { version: '4', dev: true },
      },
    };

    expect(shrinkwrapOf(lock).packages).toEqual({
      '': { name: 'aetherius-bot', dependencies: { zod: '4' } },
      'node_modules/zod': { version: '4' },
    });
  });
});

describe('the checksums', () => {
  it('name every file but themselves, and are signed', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = join(folder, '..', `aetherius-parts-${process.pid}.pem`);
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'b.tgz'), 'b');
    writeFileSync(join(folder, 'a.tgz'), '');

    checksums(folder);
    expect(checksums(folder, key)).toEqual(['SHA256SUMS', 'SHA256SUMS.sig']);
    rmSync(key);

    const list = readFileSync(join(folder, 'SHA256SUMS'));
    expect(list.toString()).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.tgz\n' +
        '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b.tgz\n',
    );
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    expect(verify(null, list, createPublicKey(pem), readFileSync(join(folder, 'SHA256SUMS.sig')))).toBe(true);
  });
});
