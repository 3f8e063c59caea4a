import { posix } from 'node:path';
import { parse } from 'yaml';
import { type LayerSources, valueOf } from '../../domain/probe/config-layers.ts';
import { refused } from './stale.ts';

/**
 * The file that a program is told to load, by flag, variable and file in their order. Refused where none of them names
 * one file. `text`: its configuration, as far as it was read.
 */
export function modelPathIn(
  { text = '', ...given }: Omit<LayerSources, 'file'> & { readonly text?: string | undefined },
  key: string,
  container: string,
): string {
  const found = valueOf({ ...given, file: parsed(text) }, key);
  const path = found?.unread === undefined && found?.secret === undefined ? (found?.value ?? '') : '';
  // A folder (`/app/models/`) names no file.
  if (!posix.isAbsolute(path) || path.endsWith('/') || posix.normalize(path) !== path || path.includes('\0'))
    throw refused('model-path-unseen', { key, container });
  return path;
}

/** A file that is no YAML sets nothing; the services themselves say so at start. */
function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
