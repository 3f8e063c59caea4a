/**
 * `npm run release`: every file of a release in one folder, and the tag. `--dry-run` makes the files and no tag, from
 * whatever lies here; `--set 0.2.0` writes the next version wherever one stands.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeImage, writeSbom } from '../image/image.ts';
import { git, root, version } from '../image/product.ts';
import { chartPackage, checksums, npmPackage } from './parts.ts';
import { changesOf, setVersion, versionsIn } from './version.ts';

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    set: { type: 'string' },
    out: { type: 'string' },
    key: { type: 'string' },
  },
});

if (values.set === undefined) await release();
else {
  const files = setVersion(root, values.set);
  console.log(`${values.set} stands in ${files.join(', ')}.`);
  console.log('Write its section of CHANGELOG.md, run the tests, commit, and run `npm run release`.');
}

async function release(): Promise<void> {
  const own = version();
  const tag = `v${own}`;
  const changes = changesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), own);
  const wrong = [
    ...versionsIn(root)
      .filter((place) => place.version !== own)
      .map((place) => `${place.file} has version ${place.version}, and package.json ${own}.`),
    ...(changes === undefined ? [`CHANGELOG.md says nothing of ${own}.`] : []),
    ...(values['dry-run'] ? [] : notCommitted(tag)),
  ];
  if (wrong.length > 0 || changes === undefined) {
    for (const line of wrong) console.error(line);
    process.exitCode = 1;
    return;
  }

  const folder = resolve(values.out ?? join(root, 'artifacts/release', own));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, `aetherius-bot-${own}${name}`);
  writeFileSync(at('-changes.md'), `# ${own}\n\n${changes}\n`);
  const archive = at('-image-linux-amd64.tar');
  const image = await makeImage({
    name: `aetherius-bot:${own}`,
    archive,
    progress: (line) => console.error(line),
  });
  writeSbom(at('-sbom.cdx.json'), image);
  await npmPackage(folder);
  await chartPackage(folder);
  checksums(folder, values.key);
  if (!values['dry-run']) git('tag', '--annotate', '--message', `Release ${own}`, tag);

  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd());
  console.log(`The image is ${image.digest}, ${mb(image.compressed)}, unpacked ${mb(image.unpacked)}.`);
  console.log(
    values['dry-run']
      ? `A dry run: the files are in ${relative(process.cwd(), folder)}, and there is no tag.`
      : `The files are in ${relative(process.cwd(), folder)}. Next: git push origin ${tag}, and put them where people find them.`,
  );
  if (values.key === undefined) console.log('SHA256SUMS is not signed: --key FILE signs it.');
}

function notCommitted(tag: string): readonly string[] {
  return [
    ...(git('status', '--porcelain') === '' ? [] : ['There are changes that are not committed.']),
    ...(git('tag', '--list', tag) === ''
      ? []
      : [`The tag ${tag} is there already: npm run release -- --set VERSION`]),
  ];
}
