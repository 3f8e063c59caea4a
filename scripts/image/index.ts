/** `npm run image`: the image as one file, and its bill of materials. */

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeImage, writeSbom } from './image.ts';
import { root, version } from './product.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: `aetherius-bot:${version()}` },
    output: { type: 'string', short: 'o' },
    sbom: { type: 'string' },
  },
});
const folder = join(root, 'artifacts/image');
const archive = resolve(values.output ?? join(folder, `aetherius-bot-${version()}-linux-amd64.tar`));
const made = await makeImage({ name: values.name, archive, progress: (line) => console.error(line) });
const sbom = resolve(values.sbom ?? archive.replace(/(\.tar)?$/, '.cdx.json'));
writeSbom(sbom, made);
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
console.log(`${made.name}  ${made.digest}
${archive}  ${mb(made.compressed)}, unpacked ${mb(made.unpacked)}
${sbom}
Load it: docker load -i ${archive}`);
