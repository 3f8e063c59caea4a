import { posix } from 'node:path';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import { fromFlags } from '../../../domain/probe/config-layers.ts';
import { givesKey } from '../../../domain/probe/gives-key.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import type { HostFile, HostFilesTarget } from '../../../domain/probe/targets/host-files.ts';
import { refused } from '../../shared/stale.ts';
import { type Context, named } from './containers.ts';

/** A file of a container that lies on the engine's host, as all that a plan needs of it. */
export interface Source {
  readonly service: string;
  /** Those that read it and run now, each as it is. */
  readonly containers: readonly ComposeContainer[];
  /** Where it is on the host. */
  readonly path: string;
  readonly file: HostFile;
}

interface Wanted {
  readonly part: ConfiguredId;
  readonly service?: string;
}

/** The same as `readSource`. Refused, too, where another file may not take its place. */
export async function sourceOf(params: Wanted, inside: string, context: Context): Promise<Source> {
  const source = await readSource(params, inside, context);
  const { path, file } = source;
  if (file.unwritable !== undefined)
    throw refused(file.unwritable === 'folder' ? 'file-unwritable-folder' : 'file-unwritable-owner', {
      file: path,
    });
  return source;
}

/**
 * The file of the host that the part's containers have at this path, seen from both sides. Refused where it is none, and
 * where it is not given to the worker.
 */
export async function readSource(params: Wanted, inside: string, context: Context): Promise<Source> {
  const { deps, signal } = context;
  const { service, containers: all } = await named(params, context);
  // One that does not run takes the file at its next start, and nobody asked for that start.
  const containers = all.filter(({ state }) => state === 'running' || state === 'restarting');
  const [first] = containers;
  if (first === undefined) throw refused('no-target', { workload: service });
  const paths = new Set(containers.map((one) => pathOf(one, inside)));
  const [path = ''] = paths;
  if (paths.size !== 1) throw refused('file-of-each', { file: inside, service });
  const file = await filesOf(context, path).read(path, { signal });
  for (const { id, name } of containers) {
    const [seen] = (await deps.compose.files?.(id, inside, { signal })) ?? [];
    if (seen?.text !== file.text) throw refused('file-differs', { file: path, container: name });
  }
  return { service, containers, path, file };
}

/** What the worker is given of the host. Refused with what is missing where that is nothing. */
export function filesOf({ deps }: Context, path: string): HostFilesTarget {
  if (deps.hostFiles === undefined) throw refused('file-not-given', { file: path });
  return deps.hostFiles;
}

/** Where on the host a container has a file from; a mount inside of another hides what that one has there. */
export function pathOf({ mounted = [], name }: ComposeContainer, inside: string): string {
  const [mount] = mounted
    .filter(({ destination }) => isAt(inside, destination))
    .toSorted((a, b) => b.destination.length - a.destination.length);
  if (mount?.kind !== 'bind') throw refused('file-not-mounted', { file: inside, container: name });
  return posix.join(mount.source, posix.relative(mount.destination, inside));
}

/** Whether a path is this folder, or lies in it. */
export const isAt = (path: string, folder: string) => {
  const way = posix.relative(folder, path);
  return way === '' || way.split('/')[0] !== '..';
};

/** Services with containers that have the file too and are none of these. */
export async function readersBeside(
  { path, containers }: Pick<Source, 'path' | 'containers'>,
  { deps, signal }: Context,
): Promise<readonly string[]> {
  const own = new Set(containers.map(({ id }) => id));
  const others = (await deps.compose.containers({ signal })).filter(
    ({ id, mounted = [] }) =>
      !own.has(id) && mounted.some(({ kind, source }) => kind === 'bind' && isAt(path, source)),
  );
  return others.map(({ service, name }) => (service === '' ? name : service));
}

/** Refused where something stronger than the file gives the key: what is set there would have no effect. */
export function mustCount(
  { containers }: Pick<Source, 'containers'>,
  part: ConfiguredId,
  key: string,
  inside: string,
  { deps }: Context,
): void {
  for (const { entrypoint = [], command, env } of containers) {
    const words = [...entrypoint, ...command];
    const flag = fromFlags(words, key);
    if (flag !== undefined) throw refused('setting-hidden', { key, name: flag.name });
    const elsewhere = fromFlags(words, 'config');
    if (elsewhere !== undefined && elsewhere.value !== inside)
      throw refused('config-elsewhere', { file: elsewhere.value });
    const variable = Object.keys(env).find((name) => givesKey(name, part, key, deps.platform));
    if (variable !== undefined) throw refused('setting-hidden', { key, name: variable });
  }
}
