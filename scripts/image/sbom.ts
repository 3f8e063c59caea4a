/** The bill of materials of the image: CycloneDX 1.5, written by npm from what is installed, and what npm does not know. */

import { createHash } from 'node:crypto';
import type { Base } from './base.ts';

export interface Component {
  readonly type?: string;
  readonly name?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly [other: string]: unknown;
}

export interface Sbom {
  readonly serialNumber?: string;
  readonly metadata?: { readonly timestamp?: string; readonly component?: Component };
  readonly components: readonly Component[];
  readonly [other: string]: unknown;
}

/** `written`: what `npm sbom --sbom-format cyclonedx` prints. The same parts give the same document. */
export function sbomOf(written: string, base: Omit<Base, 'layer' | 'file'>, created: Date): Sbom {
  const bill = JSON.parse(written) as Sbom;
  const components = [
    ...bill.components,
    nodeComponent(base.node),
    ...base.packages.map(debianComponent(base.debian)),
  ];
  const digest = createHash('sha256').update(JSON.stringify(components)).digest('hex');
  return {
    ...bill,
    serialNumber: `urn:uuid:${asUuid(digest)}`,
    metadata: {
      ...bill.metadata,
      timestamp: created.toISOString(),
      component: named(bill.metadata?.component),
    },
    components,
  };
}

/** npm names the product after the folder in which it is asked. */
function named(component: Component = {}): Component {
  const name = /^pkg:npm\/(.*)@/.exec(component.purl ?? '')?.[1];
  return name === undefined ? component : { ...component, name };
}

/** Numbers of versions, and no numbers of interfaces between them. */
const noLibrary = ['node', 'modules', 'napi'];

function nodeComponent(versions: Base['node']): Component {
  const version = versions.node ?? '';
  return {
    ...{ type: 'application', name: 'node', version, 'bom-ref': `node@${version}` },
    ...{
      purl: `pkg:github/nodejs/node@v${version}`,
      cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    },
    components: Object.entries(versions)
      .filter(([name]) => !noLibrary.includes(name))
      .map(([name, own]) => ({
        ...{ type: 'library', name, version: own, 'bom-ref': `node@${version}|${name}@${own}` },
        purl: `pkg:generic/${name}@${encodeURIComponent(own)}`,
      })),
  };
}

const debianComponent =
  (debian: string) =>
  ({ name, version, architecture }: Base['packages'][number]): Component => ({
    ...{ type: 'library', name, version, 'bom-ref': `debian|${name}@${version}` },
    purl: `pkg:deb/debian/${name.replaceAll('+', '%2B')}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-${debian}`,
  });

/** A UUID of version 8 from a digest. */
function asUuid(digest: string): string {
  const at = (from: number, to: number) => digest.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(13, 16)}-a${at(17, 20)}-${at(20, 32)}`;
}
