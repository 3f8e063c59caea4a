/**
 * What the product stands on: Node from npm, and the libraries that it needs from Debian's packages. There is no shell, no
 * package manager and no other program.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, missingDebTools, once } from '../../lab/components/cache.ts';
import { must, run } from '../../lab/components/process.ts';
import { nodeFolder, nodeOfImage } from '../node/versions.ts';
import { type Entry, filesBelow, type Layer, writeLayer } from './layer.ts';

/** `ldd` of Node and of what npm compiles for it; `base-files` says which Debian it is. */
const needed = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6'];

/** The number that `deploy/Dockerfile` and the chart run it as. */
const user = { name: 'aetherius', number: 10001 };

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

export interface Base {
  readonly layer: Layer;
  readonly file: string;
  readonly packages: readonly DebianPackage[];
  /** Of what is compiled into Node, by its own words: `openssl`, `zlib`, … */
  readonly node: Readonly<Record<string, string>>;
  /** Which Debian its packages are of. */
  readonly debian: string;
}

/** Another checkout may be at work with other versions. */
const keptMs = 7 * 86_400_000;

/** The layer, made once for each set of versions that Debian and we name. */
export async function base(progress: (line: string) => void): Promise<Base> {
  const problem = missingDebTools();
  if (problem !== undefined) throw new Error(`The base of the image ${problem}.`);
  const packages = await withLicence();
  const wanted = await latest(packages);
  const key = createHash('sha256')
    .update(`1\n${nodeOfImage.integrity}\n${wanted}`)
    .digest('hex')
    .slice(0, 16);
  const folder = await once(cacheDir('image-base', key), (part) => make(part, packages), progress);
  for (const other of readdirSync(cacheDir('image-base')).filter((name) => /^[0-9a-f]{16}$/.test(name)))
    if (other !== key && statSync(cacheDir('image-base', other)).mtimeMs < Date.now() - keptMs)
      rmSync(cacheDir('image-base', other), { recursive: true, force: true });
  const known = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8')) as Omit<Base, 'file'>;
  return { ...known, file: join(folder, 'layer.tar.gz') };
}

/** The licence of GCC's libraries is in a package of its own, whose name has the version of GCC. */
async function withLicence(): Promise<readonly string[]> {
  const depends = await asked('apt-cache', ['depends', 'libgcc-s1']);
  return [...needed, ...(/gcc-\d+-base/.exec(depends) ?? [])];
}

/** Address, size and checksum of each package, as the signed lists of Debian have them. */
const latest = (packages: readonly string[]): Promise<string> =>
  asked('apt-get', ['download', '--print-uris', ...packages]);

/** What apt says, with its lists fetched where it has none. */
async function asked(command: string, args: readonly string[]): Promise<string> {
  const first = await run(command, args);
  if (first.code === 0) return first.stdout;
  await must('apt-get', ['update', '-qq'], { seconds: 600 });
  return must(command, args);
}

async function make(folder: string, packages: readonly string[]): Promise<void> {
  const down = join(folder, 'debs');
  const tree = join(folder, 'tree');
  for (const one of [down, tree]) mkdirSync(one, { recursive: true });
  // apt compares each with the checksum of the signed list.
  await must('apt-get', ['download', '-qq', ...packages], { cwd: down, seconds: 600 });
  const found: DebianPackage[] = [];
  const entries = new Map<string, Entry>();
  for (const deb of readdirSync(down).toSorted()) {
    const file = join(down, deb);
    await must('dpkg-deb', ['-x', file, tree], { seconds: 120 });
    const control = await must('dpkg-deb', ['-f', file], { seconds: 120 });
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1] ?? '';
    const name = field('Package');
    found.push({ name, version: field('Version'), architecture: field('Architecture') });
    // Where scanners of images look for the packages of an image without a package manager.
    entries.set(`/var/lib/dpkg/status.d/${name}`, { text: `${control.trimEnd()}\n` });
  }
  for (const [path, entry] of filesBelow(tree, '/')) entries.set(path, entry);
  const node = join(await nodeFolder(nodeOfImage), 'node');
  entries.set('/usr/local/bin/node', { from: node });
  entries.set('/etc/passwd', {
    text: accounts((name, number) => `${name}:x:${number}:${number}::/:/nonexistent`),
  });
  entries.set('/etc/group', { text: accounts((name, number) => `${name}:x:${number}:`) });
  entries.set('/etc/nsswitch.conf', { text: 'passwd: files\ngroup: files\nhosts: files dns\n' });
  entries.set('/tmp', { mode: 0o1777 });
  const layer = await writeLayer(entries, join(folder, 'layer.tar.gz'));
  const known: Omit<Base, 'file'> = {
    layer,
    packages: found,
    node: JSON.parse(
      await must(node, ['-p', 'JSON.stringify(process.versions)'], { seconds: 60 }),
    ) as Base['node'],
    debian: /^VERSION_ID="(\d+)"$/m.exec(readFileSync(join(tree, 'etc/os-release'), 'utf8'))?.[1] ?? '',
  };
  writeFileSync(join(folder, 'base.json'), JSON.stringify(known));
  for (const one of [down, tree]) rmSync(one, { recursive: true });
}

const accounts = (line: (name: string, number: number) => string): string =>
  `${[line('root', 0), line(user.name, user.number), line('nobody', 65534)].join('\n')}\n`;
