import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles, root } from './files.ts';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

/** Packages of files, which are found and not imported. */
const files = ['dejavu-fonts-ttf'];
const manifest = JSON.parse(read('package.json')) as Package;

describe('runtime dependencies', () => {
  it('are imported together by this Node without an error', async () => {
    const names = Object.keys(manifest.dependencies).filter((name) => !files.includes(name));
    const script = `for (const name of ${JSON.stringify(names)}) await import(name); console.log('imported');`;

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
    });

    expect(stdout.trim()).toBe('imported');
  });

  it('have exact versions', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };

    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  it('are only those that the source imports', () => {
    const sources = repositoryFiles(/^src\/.*\.ts$/)
      .map(read)
      .join('\n');
    const unused = Object.keys(manifest.dependencies).filter(
      (name) =>
        !new RegExp(`(from|import\\(|import\\.meta\\.resolve\\()\\s*'${name}(/[^']*)?'`).test(sources),
    );

    // Named to pin what Bolt brings along: its socket client, and the undici that client takes as a peer.
    expect(unused.filter((name) => !['undici', '@slack/socket-mode'].includes(name))).toEqual([]);
  });

  it('keep the Kubernetes client that runs beside Bolt on Node 20 (ADR 0004)', () => {
    expect(manifest.dependencies['@kubernetes/client-node']).toBe('1.4.0');
    expect(manifest.engines.node).toBe('>=20.20 <21');
  });

  it('come from the lock file, which names no registry of one machine', () => {
    const resolved = [...read('package-lock.json').matchAll(/"resolved": "(https?:\/\/[^/]+)/g)].map(
      (match) => match[1],
    );

    expect([...new Set(resolved)].filter((host) => host !== 'https://registry.npmjs.org')).toEqual([]);
  });
});
