/** Where the version of the product stands: all of these are one number, or there is no release. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file, and the texts before each place of the version in it. */
const places: Readonly<Record<string, readonly RegExp[]>> = {
  'package.json': [/^ {2}"version": "/gm],
  'package-lock.json': [/^ {2}"version": "/gm, /^ {6}"name": "aetherius-bot",\n {6}"version": "/gm],
  'deploy/Dockerfile': [/image\.version="/g],
  'deploy/helm/aetherius-bot/Chart.yaml': [/^version: /gm, /^appVersion: /gm],
  'deploy/helm/aetherius-bot/examples/one-cluster.yaml': [/^ {2}tag: /gm],
  'deploy/helm/aetherius-bot/examples/two-clusters-first.yaml': [/^ {2}tag: /gm],
  'deploy/helm/aetherius-bot/examples/two-clusters-second.yaml': [/^ {2}tag: /gm],
  'deploy/compose/compose.yaml': [/aetherius-bot:/g],
  'deploy/compose/alerts.yaml': [/aetherius-bot:/g],
  'docs/guides/install-kubernetes.md': [/registry\.example\/aetherius-bot:/g],
  'docs/guides/verify.md': [/aetherius-bot[-:]/g],
};

const number = String.raw`\d+\.\d+\.\d+(?:-rc\.\d+)?`;

export interface Place {
  readonly file: string;
  readonly version: string;
}

/** Every place with what stands there; a pattern that finds nothing is a place without a version. */
export function versionsIn(root: string): readonly Place[] {
  return Object.entries(places).flatMap(([file, patterns]) => {
    const text = readFileSync(join(root, file), 'utf8');
    return patterns.flatMap(({ source, flags }) => {
      const found = [...text.matchAll(new RegExp(`(?:${source})(${number})(?![\\d.])`, flags))];
      return found.length === 0
        ? [{ file, version: 'none' }]
        : found.map(([, version = '']) => ({ file, version }));
    });
  });
}

/** Gives every place this version, and the changelog a heading of it. */
export function setVersion(root: string, version: string): readonly string[] {
  if (!new RegExp(`^${number}$`).test(version)) throw new Error(`"${version}" is no version like 1.2.3`);
  for (const [file, patterns] of Object.entries(places)) {
    const path = join(root, file);
    let text = readFileSync(path, 'utf8');
    for (const { source, flags } of patterns)
      text = text.replace(new RegExp(`(${source})${number}(?![\\d.])`, flags), `$1${version}`);
    writeFileSync(path, text);
  }
  const changelog = join(root, 'CHANGELOG.md');
  const text = readFileSync(changelog, 'utf8');
  if (!text.includes(`\n## ${version}\n`))
    writeFileSync(changelog, text.replace('# Changelog\n', `# Changelog\n\n## ${version}\n`));
  return [...Object.keys(places), 'CHANGELOG.md'];
}

/** What the changelog says of a version: the lines below its heading. Undefined: it says nothing. */
export function changesOf(changelog: string, version: string): string | undefined {
  const [, after] = changelog.split(`\n## ${version}\n`);
  const section = after?.split('\n## ')[0]?.trim();
  return section === '' ? undefined : section;
}
