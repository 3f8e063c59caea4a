import { posix } from 'node:path';
import type { ServiceId } from '../../../domain/platform/part.ts';
import { variablesRead } from '../../../domain/platform/table.ts';
import { fromFlags } from '../../../domain/probe/config-layers.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import type { ModelPlace, ModelTarget } from '../../../domain/probe/targets/model.ts';
import { modelPathIn } from '../../shared/model-path.ts';
import { refused } from '../../shared/stale.ts';
import { type Context, named } from '../container/containers.ts';
import { pathOf } from '../container/file-source.ts';

/** The model as its containers have it, and where that is on the host. */
export interface ModelSpot {
  readonly service: string;
  /** Those that load it and run now, each as it is. */
  readonly containers: readonly ComposeContainer[];
  /** On the host. */
  readonly path: string;
  readonly place: ModelPlace;
}

/** What the configuration says of the model. Refused where it says nothing. */
export function modelOf({ deps }: Context): ModelTarget {
  if (deps.model === undefined) throw refused('model-not-named', { environment: deps.environment });
  return deps.model;
}

/**
 * Where the running containers of the part have their model, seen from both sides. Refused where that is no folder of the
 * host, where it is not given to the worker, or where another file may not be put there.
 */
export async function spotOf(part: ServiceId, context: Context): Promise<ModelSpot> {
  const { deps, signal } = context;
  const model = modelOf(context);
  const { service, containers: all } = await named({ part }, context);
  const containers = all.filter(({ state }) => state === 'running' || state === 'restarting');
  if (containers.length === 0) throw refused('no-target', { workload: service });
  const spots: { readonly inside: string; readonly path: string }[] = [];
  for (const one of containers) {
    const inside = await insideOf(one, part, context);
    spots.push({ inside, path: pathOf(one, inside) });
  }
  const [{ inside, path } = { inside: '', path: '' }] = spots;
  if (spots.some((one) => one.path !== path)) throw refused('file-of-each', { file: inside, service });
  const place = await model.look(path, { signal });
  for (const [index, { id, name }] of containers.entries()) {
    const at = spots[index]?.inside ?? inside;
    const [file, folder] = await Promise.all(
      [at, posix.dirname(at)].map(async (one) => deps.compose.stat?.(id, one, { signal })),
    );
    const isSame =
      folder?.modifiedNs === place.folder.modifiedNs &&
      file?.bytes === place.file?.bytes &&
      file?.modifiedNs === place.file?.modifiedNs;
    if (!isSame) throw refused('model-differs', { file: path, container: name });
  }
  if (place.unwritable !== undefined)
    throw refused(place.unwritable === 'folder' ? 'file-unwritable-folder' : 'file-unwritable-owner', {
      file: path,
    });
  return { service, containers, path, place };
}

/** The file that the program in this container is told to load. */
async function insideOf(
  { id, entrypoint = [], command, env, name }: ComposeContainer,
  part: ServiceId,
  { deps, signal }: Context,
): Promise<string> {
  const { platform, compose } = deps;
  const key = platform.keys['model.path'];
  const words = [...entrypoint, ...command];
  const file = fromFlags(words, 'config')?.value ?? platform.parts[part].configFile;
  const [seen] = (await compose.files?.(id, file, { signal }).catch(() => [])) ?? [];
  const { prefix } = platform.variables;
  const own = variablesRead[part];
  const sources = { command: words, env, text: seen?.text, prefix, ...(own && { own }) };
  return modelPathIn(sources, key, name);
}
