/** Makes the image of `deploy/Dockerfile` where no registry and no builder is: from npm, Debian's packages and this checkout. */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setup as buildIfOlder } from '../build-if-older.ts';
import { type WrittenImage, writeArchive } from './archive.ts';
import { base } from './base.ts';
import { type Entry, filesBelow, writeLayer } from './layer.ts';
import { npm } from './npm.ts';
import { type Locked, shrinkwrapOf } from './pinned.ts';
import { git, ownDockerfile, productFiles, root } from './product.ts';
import { sbomOf } from './sbom.ts';

type Manifest = Readonly<Record<string, unknown>>;

export interface MadeImage extends WrittenImage {
  readonly name: string;
  readonly sbom: string;
}

export interface MakeImage {
  readonly name: string;
  readonly archive: string;
  readonly progress?: (line: string) => void;
}

export async function makeImage({
  name,
  archive,
  progress = () => undefined,
}: MakeImage): Promise<MadeImage> {
  buildIfOlder();
  const dockerfile = ownDockerfile();
  const created = changed();
  const stand = await base(progress);
  const work = mkdtempSync(join(tmpdir(), 'aetherius-image-'));
  try {
    copyFileSync(join(root, '.npmrc'), join(work, '.npmrc'));
    const json = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Locked;
    // Neither what is left out on purpose, which npm would miss, nor our own packages, which the build carries with it.
    const {
      devDependencies: _dev,
      workspaces: _own,
      ...manifest
    } = json('package.json') as object as Manifest;
    writeFileSync(join(work, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(work, 'package-lock.json'), JSON.stringify(shrinkwrapOf(json('package-lock.json'))));
    // For the platform of the image, whatever this machine is.
    await npm(['ci', '--omit=dev', '--prefer-offline', '--os=linux', '--cpu=x64', '--libc=glibc'], work);
    const bill = sbomOf(await npm(['sbom', '--sbom-format=cyclonedx', '--omit=dev'], work), stand, created);
    const sbom = `${JSON.stringify(bill, null, 1)}\n`;
    progress('installed the packages');

    const packages = new Map<string, Entry>();
    const product = new Map<string, Entry>();
    const { workdir } = dockerfile.config;
    for (const [path, entry] of filesBelow(join(work, 'node_modules'), `${workdir}/node_modules`))
      packages.set(path, entry);
    product.set(`${workdir}/sbom.cdx.json`, { text: sbom });
    for (const path of productFiles(dockerfile))
      product.set(`${workdir}/${path}`, { from: join(root, path) });
    for (const [at, program] of dockerfile.commands)
      product.set(at, { text: commandFor(program), mode: 0o755 });

    const own = [
      { about: 'npm ci --omit=dev', entries: packages, file: join(work, 'packages.tar.gz') },
      { about: 'the product', entries: product, file: join(work, 'product.tar.gz') },
    ];
    const layers = await Promise.all(
      own.map(async ({ about, entries, file }) => ({ about, file, layer: await writeLayer(entries, file) })),
    );
    const about = `Debian ${stand.debian} (${stand.packages.map((one) => one.name).join(', ')}), Node ${stand.node.node}`;
    mkdirSync(dirname(resolve(archive)), { recursive: true });
    const labels = {
      ...dockerfile.config.labels,
      'org.opencontainers.image.revision': git('rev-parse', 'HEAD'),
    };
    const written = await writeArchive(
      {
        ...{ name, created, config: { ...dockerfile.config, labels } },
        layers: [{ about, file: stand.file, layer: stand.layer }, ...layers],
      },
      archive,
    );
    return { ...written, name, sbom };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * A link to the program would need `env` for its first line, and with it one more package. Node takes a file without an
 * ending for CommonJS, which may import the program.
 */
const commandFor = (program: string): string =>
  `#!/usr/local/bin/node --enable-source-maps\nimport(${JSON.stringify(program)});\n`;

/** When what is in the image was changed last: two people who make it get the same bytes. */
function changed(): Date {
  const given = process.env.SOURCE_DATE_EPOCH;
  return new Date(Number(given ?? git('log', '-1', '--format=%ct')) * 1000);
}

/** Writes the bill of materials beside the image. */
export function writeSbom(path: string, { sbom }: MadeImage): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, sbom);
}
