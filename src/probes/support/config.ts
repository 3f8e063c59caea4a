import { parse } from 'yaml';
import type { LayerSources } from '../../domain/config-layers.ts';
import type { PartId } from '../../domain/part.ts';
import type { Instance, RuntimeTarget } from '../../domain/runtime.ts';

/** Where every service of the platform keeps its configuration (guide, "检查配置"). */
export const CONFIG_FILE = '/etc/aetherius/config.yaml';

export interface PartConfig {
  readonly instance: Instance;
  readonly sources: LayerSources;
  readonly from: 'container' | 'configmap';
}

/**
 * The layers of a part's configuration, read from its youngest instance. Undefined: no instance, or no such file.
 * A file that is no YAML counts as a file that sets nothing; the services themselves say so at start.
 */
export async function partConfig(
  runtime: RuntimeTarget,
  part: PartId,
  signal: AbortSignal,
): Promise<PartConfig | undefined> {
  const instance = (await runtime.instances(part, { signal })).at(-1);
  if (instance === undefined) return undefined;
  const file = await runtime.file(instance, CONFIG_FILE, { signal });
  if (file === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = parse(file.text);
  } catch {
    parsed = {};
  }
  return {
    instance,
    sources: { command: instance.command, env: instance.env, file: parsed },
    from: file.from,
  };
}
