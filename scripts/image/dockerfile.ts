/** What `deploy/Dockerfile` says of the image: who makes it without a registry takes it from there. */

import { posix } from 'node:path';
import type { ImageConfig } from './archive.ts';

export interface Dockerfile {
  readonly config: ImageConfig;
  /** Files and folders of the repository, or made from it, that stand below the working folder under the same path. */
  readonly files: readonly string[];
  /** Commands of the image, and the program of the product behind each. */
  readonly commands: ReadonlyMap<string, string>;
}

/** The last stage: the one that becomes the image. What it may have is what is read here; another line is refused. */
export function readDockerfile(text: string): Dockerfile {
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.findLastIndex((line) => line.startsWith('FROM '));
  const env: string[] = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  const labels: Record<string, string> = {};
  const files: string[] = [];
  const commands = new Map<string, string>();
  let [workdir, user] = ['/', ''];
  let entrypoint: readonly string[] = [];
  for (const line of lines.slice(last + 1)) {
    const [, word = '', rest = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    const label = /^([\w.]+)="([^"]*)"$/.exec(rest);
    const copied = /^(?:--from=build )?(.+) (\S+)$/.exec(rest);
    if (word === 'ENV') env.push(rest);
    else if (word === 'LABEL' && label !== null) labels[label[1] ?? ''] = label[2] ?? '';
    else if (word === 'WORKDIR') workdir = rest;
    else if (word === 'USER') user = rest;
    else if (word === 'ENTRYPOINT') entrypoint = JSON.parse(rest) as readonly string[];
    else if (word === 'COPY' && copied !== null) {
      const [, from = '', to = ''] = copied;
      files.push(...from.split(' ').map((path) => copiedAs(path.replace(/^\/app\//, ''), to)));
    } else if (word === 'RUN')
      for (const [, program = '', at = ''] of rest.matchAll(/ln -s (\S+) (\S+)/g)) commands.set(at, program);
    else throw new Error(`deploy/Dockerfile: nobody reads this line: ${line}`);
  }
  return { config: { env, entrypoint, workdir, user, labels }, files, commands };
}

/** `COPY a b to/` puts both below `to`; `COPY a to` gives the one its name. */
function copiedAs(path: string, to: string): string {
  const at = posix.normalize(to.endsWith('/') ? `${to}${posix.basename(path)}` : to);
  if (at !== path) throw new Error(`deploy/Dockerfile: ${path} has another path in the image: ${at}`);
  return path;
}
