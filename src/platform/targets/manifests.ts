import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AppError } from '../../domain/kernel/errors.ts';
import type { ManifestsTarget } from '../../domain/probe/targets/manifests.ts';

/** A folder of manifests is small; what is larger is another kind of folder. */
const mostFiles = 1_000;
const mostBytes = 8 << 20;

/** The YAML files of a folder and its subfolders, read when they are asked for; links are not followed. */
export function createManifestsTarget(folder: string): ManifestsTarget {
  const unreadable = (reason: string, cause?: unknown) =>
    new AppError('NOT_FOUND', 'the folder of manifests cannot be read', {
      facts: { reason, folder },
      ...(cause === undefined ? {} : { cause }),
    });
  return {
    async files() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
        (error: unknown) => {
          throw unreadable('manifests-unread', error);
        },
      );
      const paths = entries
        .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted();
      if (paths.length > mostFiles) throw unreadable('manifests-many');
      const files: { readonly name: string; readonly text: string }[] = [];
      let bytes = 0;
      for (const path of paths) {
        const text = await readFile(path, 'utf8').catch((error: unknown) => {
          throw unreadable('manifests-unread', error);
        });
        bytes += text.length;
        if (bytes > mostBytes) throw unreadable('manifests-many');
        files.push({ name: relative(folder, path), text });
      }
      return files;
    },
  };
}
