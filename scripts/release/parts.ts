/** The files of a release, each into the folder of the release. */

import { createHash, createPrivateKey, sign } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kubeProgram } from '../../lab/components/kube-api.ts';
import { must } from '../../lab/components/process.ts';
import { npm } from '../image/npm.ts';
import { type Locked, shrinkwrapOf } from '../image/pinned.ts';
import { ownDockerfile, productFiles, root } from '../image/product.ts';

/** The package for `npm install -g`, with its packages pinned. */
export async function npmPackage(folder: string): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), 'aetherius-package-'));
  try {
    for (const path of [...productFiles(ownDockerfile()), 'README.md', 'CHANGELOG.md', 'LICENSE']) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      copyFileSync(join(root, path), join(stage, path));
    }
    const json = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Locked;
    const {
      devDependencies: _dev,
      workspaces: _own,
      scripts: _scripts,
      allowScripts: _allow,
      ...manifest
    } = json('package.json') as unknown as Readonly<Record<string, unknown>>;
    const write = (name: string, value: unknown) =>
      writeFileSync(join(stage, name), `${JSON.stringify(value, null, 2)}\n`);
    write('package.json', manifest);
    write('npm-shrinkwrap.json', shrinkwrapOf(json('package-lock.json')));
    const name = (await npm(['pack', '--silent', '--pack-destination', folder], stage)).trim();
    return join(folder, name);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The chart as `helm install` takes it. */
export async function chartPackage(folder: string): Promise<string> {
  const helm = kubeProgram('helm');
  if (helm === undefined) throw new Error('There is no helm: `lab/kubernetes/build.sh helm` builds it.');
  const own = mkdtempSync(join(tmpdir(), 'aetherius-chart-'));
  try {
    // Helm gives it the very name that the package of npm has.
    const chart = join(root, 'deploy/helm/aetherius-bot');
    await must(helm, ['package', chart, '--destination', own], { seconds: 120 });
    const [made = ''] = readdirSync(own);
    const named = join(folder, made.replace(/\.tgz$/, '-chart.tgz'));
    copyFileSync(join(own, made), named);
    return named;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** One line for each file, as `sha256sum -c` reads it; with a key (PEM, Ed25519) also the signature of that list. */
export function checksums(folder: string, key?: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith('SHA256SUMS'));
  const lines = names.toSorted().map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}  ${name}\n`,
  );
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
  if (key === undefined) return ['SHA256SUMS'];
  const signature = sign(null, readFileSync(join(folder, 'SHA256SUMS')), createPrivateKey(readFileSync(key)));
  writeFileSync(join(folder, 'SHA256SUMS.sig'), signature);
  return ['SHA256SUMS', 'SHA256SUMS.sig'];
}
