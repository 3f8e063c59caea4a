import { remediations } from '../../src/remediations/index.ts';
import { logScene, scene } from '../picture/scene.ts';

/** What stands in the README between `<!-- generated: NAME -->` and `<!-- end -->`, by name. */
const regions: Readonly<Record<string, () => string>> = {
  picture: () =>
    [scene, logScene].map(({ alt, file, caption }) => `\n\n![${alt}](${file})\n\n${caption}`).join('') +
    '\n\n',
  remediations: () => `${remediations.length} [remediations](docs/reference/remediations.md)`,
};

const region = /(<!-- generated: ([a-z-]+) -->)[\s\S]*?(<!-- end -->)/g;

/**
 * The README with its generated parts as they are now; what stands around them is written by hand.
 *
 * @throws when a part is missing, stands there twice, or has a name that nothing generates.
 */
export function withRegions(readme: string): string {
  const found = [...readme.matchAll(region)].map((match) => match[2] ?? '').sort();
  const wanted = Object.keys(regions).sort();
  if (found.join() !== wanted.join())
    throw new Error(`README.md: generated parts are ${found.join(', ')}, not ${wanted.join(', ')}`);
  return readme.replace(
    region,
    (_whole, open: string, name: string, close: string) => `${open}${regions[name]?.() ?? ''}${close}`,
  );
}
