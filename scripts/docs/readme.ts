import { remediations } from '../../src/remediations/index.ts';
import { en } from '../../src/text/en.ts';
import { logScene, scene } from '../picture/scene.ts';

const texts: Readonly<Record<string, string>> = en;

/** What stands in the README between `<!-- generated: NAME -->` and `<!-- end -->`, by name. */
const regions: Readonly<Record<string, () => string>> = {
  picture: () =>
    [scene, logScene].map(({ alt, file, caption }) => `\n\n![${alt}](${file})\n\n${caption}`).join('') +
    '\n\n',
  remediations: () => {
    const titles = remediations.map(({ id }) => texts[`remediation.${id}`] ?? id);
    const list = titles.map((title) => title.charAt(0).toLowerCase() + title.slice(1)).join(', ');
    return `${remediations.length} [remediations](docs/reference/remediations.md): ${list}`;
  },
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
