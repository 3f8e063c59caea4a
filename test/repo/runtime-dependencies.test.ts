import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { major, satisfies } from 'semver';
import { describe, expect, it } from 'vitest';
import { nodeOfImage, nodeVersions } from '../../scripts/node/versions.ts';
import { read, repositoryFiles, root } from './files.ts';

interface Locked {
  readonly engines?: { readonly node?: string };
}

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
    const sources = repositoryFiles(/^(src|packages\/redact\/src)\/.*\.ts$/)
      .map(read)
      .join('\n');
    const unused = Object.keys(manifest.dependencies).filter(
      (name) =>
        !new RegExp(`(from|import\\(|import\\.meta\\.resolve\\()\\s*'${name}(/[^']*)?'`).test(sources),
    );

    // Named to pin what Bolt brings along: its socket client, and the undici that client takes as a peer.
    expect(unused.filter((name) => !['undici', '@slack/socket-mode'].includes(name))).toEqual([]);
  });

  it('keep the Kubernetes client and the undici that run beside Bolt on Node 20 (ADR 0064)', () => {
    expect(manifest.dependencies['@kubernetes/client-node']).toBe('1.4.0');
    expect(manifest.dependencies.undici).toMatch(/^7\./);
  });

  it('come from the lock file, which names no registry of one machine', () => {
    const resolved = [...read('package-lock.json').matchAll(/"resolved": "(https?:\/\/[^/]+)/g)].map(
      (match) => match[1],
    );

    expect([...new Set(resolved)].filter((host) => host !== 'https://registry.npmjs.org')).toEqual([]);
  });
});

describe('each Node that we name', () => {
  const lowest = nodeVersions[20].version;
  const leftOut = (locked: Readonly<Record<string, Locked>>): readonly string[] =>
    Object.values(nodeVersions).flatMap(({ version }) =>
      Object.entries(locked)
        .filter(([, { engines }]) => !satisfies(version, engines?.node ?? '*'))
        .map(([path]) => `${path} leaves out Node ${version}`),
    );
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };

  it('is taken by every package, and by ourselves', () => {
    expect(leftOut(packages)).toEqual([]);
  });

  it('is looked for in what each package says', () => {
    const more = { ...packages, 'node_modules/new-one': { engines: { node: '^20.19.0 || ^22 || >=25' } } };

    expect(leftOut(more)).toEqual([`node_modules/new-one leaves out Node ${nodeVersions[24].version}`]);
  });

  it('is turned away by nobody, nor is a newer one', () => {
    expect(manifest.engines.node).toBe('>=20.20');
    expect(satisfies(lowest, manifest.engines.node)).toBe(true);
    expect(read('.npmrc')).not.toContain('engine-strict');
  });

  it('has at least what the compiler knows: the types are those of the lowest', () => {
    for (const [name, { version }] of Object.entries(nodeVersions)) expect(major(version)).toBe(Number(name));
    expect(major(manifest.devDependencies['@types/node'] ?? '')).toBe(major(lowest));
  });

  it('is named in the limits of the README, and the image has one of them', () => {
    const limit = read('README.md')
      .split('\n')
      .find((line) => line.includes('adr/0064'));
    for (const name of Object.keys(nodeVersions)) expect(limit).toMatch(new RegExp(`\\b${name}\\b`));
    const images = [...read('deploy/Dockerfile').matchAll(/^FROM node:(\d+)-/gm)].map(([, name]) => name);
    expect(images).toEqual([major(nodeOfImage.version), major(nodeOfImage.version)].map(String));
  });
});
